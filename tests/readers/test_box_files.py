"""Boxes of other programs: each layout by hand, turned boxes as hulls, damaged files refused."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from damage import read_or_refuse

from gapro_annotator.errors import InputError
from gapro_annotator.readers.box_files import read_box_file

# One straight box of 2 × 4 × 6 around (1, 2, 3), and one of the same size turned by a quarter about z.
STRAIGHT = ([0, 0, 0], [2, 4, 6])
QUARTER = ([-1, 1, 0], [3, 3, 6])
QUARTER_TURN = math.pi / 2


def xyz(x: float, y: float, z: float) -> dict[str, float]:
    return {"x": x, "y": y, "z": z}


def lwh(length: float, width: float, height: float) -> dict[str, float]:
    return {"length": length, "width": width, "height": height}


def labelcloud(angle: float) -> Any:
    rows = [
        {"name": "chair", "centroid": xyz(1, 2, 3), "dimensions": lwh(2, 4, 6), "rotations": xyz(0, 0, turn)}
        for turn in (0, angle)
    ]
    return {"folder": "pointclouds", "filename": "a.ply", "path": "a.ply", "objects": rows}


def vertices() -> Any:
    ring = [(-1, -2), (-1, 2), (1, 2), (1, -2)]
    flat = [[1 + x, 2 + y, z] for z in (0, 6) for x, y in ring]
    quarter = [[1 - y, 2 + x, z] for z in (0, 6) for x, y in ring]
    return {"folder": "p", "objects": [{"name": "chair", "vertices": flat}, {"name": "chair", "vertices": quarter}]}


SUSTECH = [
    {
        "psr": {"position": xyz(1, 2, 3), "scale": xyz(2, 4, 6), "rotation": xyz(0, 0, turn)},
        "obj_type": "chair",
        "obj_id": str(7 + number),
    }
    for number, turn in enumerate((0, QUARTER_TURN))
]
SUPERVISELY = {
    "objects": [{"key": "k", "classTitle": "chair"}],
    "figures": [
        {
            "objectKey": "k",
            "geometryType": "cuboid_3d",
            "geometry": {"position": xyz(1, 2, 3), "rotation": xyz(0, 0, turn), "dimensions": xyz(2, 4, 6)},
        }
        for turn in (0, QUARTER_TURN)
    ],
}
SEGMENTS = {
    "categories": [{"id": 4, "name": "chair"}],
    "annotations": [
        {"id": 7, "category_id": 4, "type": "cuboid", "position": xyz(1, 2, 3), "dimensions": xyz(2, 4, 6), "yaw": 0},
        {
            "id": 8,
            "category_id": 4,
            "type": "cuboid",
            "position": xyz(1, 2, 3),
            "dimensions": xyz(2, 4, 6),
            "rotation": {"qx": 0, "qy": 0, "qz": math.sqrt(0.5), "qw": math.sqrt(0.5)},
        },
    ],
}


def openlabel(*, framed: bool) -> Any:
    half = math.sqrt(0.5)
    values = {"7": [1, 2, 3, 0, 0, 0, 2, 4, 6], "8": [1, 2, 3, 0, 0, half, half, 2, 4, 6]}
    objects = {
        uid: {"name": f"c{uid}", "type": "chair", "object_data": {"cuboid": [{"name": "shape", "val": numbers}]}}
        for uid, numbers in values.items()
    }
    content: dict[str, Any] = {"metadata": {"schema_version": "1.0.0"}}
    return {"openlabel": content | ({"frames": {"0": {"objects": objects}}} if framed else {"objects": objects})}


ARKIT = {
    "skipped": False,
    "data": [
        {
            "uid": "a-b",
            "label": "chair",
            "segments": {"obbAligned": {"centroid": [1, 2, 3], "axesLengths": [2, 4, 6], "normalizedAxes": axes}},
        }
        for axes in ([1, 0, 0, 0, 1, 0, 0, 0, 1], [0, 1, 0, -1, 0, 0, 0, 0, 1])
    ],
}
JSON: dict[str, Any] = {
    "labelcloud": labelcloud(QUARTER_TURN),
    "labelcloud ": labelcloud(90),
    "labelcloud  ": vertices(),
    "sustechpoints": SUSTECH,
    "supervisely": SUPERVISELY,
    "segments.ai": SEGMENTS,
    "openlabel": openlabel(framed=False),
    "openlabel ": openlabel(framed=True),
    "arkitscenes": ARKIT,
}


def check(path: Path, kind: str, *, turned: bool = True) -> None:
    found = read_box_file(path)
    assert found.format == kind
    assert {box.class_name for box in found.boxes} == {"chair"}
    assert len({box.id for box in found.boxes}) == len(found.boxes)
    expected = [STRAIGHT, QUARTER] if turned else [STRAIGHT]
    for box, (low, high) in zip(found.boxes, expected, strict=True):
        assert np.allclose([box.lower, box.upper], [low, high], atol=1e-6)


@pytest.mark.parametrize("kind", list(JSON))
def test_json_of_each_program_gives_the_same_boxes(tmp_path: Path, kind: str) -> None:
    (tmp_path / "b.json").write_text(json.dumps(JSON[kind]))
    check(tmp_path / "b.json", kind.strip())


def test_ids_of_the_file_are_kept_where_they_are_distinct_numbers(tmp_path: Path) -> None:
    for name in ("sustechpoints", "segments.ai", "openlabel"):
        (tmp_path / "b.json").write_text(json.dumps(JSON[name]))
        assert [box.id for box in read_box_file(tmp_path / "b.json").boxes] == [7, 8]


def test_a_slanted_box_is_used_as_its_hull_and_a_note_says_so(tmp_path: Path) -> None:
    content = labelcloud(45)
    (tmp_path / "b.json").write_text(json.dumps(content))
    (tmp_path / "_classes.json").write_text('{"classes": [], "format": "centroid_abs"}')
    found = read_box_file(tmp_path / "b.json")
    reach = (1 + 2) * math.sqrt(0.5)
    assert np.allclose(found.boxes[1].upper, [1 + reach, 2 + reach, 6])
    assert any("1 of 2 boxes are turned" in note for note in found.notes)


def test_labelcloud_says_in_its_classes_file_what_angles_are(tmp_path: Path) -> None:
    (tmp_path / "b.json").write_text(json.dumps(labelcloud(1.5)))
    flat = read_box_file(tmp_path / "b.json").boxes[1].upper
    (tmp_path / "_classes.json").write_text('{"classes": [], "format": "centroid_abs"}')
    degrees = read_box_file(tmp_path / "b.json").boxes[1].upper
    assert flat[0] > 2.9
    assert degrees[0] < 2.2


def test_rows_of_votenet(tmp_path: Path) -> None:
    np.save(tmp_path / "a_bbox.npy", np.array([[1, 2, 3, 2, 4, 6, 5]], np.float32))
    check(tmp_path / "a_bbox.npy", "votenet", turned=False)
    np.save(tmp_path / "b_bbox.npy", np.array([[1, 2, 3, 1, 2, 3, 0, 3], [1, 2, 3, 1, 2, 3, QUARTER_TURN, 3]]))
    check(tmp_path / "b_bbox.npy", "votenet")
    np.save(tmp_path / "c.npy", np.array([[1, 2, 3, 2, 4, 6, 99]]))
    with pytest.raises(InputError, match="class 99"):
        read_box_file(tmp_path / "c.npy")
    np.save(tmp_path / "d.npy", np.array({"bboxes": 1}, object), allow_pickle=True)  # ARKitScenes as prepared
    with pytest.raises(InputError, match="pickle"):
        read_box_file(tmp_path / "d.npy")


@pytest.mark.parametrize(
    "text",
    [
        "class,min_x,min_y,min_z,max_x,max_y,max_z\nchair,0,0,0,2,4,6\n",
        "id;label;xmin;ymin;zmin;xmax;ymax;zmax\n3;chair;0;0;0;2;4;6\n",
        "label\tcx\tcy\tcz\tdx\tdy\tdz\tyaw\nchair\t1\t2\t3\t2\t4\t6\t0\n",
        "Name,X,Y,Z,Length,Width,Height\nchair,1,2,3,2,4,6\n",
    ],
)
def test_tables(tmp_path: Path, text: str) -> None:
    (tmp_path / "b.csv").write_text(text)
    check(tmp_path / "b.csv", "csv", turned=False)


def test_kitti_with_and_without_calibration(tmp_path: Path) -> None:
    (tmp_path / "label").mkdir()
    path = tmp_path / "label" / "a.txt"
    path.write_text("chair 0 0 0 0 0 0 0 6 4 2 1 2 3 0\nDontCare -1 -1 -10 0 0 0 0 -1 -1 -1 -1 -1 -1 -1\n")
    check(path, "kitti", turned=False)
    (tmp_path / "calib").mkdir()
    # Camera x, y, z = scanner -y, -z, x; the same box seen from there, its bottom at the scanner's z = 0.
    (tmp_path / "calib" / "a.txt").write_text("R0_rect: 1 0 0 0 1 0 0 0 1\nTr_velo_to_cam: 0 -1 0 0 0 0 -1 0 1 0 0 0\n")
    path.write_text(f"chair 0 0 0 0 0 0 0 6 4 2 -2 0 1 {-QUARTER_TURN}\n")
    check(path, "kitti", turned=False)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("b.json", '{"openlabel": {"objects": {"1": {"type": "a", "object_data": {"cuboid": [{"val": [1, 2]}]}}}}}'),
        ("b.json", '[{"psr": {"position": {"x": 1}}, "obj_type": "a"}]'),
        ("b.json", '[{"psr": 3, "obj_type": "a"}]'),
        ("b.json", '{"folder": "", "objects": [{"name": "a"}]}'),
        ("b.json", '{"figures": [{"geometryType": "cuboid_3d", "objectKey": "x"}], "objects": []}'),
        ("b.json", '{"annotations": [{"position": {"x": NaN, "y": 0, "z": 0}, "dimensions": {}, "category_id": 1}]}'),
        ("b.json", '{"data": [{"segments": {"obbAligned": {}}, "label": "a"}]}'),
        ("b.json", "[" * 100_000),
        ("b.json", '{"format": "cake"}'),
        ("b.json", "7"),
        ("b.csv", "class,cx,cy,cz\na,1,2,3\n"),
        ("b.csv", "class,cx,cy,cz,dx,dy,dz\na,1,2,3,4,5,x\n"),
        ("b.csv", "class,cx,cy,cz,dx,dy,dz\na,1,2,3,4,5,-1\n"),
        ("b.csv", "class,cx,cy,cz,dx,dy,dz\na,1,2\n"),
        ("b.csv", ""),
        ("b.txt", "chair 1 2 3\n"),
        ("b.txt", "chair 0 0 0 0 0 0 0 6 4 2 1 2 nan 0\n"),
    ],
)
def test_damaged_rows_end_in_one_sentence(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(InputError, match=name) as caught:
        read_box_file(tmp_path / name)
    assert "\n" not in str(caught.value)


def test_damaged_files_are_read_or_refused(tmp_path: Path) -> None:
    for content in JSON.values():
        read_or_refuse(tmp_path / "b.json", json.dumps(content).encode(), read_box_file, cases=100)
    table = b"id,class,cx,cy,cz,dx,dy,dz,yaw\n" + b"3,chair,1,2,3,2,4,6,0\n4,table,1,2,3,2,4,6,1\n" * 3
    read_or_refuse(tmp_path / "b.csv", table, read_box_file, cases=100)
    read_or_refuse(tmp_path / "b.txt", b"chair 0 0 0 0 0 0 0 6 4 2 1 2 3 0\n" * 3, read_box_file, cases=100)
    np.save(tmp_path / "b.npy", np.array([[1, 2, 3, 2, 4, 6, 5.0]]))
    read_or_refuse(tmp_path / "b.npy", (tmp_path / "b.npy").read_bytes(), read_box_file, cases=100)
