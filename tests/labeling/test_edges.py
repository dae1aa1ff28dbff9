"""Odd boxes, tiny scans, scans without colour."""

from dataclasses import replace

import numpy as np
import pytest
from labeling_laws import assert_lawful, holds

from gapro_annotator.boxes import Boxes
from gapro_annotator.errors import InvalidValueError
from gapro_annotator.labeling.labeler import label
from gapro_annotator.labeling.request import METHODS
from gapro_annotator.labeling.slack import loosened
from gapro_annotator.labels import BACKGROUND, NO_RIVAL, UNCORRECTED
from gapro_annotator.scan import Scan


def _boxes(lower, upper) -> Boxes:
    lower, upper = np.asarray(lower, np.float32).reshape(-1, 3), np.asarray(upper, np.float32).reshape(-1, 3)
    ids = np.arange(len(lower), dtype=np.int32)
    return Boxes(ids, np.zeros(len(lower), np.int32), lower, upper)


def _many_boxes() -> Boxes:
    random = np.random.default_rng(3)
    lower = random.uniform(0, 3.5, (300, 3)) * [1, 1, 0.4]
    return _boxes(lower, lower + random.uniform(0.1, 0.8, (300, 3)))


EDGES = {
    "no boxes": Boxes.empty(),
    "boxes outside": _boxes([[9, 9, 9], [9.5, 9.5, 9.5]], [[10, 10, 10], [11, 11, 11]]),
    "one empty box": _boxes([[2.0, 3.0, 1.5], [1, 0.5, 0]], [[2.2, 3.2, 1.6], [3, 1.7, 0.8]]),
    "identical boxes": _boxes([[1, 0.5, 0]] * 3, [[3, 1.7, 0.8]] * 3),
    "box without volume": _boxes([[1, 1, 0.8], [1, 0.5, 0]], [[3, 1.5, 0.8], [3, 1.7, 0.8]]),
    "whole scan twice": _boxes([[-1, -1, -1], [-2, -2, -2]], [[5, 5, 5], [6, 6, 6]]),
    "300 boxes": _many_boxes(),
}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("boxes", EDGES.values(), ids=EDGES.keys())
def test_odd_boxes_give_lawful_labels(room, boxes, method):
    odd = replace(room, boxes=boxes)
    assert_lawful(label(odd.request(method=method)).pseudo, odd.request().correction, boxes)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("points", [0, 1, 2, 5])
def test_tiny_scans_give_lawful_labels(room, points, method):
    scan = Scan(
        name="tiny",
        xyz=np.tile(np.float32([[2.0, 1.3, 0.4]]), (points, 1)),
        origin=np.zeros(3),
        superpoint=np.zeros(points, np.int32),
    )
    tiny = replace(room, scan=scan)
    pseudo = label(tiny.request(method=method)).pseudo
    assert len(pseudo) == points
    assert_lawful(pseudo, tiny.request().correction, room.boxes)


@pytest.mark.parametrize("method", METHODS)
def test_scan_without_colour_is_labelled(room, method):
    gray = room.with_scan(rgb=None)
    pseudo = label(gray.request(method=method)).pseudo
    assert_lawful(pseudo, gray.request().correction, room.boxes)
    if method == "gp":
        assert pseudo.provenance["features"] == ["xyz", "normal"]


def test_flat_scan_is_labelled(room):
    flat = room.with_scan(xyz=room.scan.xyz * np.float32([1, 1, 0]))
    assert_lawful(label(flat.request()).pseudo, flat.request().correction, room.boxes)


def test_points_that_lie_twice_in_one_place_are_labelled(room):
    twice = np.repeat(np.arange(len(room.scan)), 2)
    scan = room.scan
    double = room.with_scan(xyz=scan.xyz[twice], rgb=scan.rgb[twice], superpoint=scan.superpoint[twice])
    pseudo = label(double.request()).pseudo
    assert_lawful(pseudo, double.request().correction, room.boxes)
    assert (pseudo.instance[::2] == pseudo.instance[1::2]).all()


def test_superpoints_of_one_point_each_are_labelled(room):
    some = np.arange(0, len(room.scan), 9)
    scan = room.scan
    single = room.with_scan(xyz=scan.xyz[some], rgb=scan.rgb[some], superpoint=np.arange(len(some), dtype=np.int32))
    assert_lawful(label(single.request()).pseudo, single.request().correction, room.boxes)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_no_number_is_refused_by_the_scan_itself(room, bad):
    xyz = room.scan.xyz.copy()
    xyz[3, 1] = bad
    with pytest.raises(InvalidValueError, match="NaN or infinite"):
        replace(room.scan, xyz=xyz)


@pytest.mark.parametrize("boxes", EDGES.values(), ids=EDGES.keys())
def test_odd_boxes_keep_corrections(room, boxes):
    odd = replace(room, boxes=boxes)
    random = np.random.default_rng(1)
    correction = random.choice([UNCORRECTED] * 8 + [BACKGROUND, 0, 77], len(room.scan)).astype(np.int32)
    pseudo = label(odd.request(correction=correction)).pseudo
    person = correction != UNCORRECTED
    assert (pseudo.instance[person] == correction[person]).all()
    assert ((pseudo.probability == 1) == person).all()


@pytest.mark.parametrize("boxes", ["as drawn", "300 boxes"])
@pytest.mark.parametrize("corrected", [False, True])
def test_only_a_box_that_holds_a_point_is_its_instance_or_its_rival(room, boxes, corrected):
    crowded = room if boxes == "as drawn" else replace(room, boxes=EDGES[boxes])
    correction, xyz = crowded.request().correction, room.scan.xyz
    if corrected:
        random = np.random.default_rng(2)
        for superpoint in random.choice(room.scan.superpoint_count, 25, replace=False):
            points = np.flatnonzero(room.scan.superpoint == superpoint)
            correction[points[: int(0.7 * len(points))]] = random.choice([*crowded.boxes.id.tolist(), BACKGROUND])
    pseudo = label(crowded.request(correction=correction)).pseudo
    held = loosened(crowded.boxes, 2 * pseudo.provenance["box_error"])
    free = correction == UNCORRECTED
    assert holds(held, xyz[free], pseudo.instance[free]).all()
    assert holds(held, xyz[free], pseudo.rival[free]).all()
    near = held.count_per_point(xyz) > 0
    assert ((pseudo.rival == NO_RIVAL) == ~near)[free].all()
    assert ((pseudo.variance > 0) == near)[free].all()
