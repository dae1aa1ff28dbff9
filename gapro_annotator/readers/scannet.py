"""Raw ScanNet v2 scan folders: mesh, segments, aggregation, axis alignment, class table."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from gapro_annotator.arrays import Float64, Int64
from gapro_annotator.errors import InputError, reason_of
from gapro_annotator.labels import BACKGROUND
from gapro_annotator.readers.boxes_file import read_boxes
from gapro_annotator.readers.imported import Source, SourceBox, SourceTruth
from gapro_annotator.readers.objects import STRUCTURE
from gapro_annotator.readers.ply import read_ply
from gapro_annotator.readers.scannet_labels import LabelTable

_MESH = "_vh_clean_2.ply"


@dataclass(frozen=True, slots=True)
class _Group:
    """One object of the aggregation: its id, its raw category, its segments."""

    id: int
    label: str
    segments: tuple[int, ...]


def is_scannet(path: Path) -> bool:
    """Say whether this is a raw scan folder, or the mesh in one."""
    if path.is_file() and path.name.endswith(_MESH):
        return path.with_name(f"{path.name.removesuffix(_MESH)}.aggregation.json").is_file()
    return _scan_name(path) is not None


def _scan_name(folder: Path) -> str | None:
    if not folder.is_dir():
        return None
    meshes = sorted(folder.glob(f"*{_MESH}"))
    return meshes[0].name.removesuffix(_MESH) if len(meshes) == 1 else None


def read_scannet(path: Path) -> Source:
    """Read a raw scan folder, or the folder of this mesh; all comes out aligned, instance ids are `objectId`.

    Wall, floor and ceiling groups are background; so are groups whose label the class table does not know or maps to
    nothing. Boxes are the extent of the aligned points of a group. A scan without aggregation (test split) has neither
    boxes nor ground truth, unless ``<scan>.boxes.json`` lies in the folder.

    Raises
    ------
    InputError
        A file is missing or damaged, or belongs to another mesh of the scan.
    """
    folder = path.parent if path.is_file() else path
    name = _scan_name(folder)
    if name is None:
        raise InputError(f"{folder}: has no single *{_MESH}; give the folder of one ScanNet scan")
    mesh = read_ply(folder / f"{name}{_MESH}")
    alignment = read_axis_alignment(folder / f"{name}.txt")
    xyz = mesh.xyz @ alignment[:3, :3].T + alignment[:3, 3]
    normal = mesh.normal if mesh.normal is None else (mesh.normal @ alignment[:3, :3].T).astype(np.float32)
    source = replace(mesh, where=folder, name=name, xyz=xyz, normal=normal, axis_alignment=alignment)
    segments_file = folder / f"{name}{_MESH.removesuffix('.ply')}.0.010000.segs.json"
    if not segments_file.is_file():
        return replace(source, notes=(*source.notes, "it has no segs.json: superpoints are computed"))
    segment = _read_segments(segments_file, len(xyz))
    source = replace(source, segment=segment)
    aggregation = folder / f"{name}.aggregation.json"
    if not aggregation.is_file():
        boxes = folder / f"{name}.boxes.json"
        note = "it has no aggregation.json: no ground truth" + ("" if boxes.is_file() else " and no boxes")
        return replace(source, boxes=read_boxes(boxes) if boxes.is_file() else None, notes=(*source.notes, note))
    return _with_objects(source, segment, aggregation, LabelTable.find(folder))


def read_axis_alignment(path: Path) -> Float64:
    """(4, 4) float64, raw to aligned coordinates; the identity where the file or its line is absent (test split)."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.is_file() else []
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check its rights") from error
    for line in lines:
        key, _, value = line.partition("=")
        if key.strip() != "axisAlignment":
            continue
        try:
            matrix = np.array([float(number) for number in value.split()], np.float64).reshape(4, 4)
        except ValueError as error:
            raise InputError(f"{path}: axisAlignment is not 16 numbers; download the file again") from error
        if not np.isfinite(matrix).all():
            raise InputError(f"{path}: axisAlignment holds NaN or infinity; download the file again")
        return matrix
    return np.eye(4)


def _with_objects(source: Source, segment: Int64, path: Path, table: LabelTable | None) -> Source:
    """Add boxes and ground truth from the groups of the aggregation."""
    groups, notes = _read_groups(path)
    ids, inverse = np.unique(segment, return_inverse=True)
    order = np.argsort(inverse, kind="stable")
    start = np.searchsorted(inverse[order], np.arange(len(ids) + 1))
    xyz = source.xyz
    instance = np.full(len(xyz), BACKGROUND, np.int64)
    boxes: list[SourceBox] = []
    unknown: list[str] = []
    for group in groups:
        places = np.searchsorted(ids, group.segments)
        if not np.array_equal(ids[np.minimum(places, len(ids) - 1)], group.segments):
            raise InputError(
                f"{path}: object {group.id} names a segment that segs.json lacks; take the files of the same mesh"
            )
        class_name = group.label if table is None else table.class_of(group.label)
        if class_name is None:
            unknown.append(group.label)
            continue
        if class_name.casefold() in STRUCTURE or not group.segments:
            continue
        rows = np.concatenate([order[start[place] : start[place + 1]] for place in places.tolist()])
        instance[rows] = group.id
        finite = xyz[rows][np.isfinite(xyz[rows]).all(axis=1)]
        if len(finite):
            lower, upper = finite.min(axis=0).tolist(), finite.max(axis=0).tolist()
            boxes.append(SourceBox(group.id, class_name, tuple(lower), tuple(upper)))
    if table is None:
        notes.append("no scannetv2-labels.combined.tsv beside or above it: classes are the raw labels")
    if unknown:
        notes.append(f"{len(unknown)} objects have labels that the class table maps to nothing: {', '.join(unknown)}")
    truth = SourceTruth(path, instance)
    return replace(source, boxes=tuple(boxes), truth=truth, notes=(*source.notes, *notes))


def _read_segments(path: Path, rows: int) -> Int64:
    indices = _json_list(path, "segIndices")
    if len(indices) != rows:
        raise InputError(
            f"{path}: has {len(indices):,} entries but the mesh has {rows:,} vertices; take the file of the same mesh"
        )
    try:
        segment = np.array(indices)
        if segment.dtype.kind not in "iu" or segment.ndim != 1:
            raise TypeError(f"segIndices are {segment.dtype}")
    except (ValueError, TypeError) as error:
        raise InputError(f"{path}: segIndices are not whole numbers; download the file again") from error
    return segment.astype(np.int64)


def _read_groups(path: Path) -> tuple[list[_Group], list[str]]:
    """Groups by object, each once: one scan of ScanNet (scene0217_00) has its list written twice."""
    groups: dict[int, _Group] = {}
    repeated = 0
    for row in _json_list(path, "segGroups"):
        try:
            group = _Group(int(row["objectId"]), str(row["label"]), tuple(int(s) for s in row["segments"]))
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"{path}: a group lacks objectId, label or segments; download the file again") from error
        if group.id < 0 or groups.get(group.id, group) != group:
            raise InputError(f"{path}: objectId {group.id} is negative or stands for two objects; mend the file")
        repeated += group.id in groups
        groups[group.id] = group
    return list(groups.values()), [f"{repeated} groups are written twice and were taken once"] if repeated else []


def _json_list(path: Path, key: str) -> list[Any]:
    try:
        content: Any = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check its rights") from error
    except ValueError as error:
        raise InputError(f"{path}: is no whole JSON file ({reason_of(error)}); download it again") from error
    rows = content.get(key) if isinstance(content, dict) else None
    if not isinstance(rows, list):
        raise InputError(f"{path}: has no list {key!r}; download it again")
    return rows
