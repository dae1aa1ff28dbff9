"""Scans of many styles: what they promise whatever their style is."""

import numpy as np
import pytest

from gapro_annotator.arrays import equal_fields
from gapro_annotator.demo.variety import generate_varied_scan, style_of
from gapro_annotator.document import ScanDocument
from gapro_annotator.labels import BACKGROUND

SEEDS = tuple(range(12))


@pytest.fixture(scope="module")
def scans() -> dict[int, ScanDocument]:
    return {seed: generate_varied_scan(seed, superpoints=False) for seed in SEEDS}


def background(document: ScanDocument) -> float:
    """Share of background of the points in boxes."""
    assert document.ground_truth is not None
    inside = document.boxes.count_per_point(document.scan.xyz) > 0
    return float((document.ground_truth.instance[inside] == BACKGROUND).mean())


def test_the_same_seed_gives_the_same_scan_and_another_seed_another():
    first, again, other = (generate_varied_scan(seed, superpoints=False) for seed in (0, 0, 4))
    assert equal_fields(first, again)
    assert not equal_fields(first, other)


def test_superpoints_change_nothing_else(scans: dict[int, ScanDocument]):
    grouped = generate_varied_scan(0)
    assert np.array_equal(grouped.scan.xyz, scans[0].scan.xyz)
    assert grouped.scan.superpoint_count < len(grouped.scan) / 10
    assert scans[0].scan.superpoint_count == len(grouped.scan)


def test_twelve_scans_are_of_every_kind_and_protocol():
    styles = [style_of(seed) for seed in SEEDS]
    assert {style.kind for style in styles} == {"room", "view", "tabletop"}
    assert {style.annotator.protocol for style in styles} == {"everything", "furniture", "some"}


@pytest.mark.parametrize("seed", SEEDS)
def test_ground_truth_is_box_ids_with_the_classes_of_their_boxes(scans: dict[int, ScanDocument], seed: int):
    document = scans[seed]
    truth = document.ground_truth
    assert truth is not None
    assert set(np.unique(truth.instance)) == {BACKGROUND, *document.boxes.id.tolist()}
    assert np.array_equal(truth.semantic, document.boxes.class_of(truth.instance))
    assert set(document.boxes.class_id.tolist()) <= set(document.classes.id)


@pytest.mark.parametrize("seed", SEEDS)
def test_an_exact_box_is_tight_and_a_careless_one_is_off_by_centimetres(scans: dict[int, ScanDocument], seed: int):
    document, style = scans[seed], style_of(seed)
    truth = document.ground_truth
    assert truth is not None
    exact = style.annotator.box_error == 0 and style.annotator.box_margin == 0
    for row, box in enumerate(document.boxes.id.tolist()):
        mine = document.scan.xyz[truth.instance == box]
        off = np.abs([mine.min(axis=0) - document.boxes.lower[row], mine.max(axis=0) - document.boxes.upper[row]])
        assert (off.max() == 0) == exact
        assert off.max() < 0.2


@pytest.mark.parametrize("seed", SEEDS)
def test_a_scan_has_about_the_points_of_its_style_and_the_size_of_a_place(scans: dict[int, ScanDocument], seed: int):
    document, style = scans[seed], style_of(seed)
    assert 0.3 * style.sensor.points < len(document.scan) < 1.1 * style.sensor.points
    extent = np.ptp(document.scan.xyz, axis=0)
    longest, highest = (2.2, 1.0) if style.kind == "tabletop" else (10.0, 3.6)
    assert 0.3 < extent[:2].max() < longest
    assert 0.1 < extent[2] < highest


def test_shares_of_background_differ_between_scans_and_are_those_of_real_boxes(scans: dict[int, ScanDocument]):
    shares = np.array([background(document) for document in scans.values() if len(document.boxes)])
    assert len(shares) >= len(SEEDS) - 1
    assert (shares >= 0.01).all()
    assert (shares <= 0.6).all()
    assert 0.1 < shares.mean() < 0.35
    assert np.ptp(shares) > 0.15


def test_colors_are_neither_all_dark_nor_all_alike(scans: dict[int, ScanDocument]):
    for document in scans.values():
        assert document.scan.rgb is not None
        assert 30 < document.scan.rgb.mean() < 250
        assert document.scan.rgb.std() > 4
