"""The append-only log of corrections as flat arrays: edit e touches points[start[e]:start[e + 1]]."""

from collections.abc import Mapping
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt

from gapro_annotator.arrays import Int32, Int64
from gapro_annotator.box_edits import BoxEdit
from gapro_annotator.labels import EditRecord, LabelEdit
from gapro_annotator.remarks import RemarkEdit
from gapro_annotator.store.box_rows import read_box_edits, write_box_edits
from gapro_annotator.store.hdf5 import read_array, read_strings, write_array, write_strings
from gapro_annotator.store.remark_rows import read_remark_edits, write_remark_edits


def write_edits(file: h5py.File, edits: tuple[EditRecord, ...]) -> None:
    """Write the whole log."""
    start = np.zeros(len(edits) + 1, np.int64)
    np.cumsum([len(record.edit.points) for record in edits], out=start[1:])
    write_strings(file, "edits/time", [record.time for record in edits])
    write_strings(file, "edits/annotator", [record.annotator for record in edits])
    write_strings(file, "edits/text", [record.edit.text for record in edits])
    write_array(file, "edits/start", start)
    write_array(file, "edits/points", _joined([record.edit.points for record in edits], np.int64))
    write_array(file, "edits/before", _joined([record.edit.before for record in edits], np.int32))
    write_array(file, "edits/after", _joined([record.edit.after for record in edits], np.int32))
    write_box_edits(file, [record.edit.boxes for record in edits])
    write_remark_edits(file, [record.edit.remarks for record in edits])


def read_edits(file: h5py.File) -> tuple[EditRecord, ...]:
    """Read the whole log; ValueError where its parts do not fit together."""
    time, annotator, text = (read_strings(file, f"edits/{name}") for name in ("time", "annotator", "text"))
    points, before, after = (read_array(file, f"edits/{name}") for name in ("points", "before", "after"))
    start = read_array(file, "edits/start")
    boxes, remarks = read_box_edits(file, len(time)), read_remark_edits(file, len(time))
    return edits_of(
        time=time,
        annotator=annotator,
        text=text,
        start=start,
        points=points,
        before=before,
        after=after,
        boxes=boxes,
        remarks=remarks,
    )


def edits_of(
    *,
    time: tuple[str, ...],
    annotator: tuple[str, ...],
    text: tuple[str, ...],
    start: Int64,
    points: Int64,
    before: Int32,
    after: Int32,
    boxes: Mapping[int, BoxEdit],
    remarks: Mapping[int, RemarkEdit],
) -> tuple[EditRecord, ...]:
    """Cut the flat arrays into edits; ValueError where they do not fit together.

    `boxes` and `remarks` are by the edit's place.
    """
    rows = len(points)
    fits = start.shape == (len(time) + 1,) and start[0] == 0 and start[-1] == rows and bool((np.diff(start) >= 0).all())
    if not fits or not len(before) == len(after) == rows or not len(annotator) == len(text) == len(time):
        raise ValueError("the parts of the edit log do not fit together")
    records: list[EditRecord] = []
    for number, (low, high) in enumerate(zip(start[:-1].tolist(), start[1:].tolist(), strict=True)):
        changed = (points[low:high].copy(), before[low:high].copy(), after[low:high].copy())
        edit = LabelEdit(text[number], *changed, boxes.get(number), remarks.get(number))
        records.append(EditRecord(time[number], annotator[number], edit))
    return tuple(records)


def _joined(parts: list[npt.NDArray[Any]], dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    return np.concatenate([np.zeros(0, dtype), *parts])
