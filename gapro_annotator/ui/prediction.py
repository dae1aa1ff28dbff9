"""What a network found in the open scan, as the view shows it beside the labels."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from gapro_annotator.arrays import Int32, Int64, UInt8
from gapro_annotator.evaluation.masks import MaskPrediction
from gapro_annotator.labels import BACKGROUND
from gapro_annotator.ui.instance_colors import instance_color

Color: TypeAlias = tuple[int, int, int]
BACKGROUND_COLOR: Color = (96, 99, 106)
"""Points of no object, on the dark theme."""
_FITS = 0.5
"""From this IoU on a found object has the colour of the label that it fits."""
_OWN = 500
"""Numbers of the colours of the others begin here, far from those of the boxes."""


@dataclass(frozen=True, eq=False, slots=True)
class ShownPrediction:
    """Found objects of one scan with a colour each.

    Parameters
    ----------
    run
        Where they come from.
    object : (N,) int32
        Row of the surest found object that holds a point, -1 none.
    color : (K, 3) uint8
        Of each object: that of the label that it fits, or one of its own.
    fits
        How many objects fit a label.
    """

    run: str
    object: Int32
    color: UInt8
    fits: int


def shown_prediction(run: str, prediction: MaskPrediction, instance: Int32) -> ShownPrediction:
    """Colour what was found like the labels, (N,) int32 box ids, that it fits."""
    found = prediction.as_labels().instance
    fitting = _fitting(found, instance, len(prediction))
    colors = [instance_color(box if box >= 0 else _OWN + row) for row, box in enumerate(fitting)]
    table = np.array(colors, np.uint8).reshape(-1, 3)
    return ShownPrediction(run, found, table, sum(box >= 0 for box in fitting))


def predicted_colors(prediction: ShownPrediction | None, count: int, rows: Int64 | slice) -> UInt8:
    """(M, 4) uint8, the colour of the object that each of these rows of N = `count` points lies in."""
    table = np.full((1 + (len(prediction.color) if prediction else 0), 4), 255, np.uint8)
    table[-1, :3] = BACKGROUND_COLOR  # row -1 is nobody's
    if prediction is None or len(prediction.object) != count:
        return np.ascontiguousarray(np.repeat(table[-1:], len(np.arange(count)[rows]), axis=0))
    table[:-1, :3] = prediction.color
    return np.ascontiguousarray(table[prediction.object[rows]])


def predicted_legend(prediction: ShownPrediction | None) -> tuple[str, tuple[tuple[Color, str], ...]]:
    """Title and entries of the legend, which says first of all that these are no labels."""
    if prediction is None:
        return "Prediction: none of this scan yet", ((BACKGROUND_COLOR, "retrain (Ctrl+R), or choose another run"),)
    own = len(prediction.color) - prediction.fits
    entries: list[tuple[Color, str]] = []
    if prediction.fits:
        entries.append(((119, 170, 221), f"{_objects(prediction.fits)} in the colour of the label that fits"))
    if own:
        entries.append(((221, 150, 119), f"{_objects(own)} that fit no label, in colours of their own"))
    entries.append((BACKGROUND_COLOR, "nothing found"))
    return f"Prediction of {prediction.run}: not labels", tuple(entries)


def _objects(count: int) -> str:
    return f"{count:,} object{'' if count == 1 else 's'}"


def _fitting(found: Int32, instance: Int32, count: int) -> list[int]:
    """By found object, the box id of the label that it fits best, each label once; -1 where none fits."""
    ids, own = np.unique(instance, return_inverse=True)
    both = np.zeros((count + 1, len(ids)), np.int64)
    np.add.at(both, (found, own), 1)  # row -1 collects what nobody found
    overlap = both[:count]
    union = overlap.sum(axis=1, keepdims=True) + both.sum(axis=0) - overlap
    share = np.where(ids == BACKGROUND, 0, overlap / np.maximum(union, 1))
    # Above one half no two objects fit the same label.
    return [int(ids[row.argmax()]) if row.size and row.max() > _FITS else BACKGROUND for row in share]
