"""Which colour a point has in which mode, and the legend that explains it."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

import matplotlib as mpl
import numpy as np
import numpy.typing as npt

from gapro_annotator.arrays import Float32, Int32, Int64, UInt8
from gapro_annotator.boxes import Boxes
from gapro_annotator.classes import Classes
from gapro_annotator.labels import BACKGROUND, UNCORRECTED
from gapro_annotator.session import Session
from gapro_annotator.ui.instance_colors import instance_color
from gapro_annotator.ui.prediction import BACKGROUND_COLOR, Color, ShownPrediction, predicted_colors, predicted_legend
from gapro_annotator.ui.remarks.before import Opened

_Palette: TypeAlias = npt.NDArray[np.uint32]
_Rows: TypeAlias = Int64 | slice

UNKNOWN_COLOR: Color = (128, 128, 128)
"""Points about which nothing is known yet: no labels, no colours."""
BELOW_THRESHOLD_COLOR: Color = (62, 65, 72)
"""Points whose doubt is below the threshold."""
CORRECTED_COLOR: Color = (40, 170, 255)
"""A person's labels, in the doubt mode: a blue that the ramp does not have, for colour-blind eyes neither."""
CHANGED_COLOR: Color = (255, 150, 60)
CONFIRMED_COLOR: Color = CORRECTED_COLOR
FOLLOWED_COLOR: Color = (255, 240, 190)

# Doubt up to _LINEAR_DOUBT is spread about evenly, beyond it like a logarithm: the small doubts of most points stay
# quiet, and 0.2 and 0.5 still differ. Between two candidates doubt cannot pass one half.
_LINEAR_DOUBT = 0.1
_MOST_DOUBT = 0.5
_DOUBT_TICKS = (0.0, 0.05, 0.1, 0.2, 0.5)
_LEGEND_CLASSES = 12
_LINES_WORTH_SAVING = 3
"""The class legend is cut off only if that makes it so much shorter: 'and 1 more' takes the line of a name."""


class ColorMode(StrEnum):
    """What the colours of the points mean."""

    RGB = "rgb"
    INSTANCE = "instance"
    CLASS = "class"
    DOUBT = "doubt"
    CHANGES = "changes"
    PREDICTION = "prediction"


@dataclass(frozen=True, eq=False, slots=True)
class Legend:
    """What the colours mean: named colours, a ramp with ticks, or both.

    Parameters
    ----------
    title
        The mode's name.
    entries
        Colours with their meaning.
    ramp : (256, 3) uint8 or None
        Colours from the low to the high end.
    ticks
        Place on the ramp (0..1) and its text.
    """

    title: str
    entries: tuple[tuple[Color, str], ...] = ()
    ramp: UInt8 | None = None
    ticks: tuple[tuple[float, str], ...] = field(default=())


def _doubt_ramp() -> UInt8:
    """(256, 3) uint8: cividis without its dark end, so that certain points are a quiet grey-blue on dark ground."""
    share = np.linspace(0.30, 1.0, 256)
    return np.round(np.asarray(mpl.colormaps["cividis"](share))[:, :3] * 255).astype(np.uint8)


DOUBT_RAMP = _doubt_ramp()
HEIGHT_RAMP = np.repeat(np.linspace(70, 225, 256).round().astype(np.uint8)[:, None], 3, axis=1)


def colors_for(
    mode: ColorMode,
    session: Session | Opened,
    points: Int64 | None = None,
    *,
    threshold: float = 0.0,
    ceiling: float = 1.0,
    baseline: Int32 | None = None,
    prediction: ShownPrediction | None = None,
) -> UInt8:
    """Return the colour of each point.

    Parameters
    ----------
    mode, session
        What the colours mean, and the open scan.
    points : (M,) int64 or None
        Rows that are wanted; None: all N.
    threshold, ceiling
        DOUBT only: points whose doubt is below the one or above the other are greyed.
    baseline : (N,) int32 or None
        CHANGES only: the instances when the scan was opened; what differs by nobody's hand has followed a correction.
    prediction
        PREDICTION only: what a network found; without it every point counts as nothing.

    Returns
    -------
    (M, 4) uint8 of red, green, blue and 255
    """
    rows: _Rows = slice(None) if points is None else points
    if mode is ColorMode.RGB:
        return _scan_colors(session, rows)
    if mode is ColorMode.INSTANCE:
        return _of_numbers(session.instance[rows], session.boxes.id, _instance_palette(session.boxes))
    if mode is ColorMode.CLASS:
        return _of_numbers(session.instance[rows], session.boxes.id, _class_palette(session.boxes, session.classes))
    if mode is ColorMode.DOUBT:
        return _doubt_colors(session, rows, threshold, ceiling)
    if mode is ColorMode.PREDICTION:
        return predicted_colors(prediction, len(session.scan), rows)
    return _change_colors(session, rows, baseline)


def legend_for(mode: ColorMode, session: Session, prediction: ShownPrediction | None = None) -> Legend | None:
    """Explain the colours of `colors_for`; None where they explain themselves."""
    if mode is ColorMode.RGB:
        return None if session.scan.rgb is not None else _height_legend(session)
    if mode is ColorMode.INSTANCE:
        count = len(session.boxes)
        objects = f"{count} object{'' if count == 1 else 's'}, coloured as in the list"
        return Legend("Instance", ((BACKGROUND_COLOR, "background"),) + (((119, 170, 221), objects),) * (count > 0))
    if mode is ColorMode.CLASS:
        return _class_legend(session.boxes, session.classes)
    if mode is ColorMode.DOUBT:
        return _doubt_legend(session)
    if mode is ColorMode.PREDICTION:
        return Legend(*predicted_legend(prediction))
    entries = (
        (CHANGED_COLOR, "corrected: another label"),
        (CONFIRMED_COLOR, "corrected: label confirmed"),
        (FOLLOWED_COLOR, "changed by learning from it"),
        (BACKGROUND_COLOR, "as it was"),
    )
    return Legend("Changes", entries)


def doubt_place(doubt: Float32) -> Float32:
    """Return where doubts (1 − probability) lie on the ramp, 0..1."""
    scaled = np.log1p(np.clip(doubt, 0, _MOST_DOUBT) / np.float32(_LINEAR_DOUBT))
    return (scaled / np.float32(np.log1p(_MOST_DOUBT / _LINEAR_DOUBT))).astype(np.float32)


def _scan_colors(session: Session | Opened, rows: _Rows) -> UInt8:
    scan = session.scan
    if scan.rgb is not None:
        rgb = scan.rgb[rows]
        return np.concatenate([rgb, np.full((len(rgb), 1), 255, np.uint8)], axis=1)
    if not len(scan):
        return np.zeros((0, 4), np.uint8)
    height = scan.xyz[:, 2]
    low, high = float(height.min()), float(height.max())
    place = (height[rows] - np.float32(low)) * np.float32(255 / max(high - low, 1e-6))
    return _look_up(_words(HEIGHT_RAMP), place.astype(np.int64))


def _doubt_colors(session: Session | Opened, rows: _Rows, threshold: float, ceiling: float) -> UInt8:
    person = session.correction[rows] != UNCORRECTED
    pseudo = session.pseudo
    corrected = _words(np.array([CORRECTED_COLOR], np.uint8))[0]
    if pseudo is None:
        unknown = _words(np.array([UNKNOWN_COLOR], np.uint8))[0]
        return _bytes(np.where(person, corrected, unknown))
    # A table from probability to colour: one look-up instead of a logarithm for each point.
    steps = 4096
    doubt = np.linspace(1, 0, steps + 1, dtype=np.float32)
    table = _words(DOUBT_RAMP)[np.round(doubt_place(doubt) * 255).astype(np.int64)]
    table[(doubt < threshold) | (doubt > ceiling)] = _words(np.array([BELOW_THRESHOLD_COLOR], np.uint8))[0]
    words = np.take(table, np.round(pseudo.probability[rows] * steps).astype(np.int32))
    words[person] = corrected
    return _bytes(words)


def _change_colors(session: Session | Opened, rows: _Rows, baseline: Int32 | None) -> UInt8:
    correction = session.correction[rows]
    person = correction != UNCORRECTED
    if baseline is not None:
        before = baseline[rows]
    else:
        before = session.pseudo.instance[rows] if session.pseudo else np.full(len(correction), BACKGROUND, np.int32)
    differs = session.instance[rows] != before
    palette = _words(np.array([BACKGROUND_COLOR, FOLLOWED_COLOR, CONFIRMED_COLOR, CHANGED_COLOR], np.uint8))
    return _look_up(palette, 2 * person.astype(np.int64) + differs)


def _instance_palette(boxes: Boxes) -> _Palette:
    """(B + 1,) words: background, then the boxes in their order."""
    colors = [BACKGROUND_COLOR, *(instance_color(number) for number in boxes.id.tolist())]
    return _words(np.array(colors, np.uint8))


def _class_palette(boxes: Boxes, classes: Classes) -> _Palette:
    """(B + 1,) words: background, then the boxes in their order."""
    known = dict(zip(classes.id.tolist(), classes.color.tolist(), strict=True))
    colors = [BACKGROUND_COLOR, *(known.get(number, UNKNOWN_COLOR) for number in boxes.class_id.tolist())]
    return _words(np.array(colors, np.uint8))


def _of_numbers(instance: Int32, ids: Int32, palette: _Palette) -> UInt8:
    """Colour instances by a palette of background and boxes; a number that is no box is shown as background."""
    if not len(ids):
        return _look_up(palette, np.zeros(len(instance), np.int64))
    highest = int(ids.max())
    if highest < 1 << 20 and _fits(instance, highest):
        table = np.full(highest + 2, palette[0], np.uint32)
        table[ids] = palette[1:]
        # 'wrap' counts -1 (background) from the end, and is faster than checking every number.
        return _bytes(np.take(table, instance, mode="wrap"))
    order = np.argsort(ids)
    place = np.minimum(np.searchsorted(ids, instance, sorter=order), len(ids) - 1)
    row = order[place]
    return _look_up(palette, np.where(ids[row] == instance, row + 1, 0))


def _fits(instance: Int32, highest: int) -> bool:
    return not instance.size or (int(instance.min()) >= BACKGROUND and int(instance.max()) <= highest)


def _class_legend(boxes: Boxes, classes: Classes) -> Legend:
    present, count = np.unique(boxes.class_id, return_counts=True)
    present = present[np.argsort(-count, kind="stable")].tolist()
    known = dict(zip(classes.id.tolist(), classes.color.tolist(), strict=True))
    entries: list[tuple[Color, str]] = []
    named = present if len(present) < _LEGEND_CLASSES + 1 + _LINES_WORTH_SAVING else present[:_LEGEND_CLASSES]
    for number in named:
        red, green, blue = known.get(number, UNKNOWN_COLOR)
        entries.append(((red, green, blue), classes.name_of(number)))
    if len(present) > len(named):
        entries.append((UNKNOWN_COLOR, f"and {len(present) - len(named)} more"))
    entries.append((BACKGROUND_COLOR, "background"))
    return Legend("Class", tuple(entries))


def _doubt_legend(session: Session) -> Legend:
    if session.pseudo is None:
        return Legend("Doubt", ((UNKNOWN_COLOR, "not labelled yet"), (CORRECTED_COLOR, "corrected by a person")))
    places = doubt_place(np.array(_DOUBT_TICKS, np.float32)).tolist()
    ticks = tuple((float(place), f"{doubt:.0%}") for place, doubt in zip(places, _DOUBT_TICKS, strict=True))
    entries = ((CORRECTED_COLOR, "corrected by a person"),)
    return Legend("Doubt: chance that the label is wrong", entries, DOUBT_RAMP, ticks)


def _height_legend(session: Session) -> Legend:
    height = session.scan.xyz[:, 2] if len(session.scan) else np.zeros(1, np.float32)
    low, high = float(height.min()), float(height.max())
    ticks = tuple((place, f"{low + place * (high - low):.2f} m") for place in (0.0, 0.5, 1.0))
    return Legend("Height (the scan has no colours)", (), HEIGHT_RAMP, ticks)


def _words(rgb: UInt8) -> _Palette:
    """(K,) uint32, opaque colours (K, 3) as one number each: one look-up moves four bytes."""
    rgba = np.full((len(rgb), 4), 255, np.uint8)
    rgba[:, :3] = rgb
    return rgba.view(np.uint32)[:, 0].copy()


def _bytes(words: _Palette) -> UInt8:
    """(M, 4) uint8, the colours behind the numbers."""
    return np.ascontiguousarray(words).view(np.uint8).reshape(-1, 4)


def _look_up(palette: _Palette, rows: Int64) -> UInt8:
    return _bytes(np.take(palette, rows))
