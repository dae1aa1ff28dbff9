"""Each box that looks wrong is found, and its cure makes it right."""

import numpy as np

from gapro_annotator.box_checks import check_boxes
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
