"""Laws of the paper's methods as a whole."""

from dataclasses import replace

import numpy as np
import pytest
from labeling_laws import assert_equal, assert_lawful

from gapro_annotator.errors import CancelledError, LabelingError
from gapro_annotator.labeling.labeler import label
from gapro_annotator.labeling.request import PROCESSES_OF_THE_PAPER, LabelerConfig
from gapro_annotator.labels import BACKGROUND, UNCORRECTED, Decision

SOFA, TABLE = 3, 7
ON_SUPERPOINTS = ("gp-regression", "gp-classification")


def ask(room, method, *, deep=None, fitted=None, correction=None, **settings):
    config = LabelerConfig(method=method, occupancy=0.8, device="cpu")
    fields = {"deep": deep, "fitted": fitted} | ({} if correction is None else {"correction": correction})
    return replace(room.request(**fields), config=replace(config, **settings))


def in_both(room) -> np.ndarray:
    """Points that both boxes hold and an object owns, above the slab that the paper calls floor."""
    return (room.boxes.count_per_point(room.scan.xyz) == 2) & (room.truth >= 0) & (room.scan.xyz[:, 2] > 0.12)


@pytest.mark.parametrize("method", PROCESSES_OF_THE_PAPER)
@pytest.mark.parametrize("source", ["learnt", "fixed"])
@pytest.mark.parametrize("features", ["xyz", "xyz+rgb"])
def test_two_things_that_are_apart_are_told_apart(apart, method, source, features):
    response = label(ask(apart, method, hyperparameters=source, paper_features=features))
    shared = in_both(apart)
    assert shared.sum() > 300
    assert (response.pseudo.instance[shared] == apart.truth[shared]).mean() > 0.97
    assert (response.pseudo.decision[shared] == Decision.GAUSSIAN_PROCESS).mean() > 0.6
    asked = response.pseudo.decision == Decision.GAUSSIAN_PROCESS
    assert (response.pseudo.mean[asked] > 0).all()
    assert response.undetermined == (apart.boxes.count_per_point(apart.scan.xyz) == 2).sum()
    assert_lawful(response.pseudo, apart.request().correction, apart.boxes)


@pytest.mark.parametrize("method", PROCESSES_OF_THE_PAPER)
def test_fixed_and_learnt_hyperparameters_differ_and_both_are_recorded(room, method):
    answers = {source: label(ask(room, method, hyperparameters=source)).pseudo for source in ("learnt", "fixed")}
    pairs = {source: pseudo.provenance["pairs"] for source, pseudo in answers.items()}
    assert {source: pseudo.provenance["hyperparameters"] for source, pseudo in answers.items()} == {
        source: source for source in answers
    }
    assert [pair["boxes"] for pair in pairs["learnt"]] == [[SOFA, TABLE]]
    assert pairs["fixed"][0]["lengthscale"] == pytest.approx(np.log(2))
    assert pairs["learnt"][0]["lengthscale"] != pytest.approx(np.log(2), rel=0.01)
    assert ("noise" in pairs["learnt"][0]) == (method == "gp-regression")
    assert not np.allclose(answers["learnt"].probability, answers["fixed"].probability)


@pytest.mark.parametrize("method", ["smaller-box-superpoints", *PROCESSES_OF_THE_PAPER])
def test_order_of_the_points_changes_no_label(room, method):
    order = np.random.default_rng(0).permutation(len(room.scan))
    scan = room.scan
    shuffled = room.with_scan(xyz=scan.xyz[order], rgb=scan.rgb[order], superpoint=scan.superpoint[order])
    first, second = label(ask(room, method)).pseudo, label(ask(shuffled, method)).pseudo
    assert (first.instance[order] == second.instance).all()
    np.testing.assert_allclose(first.probability[order], second.probability, atol=1e-3)


@pytest.mark.parametrize("method", ["smaller-box-superpoints", *ON_SUPERPOINTS])
def test_a_superpoint_gets_one_label(room, method):
    pseudo = label(ask(room, method)).pseudo
    kinds = np.unique(np.stack([room.scan.superpoint, pseudo.instance]), axis=1)
    assert len(kinds[0]) == room.scan.superpoint_count
    assert set(np.unique(pseudo.instance)) == {BACKGROUND, SOFA, TABLE}


def test_majority_of_a_superpoint_decides_for_the_smaller_box(room):
    by_point = label(ask(room, "smaller-box")).pseudo.instance
    voted = label(ask(room, "smaller-box-superpoints")).pseudo.instance
    for superpoint in range(0, room.scan.superpoint_count, 7):
        points = room.scan.superpoint == superpoint
        labels, count = np.unique(by_point[points], return_counts=True)
        assert voted[points][0] in labels[count == count.max()]


def test_lower_occupancy_takes_more_into_the_boxes(room):
    boxes = replace(room.boxes, lower=room.boxes.lower + np.float32(0.04), upper=room.boxes.upper - np.float32(0.04))
    tight = replace(room, boxes=boxes)
    inside = [label(ask(tight, "gp-regression", occupancy=x)).pseudo.instance >= 0 for x in (0.3, 0.8, None)]
    assert inside[0].sum() > inside[1].sum() > inside[2].sum() > 0
    assert label(ask(room, "gp-regression", occupancy=None)).pseudo.provenance["occupancy"] == 0.999
    assert label(ask(room, "gp-regression")).pseudo.provenance["occupancy"] == 0.8


@pytest.mark.parametrize("method", PROCESSES_OF_THE_PAPER)
def test_slab_above_the_floor_is_background_against_the_box_around_it(room, method):
    pseudo = label(ask(room, method)).pseudo
    low = (room.scan.xyz[:, 2] < 0.02) & (room.truth < 0)
    held = low & (room.boxes.count_per_point(room.scan.xyz) > 0)
    assert held.sum() > 50
    assert (pseudo.instance[low] == BACKGROUND).all()
    assert (pseudo.decision[held] == Decision.STRUCTURE).all()
    assert np.isin(pseudo.rival[held], [SOFA, TABLE]).all()


@pytest.mark.parametrize("method", PROCESSES_OF_THE_PAPER)
@pytest.mark.parametrize("features", ["xyz", "xyz+normal", "xyz+rgb"])
def test_features_are_what_was_asked_for(room, method, features):
    pseudo = label(ask(room, method, paper_features=features)).pseudo
    assert pseudo.provenance["features"] == features.split("+")
    assert_lawful(pseudo, room.request().correction, room.boxes)


@pytest.mark.parametrize("method", PROCESSES_OF_THE_PAPER)
def test_deep_features_decide_where_they_are_given(room, method):
    size = np.bincount(room.scan.superpoint)
    truth = np.bincount(room.scan.superpoint, room.truth == TABLE) / size > 0.5
    deep = np.random.default_rng(2).normal(0, 0.1, (len(size), 5)).astype(np.float32)
    right = []
    for sign in (1, -1):  # features that know the truth, and features that know its opposite in the overlap
        turned = deep.copy()
        overlap = np.bincount(room.scan.superpoint, in_both(room)) / size > 0.5
        turned[:, 0] += np.where(truth, 1, -1) * np.where(overlap, sign, 1)
        pseudo = label(ask(room, method, paper_features="deep", deep=turned)).pseudo
        assert pseudo.provenance["features"] == ["deep"]
        asked = in_both(room) & (pseudo.decision == Decision.GAUSSIAN_PROCESS) & overlap[room.scan.superpoint]
        right.append((pseudo.instance[asked] == room.truth[asked]).mean())
    assert right[0] > 0.98
    assert right[1] < 0.02


@pytest.mark.parametrize("method", PROCESSES_OF_THE_PAPER)
def test_missing_deep_features_are_refused_in_one_sentence(room, method):
    with pytest.raises(
        LabelingError, match=r"^room: there are no deep features; give a run that has them \(--features RUN\) or other"
    ):
        label(ask(room, method, paper_features="deep"))


def test_learnt_hyperparameters_of_the_regression_are_used_again(room):
    first = label(ask(room, "gp-regression")).pseudo
    again = label(ask(room, "gp-regression", fitted=first.provenance)).pseudo
    assert [pair["reused"] for pair in first.provenance["pairs"] + again.provenance["pairs"]] == [False, True]
    assert_equal(first, again, 1e-5)
    other = label(ask(room, "gp-regression", fitted=first.provenance, paper_features="xyz")).pseudo
    assert not other.provenance["pairs"][0]["reused"]


@pytest.mark.parametrize("method", ON_SUPERPOINTS)
def test_superpoint_that_a_person_gave_to_a_box_follows_and_teaches(room, method):
    before = label(ask(room, method)).pseudo
    contested = in_both(room) & (before.instance == TABLE)
    size, inside = np.bincount(room.scan.superpoint), np.bincount(room.scan.superpoint, contested)
    given = int(np.argmax(np.where(inside == size, size, 0)))
    points = np.flatnonzero(room.scan.superpoint == given)
    correction = np.full(len(room.scan), UNCORRECTED, np.int32)
    correction[points[: int(0.6 * len(points))]] = SOFA
    after = label(ask(room, method, correction=correction)).pseudo
    assert (after.instance[points] == SOFA).all()
    others = contested & (room.scan.superpoint != given) & (before.decision == Decision.GAUSSIAN_PROCESS)
    latent = np.where(after.instance == TABLE, after.mean, -after.mean)[others]
    assert latent.mean() < before.mean[others].mean() - 0.01
    assert_lawful(after, correction, room.boxes)


@pytest.mark.parametrize("method", PROCESSES_OF_THE_PAPER)
def test_progress_reaches_its_total_and_can_cancel(room, method):
    seen = []
    label(ask(room, method), lambda done, total, _what: seen.append((done, total)) is None)
    assert seen[-1] == (1, 1)
    with pytest.raises(CancelledError, match="room: labelling was cancelled"):
        label(ask(room, method), lambda done, _total, _what: done < 1)
