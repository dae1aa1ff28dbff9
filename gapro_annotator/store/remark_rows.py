"""Edits of remarks as a line of the journal holds them, and as the log in the scan file does."""

from collections.abc import Mapping, Sequence
from typing import Any

import h5py
import numpy as np

from gapro_annotator.remarks import RemarkEdit
from gapro_annotator.store.hdf5 import read_array, read_strings, write_array, write_strings

_GROUP = "edits/remarks"
TEXTS = ("subject", "before", "after")
"""Names of the columns of text; an empty text is nothing, as JSON is never empty."""


def said(edit: RemarkEdit) -> list[list[str | None]]:
    """Return what JSON holds."""
    return [list(change) for change in edit.changes]


def remark_edit_of(value: list[list[str | None]]) -> RemarkEdit:
    """Return the edit that `said` wrote."""
    return RemarkEdit(tuple((str(subject), before, after) for subject, before, after in value))


def write_remark_edits(file: h5py.File, edits: Sequence[RemarkEdit | None]) -> None:
    """Write the changes of all edits; a log without any gains nothing."""
    rows = [(number, *change) for number, edit in enumerate(edits) if edit is not None for change in edit.changes]
    if not rows:
        return
    write_array(file, f"{_GROUP}/edit", np.array([row[0] for row in rows], np.int64))
    for column, name in enumerate(TEXTS, start=1):
        write_strings(file, f"{_GROUP}/{name}", [str(row[column] or "") for row in rows])


def read_remark_edits(file: h5py.File, edits: int) -> dict[int, RemarkEdit]:
    """Return the edits by their place in the log, of so many; ValueError where their parts do not fit together."""
    if _GROUP not in file:
        return {}
    texts = {name: read_strings(file, f"{_GROUP}/{name}") for name in TEXTS}
    return remark_edits_of(read_array(file, f"{_GROUP}/edit"), texts, edits)


def remark_edits_of(number: Any, texts: Mapping[str, Sequence[str]], edits: int) -> dict[int, RemarkEdit]:
    """Put the edits of a log of so many together; ValueError where their parts do not fit together."""
    in_range = not len(number) or (number.min() >= 0 and number.max() < edits)
    if not in_range or any(len(texts[name]) != len(number) for name in TEXTS):
        raise ValueError("the parts of the log of remarks do not fit together")
    found: dict[int, list[tuple[str, str | None, str | None]]] = {}
    for row, one in enumerate(number.tolist()):
        before, after = texts["before"][row] or None, texts["after"][row] or None
        found.setdefault(one, []).append((texts["subject"][row], before, after))
    return {one: RemarkEdit(tuple(changes)) for one, changes in found.items()}
