"""glTF 2.0 and GLB: node transforms applied, Y up turned to Z up, colours of vertices, textures or materials."""

import base64
import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
import numpy.typing as npt

from gapro_annotator.arrays import Float64, UInt8
from gapro_annotator.errors import InputError, reason_of
from gapro_annotator.readers.colors import to_bytes
from gapro_annotator.readers.imported import Source
from gapro_annotator.readers.textures import colors_at, decode_texture

_TYPES = {5120: "<i1", 5121: "<u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
_WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}
_Z_UP = np.array([[1, 0, 0, 0], [0, 0, -1, 0], [0, 1, 0, 0], [0, 0, 0, 1]], np.float64)
_MOST_NODES = 100_000
_POINTS, _TRIANGLES = 0, 4


@dataclass(frozen=True, slots=True)
class _File:
    """The JSON and the buffers that it names."""

    folder: Path
    tree: dict[str, Any]
    buffers: list[bytes]

    def view(self, number: int) -> tuple[memoryview, int]:
        """Bytes of a buffer view, and its stride (0: packed)."""
        view = self.tree["bufferViews"][number]
        start, length = int(view.get("byteOffset", 0)), int(view["byteLength"])
        buffer = self.buffers[view["buffer"]]
        if start < 0 or length < 0 or start + length > len(buffer):
            raise ValueError(f"buffer view {number} lies outside its buffer")
        return memoryview(buffer)[start : start + length], int(view.get("byteStride", 0))

    def accessor(self, number: int) -> npt.NDArray[Any]:
        """(count, width) values; normalised integers become fractions."""
        one = self.tree["accessors"][number]
        if "sparse" in one or "bufferView" not in one:
            raise ValueError("sparse accessors are not read")
        kind, width, count = np.dtype(_TYPES[one["componentType"]]), _WIDTHS[one["type"]], int(one["count"])
        data, stride = self.view(one["bufferView"])
        start, packed = int(one.get("byteOffset", 0)), kind.itemsize * width
        stride = stride or packed
        if count < 1 or start < 0 or stride < packed or start + (count - 1) * stride + packed > len(data):
            raise ValueError(f"accessor {number} lies outside its buffer")
        strided = np.ndarray((count, width), kind, data, start, (stride, kind.itemsize))
        values = np.array(strided).astype(kind.newbyteorder("="))
        return values / np.float32(np.iinfo(kind).max) if one.get("normalized") and kind.kind != "f" else values


def read_gltf(path: Path) -> Source:
    """Read a .glb or .gltf file; it comes out in metres with Z up.

    Raises
    ------
    InputError
        It is missing, damaged, compressed by an extension, or names files outside its folder.
    """
    try:
        return _source(path, _open(path))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({reason_of(error)}); check the path and its rights") from error
    except (KeyError, IndexError) as error:
        raise InputError(f"{path}: is no whole glTF ({error.args[0]!r} is missing); export it again as .glb") from error
    except (ValueError, TypeError, AttributeError, OverflowError, MemoryError, RecursionError, struct.error) as error:
        raise InputError(
            f"{path}: is no glTF that can be read ({reason_of(error)}); export it again as .glb"
        ) from error


def _open(path: Path) -> _File:
    content = path.read_bytes()
    binary: bytes | None = None
    if content[:4] == b"glTF":
        version, length = struct.unpack_from("<II", content, 4)
        if version != 2 or length > len(content):
            raise ValueError(f"version {version}, {length:,} bytes announced, {len(content):,} found")
        size, kind = struct.unpack_from("<I4s", content, 12)
        if kind != b"JSON" or 20 + size > len(content):
            raise ValueError("its JSON is cut off")
        text, rest = content[20 : 20 + size], content[20 + size :]
        if len(rest) >= 8:
            size, kind = struct.unpack_from("<I4s", rest)
            if kind == b"BIN\0":
                binary = rest[8 : 8 + size]
    else:
        text = content
    tree: Any = json.loads(text.decode("utf-8"))
    if not isinstance(tree, dict):
        raise TypeError("its JSON is no object")
    needed = [name for name in tree.get("extensionsRequired", ()) if name not in ("KHR_materials_unlit",)]
    if needed:
        raise ValueError(f"it needs the extension {', '.join(map(str, needed))}")
    buffers = [_buffer(path.parent, one, binary) for one in tree.get("buffers", ())]
    return _File(path.parent, tree, buffers)


def _buffer(folder: Path, one: dict[str, Any], binary: bytes | None) -> bytes:
    uri = one.get("uri")
    if uri is None:
        if binary is None:
            raise ValueError("its buffer is missing")
        return binary
    return _resource(folder, str(uri))


def _resource(folder: Path, uri: str) -> bytes:
    """Bytes in the JSON itself, or a file in the folder of the scan or below it; nothing else is opened."""
    if uri.startswith("data:"):
        return base64.b64decode(uri.partition(",")[2], validate=False)
    place = (folder / unquote(uri)).resolve()
    if "://" in uri or not place.is_relative_to(folder.resolve()):
        raise ValueError(f"it names {uri!r}, which lies outside its folder")
    return place.read_bytes()


def _source(path: Path, file: _File) -> Source:
    xyz: list[Float64] = []
    rgb: list[UInt8 | None] = []
    faces: list[npt.NDArray[np.int64]] = []
    first = 0
    for matrix, primitive in _placed(file.tree):
        if primitive.get("mode", _TRIANGLES) not in (_POINTS, _TRIANGLES):
            continue
        points = file.accessor(primitive["attributes"]["POSITION"]).astype(np.float64)
        if points.shape[1] != 3:
            raise ValueError("positions are not three numbers")
        placed = _Z_UP @ matrix
        xyz.append(points @ placed[:3, :3].T + placed[:3, 3])
        rgb.append(_colors(file, primitive, len(points)))
        if primitive.get("mode", _TRIANGLES) == _TRIANGLES:
            corners = _corners(file, primitive, len(points))
            # A mirror turns triangles inside out.
            faces.append(first + (corners[:, ::-1] if np.linalg.det(placed[:3, :3]) < 0 else corners))
        first += len(points)
    if not xyz:
        raise ValueError("no node shows points or triangles")
    triangles = np.concatenate(faces) if faces else np.zeros((0, 3), np.int64)
    colors = None
    if any(part is not None for part in rgb):
        plain = [np.full((len(p), 3), 128, np.uint8) if c is None else c for p, c in zip(xyz, rgb, strict=True)]
        colors = np.concatenate(plain)
    return Source(
        where=path,
        name=path.stem,
        xyz=np.concatenate(xyz),
        rgb=colors,
        faces=triangles.astype(np.int32) if len(triangles) else None,
        columns=("POSITION",),
        notes=("glTF has Y up: it was turned to Z up",),
    )


def _placed(tree: dict[str, Any]) -> list[tuple[Float64, dict[str, Any]]]:
    """Primitives of the scene with the product of the transforms above them; a circle of nodes is refused."""
    nodes = tree.get("nodes", [])
    scenes = tree.get("scenes")
    children = {child for node in nodes for child in node.get("children", ())}
    roots = scenes[tree.get("scene", 0)].get("nodes", []) if scenes else set(range(len(nodes))) - children
    waiting = [(root, np.eye(4)) for root in roots]
    found: list[tuple[Float64, dict[str, Any]]] = []
    seen: set[int] = set()
    while waiting:
        number, above = waiting.pop()
        if number in seen or len(seen) > _MOST_NODES:
            raise ValueError("its nodes are no tree")
        seen.add(number)
        node = nodes[number]
        matrix = above @ _transform(node)
        if "mesh" in node:
            found.extend((matrix, primitive) for primitive in tree["meshes"][node["mesh"]]["primitives"])
        waiting.extend((child, matrix) for child in node.get("children", ()))
    return found


def _transform(node: dict[str, Any]) -> Float64:
    if "matrix" in node:
        return np.array(node["matrix"], np.float64).reshape(4, 4).T
    matrix = np.eye(4)
    x, y, z, w = np.array(node.get("rotation", (0, 0, 0, 1)), np.float64)
    turn = np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )
    matrix[:3, :3] = turn * np.array(node.get("scale", (1, 1, 1)), np.float64).reshape(3)
    matrix[:3, 3] = np.array(node.get("translation", (0, 0, 0)), np.float64).reshape(3)
    return matrix


def _corners(file: _File, primitive: dict[str, Any], rows: int) -> npt.NDArray[np.int64]:
    if "indices" in primitive:
        indices = file.accessor(primitive["indices"]).astype(np.int64).ravel()
    else:
        indices = np.arange(rows, dtype=np.int64)
    indices = indices[: len(indices) // 3 * 3]
    if indices.size and (indices.min() < 0 or indices.max() >= rows):
        raise ValueError(f"a triangle names point {indices.max()} of {rows:,}")
    return indices.reshape(-1, 3)


def _colors(file: _File, primitive: dict[str, Any], rows: int) -> UInt8 | None:
    """Colours of the vertices, else of the texture, else of the material; None where there are none."""
    attributes = primitive["attributes"]
    if "COLOR_0" in attributes:
        color = file.accessor(attributes["COLOR_0"])[:, :3]
        if color.shape != (rows, 3):
            raise ValueError("colours do not fit the points")
        return to_bytes(color)[0]
    if "material" not in primitive:
        return None
    look = file.tree["materials"][primitive["material"]].get("pbrMetallicRoughness", {})
    factor = np.array(look.get("baseColorFactor", (1, 1, 1, 1)), np.float64)[:3]
    if "baseColorTexture" in look and "TEXCOORD_0" in attributes:
        uv = file.accessor(attributes["TEXCOORD_0"]).astype(np.float64)
        image = _image(file, look["baseColorTexture"]["index"])
        if image is not None and uv.shape == (rows, 2):
            return to_bytes(colors_at(image, uv) / 255 * factor)[0]
    return to_bytes(np.tile(factor, (rows, 1)))[0] if "baseColorFactor" in look else None


def _image(file: _File, texture: int) -> UInt8 | None:
    one = file.tree["images"][file.tree["textures"][texture]["source"]]
    if "bufferView" in one:
        return decode_texture(bytes(file.view(one["bufferView"])[0]))
    try:
        return decode_texture(_resource(file.folder, str(one["uri"])))
    except OSError:
        return None
