"""The frozen values check themselves once and stay as they were checked."""

from typing import Any

import numpy as np
import pytest

from gapro_annotator.arrays import equal_fields
from gapro_annotator.boxes import Boxes
from gapro_annotator.classes import Classes, default_color
from gapro_annotator.document import ScanDocument
from gapro_annotator.errors import AnnotatorError, InvalidValueError, reason_of
from gapro_annotator.labels import Annotation, GroundTruth, LabelEdit, PseudoLabels
from gapro_annotator.scan import Scan

ROWS = 6


def scan_fields() -> dict[str, Any]:
    return {
        "name": "room",
        "xyz": np.arange(ROWS * 3, dtype=np.float32).reshape(ROWS, 3),
        "origin": np.zeros(3),
        "superpoint": np.array([0, 0, 1, 1, 2, 2], np.int32),
        "rgb": np.zeros((ROWS, 3), np.uint8),
        "faces": np.array([[0, 1, 2]], np.int32),
    }


@pytest.mark.parametrize(
    ("field", "wrong", "message"),
    [
        ("name", "a/b", "plain name"),
        ("name", "", "plain name"),
        ("xyz", np.zeros((ROWS, 3)), "float32"),
        ("xyz", np.zeros((ROWS, 2), np.float32), "any × 3"),
        ("xyz", np.full((ROWS, 3), np.nan, np.float32), "18 values that are NaN"),
        ("origin", np.array([0, 0, np.inf]), "NaN or infinite"),
        ("superpoint", np.zeros(ROWS - 1, np.int32), "6, not 5"),
        ("superpoint", np.array([0, 0, 1, 1, 3, 3], np.int32), "every number"),
        ("superpoint", np.array([0, 0, 1, 1, -1, 2], np.int32), "every number"),
        ("rgb", np.zeros((ROWS, 4), np.uint8), "rgb"),
        ("faces", np.array([[0, 1, ROWS]], np.int32), "outside 0..5"),
        ("source_row", np.arange(ROWS, dtype=np.int32), "int64"),
    ],
)
def test_a_scan_that_breaks_its_contract_does_not_exist(field: str, wrong: Any, message: str) -> None:
    with pytest.raises(InvalidValueError, match=message):
        Scan(**{**scan_fields(), field: wrong})


def test_a_scan_cannot_be_changed_after_it_was_checked() -> None:
    scan = Scan(**scan_fields())
    with pytest.raises(ValueError, match="read-only"):
        scan.xyz[0, 0] = np.nan
    assert scan.superpoint_count == 3
    assert len(scan) == ROWS


def boxes(**changes: Any) -> Boxes:
    fields = {
        "id": np.array([4, 9], np.int32),
        "class_id": np.array([0, 1], np.int32),
        "lower": np.array([[0, 0, 0], [1, 1, 1]], np.float32),
        "upper": np.array([[2, 2, 2], [3, 3, 3]], np.float32),
    }
    return Boxes(**{**fields, **changes})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"id": np.array([4, 4], np.int32)}, "distinct"),
        ({"id": np.array([-1, 4], np.int32)}, "not negative"),
        ({"lower": np.array([[0, 0, 5], [1, 1, 1]], np.float32)}, "box 4: its minimum lies above"),
        ({"upper": np.array([[2, 2, np.nan], [3, 3, 3]], np.float32)}, "NaN"),
        ({"class_id": np.array([0], np.int32)}, "class_id"),
    ],
)
def test_boxes_that_break_their_contract_do_not_exist(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidValueError, match=message):
        boxes(**changes)


def test_a_point_on_a_face_is_inside_and_memberships_agree_with_brute_force() -> None:
    rng = np.random.default_rng(0)
    xyz = rng.integers(-1, 5, (500, 3)).astype(np.float32)  # many points lie exactly on faces
    two = boxes()
    brute = [
        np.flatnonzero(((xyz >= low) & (xyz <= high)).all(axis=1))
        for low, high in zip(two.lower, two.upper, strict=True)
    ]
    for found, expected in zip(two.members(xyz), brute, strict=True):
        assert np.array_equal(found, expected)
    assert two.count_per_point(xyz).sum() == sum(map(len, brute))
    assert len(two.members(xyz, margin=1.0)[0]) > len(brute[0])


def test_rows_are_found_by_id_and_background_has_none() -> None:
    assert boxes().row_of(np.array([9, -1, 4, 5], np.int32)).tolist() == [1, -1, 0, -1]
    assert Boxes.empty().row_of(np.array([9, -1], np.int32)).tolist() == [-1, -1]


def test_class_names_are_found_without_case_and_added_once() -> None:
    classes = Classes.of(["Chair", "table"])
    assert classes.id_of("chair") == 0
    grown = classes.with_names(["sofa", "Table", "SOFA"])
    assert grown.name == ("Chair", "table", "sofa")
    assert grown.name_of(2) == "sofa"
    assert grown.name_of(-1) == "background"
    assert classes.with_names(["table"]) is classes


def test_the_first_seventy_two_colors_differ() -> None:
    assert len({default_color(i) for i in range(72)}) == 72


def test_the_colors_of_near_numbers_are_far_apart() -> None:
    """In OKLab, where 0.02 is a difference that one just sees."""
    rgb = np.array([default_color(i) for i in range(24)]) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    to_cones = np.array([[0.4122, 0.5363, 0.0514], [0.2119, 0.6807, 0.1074], [0.0883, 0.2817, 0.6300]])
    to_lab = np.array([[0.2105, 0.7936, -0.0041], [1.9780, -2.4286, 0.4506], [0.0259, 0.7828, -0.8087]])
    lab = np.cbrt(linear @ to_cones.T) @ to_lab.T
    distance = np.linalg.norm(lab[:, None] - lab[None], axis=2)
    rows, columns = np.triu_indices(24, 1)
    near = columns - rows <= 8
    assert distance[rows[near], columns[near]].min() > 0.09
    assert distance[:10, :10][np.triu_indices(10, 1)].min() > 0.12


def test_an_edit_and_its_inverse_are_nothing() -> None:
    edit = LabelEdit("Give", np.array([1, 2]), np.array([-2, 3], np.int32), np.array([7, 7], np.int32))
    correction = np.array([-2, -2, 3], np.int32)
    for step in (edit, edit.inverse()):
        correction[step.points] = step.after
    assert correction.tolist() == [-2, -2, 3]


@pytest.mark.parametrize("probability", [-0.1, 1.1, np.nan])
def test_a_probability_is_between_zero_and_one(probability: float) -> None:
    column = np.zeros(1, np.int32)
    number = np.zeros(1, np.float32)
    with pytest.raises(InvalidValueError, match="probability"):
        PseudoLabels(column, column, np.array([probability], np.float32), number, number, np.zeros(1, np.uint8))


def test_a_document_with_rows_that_do_not_fit_names_the_scan() -> None:
    short = np.zeros(ROWS - 1, np.int32)
    with pytest.raises(AnnotatorError, match=r"room: ground truth have 5 rows but the scan has 6 points"):
        ScanDocument(
            scan=Scan(**scan_fields()),
            boxes=boxes(),
            classes=Classes.of([]),
            ground_truth=GroundTruth(short, short.copy()),
        )


def test_equal_fields_sees_every_difference() -> None:
    def annotation(origin: int) -> Annotation:
        zeros = np.zeros(3, np.int32)
        return Annotation(zeros, zeros.copy(), np.array([0, 0, origin], np.uint8))

    assert equal_fields(annotation(1), annotation(1))
    assert not equal_fields(annotation(1), annotation(0))
    assert equal_fields(Scan(**scan_fields()), Scan(**scan_fields()))
    assert not equal_fields(Scan(**scan_fields()), Scan(**{**scan_fields(), "rgb": None}))


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(28, "Can't write data (file write failed: buf 0x7f, total = 3)"), "No space left on device"),
        (RuntimeError("unable (time = now, error message = 'Disk quota exceeded', buf = 0x1)"), "Disk quota exceeded"),
        (UnicodeDecodeError("ascii", b"\x89", 0, 1, "ordinal not in range"), "it is not text"),
        (ValueError("two\n  lines"), "two lines"),
        (MemoryError(), "MemoryError"),
    ],
)
def test_the_reason_of_a_failure_is_a_few_words(error: Exception, said: str) -> None:
    assert reason_of(error) == said
