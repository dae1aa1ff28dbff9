"""How selections combine, grow and shrink, without a window."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt

from gapro_annotator.document import ScanDocument
from gapro_annotator.ui.tools.area import mask_of
from gapro_annotator.ui.tools.growth import Growth, neighbours_of
from gapro_annotator.ui.tools.tool import Combine, Pointer, path_between
from gapro_annotator.ui.view.surface import point_spacing

NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
CONTROL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


@pytest.mark.parametrize(
    ("modifiers", "combine", "rows"),
    [
        (NONE, Combine.REPLACE, [2, 3, 4]),
        (SHIFT, Combine.ADD, [1, 2, 3, 4]),
        (CONTROL, Combine.REMOVE, [1]),
        (ALT, Combine.REMOVE, [1]),
        (SHIFT | CONTROL, Combine.INTERSECT, [2, 3]),
    ],
)
def test_modifiers_say_how_selections_combine(
    modifiers: Qt.KeyboardModifier, combine: Combine, rows: list[int]
) -> None:
    assert Combine.of(modifiers) is combine
    assert combine.apply(np.array([1, 2, 3]), np.array([2, 3, 4])).tolist() == rows


def test_a_mask_is_filled_inside_an_outline_that_crosses_itself_and_leaves_the_picture() -> None:
    around = [(10, 10), (60, 10), (60, 40), (10, 40)]
    twice = [QPointF(x, y) for x, y in around * 2]
    mask = mask_of(twice, (101, 50)) > 0
    assert mask.shape == (50, 101)
    assert mask[10:40, 10:60].all()
    assert mask.sum() == 30 * 50
    beyond = mask_of([QPointF(-50, -50), QPointF(500, -50), QPointF(500, 500), QPointF(-50, 500)], (101, 50))
    assert (beyond > 0).all()


def test_a_quick_stroke_leaves_no_gap() -> None:
    path = path_between(Pointer(0, 0, NONE), Pointer(100, 50, NONE))
    assert path[-1].tolist() == [100, 50]
    steps = np.diff(np.vstack([[0, 0], path]), axis=0)
    assert np.linalg.norm(steps, axis=1).max() <= 6


def test_growing_takes_what_touches_and_shrinking_goes_the_same_way_back(bare_room: ScanDocument) -> None:
    scan = bare_room.scan
    growth = Growth(neighbours_of(scan, point_spacing(scan.xyz)))
    first = np.flatnonzero(scan.superpoint == scan.superpoint[0]).astype(np.int64)
    sizes = [first]
    for _ in range(3):
        sizes.append(growth.grow(sizes[-1]))
        assert np.isin(sizes[-2], sizes[-1]).all()
        assert len(sizes[-1]) > len(sizes[-2])
    for points in reversed(sizes[:-1]):
        np.testing.assert_array_equal(growth.shrink(sizes.pop()), points)


def test_growth_takes_whole_superpoints_that_are_alike_before_others(bare_room: ScanDocument) -> None:
    scan = bare_room.scan
    neighbours = neighbours_of(scan, point_spacing(scan.xyz))
    for seed in range(0, scan.superpoint_count, 7):
        points = np.flatnonzero(scan.superpoint == seed).astype(np.int64)
        grown = neighbours.grown(points)
        added = np.setdiff1d(np.unique(scan.superpoint[grown]), [seed])
        assert len(grown) == np.isin(scan.superpoint, np.append(added, seed)).sum()
        from_seed = neighbours.one == seed
        likeness = dict(zip(neighbours.other[from_seed].tolist(), neighbours.alike[from_seed].tolist(), strict=True))
        left = [value for other, value in likeness.items() if other not in added]
        assert all(likeness[other] >= max(left, default=0.0) or likeness[other] >= 0.35 for other in added.tolist())


def test_a_selection_without_history_shrinks_by_its_border(bare_room: ScanDocument) -> None:
    scan = bare_room.scan
    neighbours = neighbours_of(scan, point_spacing(scan.xyz))
    grown = Growth(neighbours).grow(np.flatnonzero(scan.superpoint == scan.superpoint[0]).astype(np.int64))
    grown = Growth(neighbours).grow(grown)
    smaller = Growth(neighbours).shrink(grown)
    assert len(smaller) <= len(grown)
    assert np.isin(smaller, grown).all()
    everything = np.arange(len(scan), dtype=np.int64)
    np.testing.assert_array_equal(Growth(neighbours).grow(everything), everything)
