"""Edits of boxes as a line of the journal holds them, and as the log in the scan file does."""

from collections.abc import Mapping, Sequence
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt

from gapro_annotator.box_edits import BoxEdit, take
from gapro_annotator.boxes import Boxes
from gapro_annotator.store.hdf5 import read_array, write_array

_GROUP = "edits/boxes"
_BEFORE, _AFTER = 0, 1
COLUMNS = ("edit", "side", "heir", "id", "class_id", "lower", "upper")
"""Names of the arrays, each with a row for each box that an edit touched."""


def described(edit: BoxEdit) -> dict[str, Any]:
    """Return what JSON holds: numbers as they are, for an edit names few boxes."""
    return {"before": _rows(edit.before), "after": _rows(edit.after), "heir": edit.heir}


def box_edit_of(value: dict[str, Any]) -> BoxEdit:
    """Return the edit that `described` wrote."""
    return BoxEdit(_boxes(value["before"]), _boxes(value["after"]), int(value["heir"]))


def write_box_edits(file: h5py.File, edits: Sequence[BoxEdit | None]) -> None:
    """Write the rows of all edits; a log without any gains nothing."""
    sides = [
        (number, side, edit.heir, rows)
        for number, edit in enumerate(edits)
        if edit is not None
        for side, rows in ((_BEFORE, edit.before), (_AFTER, edit.after))
    ]
    if not sides:
        return
    count = [len(rows) for *_, rows in sides]
    write_array(file, f"{_GROUP}/edit", np.repeat([number for number, *_ in sides], count).astype(np.int64))
    write_array(file, f"{_GROUP}/side", np.repeat([side for _, side, *_ in sides], count).astype(np.uint8))
    write_array(file, f"{_GROUP}/heir", np.repeat([heir for _, _, heir, _ in sides], count).astype(np.int32))
    for name in ("id", "class_id", "lower", "upper"):
        write_array(file, f"{_GROUP}/{name}", np.concatenate([getattr(rows, name) for *_, rows in sides]))


def read_box_edits(file: h5py.File, edits: int) -> dict[int, BoxEdit]:
    """Return the edits by their place in the log, of so many; ValueError where their parts do not fit together."""
    if _GROUP not in file:
        return {}
    return box_edits_of({name: read_array(file, f"{_GROUP}/{name}") for name in COLUMNS}, edits)


def box_edits_of(rows: Mapping[str, npt.NDArray[Any]], edits: int) -> dict[int, BoxEdit]:
    """Put the edits of a log of so many together from their `COLUMNS`; ValueError where they do not fit together."""
    number, side, heir = (rows[name] for name in COLUMNS[:3])
    columns = [rows[name] for name in COLUMNS[3:]]
    in_range = not len(number) or (number.min() >= 0 and number.max() < edits)
    if not in_range or any(len(column) != len(number) for column in (side, heir, *columns)):
        raise ValueError("the parts of the log of box edits do not fit together")
    found: dict[int, BoxEdit] = {}
    for one in np.unique(number).tolist():
        places = [np.flatnonzero((number == one) & (side == which)) for which in (_BEFORE, _AFTER)]
        before, after = (Boxes(*[column[part] for column in columns]) for part in places)
        found[one] = BoxEdit(before, after, int(heir[number == one][0]))
    return found


def _rows(boxes: Boxes) -> list[dict[str, Any]]:
    # A float32 as a decimal number of float64 comes back as the same float32.
    return [
        {"id": int(box.id[0]), "class_id": int(box.class_id[0]), "lower": box.lower[0].tolist(),
         "upper": box.upper[0].tolist()}
        for box in (take(boxes, [row]) for row in range(len(boxes)))
    ]  # fmt: skip


def _boxes(rows: list[dict[str, Any]]) -> Boxes:
    return Boxes(
        np.array([row["id"] for row in rows], np.int32),
        np.array([row["class_id"] for row in rows], np.int32),
        np.array([row["lower"] for row in rows], np.float32).reshape(-1, 3),
        np.array([row["upper"] for row in rows], np.float32).reshape(-1, 3),
    )
