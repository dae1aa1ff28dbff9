"""OBJ, STL and glTF: geometry, colours, up axis, and files that name what is none of their business."""

import base64
import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from damage import read_or_refuse
from PIL import Image

from gapro_annotator.errors import InputError
from gapro_annotator.readers import read_source

CORNERS = np.array([[0, 0, 0], [1, 0, 0], [0, 2, 0], [0, 0, 3]], np.float32)
TRIANGLES = np.array([[0, 1, 2], [0, 1, 3]], np.uint16)


def test_an_obj_with_colours_and_polygons(tmp_path: Path) -> None:
    rows = [f"v {x} {y} {z} 1 0 0.2" for x, y, z in CORNERS.tolist()]
    (tmp_path / "a.obj").write_text("# by hand\n" + "\n".join(rows) + "\nf 1/1 2//3 3 4\nf -4 -3 -1\n")
    scan = read_source(tmp_path / "a.obj")
    assert np.array_equal(scan.xyz, CORNERS)
    assert scan.faces.tolist() == [[0, 1, 2], [0, 2, 3], [0, 1, 3]]
    assert scan.rgb[0].tolist() == [255, 0, 51]


def write_textured(folder: Path, image: str = "a.png", library: str = "a.mtl") -> Path:
    folder.mkdir(exist_ok=True)
    pixels = np.array([[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [9, 9, 9]]], np.uint8)
    Image.fromarray(pixels).save(folder / "a.png")
    (folder / "a.mtl").write_text(f"newmtl m\nmap_Kd {image}\n")
    lines = [
        f"mtllib {library}",
        "v 0 0 0",
        "v 1 0 0",
        "v 0 1 0",
        "vt 0.1 0.1",
        "vt 0.9 0.1",
        "vt 0.1 0.9",
        "usemtl m",
        "f 1/1 2/2 3/3",
    ]
    (folder / "a.obj").write_text("\n".join(lines))
    return folder / "a.obj"


def test_textures_of_an_obj_colour_its_vertices(tmp_path: Path) -> None:
    scan = read_source(write_textured(tmp_path))
    assert scan.rgb.tolist() == [[0, 0, 255], [9, 9, 9], [255, 0, 0]]  # v counts from the bottom


@pytest.mark.parametrize(
    ("image", "library"), [("../a.png", "a.mtl"), ("/etc/hostname", "a.mtl"), ("a.png", "../a.mtl")]
)
def test_an_obj_opens_nothing_outside_its_folder(tmp_path: Path, image: str, library: str) -> None:
    write_textured(tmp_path)
    assert read_source(write_textured(tmp_path / "in", image, library)).rgb is None


@pytest.mark.parametrize(
    "text", ["", "v 1 2\n", "v 1 2 x\n", "v 0 0 0\nf 1 2 3\n", "v 0 0 0\nf a b c\n", "v 0 0 0\nf 0 0 0\n"]
)
def test_wrong_objs_end_in_one_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.obj").write_text(text)
    with pytest.raises(InputError, match=r"a\.obj"):
        read_source(tmp_path / "a.obj")


def binary_stl(start: bytes = b"") -> bytes:
    content = start.ljust(80, b"\0") + struct.pack("<I", len(TRIANGLES))
    return content + b"".join(bytes(12) + CORNERS[triangle].tobytes() + bytes(2) for triangle in TRIANGLES)


def ascii_stl() -> bytes:
    text = "solid a\n"
    for triangle in TRIANGLES:
        corners = "".join(f"vertex {x} {y} {z}\n" for x, y, z in CORNERS[triangle].tolist())
        text += f"facet normal 0 0 1\nouter loop\n{corners}endloop\nendfacet\n"
    return (text + "endsolid a\n").encode()


@pytest.mark.parametrize("content", [binary_stl(), binary_stl(b"solid but binary"), ascii_stl()])
def test_corners_of_an_stl_that_coincide_are_one_point(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.stl").write_bytes(content)
    scan = read_source(tmp_path / "a.stl")
    assert sorted(scan.xyz.tolist()) == sorted(CORNERS.tolist())
    found = {tuple(sorted(map(tuple, scan.xyz[face].tolist()))) for face in scan.faces}
    assert found == {tuple(sorted(map(tuple, CORNERS[triangle].tolist()))) for triangle in TRIANGLES}


def gltf(nodes: list[dict[str, Any]], *, uri: str | None = None, **accessor: Any) -> tuple[dict[str, Any], bytes]:
    colors = np.array([[255, 0, 0, 255]] * 4, np.uint8)
    buffer = CORNERS.tobytes() + TRIANGLES.tobytes() + colors.tobytes()
    views = [(0, 48), (48, 12), (60, 16)]
    accessors: list[dict[str, Any]] = [
        {"bufferView": 0, "componentType": 5126, "count": 4, "type": "VEC3"} | accessor,
        {"bufferView": 1, "componentType": 5123, "count": 6, "type": "SCALAR"},
        {"bufferView": 2, "componentType": 5121, "count": 4, "type": "VEC4", "normalized": True},
    ]
    tree = {
        "asset": {"version": "2.0"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": nodes,
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0, "COLOR_0": 2}, "indices": 1}]}],
        "accessors": accessors,
        "bufferViews": [{"buffer": 0, "byteOffset": start, "byteLength": length} for start, length in views],
        "buffers": [{"byteLength": len(buffer)} | ({} if uri is None else {"uri": uri})],
    }
    return tree, buffer


def glb(tree: dict[str, Any], buffer: bytes) -> bytes:
    text = json.dumps(tree).encode()
    text += b" " * (-len(text) % 4)
    chunks = struct.pack("<I4s", len(text), b"JSON") + text + struct.pack("<I4s", len(buffer), b"BIN\0") + buffer
    return b"glTF" + struct.pack("<II", 2, 12 + len(chunks)) + chunks


NODES: list[dict[str, Any]] = [
    {"children": [1], "translation": [10, 20, 30]},
    {"mesh": 0, "scale": [2, 2, 2], "rotation": [0, 0.70710678, 0, 0.70710678]},
]


def expected() -> np.ndarray:
    x, y, z = (CORNERS * 2).T
    turned = np.stack([10 + z, 20 + y, 30 - x], axis=1)  # a quarter turn about y, then moved
    return np.stack([turned[:, 0], -turned[:, 2], turned[:, 1]], axis=1)  # Y up → Z up


def test_a_glb_is_placed_by_its_nodes_and_turned_to_z_up(tmp_path: Path) -> None:
    (tmp_path / "a.glb").write_bytes(glb(*gltf(NODES)))
    scan = read_source(tmp_path / "a.glb")
    assert np.allclose(scan.xyz, expected(), atol=1e-5)
    assert scan.faces.tolist() == TRIANGLES.tolist()
    assert scan.rgb[0].tolist() == [255, 0, 0]


@pytest.mark.parametrize("inside", ["data", "file"])
def test_a_gltf_with_its_buffer_inside_or_beside(tmp_path: Path, inside: str) -> None:
    tree, buffer = gltf(NODES)
    (tmp_path / "the buffer.bin").write_bytes(buffer)
    data = "data:application/octet-stream;base64," + base64.b64encode(buffer).decode()
    tree["buffers"][0]["uri"] = data if inside == "data" else "the%20buffer.bin"
    (tmp_path / "a.gltf").write_text(json.dumps(tree))
    assert np.allclose(read_source(tmp_path / "a.gltf").xyz, expected(), atol=1e-5)


def test_a_material_colours_where_no_vertex_colour_does(tmp_path: Path) -> None:
    tree, buffer = gltf([{"mesh": 0}])
    del tree["meshes"][0]["primitives"][0]["attributes"]["COLOR_0"]
    tree["meshes"][0]["primitives"][0]["material"] = 0
    tree["materials"] = [{"pbrMetallicRoughness": {"baseColorFactor": [0, 1, 0.2, 1]}}]
    (tmp_path / "a.glb").write_bytes(glb(tree, buffer))
    assert read_source(tmp_path / "a.glb").rgb[0].tolist() == [0, 255, 51]


@pytest.mark.parametrize(
    ("tree", "says"),
    [
        (gltf(NODES, uri="../secret.bin"), "outside its folder"),
        (gltf(NODES, uri="/etc/hostname"), "outside its folder"),
        (gltf(NODES, uri="http://example.org/a.bin"), "outside its folder"),
        (gltf(NODES, count=10**12), "outside its buffer"),
        (gltf(NODES, count=-1), "outside its buffer"),
        (gltf(NODES, byteOffset=-8), "outside its buffer"),
        (gltf([{"children": [1]}, {"children": [0]}]), "no tree"),
        (gltf([{"children": [0]}]), "no tree"),
        (gltf([{}]), "no node shows"),
        (gltf([{"mesh": 3}]), "glTF"),
    ],
)
def test_hostile_gltfs_end_in_one_sentence(tmp_path: Path, tree: tuple[dict[str, Any], bytes], says: str) -> None:
    (tmp_path / "secret.bin").write_bytes(bytes(100))
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.glb").write_bytes(glb(*tree))
    with pytest.raises(InputError, match=says):
        read_source(tmp_path / "in" / "a.glb")


def test_damaged_files_are_read_or_refused(tmp_path: Path) -> None:
    rows = [f"v {x} {y} {z} 1 0 0.2" for x, y, z in CORNERS.tolist()]
    contents = {
        "a.obj": ("\n".join(rows) + "\nf 1 2 3\nf 1 2 4\n").encode(),
        "b.stl": binary_stl(),
        "c.stl": ascii_stl(),
        "d.glb": glb(*gltf(NODES)),
    }
    for name, content in contents.items():
        assert read_or_refuse(tmp_path / name, content) > 20
