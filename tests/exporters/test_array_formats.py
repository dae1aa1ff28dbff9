"""ScanNet, Mask3D, mmdetection3d and Pointcept: read from the formats' descriptions and held against the scan."""

import json
import pickle
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from export_scenes import (
    CHAIR,
    CHAIR_CLASS,
    HARP,
    Expected,
    expected,
    make_scan_document,
    number_of_box,
    turn,
    with_wall_box,
)
from plyfile import PlyData
from test_pth_formats import SCAN, check_errors

from gapro_annotator.document import ScanDocument
from gapro_annotator.exporters import export_scan
from gapro_annotator.readers import read_source
from gapro_annotator.validation import validate

FAR = (431_234.5, 5_412_987.25, 311.0)
NYU = {"chair": 5, "table": 7, "harp": 41, "": 0}


def nyu_of(want: Expected, background: int = 0) -> np.ndarray:
    """Per row; a row that was dropped is 0."""
    kinds = NYU | {"": background}
    return np.where(want.kept, [kinds[name] for name in want.class_name], 0)


def shift_of(folder: Path, name: str) -> np.ndarray:
    report = json.loads((folder / "export-report.json").read_text())
    return np.array(report["exports"][name]["scans"][SCAN]["shift"] or [0, 0, 0])


def test_scannets_ground_truth_and_submission(tmp_path: Path) -> None:
    document = make_scan_document()
    want = expected(document)
    export_scan(document, "scannet", tmp_path)
    ids = np.array((tmp_path / "gt" / f"{SCAN}.txt").read_text().split(), int)
    assert np.array_equal(ids, np.where(nyu_of(want) > 0, nyu_of(want) * 1000 + number_of_box(want.box, 0) + 1, 0))
    seen = {}
    for line in (tmp_path / "submission" / f"{SCAN}.txt").read_text().splitlines():
        file, kind, confidence = line.split(" ")
        assert re.fullmatch(rf"predicted_masks/{SCAN}_\d\d\d\.txt", file)
        assert confidence == "1.0000"
        seen[int(kind)] = np.array((tmp_path / "submission" / file).read_text().split(), int)
    assert sorted(seen) == [5, 7]  # the benchmark has no harps
    assert np.array_equal(seen[5], (want.box == CHAIR).astype(int))
    assert check_errors(tmp_path) == []


def test_confidence_can_be_the_mean_probability(tmp_path: Path) -> None:
    document = make_scan_document()
    want = expected(document)
    export_scan(document, "scannet", tmp_path, options=["confidence=probability"])
    line = (tmp_path / "submission" / f"{SCAN}.txt").read_text().splitlines()[0]
    assert float(line.split()[2]) == pytest.approx(want.probability[want.box == CHAIR].mean(), abs=1e-4)


@pytest.mark.parametrize("origin", [(0, 0, 0), FAR])
@pytest.mark.parametrize("frame", ["source", "aligned"])
def test_raw_scan_folders_have_segments_that_no_label_crosses(tmp_path: Path, origin: Any, frame: Any) -> None:
    document = make_scan_document(origin=origin)
    want = expected(document, frame)
    export_scan(document, "scannet", tmp_path, frame=frame)
    folder = tmp_path / "scans" / SCAN
    vertex = PlyData.read(folder / f"{SCAN}_vh_clean_2.ply")["vertex"]
    xyz = np.stack([vertex[axis] for axis in "xyz"], axis=1).astype(np.float64)
    assert np.abs(xyz + shift_of(tmp_path, "scannet") - want.xyz).max() < 1e-3 / 4
    key, numbers = (folder / f"{SCAN}.txt").read_text().split("=")
    matrix = np.array(numbers.split(), float).reshape(4, 4)
    assert key.strip() == "axisAlignment"
    aligned = expected(document, "aligned").xyz
    assert np.abs(xyz @ matrix[:3, :3].T + matrix[:3, 3] - aligned).max() < 1e-3 / 4
    segment = np.array(json.loads((folder / f"{SCAN}_vh_clean_2.0.010000.segs.json").read_text())["segIndices"])
    groups = json.loads((folder / f"{SCAN}.aggregation.json").read_text())["segGroups"]
    assert [(group["objectId"], group["label"]) for group in groups] == [(0, "Chair"), (1, "table"), (2, "harp")]
    for group in groups:
        inside = np.isin(segment, group["segments"])
        assert np.array_equal(inside, number_of_box(want.box, -1) == group["objectId"])
    superpoint = document.scan.superpoint[want.point]
    assert all(len(np.unique(superpoint[segment == s])) == 1 for s in np.unique(segment[want.kept]))
    assert check_errors(tmp_path) == []


def test_our_own_reader_finds_the_labels_again_as_ground_truth(tmp_path: Path) -> None:
    document = make_scan_document(dropped=False)
    export_scan(document, "scannet", tmp_path)
    back = read_source(tmp_path / "scans" / SCAN)
    assert np.abs(back.xyz + back.origin - (document.scan.xyz + document.scan.origin)).max() < 1e-5
    assert back.ground_truth is not None
    assert document.annotation is not None
    assert np.array_equal(back.ground_truth.instance, number_of_box(document.annotation.instance, -1))


def yaml_list(path: Path) -> list[dict[str, Any]]:
    """A YAML list of flow mappings, which are JSON."""
    return [json.loads(line[2:]) for line in path.read_text().splitlines() if line.startswith("- ")]


@pytest.mark.parametrize("background", ["wall", "ignore"])
def test_mask3d_finds_twelve_columns_and_raw_nyu_ids(tmp_path: Path, background: str) -> None:
    document = make_scan_document(origin=FAR)
    want = expected(document)
    export_scan(document, "mask3d", tmp_path, options=[f"val={SCAN}", f"background={background}"])
    (entry,) = yaml_list(tmp_path / "validation_database.yaml")
    assert (entry["scene"], entry["sub_scene"], entry["file_len"]) == (707, 0, want.rows)
    assert yaml_list(tmp_path / "train_database.yaml") == []
    assert yaml_list(tmp_path / "train_validation_database.yaml") == [entry]
    points = np.load(entry["filepath"].replace("../../", ""))
    assert Path(entry["filepath"]).name == "0707_00.npy"
    assert (points.dtype, points.shape) == (np.float32, (want.rows, 12))
    assert np.abs(points[:, :3] + shift_of(tmp_path, "mask3d") - want.xyz).max() < 1e-3 / 4
    assert np.array_equal(points[:, 3:6], want.rgb)
    assert np.allclose(points[0, 6:9], np.linalg.inv(turn())[:3, 0], atol=1e-6)  # (1, 0, 0) in the aligned frame
    assert np.array_equal(points[:, 10], nyu_of(want, 1 if background == "wall" else 0))
    assert np.array_equal(points[:, 11], number_of_box(want.box, -1))
    truth = np.array(Path(entry["instance_gt_filepath"]).read_text().split(), int)
    assert np.array_equal(truth // 1000, nyu_of(want))
    rows = [re.fullmatch(r"(\d+): (.*)", line) for line in (tmp_path / "label_database.yaml").read_text().splitlines()]
    labels = {int(row[1]): json.loads(row[2]) for row in rows if row is not None}
    assert sorted(labels) == list(range(42))
    assert labels[41]["name"] == "harp"
    assert labels[28]["name"] == "shower_curtain"
    assert sum(row["validation"] for row in labels.values()) == 21
    assert entry["color_std"] == pytest.approx(((want.rgb / 255) ** 2).mean(axis=0))
    assert check_errors(tmp_path) == []


def test_mask3d_names_other_scans_as_scannet_would_and_keeps_the_names(tmp_path: Path) -> None:
    for name in ("kitchen", "scene0000_00", "attic", "kitchen"):
        export_scan(make_scan_document(name, colors=False, normals=False, mesh=False), "mask3d", tmp_path)
    names = {e["filepath"].rsplit("/", 1)[1]: e["scene"] for e in yaml_list(tmp_path / "train_database.yaml")}
    assert len(names) == 3
    report = json.loads((tmp_path / "export-report.json").read_text())["exports"]["mask3d"]["scans"]
    assert report["kitchen"]["facts"]["scene"] == 0
    points = np.load(tmp_path / report["attic"]["files"][0])
    assert (points[:, 6:9] == 1).all()
    assert check_errors(tmp_path) == []


def read_infos(path: Path) -> dict[str, Any]:
    return pickle.loads(path.read_bytes())  # noqa: S301 - made by this test


@pytest.mark.parametrize("origin", [(0, 0, 0), FAR])
def test_oneformer3d_finds_points_masks_and_infos(tmp_path: Path, origin: Any) -> None:
    document = make_scan_document(origin=origin)
    want = expected(document)
    export_scan(document, "mmdet3d", tmp_path)
    infos = read_infos(tmp_path / "scannet_oneformer3d_infos_train.pkl")
    (info,) = infos["data_list"]
    points = np.fromfile(tmp_path / "points" / info["lidar_points"]["lidar_path"], np.float32).reshape(-1, 6)
    shift = shift_of(tmp_path, "mmdet3d")
    assert np.abs(points[:, :3] + shift - want.xyz).max() < 1e-3 / 4
    assert np.array_equal(points[:, 3:], want.rgb)
    semantic, instance, superpoint = (
        np.fromfile(tmp_path / folder / info[key], np.int64)
        for folder, key in (
            ("semantic_mask", "pts_semantic_mask_path"),
            ("instance_mask", "pts_instance_mask_path"),
            ("super_points", "super_pts_path"),
        )
    )
    assert np.array_equal(semantic, nyu_of(want, 1))
    assert np.array_equal(instance, number_of_box(want.box, -1) + 1)
    assert np.array_equal(superpoint[want.kept], document.scan.superpoint[want.point][want.kept])
    categories = infos["metainfo"]["categories"]
    assert (categories["cabinet"], categories["chair"], categories["garbagebin"], categories["harp"]) == (0, 2, 17, 18)
    matrix = np.array(info["axis_align_matrix"])
    aligned = points[:, :3].astype(np.float64) @ matrix[:3, :3].T + matrix[:3, 3]
    boxes = {one["bbox_label_3d"]: np.array(one["bbox_3d"]) for one in info["instances"]}
    assert sorted(boxes) == [2, 4, 18]
    # The box of the chair is the unit cube around the points that were chair before a person's strokes.
    inside = (np.abs(aligned - boxes[2][:3]) <= boxes[2][3:] / 2 + 1e-3).all(axis=1)
    assert inside[want.kept & (want.box == CHAIR)].all()
    assert boxes[2][3:] == pytest.approx([1, 1, 1])
    assert check_errors(tmp_path) == []


def test_mmdet3d_test_scans_have_no_masks_and_earlier_scans_stay_in_the_infos(tmp_path: Path) -> None:
    for name in ("a", "b"):
        export_scan(make_scan_document(name), "mmdet3d", tmp_path, options=["test=b", "infos=mmdet3d"])
    names = {
        split: [
            i["lidar_points"]["lidar_path"] for i in read_infos(tmp_path / f"scannet_infos_{split}.pkl")["data_list"]
        ]
        for split in ("train", "val", "test")
    }
    assert names == {"train": ["a.bin"], "val": [], "test": ["b.bin"]}
    assert not (tmp_path / "semantic_mask" / "b.bin").exists()
    assert check_errors(tmp_path) == []


@pytest.mark.parametrize("segment", ["segment20", "segment"])
def test_pointcept_finds_one_file_a_quantity(tmp_path: Path, segment: str) -> None:
    document = make_scan_document(origin=FAR, normals=False)
    want = expected(document)
    export_scan(document, "pointcept", tmp_path, options=[f"segment={segment}"])
    data = {path.stem: np.load(path) for path in (tmp_path / "train" / SCAN).glob("*.npy")}
    assert sorted(data) == sorted(["coord", "color", "normal", segment, "instance"])
    assert np.abs(data["coord"] + shift_of(tmp_path, "pointcept") - want.xyz).max() < 1e-3 / 4
    assert (data["coord"].dtype, data["color"].dtype, data["instance"].dtype) == (np.float32, np.uint8, np.int16)
    train = {"chair": 4, "table": 6, "harp": 20, "": 0}
    assert data[segment].tolist() == [
        train[name] if kept else -1 for name, kept in zip(want.class_name, want.kept, strict=True)
    ]
    assert np.array_equal(data["instance"], number_of_box(want.box, -1))
    assert np.allclose(np.linalg.norm(data["normal"][want.kept], axis=1), 1)  # of the mesh
    assert check_errors(tmp_path) == []


@pytest.mark.parametrize("name", ["scannet", "mask3d", "mmdet3d", "pointcept", "pointgroup", "spformer", "gapro"])
def test_a_folder_without_its_report_is_known_by_its_layout(tmp_path: Path, name: str) -> None:
    options = [] if name == "scannet" else ["others=ignore"]
    export_scan(make_scan_document(), name, tmp_path, options=options)
    (tmp_path / "export-report.json").unlink()
    findings = validate(tmp_path)
    assert not [finding.text for finding in findings if finding.severity == "error"]
    assert f"taken for {name} with" in findings[0].text


@pytest.mark.parametrize("name", ["scannet", "mask3d", "mmdet3d", "pointcept"])
@pytest.mark.parametrize("poor", [True, False])
def test_any_scan_passes_the_checks(tmp_path: Path, name: str, *, poor: bool) -> None:
    few = {"colors": False, "normals": False, "mesh": False, "aligned": False, "dropped": False} if poor else {}
    export_scan(with_wall_box(make_scan_document(**few)), name, tmp_path)
    export_scan(make_scan_document("other", **few), name, tmp_path)
    assert check_errors(tmp_path) == []


def test_an_instance_is_of_the_class_of_its_box(tmp_path: Path) -> None:
    document: ScanDocument = make_scan_document()
    assert document.boxes.class_id[0] == CHAIR_CLASS
    export_scan(document, "pointcept", tmp_path, options=["others=ignore"])
    segment, instance = (np.load(tmp_path / "train" / SCAN / f"{n}.npy") for n in ("segment20", "instance"))
    want = expected(document)
    assert set(segment[want.box == HARP]) == {-1}
    assert set(instance[want.box == HARP]) == {2}
    assert check_errors(tmp_path) == []


def spoil(path: Path, change: Any) -> None:
    if path.suffix == ".npy":
        np.save(path, change(np.load(path)))
    elif path.suffix == ".bin":
        kind = np.float32 if path.parent.name == "points" else np.int64
        change(np.fromfile(path, kind)).tofile(path)
    else:
        path.write_text(change(path.read_text()))


@pytest.mark.parametrize(
    ("name", "file", "change", "told"),
    [
        ("scannet", f"gt/{SCAN}.txt", lambda t: t[: len(t) // 2], "lines but the scan has"),
        ("scannet", f"gt/{SCAN}.txt", lambda t: t.replace("0\n", "17\n", 1), "class × 1000"),
        ("scannet", f"scans/{SCAN}/{SCAN}.aggregation.json",
         lambda t: t.replace('"segments": [', '"segments": [9999, '), "segs.json lacks"),
        ("scannet", f"scans/{SCAN}/{SCAN}_vh_clean_2.0.010000.segs.json",
         lambda t: t.replace('Indices": [', 'Indices": [0, '), "entries but the mesh"),
        ("scannet", f"submission/{SCAN}.txt", lambda t: t.replace("predicted_masks", "/etc"), "does not hold 0 or 1"),
        ("scannet", f"submission/{SCAN}.txt", lambda t: t.replace(" 5 ", " 1 "), "the benchmark refuses"),
        ("mask3d", "train/0707_00.npy", lambda a: a[:, :11], "float32 array of 12 columns"),
        ("mask3d", "train/0707_00.npy", lambda a: a[:-1], "but the database says"),
        ("mask3d", "train/0707_00.npy",
         lambda a: np.where(np.arange(12) == 10, 99, a).astype(np.float32), "label_database.yaml lacks"),
        ("mask3d", "instance_gt/train/scene0707_00.txt", lambda t: t + "0\n", "lines but the scan has"),
        ("mask3d", "label_database.yaml", lambda t: t.replace("true", "false"), "does not validate"),
        ("mmdet3d", f"points/{SCAN}.bin", lambda a: a[:-1], "rows of six"),
        ("mmdet3d", f"instance_mask/{SCAN}.bin", lambda a: a[:-1], "rows but the points have"),
        ("mmdet3d", f"semantic_mask/{SCAN}.bin", lambda a: a + 50, "semantic leaves"),
        ("mmdet3d", f"super_points/{SCAN}.bin", lambda a: a + 1, "0..S-1"),
        ("pointcept", f"train/{SCAN}/coord.npy", lambda a: a.astype(np.float64), "not float32"),
        ("pointcept", f"train/{SCAN}/instance.npy", lambda a: np.where(a == 0, 7, a), "without gaps"),
        ("pointcept", f"train/{SCAN}/segment20.npy", lambda a: a[:-1], "different lengths"),
    ],
)  # fmt: skip
def test_validate_finds_what_is_wrong(tmp_path: Path, name: str, file: str, change: Any, told: str) -> None:
    export_scan(make_scan_document(), name, tmp_path)
    assert check_errors(tmp_path) == []
    spoil(tmp_path / file, change)
    assert told in "\n".join(check_errors(tmp_path))
