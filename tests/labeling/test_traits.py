"""What speaks for and against a box."""

from dataclasses import replace

import numpy as np
import pytest
from labeling_scenes import boxes_of, prepared, random_boxes, random_scan

from gapro_annotator.labeling.evidence import BoxEvidence, box_evidence, scan_evidence
from gapro_annotator.labeling.request import LabelerConfig
from gapro_annotator.labeling.traits import Candidates, Traits, traits_of
from gapro_annotator.labeling.traits.candidates import overlap_volumes


def measured(seed: int, **settings: bool) -> tuple[BoxEvidence, Candidates, Traits]:
    evidence = box_evidence(scan_evidence(random_scan(seed)), random_boxes(seed), LabelerConfig(**settings))
    return evidence, *traits_of(evidence, LabelerConfig(**settings))


def column(traits: Traits, name: str) -> np.ndarray:
    return traits.values[:, traits.names.index(name)]


def test_every_superpoint_with_every_box_that_holds_a_point_of_it_is_a_candidate():
    evidence, candidates, traits = measured(1, slack=False)
    scan, boxes = evidence.of_scan.scan, evidence.boxes
    inside = ((scan.xyz[:, None] >= boxes.lower) & (scan.xyz[:, None] <= boxes.upper)).all(axis=2)
    expected = {(s, b) for s, row in zip(scan.superpoint.tolist(), inside, strict=True) for b in np.flatnonzero(row)}
    pairs = list(zip(candidates.superpoint.tolist(), candidates.box.tolist(), strict=True))
    assert pairs == sorted(expected)
    assert traits.values.shape == (len(pairs), len(traits.names))
    for row in range(0, len(pairs), 7):
        superpoint, box = pairs[row]
        assert column(traits, "share")[row] == pytest.approx(inside[scan.superpoint == superpoint, box].mean())


def test_rows_are_found_again_and_strangers_are_not():
    _, candidates, _ = measured(2)
    rows = candidates.rows_of(candidates.superpoint, candidates.box)
    assert rows.tolist() == list(range(len(candidates)))
    known = set(zip(candidates.superpoint.tolist(), candidates.box.tolist(), strict=True))
    strangers = [(s, b) for s in range(40) for b in range(7) if (s, b) not in known]
    superpoint, box = (np.array(side) for side in zip(*strangers, strict=True))
    assert (candidates.rows_of(superpoint, box) == -1).all()


def test_best_other_is_that_of_brute_force():
    _, candidates, _ = measured(3)
    values = np.random.default_rng(0).normal(size=len(candidates)).round(1)
    among = np.random.default_rng(1).random(len(candidates)) < 0.6
    for counted in (None, among):
        found = candidates.best_other(values, among=counted)
        for row in range(len(candidates)):
            others = (candidates.superpoint == candidates.superpoint[row]) & (np.arange(len(candidates)) != row)
            others &= True if counted is None else counted
            assert found[row] == (values[others].max() if others.any() else -np.inf)


def test_volumes_in_common_are_those_of_the_boxes():
    volume = overlap_volumes(boxes_of(((0, 0, 0), (2, 2, 2)), ((1, 1, 1), (2, 2, 4)), ((5, 5, 5), (6, 6, 6))))
    np.testing.assert_allclose(volume, [[0, 1, 0], [1, 0, 0], [0, 0, 0]])


@pytest.mark.parametrize(
    ("switch", "names"),
    [
        ("contacts", ("touches_box", "touches_body", "stands_alone")),
        ("likeness", ("looks_like_body", "near_like_outside")),
        ("planes", ("floor_near", "wall_parallel", "on_plane")),
    ],
)
def test_what_is_switched_off_is_left_out_and_the_rest_stays(switch, names):
    _, _, traits = measured(4, **{switch: False})
    assert all(np.isnan(column(traits, name)).all() for name in names)
    assert np.isfinite(column(traits, "share")).all()


def test_a_scan_without_walls_and_floor_guesses_no_plane():
    _, _, traits = measured(5)
    assert np.isnan(column(traits, "floor_near")).all()
    assert np.isnan(column(traits, "owned_piece")).all()


def test_smaller_box_is_named_as_such_and_only_among_rivals():
    scan = random_scan(6)
    ready = prepared(scan, boxes_of(((-1, -1, -1), (2, 2, 2)), ((0, 0, 0), (1, 1, 1))), process=False)
    candidates, traits = traits_of(ready.evidence, LabelerConfig())
    inner = (candidates.box == 1) & (candidates.share >= 0.5)
    assert (column(traits, "smallest")[inner] == 1).all()
    assert (column(traits, "rival_volume")[inner] > 0).all()
    assert (column(traits, "smallest")[candidates.box == 0] == 0).all()
    assert (column(traits, "rivals")[inner] == 1).all()


def test_a_box_of_twice_the_distance_scale_has_the_same_traits():
    scan, boxes = random_scan(7), random_boxes(7)
    small, less = (0.25, 0.125)
    answers = []
    for factor in (np.float32(small), np.float32(less)):
        scaled = replace(scan, xyz=scan.xyz * factor)
        around = replace(boxes, lower=boxes.lower * factor, upper=boxes.upper * factor)
        evidence = box_evidence(scan_evidence(scaled), around, LabelerConfig())
        answers.append(traits_of(evidence, LabelerConfig())[1])
    # The spacing is rounded to three digits, and with it the voxels that say what touches.
    touches = np.array([name.startswith("touches") for name in answers[0].names])
    one, other = (answer.values for answer in answers)
    np.testing.assert_allclose(one[:, ~touches], other[:, ~touches], atol=1e-5)
    np.testing.assert_allclose(one[:, touches], other[:, touches], atol=0.05)
    assert np.median(np.abs(one - other)[:, touches]) < 1e-3
