"""Each box that looks wrong is found, and its cure makes it right."""

import numpy as np

from gapro_annotator.box_checks import check_boxes, check_frame
from gapro_annotator.boxes import Boxes

XYZ = np.random.default_rng(0).uniform(0, 2, (5_000, 3)).astype(np.float32)


def boxes(*corners: tuple[list[float], list[float]]) -> Boxes:
    lower, upper = (np.array([pair[side] for pair in corners], np.float32) for side in (0, 1))
    return Boxes(np.arange(len(corners), dtype=np.int32), np.zeros(len(corners), np.int32), lower, upper)


def test_good_boxes_are_not_blamed() -> None:
    assert check_boxes(boxes(([0, 0, 0], [1, 1, 1]), ([0.2, 0.2, 0.2], [1, 1, 1])), XYZ) == []
    assert check_boxes(Boxes.empty(), XYZ) == []


def test_what_looks_wrong_is_found_with_its_cure() -> None:
    table = boxes(
        ([0, 0, 0], [1, 1, 1]),
        ([0, 0, 0], [1, 1, 1.01]),
        ([5, 5, 5], [6, 6, 6]),
        ([0, 0, 0.5], [2, 2, 0.505]),
        ([1, 1, 1], [3, 1.5, 1.5]),
    )
    found = {finding.box: finding for finding in check_boxes(table, XYZ)}
    assert {box: finding.trouble for box, finding in found.items()} == {
        1: "duplicate", 2: "empty", 3: "thin", 4: "outside",
    }  # fmt: skip
    thick, cut = found[3].corners, found[4].corners
    assert thick is not None
    assert cut is not None
    assert np.isclose((thick[1] - thick[0])[2], 0.02)
    assert cut[1, 0] <= XYZ[:, 0].max()
    cured = boxes(([0, 0, 0], [1, 1, 1]), (thick[0].tolist(), thick[1].tolist()), (cut[0].tolist(), cut[1].tolist()))
    assert check_boxes(cured, XYZ) == []


def furnished() -> tuple[Boxes, np.ndarray]:
    """Boxes of three objects, 1 to 5 m from the origin, and points that fill them on a floor."""
    table = boxes(([1, 1, 0], [1.6, 2, 0.9]), ([3, 1.5, 0], [3.4, 1.9, 1.4]), ([2, 3, 0], [3.8, 3.6, 0.5]))
    rng = np.random.default_rng(1)
    objects = [rng.uniform(lower, upper, (800, 3)) for lower, upper in zip(table.lower, table.upper, strict=True)]
    floor = rng.uniform([0, 0, -0.02], [5, 4, 0], (3_000, 3))
    return table, np.concatenate([*objects, floor]).astype(np.float32)


def test_boxes_in_another_unit_or_with_other_axes_are_suspected_as_a_whole() -> None:
    table, xyz = furnished()
    assert check_frame(table, xyz) is None
    millimetres = Boxes(table.id, table.class_id, table.lower * 1000, table.upper * 1000)
    swapped = Boxes(table.id, table.class_id, table.lower[:, [0, 2, 1]].copy(), table.upper[:, [0, 2, 1]].copy())
    for wrong, words in ((millimetres, "mm"), (swapped, "axes")):
        found = check_frame(wrong, xyz)
        assert found is not None
        assert words in found.text
        assert found.cure
        np.testing.assert_allclose(found.boxes.lower, table.lower, atol=1e-3)
        np.testing.assert_allclose(found.boxes.upper, table.upper, atol=1e-3)
        assert found.boxes.id.tolist() == table.id.tolist()
    assert check_frame(Boxes.empty(), xyz) is None


def test_a_scan_in_another_unit_is_named_and_left_to_its_import() -> None:
    table, xyz = furnished()
    found = check_frame(table, xyz * 1000)
    assert found is not None
    assert not found.cure
    assert "import the scan again" in found.text
