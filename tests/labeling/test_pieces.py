import numpy as np
import pytest
from labeling_scenes import random_boxes, random_scan

from gapro_annotator.boxes import Boxes
from gapro_annotator.labeling.occupancy import occupancy_of
from gapro_annotator.labeling.pieces import Pieces, pieces_of
from gapro_annotator.labeling.superpoint_statistics import superpoint_statistics
from gapro_annotator.labeling.traits import Candidates
from gapro_annotator.labeling.traits.candidates import candidates_of
from gapro_annotator.scan import Scan


def cut(scan: Scan, boxes: Boxes) -> tuple[Pieces, Candidates]:
    occupancy = occupancy_of(scan, boxes, superpoint_statistics(scan), 0.05)
    candidates = candidates_of(occupancy, scan.superpoint_count)
    return pieces_of(scan.superpoint, occupancy.members, candidates), candidates


@pytest.mark.parametrize("seed", range(6))
def test_pieces_are_those_of_brute_force(seed):
    scan, boxes = random_scan(seed, superpoints=10 + 30 * seed), random_boxes(seed, 2 + 3 * seed)
    pieces, candidates = cut(scan, boxes)
    inside = ((scan.xyz[:, None] >= boxes.lower) & (scan.xyz[:, None] <= boxes.upper)).all(axis=2)
    assert ((pieces.of_point < 0) == ~inside.any(axis=1)).all()
    expected: dict[tuple[int, tuple[int, ...]], set[int]] = {}
    for point in np.flatnonzero(inside.any(axis=1)).tolist():
        key = (int(scan.superpoint[point]), tuple(np.flatnonzero(inside[point]).tolist()))
        expected.setdefault(key, set()).add(point)
    assert len(pieces) == len(expected)
    for (superpoint, holders), points in expected.items():
        piece = {int(pieces.of_point[point]) for point in points}
        assert len(piece) == 1
        number = piece.pop()
        assert (pieces.superpoint[number], pieces.size[number]) == (superpoint, len(points))
        rows = pieces.row[pieces.piece == number]
        assert candidates.box[rows].tolist() == list(holders)
        assert set(candidates.superpoint[rows].tolist()) == {superpoint}


def test_sums_and_best_go_by_piece():
    pieces, _ = cut(random_scan(7), random_boxes(7))
    values = np.random.default_rng(0).normal(size=len(pieces.row)).round(1)
    sums, best = pieces.sums(values), pieces.best(values)
    for piece in range(len(pieces)):
        rows = np.flatnonzero(pieces.piece == piece)
        assert pieces.starts[piece] == rows[0]
        assert sums[piece] == pytest.approx(values[rows].sum())
        assert best[piece] == rows[values[rows].argmax()]


def test_where_no_box_is_there_are_no_pieces():
    pieces, _ = cut(random_scan(8), Boxes.empty())
    assert len(pieces) == 0
    assert (pieces.of_point == -1).all()
    assert pieces.sums(np.zeros(0)).shape == pieces.best(np.zeros(0)).shape == (0,)
