"""`_inst_nostuff.pth` of the PointGroup family and of its namesakes, and the dicts of minsu3d."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gapro_annotator.errors import InputError
from gapro_annotator.labels import BACKGROUND
from gapro_annotator.readers.arrays_file import arrays_source
from gapro_annotator.readers.colors import to_bytes
from gapro_annotator.readers.imported import Source
from gapro_annotator.readers.objects import (
    S3DIS_A,
    S3DIS_B,
    SCANNET20,
    PointLabels,
    generic_names,
    whole_numbers,
    with_objects,
)
from gapro_annotator.readers.torch_file import load_torch

_SUFFIXES = ("_inst_nostuff.pth", "_inst_nostuff")


def is_torch(path: Path) -> bool:
    """Whether this is a torch file, by its name (GaPro's S3DIS files have no ending)."""
    return path.is_file() and (path.suffix.casefold() in (".pth", ".pt") or path.name.endswith(_SUFFIXES))


def read_nostuff(path: Path) -> Source:
    """Read a scan of PointGroup, SoftGroup, ISBNet, GaPro, SPFormer or minsu3d.

    Raises
    ------
    InputError
        It cannot be read without running code, or holds no scan.
    """
    content = load_torch(path)
    name = next((path.name.removesuffix(end) for end in (*_SUFFIXES, ".pth", ".pt") if path.name.endswith(end)), "")
    if isinstance(content, dict):
        return replace(_of_dict(path, content), name=name)
    if isinstance(content, np.ndarray):
        raise InputError(f"{path}: holds one array and no scan; superpoints are given with --superpoints")
    if not isinstance(content, tuple) or not content or not isinstance(content[0], np.ndarray):
        raise InputError(f"{path}: holds no scan but {type(content).__name__}; give a file of (xyz, rgb, …)")
    if content[0].ndim == 1:
        raise InputError(
            f"{path}: holds labels without points; where they are GaPro's, import the scan with --pseudo-labels "
            f"{path.name}"
        )
    return replace(_of_tuple(path, content), name=name)


def _of_tuple(path: Path, parts: tuple[Any, ...]) -> Source:
    xyz = _points(path, "xyz", parts[0])
    rows = len(xyz)
    arrays = [part for part in parts[1:] if isinstance(part, np.ndarray)]
    if not arrays:
        raise InputError(f"{path}: has points but no colours; give a file of (xyz, rgb, …)")
    color = _points(path, "rgb", arrays[0])
    if len(color) != rows:
        raise InputError(f"{path}: has {rows:,} points but {len(color):,} colours; make it again")
    signed = bool(color.size) and float(np.nanmin(color)) < 0
    rgb, notes = to_bytes(np.nan_to_num((color + 1) / 2).astype(np.float32) if signed else color)
    low, high = (float(np.nanmin(color)), float(np.nanmax(color))) if color.size else (0.0, 0.0)
    source = Source(where=path, name="", xyz=xyz, rgb=rgb, color_range=(low, high), columns=_LAYOUTS[1], notes=notes)
    labels = [part for part in arrays[1:] if part.ndim == 1 and len(part) == rows]
    if len(labels) != len(arrays) - 1 or len(labels) not in (0, 1, 2, 3):
        raise InputError(
            f"{path}: is a tuple of {len(parts)} that is none of the known layouts; known are (xyz, rgb), "
            "(xyz, rgb, semantic, instance) and (xyz, rgb, superpoint, semantic, instance)"
        )
    if len(labels) in (1, 3):
        source = replace(source, segment=whole_numbers(path, "superpoints", labels[0], rows))
        labels = labels[1:]
    if not labels:
        return replace(source, notes=(*source.notes, "it has no labels (test split)"))
    semantic = whole_numbers(path, "the classes", labels[0], rows)
    instance = whole_numbers(path, "the instances", labels[1], rows)
    names, told = _class_names(path, parts, semantic, float(np.nanmax(color, initial=0)))
    source = replace(source, columns=_LAYOUTS[2 + (source.segment is not None)], notes=(*source.notes, told))
    return with_objects(source, PointLabels(path, instance, semantic, names))


_LAYOUTS = {
    1: ("xyz", "rgb"),
    2: ("xyz", "rgb", "semantic", "instance"),
    3: ("xyz", "rgb", "superpoint", "semantic", "instance"),
}


def _class_names(
    path: Path, parts: Sequence[Any], semantic: npt.NDArray[np.int64], brightest: float
) -> tuple[tuple[str, ...], str]:
    """Names for the class numbers: two orders of S3DIS exist, and the file does not say which."""
    if any(isinstance(part, str) for part in parts) or len(parts) == 6:
        return S3DIS_B, "it is a room of S3DIS as SoftGroup prepares them: … door, chair, table, bookcase, sofa …"
    if brightest > 1.5 or "Area_" in path.name:
        return S3DIS_A, "it is a room of S3DIS as GaPro and ISBNet prepare them: … door, table, chair, sofa, bookcase …"
    if semantic.size and semantic.max() >= len(SCANNET20):
        return generic_names(semantic), "its class numbers are not those of ScanNet's 20 classes"
    return SCANNET20, "classes are ScanNet's 20; its points are mean-centred and not axis-aligned"


def _of_dict(path: Path, content: dict[str, Any]) -> Source:
    """Read minsu3d's, and other dicts of arrays by the usual names."""
    arrays = {name: part for name, part in content.items() if isinstance(part, np.ndarray)}
    if not {"sem_labels", "instance_ids"} <= set(arrays):
        return arrays_source(path, arrays)
    plain = {name: part for name, part in arrays.items() if name not in ("sem_labels", "instance_ids")}
    source = arrays_source(path, plain)
    rows = len(source.xyz)
    semantic = whole_numbers(path, "sem_labels", arrays["sem_labels"], rows)
    instance = whole_numbers(path, "instance_ids", arrays["instance_ids"], rows)
    names = SCANNET20 if not semantic.size or semantic.max() < len(SCANNET20) else generic_names(semantic)
    labels = PointLabels(path, np.maximum(instance, BACKGROUND), semantic, names)
    return with_objects(replace(source, notes=(*source.notes, "classes are ScanNet's 20 (minsu3d)")), labels)


def _points(path: Path, what: str, array: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    if array.ndim != 2 or array.shape[1] != 3 or array.dtype.kind not in "iuf":
        raise InputError(f"{path}: {what} is {array.dtype} of shape {array.shape}; it must be three numbers a point")
    return array.astype(np.float64)
