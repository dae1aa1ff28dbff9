import itertools
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from labeling_laws import assert_equal, assert_lawful

from gapro_annotator.boxes import Boxes
from gapro_annotator.errors import CancelledError, LabelingError
from gapro_annotator.labeling import evidence
from gapro_annotator.labeling.labeler import label
from gapro_annotator.labeling.request import METHODS, LabelerConfig
from gapro_annotator.labels import BACKGROUND, UNCORRECTED, Decision

SOFA, TABLE = 3, 7


def in_both(room) -> np.ndarray:
    return room.boxes.count_per_point(room.scan.xyz) == 2


def test_contested_superpoints_go_to_the_object_they_belong_to(room):
    response = label(room.request())
    contested = in_both(room) & (room.truth >= 0)
    assert contested.sum() > 300
    assert (response.pseudo.instance[contested] == room.truth[contested]).mean() > 0.95
    assert (response.pseudo.decision[contested] == Decision.GAUSSIAN_PROCESS).mean() > 0.7
    assert response.pairs == 1
    assert response.undetermined == in_both(room).sum()
    assert_lawful(response.pseudo, room.request().correction, room.boxes)


def test_gaussian_process_beats_every_baseline(room):
    inside = room.boxes.count_per_point(room.scan.xyz) > 0
    right = {}
    for method in METHODS:
        pseudo = label(room.request(method=method)).pseudo
        right[method] = (pseudo.instance[inside] == room.truth[inside]).mean()
        assert_lawful(pseudo, room.request().correction, room.boxes)
    assert right["gp"] > max(right["smaller-box"], right["linear"], right["none"]) + 0.02


def test_boxes_that_are_centimetres_off_are_loosened(room, monkeypatch):
    inside = room.boxes.count_per_point(room.scan.xyz) > 0
    right = {}
    for slack in (0.0, evidence._SLACK):
        monkeypatch.setattr(evidence, "_SLACK", slack)
        random = np.random.default_rng(4)
        right[slack] = []
        for _ in range(5):
            noise = [random.normal(0, 0.015, (2, 3)).astype(np.float32) for _ in range(2)]
            boxes = replace(room.boxes, lower=room.boxes.lower + noise[0], upper=room.boxes.upper + noise[1])
            pseudo = label(replace(room, boxes=boxes).request()).pseudo
            right[slack].append((pseudo.instance[inside] == room.truth[inside]).mean())
    before, after = right.values()
    assert np.mean(after) > np.mean(before) + 0.15


def test_floor_inside_a_box_is_structure_and_its_rival_is_the_box(room):
    pseudo = label(room.request()).pseudo
    nook = (np.abs(room.scan.xyz[:, 2]) < 0.01) & (room.truth < 0) & (room.boxes.count_per_point(room.scan.xyz) > 0)
    structure = pseudo.decision == Decision.STRUCTURE
    assert structure[nook].mean() > 0.95
    assert np.isin(pseudo.rival[nook & structure], [SOFA, TABLE]).all()
    assert (pseudo.instance[nook & structure] == BACKGROUND).all()


def test_points_in_one_box_are_not_certain(room):
    pseudo = label(room.request()).pseudo
    one = pseudo.decision == Decision.ONE_BOX
    assert one.sum() > 1000
    assert pseudo.probability[one].max() < 1
    assert (pseudo.rival[one & ~in_both(room)] == BACKGROUND).all()
    assert (pseudo.rival[one] == BACKGROUND).mean() > 0.9
    assert (pseudo.mean[one] > 0).all()


def test_order_of_the_boxes_changes_nothing(room):
    order = np.array([1, 0])
    boxes = room.boxes
    swapped = replace(room, boxes=Boxes(boxes.id[order], boxes.class_id[order], boxes.lower[order], boxes.upper[order]))
    for method in METHODS:
        first, second = label(room.request(method=method)).pseudo, label(swapped.request(method=method)).pseudo
        assert_equal(first, second, 1e-6)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_order_of_three_boxes_that_share_points_changes_nothing(room, order):
    fields = (room.boxes.id, room.boxes.class_id, room.boxes.lower, room.boxes.upper)
    third = (5, 0, (0.9, 0.95, -0.01), (2.4, 1.75, 0.85))
    three = [np.concatenate([field, np.array([one], field.dtype)]) for field, one in zip(fields, third, strict=True)]
    first = label(replace(room, boxes=Boxes(*three)).request())
    second = label(replace(room, boxes=Boxes(*(field[list(order)] for field in three))).request())
    assert first.pairs == 3
    assert (replace(room, boxes=Boxes(*three)).boxes.count_per_point(room.scan.xyz) == 3).sum() > 100
    assert_equal(first.pseudo, second.pseudo, 1e-5)


def test_things_beside_the_boxes_make_what_lies_in_them_doubtful(room):
    scene = (room.boxes.lower, room.boxes.upper)
    corner = np.array([[0.1, 3.0, 0.0]], np.float32)
    answers = []
    for rows in ([0, 1], [1]):  # with the sofa's box, and with the sofa unboxed
        lower, upper = (np.concatenate([side[rows], corner + step]) for side, step in zip(scene, (0, 0.2), strict=True))
        ids = np.array([*room.boxes.id[rows], 20], np.int32)
        boxes = Boxes(ids, np.zeros(len(ids), np.int32), lower, upper.astype(np.float32))
        answers.append(label(replace(room, boxes=boxes).request()).pseudo)
    tidy, cluttered = answers
    assert tidy.provenance["unboxed_share"] < 0.02
    assert cluttered.provenance["unboxed_share"] > 0.06
    alone = np.logical_and(*((a.instance == TABLE) & (a.decision == Decision.ONE_BOX) for a in answers))
    assert alone.sum() > 300
    doubt = [(1 - answer.probability[alone]).mean() for answer in answers]
    assert doubt[1] > 1.5 * doubt[0]


def test_names_of_the_boxes_do_not_decide(room):
    renamed = replace(room, boxes=replace(room.boxes, id=np.array([8, 2], np.int32)))
    first, second = label(room.request()).pseudo, label(renamed.request()).pseudo
    names = {SOFA: 8, TABLE: 2, BACKGROUND: BACKGROUND}
    assert [names[i] for i in first.instance.tolist()] == second.instance.tolist()
    np.testing.assert_allclose(first.probability, second.probability, atol=1e-4)


def test_moving_the_scan_changes_nothing(room):
    shift = np.float32([16.0, -8.0, 4.0])  # powers of two: no float32 digit of a face is lost beyond the last
    moved = replace(
        room.with_scan(xyz=room.scan.xyz + shift),
        boxes=replace(room.boxes, lower=room.boxes.lower + shift, upper=room.boxes.upper + shift),
    )
    first, second = label(room.request()).pseudo, label(moved.request()).pseudo
    assert (first.instance == second.instance).mean() > 0.999
    assert np.median(np.abs(first.probability - second.probability)) < 1e-3


def test_order_of_the_points_changes_nothing(room):
    order = np.random.default_rng(0).permutation(len(room.scan))
    scan = room.scan
    shuffled = room.with_scan(xyz=scan.xyz[order], rgb=scan.rgb[order], superpoint=scan.superpoint[order])
    first, second = label(room.request()).pseudo, label(shuffled.request()).pseudo
    assert (first.instance[order] == second.instance).all()
    np.testing.assert_allclose(first.probability[order], second.probability, atol=1e-3)


def test_same_request_gives_the_same_answer_and_threads_are_restored(room):
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        first, second = label(room.request(revision=4)), label(room.request())
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(threads)
    assert first.revision == 4
    assert_equal(first.pseudo, second.pseudo)


def test_seed_is_recorded_and_no_method_depends_on_it(room):
    for method in METHODS:
        seeds = [replace(room.request(), config=LabelerConfig(method=method, seed=seed)) for seed in (0, 7)]
        first, second = (label(request).pseudo for request in seeds)
        assert [pseudo.provenance["seed"] for pseudo in (first, second)] == [0, 7]
        assert_equal(first, second)


@pytest.mark.parametrize("method", METHODS)
def test_corrections_are_never_overwritten(room, method):
    random = np.random.default_rng(1)
    correction = np.full(len(room.scan), UNCORRECTED, np.int32)
    rows = random.choice(len(correction), 400, replace=False)
    correction[rows] = random.choice([SOFA, TABLE, BACKGROUND], 400)
    for superpoint in random.choice(room.scan.superpoint_count, 10, replace=False):
        correction[room.scan.superpoint == superpoint] = random.choice([SOFA, TABLE, BACKGROUND])
    assert_lawful(label(room.request(method=method, correction=correction)).pseudo, correction, room.boxes)


def test_correcting_clutter_moves_what_looks_alike_and_nothing_else(cluttered_room, green):
    stack = green(cluttered_room)
    before = label(cluttered_room.request()).pseudo
    assert (before.instance[stack] == SOFA).mean() > 0.8
    correction = np.full(len(cluttered_room.scan), UNCORRECTED, np.int32)
    x = cluttered_room.scan.xyz[:, 0]
    correction[stack & (x < 1.8)] = BACKGROUND
    after = label(cluttered_room.request(correction=correction, fitted=before.provenance)).pseudo
    beside, farther = stack & (x > 1.8) & (x < 2.06), stack & (x > 2.1) & (before.instance == SOFA)
    assert (after.instance[beside] == BACKGROUND).mean() > 0.5
    sofa = [np.where(a.instance == SOFA, a.probability, 1 - a.probability)[farther].mean() for a in (before, after)]
    assert sofa[1] < sofa[0] - 0.02
    others = ~stack
    assert (after.instance[others] == before.instance[others]).mean() > 0.99


def test_correcting_a_contested_superpoint_moves_its_neighbourhood(room):
    before = label(room.request()).pseudo
    contested = in_both(room) & (before.instance == TABLE)
    top = contested & (room.scan.xyz[:, 2] > 0.45)
    seed = room.scan.superpoint[np.flatnonzero(top)[0]]
    correction = np.full(len(room.scan), UNCORRECTED, np.int32)
    correction[room.scan.superpoint == seed] = SOFA
    after = label(room.request(correction=correction, fitted=before.provenance)).pseudo
    others = top & (room.scan.superpoint != seed)
    latent = np.where(after.instance == TABLE, after.mean, -after.mean)[others]
    assert latent.mean() < before.mean[others].mean() - 0.01


def test_rest_of_a_mostly_corrected_superpoint_follows(room):
    largest = int(np.bincount(room.scan.superpoint[room.truth == SOFA]).argmax())
    points = np.flatnonzero(room.scan.superpoint == largest)
    correction = np.full(len(room.scan), UNCORRECTED, np.int32)
    correction[points[: int(0.7 * len(points))]] = BACKGROUND
    pseudo = label(room.request(correction=correction)).pseudo
    assert (pseudo.instance[points] == BACKGROUND).all()
    assert pseudo.probability[points].min() < 1


def test_rest_of_what_a_person_called_background_has_the_box_that_holds_most_as_rival(room):
    first, last = replace(room.boxes, id=np.array([1, 2], np.int32)), room.boxes
    shared = np.flatnonzero(in_both(room) & (room.truth == TABLE))
    superpoint = np.bincount(room.scan.superpoint[shared]).argmax()
    points = np.flatnonzero(room.scan.superpoint == superpoint)
    correction = np.full(len(room.scan), UNCORRECTED, np.int32)
    correction[points[: int(0.7 * len(points))]] = BACKGROUND
    for boxes, table in ((first, 2), (last, TABLE)):
        for order in ([0, 1], [1, 0]):
            fields = (boxes.id, boxes.class_id, boxes.lower, boxes.upper)
            turned = replace(room, boxes=Boxes(*(field[order] for field in fields)))
            pseudo = label(turned.request(correction=correction)).pseudo
            rest = points[(correction[points] == UNCORRECTED)]
            assert (pseudo.instance[rest] == BACKGROUND).all()
            assert (pseudo.rival[rest] == table).all()


def test_millimetre_scene_is_labelled_as_the_room_is(room):
    small = replace(
        room.with_scan(xyz=room.scan.xyz * np.float32(0.125)),
        boxes=replace(
            room.boxes, lower=room.boxes.lower * np.float32(0.125), upper=room.boxes.upper * np.float32(0.125)
        ),
    )
    first, second = label(room.request()).pseudo, label(small.request()).pseudo
    assert (first.instance == second.instance).mean() > 0.98


def test_progress_reaches_its_total_and_can_cancel(room):
    seen = []

    def go_on(done: int, total: int, what: str) -> bool:
        seen.append((done, total, what))
        return True

    label(room.request(), go_on)
    assert seen[-1][0] == seen[-1][1]
    with pytest.raises(CancelledError, match="room: labelling was cancelled"):
        label(room.request(), lambda done, _total, _what: done < 1)


def test_unknown_method_is_named(room):
    request = replace(room.request(), config=LabelerConfig(method="magic"))  # type: ignore[arg-type]
    with pytest.raises(LabelingError, match="no method 'magic'"):
        label(request)


def test_request_and_review_load_no_torch():
    modules = "gapro_annotator.labeling.review, gapro_annotator.labeling.request"
    code = f"import sys, {modules}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
