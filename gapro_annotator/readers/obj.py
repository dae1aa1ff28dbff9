"""OBJ: vertices, triangles, colours of vertices or of textures."""

from itertools import pairwise
from pathlib import Path

import numpy as np

from gapro_annotator.arrays import Int32, UInt8
from gapro_annotator.errors import InputError, reason_of
from gapro_annotator.readers.colors import to_bytes
from gapro_annotator.readers.imported import Source
from gapro_annotator.readers.textures import colors_at, open_texture


class _Mesh:
    """What has been read so far."""

    def __init__(self) -> None:
        self.vertices: list[list[float]] = []
        self.uv: list[tuple[float, float]] = []
        self.faces: list[tuple[int, int, int]] = []
        self.uv_of_vertex: dict[int, tuple[int, str]] = {}
        self.libraries: list[str] = []
        self.material = ""

    def take(self, line: str) -> None:
        """Take one line; ValueError and IndexError where it is damaged."""
        key, _, rest = line.partition(" ")
        if key == "v":
            self.vertices.append([float(number) for number in rest.split()])
        elif key == "vt":
            u, v = (*rest.split(), "0")[:2]
            self.uv.append((float(u), float(v)))
        elif key == "f":
            self._take_face(rest.split())
        elif key == "mtllib":
            self.libraries.append(rest.strip())
        elif key == "usemtl":
            self.material = rest.strip()

    def _take_face(self, corners: list[str]) -> None:
        place: list[int] = []
        for corner in corners:
            numbers = corner.split("/")
            vertex = _row(numbers[0], len(self.vertices))
            place.append(vertex)
            if len(numbers) > 1 and numbers[1]:
                self.uv_of_vertex.setdefault(vertex, (_row(numbers[1], len(self.uv)), self.material))
        self.faces.extend((place[0], a, b) for a, b in pairwise(place[1:]))


def _row(text: str, count: int) -> int:
    """From 1 up, or from -1 down counted from the last."""
    number = int(text)
    return number - 1 if number > 0 else count + number


def read_obj(path: Path) -> Source:
    """Read an OBJ file; a texture beside it gives vertices their colours where they have none of their own.

    Raises
    ------
    InputError
        It is missing, has no vertices, or a line is damaged.
    """
    mesh = _Mesh()
    number = 0
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            for line in file:
                number += 1
                mesh.take(line.replace("\t", " ").strip())
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({reason_of(error)}); check the path and its rights") from error
    except (ValueError, IndexError) as error:
        raise InputError(f"{path}: line {number} is damaged ({reason_of(error)}); export it again") from error
    widths = {len(vertex) for vertex in mesh.vertices}
    if not widths or not widths <= {3, 4, 6, 7}:
        raise InputError(f"{path}: its vertices have {sorted(widths) or 'no'} numbers; export it with x y z [r g b]")
    xyz = np.array([vertex[:3] for vertex in mesh.vertices], np.float64)
    rgb, notes = _vertex_colors(mesh, widths)
    if rgb is None and mesh.uv_of_vertex:
        rgb, notes = _texture_colors(path, mesh, len(xyz))
    return Source(
        where=path, name=path.stem, xyz=xyz, rgb=rgb, faces=_faces(path, mesh, len(xyz)), columns=("v",), notes=notes
    )


def _vertex_colors(mesh: _Mesh, widths: set[int]) -> tuple[UInt8 | None, tuple[str, ...]]:
    if not widths <= {6, 7}:
        return None, ()
    return to_bytes(np.array([vertex[-3:] for vertex in mesh.vertices], np.float64))


def _faces(path: Path, mesh: _Mesh, rows: int) -> Int32 | None:
    if not mesh.faces:
        return None
    faces = np.array(mesh.faces, np.int64)
    if faces.min() < 0 or faces.max() >= rows:
        raise InputError(f"{path}: a face names a vertex that it lacks (it has {rows:,}); export it again")
    return faces.astype(np.int32)


def _texture_colors(path: Path, mesh: _Mesh, rows: int) -> tuple[UInt8 | None, tuple[str, ...]]:
    """Colour of each vertex where its first texture coordinate lies; grey where there is no texture."""
    images: dict[str, str] = {}
    for library in mesh.libraries:
        images |= _maps(path.parent, library)
    rgb = np.full((rows, 3), 128, np.uint8)
    found = False
    for material in {material for _, material in mesh.uv_of_vertex.values()}:
        image = open_texture(path.parent, images.get(material, ""))
        pairs = [(v, t) for v, (t, m) in mesh.uv_of_vertex.items() if m == material]
        if image is None or any(not 0 <= t < len(mesh.uv) for _, t in pairs):
            continue
        found = True
        uv = np.array([mesh.uv[t] for _, t in pairs], np.float64)
        uv[:, 1] = 1 - uv[:, 1]  # v counts from the bottom
        inside = [(0 <= v < rows) for v, _ in pairs]
        rgb[[v for v, _ in pairs if 0 <= v < rows]] = colors_at(image, uv)[inside]
    if not found:
        return None, ("its texture is not beside it, so it has no colours",)
    return rgb, ("its colours come from its texture",)


def _maps(folder: Path, library: str) -> dict[str, str]:
    """Texture file of each material. Only what lies in the folder of the mesh or below is opened."""
    place = (folder / library).resolve()
    if not place.is_relative_to(folder.resolve()) or not place.is_file():
        return {}
    found: dict[str, str] = {}
    material = ""
    for line in place.read_text(encoding="utf-8", errors="replace").splitlines():
        key, _, rest = line.strip().partition(" ")
        if key == "newmtl":
            material = rest.strip()
        elif key == "map_Kd":
            found[material] = rest.strip()
    return found
