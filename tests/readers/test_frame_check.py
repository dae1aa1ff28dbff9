"""Boxes that miss the cloud: the cure that puts them on points is found, told and applied; the rest is left alone."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gapro_annotator.errors import InputError
from gapro_annotator.readers import read_source
from gapro_annotator.readers.frame import guess_unit, guess_up

BOXES = np.array(
    [
        [[0.5, 0.5, 0.0], [1.1, 1.2, 0.9]],
        [[2.0, 0.3, 0.0], [3.9, 1.1, 0.75]],
        [[4.2, 2.5, 0.0], [5.0, 3.0, 2.1]],
        [[0.2, 3.0, 0.0], [2.2, 3.8, 0.5]],
        [[3.1, 2.0, 0.3], [3.5, 2.3, 1.0]],
    ]
)


def room() -> np.ndarray:
    """A floor of 6 × 4 m, two walls, and points all over the faces of the boxes."""
    rng = np.random.default_rng(0)
    parts = [
        rng.random((6000, 3)) * [6, 4, 0.01],
        rng.random((1500, 3)) * [6, 0.01, 2.5],
        rng.random((1500, 3)) * [0.01, 4, 2.5],
    ]
    for low, high in BOXES:
        points = rng.random((800, 3))
        points[np.arange(800), rng.integers(0, 3, 800)] = rng.integers(0, 2, 800)
        parts.append(low + points * (high - low))
    return np.concatenate(parts)


def turned(boxes: np.ndarray, order: list[int], signs: list[int]) -> np.ndarray:
    return np.sort(boxes[:, :, order] * signs, axis=1)


def read(folder: Path, xyz: np.ndarray, boxes: np.ndarray, **options: Any) -> Any:
    rows = [
        {"id": i, "class": "thing", "min": low, "max": high} for i, (low, high) in enumerate(np.asarray(boxes).tolist())
    ]
    (folder / "a.boxes.json").write_text(json.dumps({"format": "boxes", "units": "m", "boxes": rows}))
    np.save(folder / "a.npy", xyz)
    return read_source(folder / "a.npy", **options)


CENTER, SIZE = BOXES.mean(axis=1), BOXES[:, 1] - BOXES[:, 0]
WRONG: dict[str, np.ndarray] = {
    "in mm": BOXES * 1000,
    "in cm": BOXES * 100,
    "in inches": BOXES / 0.0254,
    "y up": turned(BOXES, [0, 2, 1], [1, 1, -1]),
    "axes swapped": turned(BOXES, [1, 0, 2], [1, -1, 1]),
    "from the mean": BOXES - room().mean(axis=0),
    "far away": BOXES + np.array([455_000.25, -310.5, 12]),
    "mm and y up": turned(BOXES, [0, 2, 1], [1, 1, -1]) * 1000,
}


@pytest.mark.parametrize("wrong", list(WRONG))
def test_the_cure_is_proposed_and_applied_only_when_asked(tmp_path: Path, wrong: str) -> None:
    scan = read(tmp_path, room(), WRONG[wrong])
    (note,) = [note for note in scan.notes if "--cure" in note]
    assert "0% of the boxes hold points; 100% would if " in note
    scan = read(tmp_path, room(), WRONG[wrong], cure=True)
    corners = np.stack([scan.boxes.lower, scan.boxes.upper], axis=1)
    assert np.abs(corners - BOXES).max() < 0.02
    assert any(note.startswith("cured: 100%") for note in scan.notes)


def test_a_scan_in_millimetres_shrinks_rather_than_its_boxes_grow(tmp_path: Path) -> None:
    scan = read(tmp_path, room() * 1000, BOXES, cure=True)
    assert np.ptp(scan.xyz, axis=0).max() == pytest.approx(6, abs=0.01)
    assert np.abs(scan.boxes.upper - BOXES[:, 1]).max() < 1e-4


def test_a_scan_with_y_up_is_turned_to_its_boxes(tmp_path: Path) -> None:
    x, y, z = room().T
    scan = read(tmp_path, np.stack([x, z, -y], axis=1), BOXES, cure=True)
    assert np.allclose(scan.xyz, room(), atol=1e-4)
    assert np.abs(scan.boxes.upper - BOXES[:, 1]).max() < 1e-4


def test_boxes_that_lack_the_axis_alignment_get_it(tmp_path: Path) -> None:
    from gapro_annotator.readers.frame_check import apply_cure, find_cure
    from gapro_annotator.readers.imported import Source, SourceBox

    turn = np.eye(4)
    turn[:2, :2] = [[0.6, -0.8], [0.8, 0.6]]
    turn[:3, 3] = [7, -3, 0.5]
    back = np.linalg.inv(turn)
    boxes = []
    for number, (low, high) in enumerate(BOXES):
        corners = np.array([[x, y, z] for x in (low[0], high[0]) for y in (low[1], high[1]) for z in (low[2], high[2])])
        raw = corners @ back[:3, :3].T + back[:3, 3]
        boxes.append(SourceBox(number, "thing", tuple(raw.min(axis=0)), tuple(raw.max(axis=0))))
    source = Source(where=tmp_path, name="a", xyz=room(), boxes=tuple(boxes), axis_alignment=turn)
    cure = find_cure(source)
    assert cure is not None
    assert "alignment" in cure.text
    assert all(
        cured.lower <= tuple(low + 1e-6) for cured, (low, _) in zip(apply_cure(source, cure).boxes, BOXES, strict=True)
    )


def test_centre_and_half_size_are_recognised(tmp_path: Path) -> None:
    xyz, shift = room(), np.array([-20.0, -20.0, -20.0])  # so that sizes lie above centres, as least and largest must
    for factor in (1.0, 0.5):
        scan = read(tmp_path, xyz + shift, np.stack([CENTER + shift, SIZE * factor], axis=1), cure=True)
        assert np.abs(scan.boxes.upper - (BOXES[:, 1] + shift)).max() < 1e-4


def test_boxes_on_points_and_boxes_of_nothing_are_left_alone(tmp_path: Path) -> None:
    assert not any("cure" in note for note in read(tmp_path, room(), BOXES).notes)
    nonsense = np.random.default_rng(1).random((12, 2, 3)) * [6, 4, 2.5]
    scan = read(tmp_path, room(), np.sort(nonsense, axis=1) + np.array([0, 0, 50]))
    assert not any("cure" in note for note in scan.notes)


def test_up_and_unit_are_guessed_and_can_be_said(tmp_path: Path) -> None:
    xyz = room()
    x, y, z = xyz.T
    assert guess_up(xyz)[0] == "z"
    assert guess_up(np.stack([x, z, -y], axis=1))[0] == "y"
    assert guess_up(np.stack([z, y, -x], axis=1))[0] == "x"
    assert [guess_unit(xyz * factor) for factor in (1, 100, 1000)] == ["m", "cm", "mm"]
    scan = read(tmp_path, np.stack([x, z, -y], axis=1) * 1000, BOXES, up="y", unit="mm")
    assert np.allclose(scan.xyz, xyz, atol=1e-4)
    scan = read(tmp_path, np.stack([z, y, -x], axis=1), BOXES, up="x")
    assert np.allclose(scan.xyz, xyz, atol=1e-4)
    for wrong in ({"up": "w"}, {"unit": "mile"}):
        with pytest.raises(InputError, match=next(iter(wrong.values()))):
            read(tmp_path, xyz, BOXES, **wrong)
