"""What a labeler takes from earlier answers and from other scans, and what it must not."""

from dataclasses import replace

import numpy as np
import pytest
from labeling_laws import assert_equal, assert_lawful
from labeling_scenes import request_of

from gapro_annotator.boxes import Boxes
from gapro_annotator.demo import generate_room
from gapro_annotator.labeling import kept_kernels
from gapro_annotator.labeling import ownership as module
from gapro_annotator.labeling.kept_kernels import KeptKernels
from gapro_annotator.labeling.labeler import Labeler, label
from gapro_annotator.labeling.request import LabelerConfig
from gapro_annotator.labels import BACKGROUND, UNCORRECTED

SOFA, TABLE = 3, 7


def test_learnt_hyperparameters_are_used_again(room):
    first = label(room.request()).pseudo
    again = label(room.request(fitted=first.provenance)).pseudo
    assert first.provenance["process"]["lengthscales"].keys() == {"xyz", "rgb", "normal"}
    assert first.provenance["process"] == again.provenance["process"]
    assert_equal(first, again)


def test_deep_features_enter_the_process_and_the_provenance_lists_them(room):
    side = np.zeros(room.scan.superpoint_count)
    np.maximum.at(side, room.scan.superpoint, room.truth + 1.0)
    deep = np.column_stack([side, -side, side**2]).astype(np.float32)
    plain, with_deep = label(room.request()).pseudo, label(room.request(deep=deep)).pseudo
    assert with_deep.provenance["features"] == ["xyz", "rgb", "normal", "deep"]
    assert plain.provenance["features"] == ["xyz", "rgb", "normal"]
    assert with_deep.provenance["process"]["lengthscales"]["deep"] > 0
    assert np.abs(plain.mean - with_deep.mean).max() > 0.01


def test_one_labeler_answers_as_a_new_one_whatever_it_labelled_before(room, cluttered_room):
    labeler = Labeler()
    correction = np.full(len(room.scan), UNCORRECTED, np.int32)
    correction[room.scan.superpoint == room.scan.superpoint[0]] = BACKGROUND
    moved = replace(room, boxes=replace(room.boxes, upper=room.boxes.upper + np.float32(0.05)))
    requests = [
        room.request(),
        room.request(correction=correction),
        moved.request(correction=correction),
        cluttered_room.request(),
        room.request(),
    ]
    for request in requests:
        assert_equal(labeler.label(request).pseudo, label(request).pseudo)


def test_what_was_fitted_before_is_not_kept_for_who_asks_to_learn(room):
    labeler = Labeler()
    other = label(room.request()).pseudo.provenance
    odd = {"process": {**other["process"], "noise": 2.0, "outputscale": 0.2}}
    fitted = labeler.label(room.request(fitted=odd)).pseudo
    assert fitted.provenance["process"]["noise"] == pytest.approx(2.0)
    assert_equal(labeler.label(room.request()).pseudo, label(room.request()).pseudo)


def test_what_a_scan_taught_changes_another_and_can_be_switched_off(cluttered_room, room, green):
    labeler = Labeler()
    assert labeler.experience(np.zeros(0, np.int32)).scans == 0
    correction = np.full(len(cluttered_room.scan), UNCORRECTED, np.int32)
    correction[green(cluttered_room)] = BACKGROUND
    labeler.label(cluttered_room.request(correction=correction))
    learnt = labeler.experience(correction)
    assert learnt.scans == 1
    assert learnt.corrections > 4
    plain, taught = label(room.request()).pseudo, label(room.request(experience=learnt)).pseudo
    assert np.abs(plain.mean - taught.mean).max() > 0.01
    assert taught.provenance["experience"] == {"scans": 1, "corrections": learnt.corrections}
    off = LabelerConfig(teach_alike=False)
    first, second = (label(replace(room.request(experience=e), config=off)).pseudo for e in (None, learnt))
    assert_equal(first, second)


def test_provenance_that_does_not_fit_is_learnt_anew(room):
    plain = label(room.request()).pseudo
    for odd in (
        {"pairs": [{"boxes": [SOFA, TABLE], "lengthscales": {"xyz": 1.0}, "outputscale": 1.0, "noise": 0.1}]},
        {"process": None},
        {"process": {"lengthscales": {"xyz": 1.0}, "outputscale": 1.0, "graph_scale": 1.0, "noise": 0.1}},
        {
            "process": {
                "lengthscales": {"xyz": 1.0, "normal": 1.0, "deep": 1.0},
                "outputscale": 1.0,
                "graph_scale": 1.0,
                "noise": 0.1,
            }
        },
    ):
        assert_equal(label(room.request(fitted=odd)).pseudo, plain)


def corrected(room, *said: int) -> np.ndarray:
    """Corrections of the largest superpoints of the sofa, one label each."""
    correction = np.full(len(room.scan), UNCORRECTED, np.int32)
    own, sizes = np.unique(room.scan.superpoint[room.truth == SOFA], return_counts=True)
    for superpoint, label_ in zip(own[np.argsort(-sizes, kind="stable")], said, strict=False):
        correction[room.scan.superpoint == superpoint] = label_
    return correction


def test_hyperparameters_are_learnt_with_corrections_for_who_asks_and_follow_them(cluttered_room):
    room = cluttered_room
    background, table = corrected(room, *[BACKGROUND] * 6), corrected(room, *[TABLE] * 6)
    plain = label(room.request(correction=background)).pseudo.provenance["process"]
    assert plain == label(room.request()).pseudo.provenance["process"], "nobody asked for it"
    found = [label(room.request(correction=c, learn_with_corrections=True)).pseudo for c in (background, table)]
    learnt = [one.provenance["process"] for one in found]
    assert learnt[0] != plain
    assert learnt[1] != plain
    assert learnt[0] != learnt[1]
    for pseudo, correction in zip(found, (background, table), strict=True):
        assert_lawful(pseudo, correction, room.boxes)
        assert (pseudo.probability[correction == UNCORRECTED] < 1).all()


def test_one_labeler_learns_anew_where_corrections_differ_and_answers_by_what_it_learnt(cluttered_room):
    room, labeler = cluttered_room, Labeler()
    few, more = corrected(room, *[BACKGROUND] * 3), corrected(room, *[BACKGROUND] * 6)
    plain = labeler.label(room.request(correction=few)).pseudo
    for correction in (few, more, more):
        request = room.request(correction=correction, learn_with_corrections=True)
        refitted = labeler.label(request).pseudo
        assert_equal(refitted, label(request).pseudo)
    # What follows takes the values over, and taking a correction back is exact.
    next_one = room.request(correction=few, fitted=refitted.provenance)
    assert_equal(labeler.label(next_one).pseudo, label(next_one).pseudo)
    back = room.request(correction=more, fitted=refitted.provenance)
    assert_equal(labeler.label(back).pseudo, refitted)
    assert_equal(labeler.label(room.request(correction=few)).pseudo, plain)


def test_an_edit_of_the_boxes_gives_the_labels_of_a_fresh_labeler_to_the_last_bit(monkeypatch):
    document, worked_out = generate_room(4, points=9000), []
    boxes, labeler = document.boxes, Labeler()
    fitted = labeler.label(request_of(document)).pseudo.provenance
    made = module.graph_kernel
    monkeypatch.setattr(module, "graph_kernel", lambda weight: worked_out.append(1) or made(weight))
    shift = np.zeros((len(boxes), 3), np.float32)
    shift[2, 0] = 0.05
    moved = Boxes(boxes.id, boxes.class_id, boxes.lower + shift, boxes.upper + shift)
    rest = np.arange(len(boxes)) != 3
    removed = Boxes(boxes.id[rest], boxes.class_id[rest], boxes.lower[rest], boxes.upper[rest])
    correction = np.full(len(document.scan), UNCORRECTED, np.int32)
    correction[document.scan.superpoint == document.scan.superpoint[0]] = BACKGROUND
    for edited in (moved, boxes, removed, boxes):
        request = request_of(document, boxes=edited, correction=correction, fitted=fitted)
        worked_out.clear()
        kept = labeler.label(request).pseudo
        again = len(worked_out)
        assert_equal(kept, label(request).pseudo)
    assert again == 0, "the boxes as they were need no kernel worked out again"


def test_kernels_are_kept_by_their_superpoints_and_the_oldest_goes_first(monkeypatch):
    monkeypatch.setattr(kept_kernels, "_MOST_BYTES", 2 * 8 * 9)
    kernels, made = KeptKernels(), []

    def kernel(*superpoints: int) -> np.ndarray:
        def work_out() -> np.ndarray:
            made.append(superpoints)
            return np.full((3, 3), float(superpoints[0]))

        return kernels.of(np.array(superpoints), work_out)

    for first in (0, 1, 0, 2, 0, 1):
        assert (kernel(first, 7, 8) == first).all()
    assert made == [(0, 7, 8), (1, 7, 8), (2, 7, 8), (1, 7, 8)]
