"""PLY files as they occur, and as they should not."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plyfile import PlyData, PlyElement

from gapro_annotator.errors import AnnotatorError, InputError
from gapro_annotator.readers import read_source

CORNERS = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0.5], [2, 2, 1]], np.float32)


def write_ply(
    path: Path,
    xyz: np.ndarray = CORNERS,
    *,
    columns: dict[str, np.ndarray] | None = None,
    faces: list[list[int]] | None = None,
    face_name: str = "vertex_indices",
    comments: list[str] | None = None,
    **options: Any,
) -> Path:
    columns = columns or {}
    fields = [(axis, xyz.dtype.str) for axis in "xyz"] + [(name, c.dtype.str) for name, c in columns.items()]
    vertex = np.zeros(len(xyz), fields)
    for axis, values in zip("xyz", xyz.T, strict=True):
        vertex[axis] = values
    for name, values in columns.items():
        vertex[name] = values
    elements = [PlyElement.describe(vertex, "vertex")]
    if faces is not None:
        face = np.zeros(len(faces), [(face_name, object)])
        face[face_name] = [np.array(f, np.int32) for f in faces]
        elements.append(PlyElement.describe(face, "face", val_types={face_name: "i4"}))
    PlyData(elements, comments=comments or [], **options).write(path)
    return path


@pytest.mark.parametrize("options", [{"text": True}, {"byte_order": "<"}, {"byte_order": ">"}])
def test_ascii_and_both_binaries_give_the_same_scan(tmp_path: Path, options: dict[str, Any]) -> None:
    colors = {name: np.array([0, 10, 20, 30, 255], np.uint8) for name in ("red", "green", "blue")}
    normals = {name: np.full(5, 0.5, np.float32) for name in ("nx", "ny", "nz")}
    path = write_ply(tmp_path / "a.ply", columns=colors | normals, faces=[[0, 1, 2], [2, 3, 0]], **options)
    scan = read_source(path)
    assert scan.name == "a"
    assert scan.xyz.dtype == np.float32
    assert np.array_equal(scan.xyz, CORNERS)
    assert scan.rgb[:, 2].tolist() == [0, 10, 20, 30, 255]
    assert np.array_equal(scan.normal, np.full((5, 3), 0.5, np.float32))
    assert scan.faces.tolist() == [[0, 1, 2], [2, 3, 0]]
    assert scan.source_row is None
    assert scan.origin.tolist() == [0, 0, 0]
    scan.document(np.zeros(5, np.int32))  # fits the value types


@pytest.mark.parametrize(
    "names", [("red", "green", "blue"), ("R", "G", "B"), ("diffuse_red", "diffuse_green", "diffuse_blue")]
)
@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ([0, 51, 102, 204, 255], np.uint8),
        ([0, 0.2, 0.4, 0.8, 1], np.float32),
        ([0, 13107, 26214, 52428, 65535], np.uint16),
    ],
)
def test_colours_of_any_usual_name_and_range(
    tmp_path: Path, names: tuple[str, ...], values: list[float], dtype: type
) -> None:
    path = write_ply(tmp_path / "a.ply", columns={name: np.array(values, dtype) for name in names})
    assert read_source(path).rgb[:, 0].tolist() == [0, 51, 102, 204, 255]


@pytest.mark.parametrize(
    ("values", "bytes_", "clipped"),
    [
        ([0, 0.2, 0.5, 0.5, 1.2], [0, 51, 128, 128, 255], 1),
        ([0, 0.2, 0.5, 0.5, 1.001], [0, 51, 128, 128, 255], 0),  # rounds to 255 anyway
        ([-0.1, 0.2, 1.9, 0.5, 1], [0, 51, 255, 128, 255], 2),
        ([0, 51, 128, 255, 300], [0, 51, 128, 255, 255], 1),
        ([0, 1, 2, 3, 2.5], [0, 1, 2, 3, 2], 0),
        ([0, 0.2, 0.5, np.nan, 1], [0, 51, 128, 0, 255], 0),
    ],
)
def test_float_colours_a_little_beyond_their_range_are_clipped_and_said(
    tmp_path: Path, values: list[float], bytes_: list[int], clipped: int
) -> None:
    scan = read_source(write_ply(tmp_path / "a.ply", columns={n: np.array(values, np.float32) for n in "rgb"}))
    assert scan.rgb[:, 1].tolist() == bytes_
    notes = [note for note in scan.notes if "clipped" in note]
    assert notes == ([f"{clipped} of 5 colours were beyond their range and were clipped"] if clipped else [])


def test_one_wild_colour_does_not_make_a_scan_of_fractions_black(tmp_path: Path) -> None:
    color = np.full(5000, 0.5, np.float32)
    color[17] = 40
    xyz = np.random.default_rng(0).random((5000, 3), np.float32)
    scan = read_source(write_ply(tmp_path / "a.ply", xyz, columns=dict.fromkeys("rgb", color)))
    assert set(np.delete(scan.rgb, 17, axis=0).ravel().tolist()) == {128}
    assert "1 of 5,000 colours were beyond" in " ".join(scan.notes)


def test_geo_coordinates_keep_their_millimetres(tmp_path: Path) -> None:
    world = np.array([[455_123.001, 5_412_345.002, 251.003], [455_124.001, 5_412_346.009, 253.0]])
    scan = read_source(write_ply(tmp_path / "a.ply", world))
    assert scan.origin[2] == 0
    assert scan.origin.tolist() == np.floor(scan.origin).tolist()
    assert np.abs(scan.xyz + scan.origin - world).max() < 1e-4


def test_boxes_move_with_the_origin_and_keep_points_on_their_faces(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    world = rng.random((200, 3)) * 3 + [455_123, 5_412_345, 2]
    path = write_ply(tmp_path / "a.ply", world)
    low, high = world.min(axis=0).tolist(), world.max(axis=0).tolist()
    text = f'{{"format": "boxes", "units": "m", "boxes": [{{"id": 3, "class": "room", "min": {low}, "max": {high}}}]}}'
    (tmp_path / "a.boxes.json").write_text(text)
    scan = read_source(path)
    assert len(scan.boxes.members(scan.xyz)[0]) == 200


def test_polygons_are_cut_into_fans(tmp_path: Path) -> None:
    path = write_ply(tmp_path / "a.ply", faces=[[0, 1, 2, 3], [0, 1, 4], [0, 1, 2, 3, 4]], face_name="vertex_index")
    faces = {tuple(face) for face in read_source(path).faces.tolist()}
    assert faces == {(0, 1, 2), (0, 2, 3), (0, 1, 4), (0, 3, 4)}
    assert len(read_source(path).faces) == 6


def test_rows_that_are_not_finite_are_dropped_and_their_triangles_too(tmp_path: Path) -> None:
    xyz = CORNERS.copy()
    xyz[1, 2] = np.nan
    scan = read_source(write_ply(tmp_path / "a.ply", xyz, faces=[[0, 1, 2], [2, 3, 4]]))
    assert scan.source_row.tolist() == [0, 2, 3, 4]
    assert scan.faces.tolist() == [[1, 2, 3]]
    assert "1 of 5 rows" in scan.notes[0]


BOXES = '{"format": "boxes", "units": "m", "boxes": [{"id": 7, "class": "cup", "min": [0, 0, 0], "max": [2, 2, 2]}]}'


def test_an_instance_column_with_the_ids_of_the_boxes_is_ground_truth(tmp_path: Path) -> None:
    (tmp_path / "a.boxes.json").write_text(BOXES)
    path = write_ply(tmp_path / "a.ply", columns={"instance": np.array([7, 7, 0, 0, 7], np.int32)})
    truth = read_source(path).ground_truth
    assert truth.instance.tolist() == [7, 7, -1, -1, 7]
    assert truth.semantic.tolist() == [0, 0, -1, -1, 0]


@pytest.mark.parametrize(
    ("ids", "comments"), [([1, 1, 2, 2, 2], None), ([7, 7, 0, 0, 7], ["made by gapro-annotator 0.1.0"])]
)
def test_other_instance_columns_are_no_ground_truth(tmp_path: Path, ids: list[int], comments: list[str] | None) -> None:
    (tmp_path / "a.boxes.json").write_text(BOXES)
    path = write_ply(tmp_path / "a.ply", columns={"instance": np.array(ids, np.int32)}, comments=comments)
    scan = read_source(path)
    assert scan.ground_truth is None
    assert any("ground truth" in note for note in scan.notes)


def one_sentence(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_source(path)
    message = str(caught.value)
    assert path.name in message
    assert ";" in message
    assert "\n" not in message
    return message


@pytest.mark.parametrize("options", [{"text": True}, {"byte_order": "<"}])
@pytest.mark.parametrize("share", [0.1, 0.6, 0.93])
def test_a_cut_off_file_ends_in_one_sentence(tmp_path: Path, options: dict[str, Any], share: float) -> None:
    path = write_ply(tmp_path / "a.ply", faces=[[0, 1, 2]], **options)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    assert "no whole PLY" in one_sentence(path)


def test_wrong_files_end_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "text.ply").write_text("hello, I am no scan")
    (tmp_path / "nothing.ply").write_bytes(b"")
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / "folder").mkdir()
    (tmp_path / "huge.ply").write_text(
        "ply\nformat binary_little_endian 1.0\nelement vertex 99999999999999\nproperty float x\nend_header\n"
    )
    for name in ("text.ply", "nothing.ply", "notes.txt", "folder", "huge.ply", "missing.ply"):
        one_sentence(tmp_path / name)


def test_scans_without_a_usable_point_end_in_one_sentence(tmp_path: Path) -> None:
    assert "holds no points" in one_sentence(write_ply(tmp_path / "empty.ply", CORNERS[:0]))
    assert "no row has finite" in one_sentence(write_ply(tmp_path / "nan.ply", CORNERS * np.float32(np.nan)))


def test_faces_that_name_missing_points_end_in_one_sentence(tmp_path: Path) -> None:
    assert "names point 9" in one_sentence(write_ply(tmp_path / "a.ply", faces=[[0, 1, 9]]))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_file_with_damaged_bytes_is_read_or_refused_in_one_sentence(tmp_path: Path, data: st.DataObject) -> None:
    path = write_ply(tmp_path / "a.ply", faces=[[0, 1, 2], [0, 1, 2, 3]])
    raw = bytearray(path.read_bytes())
    for place in data.draw(st.lists(st.integers(0, len(raw) - 1), min_size=1, max_size=4)):
        raw[place] = data.draw(st.integers(0, 255))
    path.write_bytes(raw)
    message = ""
    try:
        scan = read_source(path)
        scan.document(np.zeros(len(scan.xyz), np.int32))
    except AnnotatorError as error:
        message = str(error)
    assert "\n" not in message
