"""LAS, S3DIS, SemanticKITTI, labelCloud, Segments.ai and Supervisely: read as their tools do."""

import json
import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import laspy
import numpy as np
import pytest
from export_scenes import (
    CHAIR,
    HARP,
    PERSON,
    TABLE,
    expected,
    make_scan_document,
    number_of_box,
    turn,
)

from gapro_annotator.classes import Classes
from gapro_annotator.exporters import export_scan
from gapro_annotator.validation import validate

SCAN = "scene0707_00"
FAR = (431_234.5, 5_412_987.25, 311.0)
POOR: dict[str, Any] = {"colors": False, "normals": False, "mesh": False, "aligned": False, "dropped": False}
# NAMES of the scene: harp 0, Chair 1, wall 2, table 3; formats that number from 1 add one.
OWN = {CHAIR: 1, TABLE: 3, HARP: 0}


@pytest.mark.parametrize("compress", ["no", "yes"])
def test_las_keeps_millimetres_classes_and_certainty(tmp_path: Path, compress: str) -> None:
    document = make_scan_document(origin=FAR)
    want = expected(document)
    path = export_scan(document, "las", tmp_path, options=[f"compress={compress}"])
    assert path.suffix == (".laz" if compress == "yes" else ".las")
    las = laspy.read(path)
    assert np.abs(np.stack([las.x, las.y, las.z], axis=1) - want.xyz).max() < 1e-4
    assert np.array_equal(np.stack([las.red, las.green, las.blue], axis=1) // 257, want.rgb)
    code = np.array([64 + OWN[b] if b >= 0 else 1 for b in want.box.tolist()])
    assert np.array_equal(las.classification, code)
    assert np.array_equal(las.instance, want.box)
    assert np.array_equal(las.semantic, [OWN.get(b, -1) for b in want.box.tolist()])
    assert np.allclose(las.probability, want.probability)
    assert np.array_equal(np.asarray(las.withheld, bool), ~want.kept)
    assert np.array_equal(np.flatnonzero(las.origin), np.flatnonzero(want.kept & np.isin(want.point, PERSON)))
    (lookup,) = [vlr for vlr in las.header.vlrs if vlr.record_id == 0 and vlr.user_id == "LASF_Spec"]
    assert lookup.lookups[65] == "Chair"


def test_las_without_colours_and_with_more_classes_than_las_has(tmp_path: Path) -> None:
    document = make_scan_document(**POOR)
    assert laspy.read(export_scan(document, "las", tmp_path)).point_format.id == 6
    names = [*document.classes.name[:3], *(f"kind {number}" for number in range(250)), "table"]
    classes = Classes.of(names)
    class_id = document.boxes.class_id.copy()
    class_id[class_id == 3] = 253
    many = replace(document, classes=classes, boxes=replace(document.boxes, class_id=class_id))
    las = laspy.read(export_scan(many, "las", tmp_path / "many"))
    assert set(las.classification[las.instance == TABLE]) == {1}
    assert set(las.semantic[las.instance == TABLE]) == {253}
    assert "LAS has 192 numbers" in (tmp_path / "many" / "export-report.txt").read_text()


def test_s3dis_has_the_room_in_order_and_one_file_an_instance(tmp_path: Path) -> None:
    document = make_scan_document("office-1", origin=FAR)
    want = expected(document, "aligned")
    export_scan(document, "s3dis", tmp_path, options=["area=5"])
    room = tmp_path / "Area_5" / "office_1"
    points = np.loadtxt(room / "office_1.txt")
    assert np.abs(points[:, :3] - want.xyz).max() < 1e-4
    assert np.array_equal(points[:, 3:], want.rgb)
    files = {path.stem: np.loadtxt(path) for path in (room / "Annotations").glob("*.txt")}
    # Classes are what stands before the underscore; S3DIS has no harps and no background.
    assert sorted(files) == ["chair_1", "clutter_1", "clutter_2", "table_1"]
    assert np.array_equal(files["chair_1"], points[want.box == CHAIR])
    assert np.array_equal(files["clutter_1"], points[want.box == HARP])
    assert np.array_equal(files["clutter_2"], points[want.kept & (want.box == -1)])
    assert sum(map(len, files.values())) == want.kept.sum()
    export_scan(document, "s3dis", tmp_path / "keep", options=["others=keep"])
    assert (tmp_path / "keep" / "Area_1" / "office_1" / "Annotations" / "harp_1.txt").is_file()


def test_semantickitti_packs_class_and_instance_into_32_bits(tmp_path: Path) -> None:
    document = make_scan_document(origin=FAR)
    want = expected(document)
    export_scan(document, "semantickitti", tmp_path)
    export_scan(make_scan_document("attic", **POOR), "semantickitti", tmp_path)
    folder = tmp_path / "sequences" / "00"
    points = np.fromfile(folder / "velodyne" / "000000.bin", np.float32).reshape(-1, 4)
    label = np.fromfile(folder / "labels" / "000000.label", np.uint32)
    report = json.loads((tmp_path / "export-report.json").read_text())["exports"]["semantickitti"]["scans"][SCAN]
    assert np.abs(points[:, :3] + np.array(report["shift"]) - want.xyz).max() < 1e-3 / 4
    assert ((points[:, 3] >= 0) & (points[:, 3] <= 1)).all()
    assert np.array_equal(label & 0xFFFF, [OWN[b] + 1 if b >= 0 else 0 for b in want.box.tolist()])
    assert np.array_equal(label >> 16, number_of_box(want.box, -1) + 1)
    assert len((folder / "poses.txt").read_text().split()) == 12
    named = re.findall(r"<id>(\d+)</id>\s*<name>(.*)</name>", (tmp_path / "labels.xml").read_text())
    named = {int(number): name for number, name in named}
    assert named == {0: "unlabeled", 1: "harp", 2: "Chair", 3: "wall", 4: "table"}
    assert (tmp_path / "sequences" / "01" / "velodyne" / "000000.bin").is_file()
    assert '  1: "harp"' in (tmp_path / "semantic-kitti.yaml").read_text().splitlines()


def read_pcd(path: Path) -> dict[str, np.ndarray]:
    head, _, body = path.read_bytes().partition(b"DATA binary\n")
    header = dict(line.split(" ", 1) for line in head.decode().splitlines() if not line.startswith("#"))
    assert (header["VERSION"], header["HEIGHT"], header["POINTS"]) == ("0.7", "1", header["WIDTH"])
    fields = header["FIELDS"].split()
    table = np.frombuffer(body, [(name, "<f4") for name in fields])
    assert len(table) == int(header["POINTS"])
    found = {"xyz": np.stack([table[axis] for axis in "xyz"], axis=1).astype(np.float64)}
    if "rgb" in fields:
        packed = np.ascontiguousarray(table["rgb"]).view(np.uint32)
        found["rgb"] = np.stack([(packed >> 16) & 255, (packed >> 8) & 255, packed & 255], axis=1)
    return found


@pytest.mark.parametrize("frame", ["aligned", "source"])
def test_labelcloud_has_points_classes_and_boxes_that_fit_each_other(tmp_path: Path, frame: Any) -> None:
    document = make_scan_document()
    want = expected(document, frame)
    export_scan(document, "labelcloud", tmp_path, frame=frame)
    cloud = read_pcd(tmp_path / "pointclouds" / f"{SCAN}.pcd")
    assert np.abs(cloud["xyz"] - want.xyz).max() < 1e-4
    assert np.array_equal(cloud["rgb"], want.rgb)
    labels = np.fromfile(tmp_path / "labels" / "segmentation" / f"{SCAN}.bin", np.int8)
    assert np.array_equal(labels, [OWN[b] + 1 if b >= 0 else 0 for b in want.box.tolist()])
    config = json.loads((tmp_path / "labels" / "_classes.json").read_text())
    assert (config["type"], config["format"], config["default"]) == ("semantic_segmentation", "centroid_abs", 0)
    assert {one["name"]: one["id"] for one in config["classes"]}["table"] == 4
    older = json.loads((tmp_path / "labels" / "segmentation" / "schema" / "label_definition.json").read_text())
    assert older == {one["name"]: one["id"] for one in config["classes"]}
    objects = json.loads((tmp_path / "labels" / f"{SCAN}.json").read_text())["objects"]
    assert [one["name"] for one in objects] == ["Chair", "table", "harp"]
    for one, start in zip(objects, (0, 120, 240), strict=True):
        angle = math.radians(one["rotations"]["z"])
        center = np.array([one["centroid"][axis] for axis in "xyz"])
        size = np.array([one["dimensions"][side] for side in ("length", "width", "height")])
        turned = np.array([[math.cos(angle), -math.sin(angle), 0], [math.sin(angle), math.cos(angle), 0], [0, 0, 1]])
        mine = cloud["xyz"][want.kept & (want.point >= start) & (want.point < start + 120)]
        assert (np.abs((mine - center) @ turned) <= size / 2 + 1e-4).all()
        assert size == pytest.approx([1, 1, 1])
    expected_angle = 0 if frame == "aligned" else 330
    assert objects[0]["rotations"]["z"] == pytest.approx(expected_angle)


def test_labelcloud_says_which_classes_int8_cannot_hold(tmp_path: Path) -> None:
    document = make_scan_document(**POOR)
    classes = Classes.of([f"kind {number}" for number in range(200)])
    class_id = np.array([1, 199, 0], np.int32)
    document = replace(document, classes=classes, boxes=replace(document.boxes, class_id=class_id))
    export_scan(document, "labelcloud", tmp_path)
    labels = np.fromfile(tmp_path / "labels" / "segmentation" / f"{SCAN}.bin", np.int8)
    want = expected(document)
    assert set(labels[want.box == TABLE]) == {0}
    assert set(labels[want.box == CHAIR]) == {2}
    assert "labelCloud has 127 classes" in (tmp_path / "export-report.txt").read_text()


def test_segments_has_an_object_for_each_point_and_cuboids_in_the_clouds_frame(tmp_path: Path) -> None:
    document = make_scan_document(origin=FAR)
    want = expected(document)
    label = json.loads(export_scan(document, "segments", tmp_path).read_text())
    assert label["format_version"] == "0.1"
    assert label["point_annotations"] == (number_of_box(want.box, -1) + 1).tolist()
    categories = {c["id"]: c["name"] for c in json.loads((tmp_path / "categories.json").read_text())["categories"]}
    assert {a["id"]: categories[a["category_id"]] for a in label["annotations"]} == {1: "Chair", 2: "table", 3: "harp"}
    cuboids = json.loads((tmp_path / f"{SCAN}.cuboids.json").read_text())["annotations"]
    assert [one["id"] for one in cuboids] == [CHAIR + 1, TABLE + 1, HARP + 1]
    center = np.array([cuboids[0]["position"][axis] for axis in "xyz"])
    assert np.allclose(turn() @ [*center, 1], [*(np.array(FAR) + 0.5), 1])
    assert cuboids[0]["yaw"] == pytest.approx(-math.pi / 6)


def test_supervisely_has_the_points_of_each_instance_as_a_figure(tmp_path: Path) -> None:
    document = make_scan_document(origin=FAR)
    want = expected(document)
    export_scan(document, "supervisely", tmp_path)
    cloud = read_pcd(tmp_path / "ds0" / "pointcloud" / f"{SCAN}.pcd")
    assert len(cloud["xyz"]) == want.rows
    annotation = json.loads((tmp_path / "ds0" / "ann" / f"{SCAN}.pcd.json").read_text())
    meta = json.loads((tmp_path / "meta.json").read_text())
    shapes = {one["title"]: one["shape"] for one in meta["classes"]}
    title = {one["key"]: one["classTitle"] for one in annotation["objects"]}
    found = {}
    for figure in annotation["figures"]:
        assert figure["geometryType"] == shapes[title[figure["objectKey"]]] == "point_cloud"
        found[title[figure["objectKey"]]] = figure["geometry"]["indices"]
    boxes = {"Chair": CHAIR, "table": TABLE, "harp": HARP}
    assert found == {name: np.flatnonzero(want.box == box).tolist() for name, box in boxes.items()}
    keys = [one["key"] for one in (*annotation["objects"], *annotation["figures"], annotation)]
    assert len(set(keys)) == len(keys)
    assert all(len(key) == 32 for key in keys)
    assert "rgb" not in read_pcd(export_scan(make_scan_document(**POOR), "supervisely", tmp_path / "poor"))


@pytest.mark.parametrize("name", ["las", "s3dis", "semantickitti", "labelcloud", "segments", "supervisely"])
def test_validate_misses_files_that_are_gone(tmp_path: Path, name: str) -> None:
    path = export_scan(make_scan_document(**POOR), name, tmp_path)
    assert not [finding for finding in validate(tmp_path) if finding.severity == "error"]
    path.unlink()
    assert [finding.where for finding in validate(tmp_path) if finding.severity == "error"] == [str(path)]
