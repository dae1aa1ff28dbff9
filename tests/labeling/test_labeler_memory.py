"""What a labeler takes from earlier answers and from other scans, and what it must not."""

from dataclasses import replace

import numpy as np
import pytest
from labeling_laws import assert_equal, assert_lawful

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
