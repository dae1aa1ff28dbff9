"""Turned boxes are kept as their source had them: through import, cures, edits, the file, repair and back out."""

import json
import math
from pathlib import Path

import h5py
import numpy as np
import pytest

from gapro_annotator.cli import main
from gapro_annotator.errors import InvalidValueError
from gapro_annotator.oriented_boxes import OrientedBoxes
from gapro_annotator.project import Project
from gapro_annotator.readers import read_source
from gapro_annotator.readers.box_files import read_box_file
from gapro_annotator.session import Session

YAW = math.radians(30)
SIZE = np.array([2.0, 1.0, 0.8])
CENTERS = np.array([[1.0, 2.0, 0.5], [5.0, 2.0, 0.5]])


def turn(angle: float) -> np.ndarray:
    c, s = math.cos(angle), math.sin(angle)
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1.0]])


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Two boxes full of points, one turned by 30°, with a labelCloud file."""
    chance = np.random.default_rng(1)
    parts = [
        center + ((chance.random((400, 3)) - 0.5) * SIZE) @ turn(angle).T
        for center, angle in zip(CENTERS, (YAW, 0.0), strict=True)
    ]
    np.savetxt(tmp_path / "pair.xyz", np.concatenate(parts), fmt="%.6f")
    write_boxes(tmp_path / "boxes.json")
    return tmp_path / "pair.xyz"


def write_boxes(path: Path, factor: float = 1.0) -> Path:
    objects = [
        {
            "name": name,
            "centroid": dict(zip("xyz", (factor * center).tolist(), strict=True)),
            "dimensions": dict(zip(("length", "width", "height"), (factor * SIZE).tolist(), strict=True)),
            "rotations": {"x": 0, "y": 0, "z": angle},
        }
        for name, center, angle in zip(("sofa", "desk"), CENTERS, (math.degrees(YAW), 0.0), strict=True)
    ]
    path.write_text(json.dumps({"folder": "pointclouds", "filename": "pair.pcd", "path": "", "objects": objects}))
    return path


def check(oriented: OrientedBoxes | None, origin: np.ndarray | float = 0.0) -> None:
    assert oriented is not None
    assert oriented.id.tolist() == [0]
    np.testing.assert_allclose(oriented.center[0] + origin, CENTERS[0], atol=1e-4)
    np.testing.assert_allclose(oriented.size[0], SIZE, atol=1e-4)
    np.testing.assert_allclose(oriented.turn[0], turn(YAW), atol=1e-4)


def imported(source: Path) -> Project:
    folder = source.parent / "project"
    assert main(["import", str(source), "--boxes", str(source.parent / "boxes.json"), "--project", str(folder)]) == 0
    return Project.open(folder)


def test_they_are_kept_through_edits_file_and_repair(source: Path, tmp_path: Path) -> None:
    project = imported(source)
    document = project.load("pair")
    check(document.oriented, document.scan.origin)
    session = Session(document)
    session.assign(np.array([1, 2]), 1, "two points")
    project.save(session.document())
    check(project.load("pair").oriented, document.scan.origin)
    path = project.scan_path("pair")
    content = bytearray(path.read_bytes())
    with h5py.File(path) as file:  # damage the colours of classes: nothing that matters here
        place = file["classes/color"].id.get_offset() or file["boxes/lower"].id.get_offset()
    if place:
        content[place] ^= 0xFF
    path.write_bytes(content)
    assert main(["repair", str(path), "--output", str(tmp_path / "mended.h5")]) in (0, 1)
    from gapro_annotator.project import load_document

    check(load_document(tmp_path / "mended.h5").oriented, document.scan.origin)


def test_a_turn_of_the_scan_and_a_cure_take_them_along(source: Path) -> None:
    xyz = np.loadtxt(source)
    np.savetxt(source.with_name("side.xyz"), np.c_[xyz[:, 0], xyz[:, 2], -xyz[:, 1]], fmt="%.6f")
    write_boxes(source.with_name("far.json"), factor=1000.0)
    cured = read_source(source, boxes=source.with_name("far.json"), cure=True)
    check(cured.oriented, cured.origin)


@pytest.mark.parametrize(("form", "file"), [("labelcloud", "labels/pair.json"), ("segments", "pair.cuboids.json")])
def test_they_go_out_as_they_came_in_until_somebody_moves_them(source: Path, form: str, file: str) -> None:
    project = imported(source)
    out = source.parent / "out"
    assert main(["label", str(project.folder), "--method", "none"]) == 0
    assert main(["export", str(project.folder), "--format", form, "--out", str(out)]) == 0
    again = next(out.rglob(Path(file).name))
    boxes = read_box_file(again).boxes
    turned = [box.turned for box in boxes if box.turned is not None]
    assert len(boxes) == 2
    assert len(turned) == 1
    np.testing.assert_allclose(turned[0].center, CENTERS[0], atol=1e-3)
    np.testing.assert_allclose(turned[0].size, SIZE, atol=1e-3)
    np.testing.assert_allclose(np.reshape(turned[0].turn, (3, 3)), turn(YAW), atol=1e-3)


def test_a_box_that_was_moved_is_no_longer_held() -> None:
    boxes = OrientedBoxes(
        np.array([4], np.int32), np.zeros((1, 3), np.float32), np.ones((1, 3), np.float32),
        turn(YAW)[None].astype(np.float32),
    )  # fmt: skip
    from gapro_annotator.boxes import Boxes

    lower, upper = boxes.hulls()
    ids = np.array([4], np.int32)
    assert boxes.holds(Boxes(ids, ids, lower, upper)).tolist() == [True]
    assert boxes.holds(Boxes(ids, ids, lower - np.float32(0.1), upper)).tolist() == [False]
    assert boxes.holds(Boxes(ids + 1, ids, lower, upper)).tolist() == [False]
    with pytest.raises(InvalidValueError, match="no rotation"):
        OrientedBoxes(boxes.id, boxes.center, boxes.size, 2 * boxes.turn)
