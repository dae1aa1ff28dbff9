"""Scan folders of Pointcept: coord.npy, color.npy, normal.npy, segment*.npy, instance.npy."""

from dataclasses import replace
from pathlib import Path

from gapro_annotator.errors import InputError
from gapro_annotator.readers.arrays_file import arrays_source
from gapro_annotator.readers.imported import Source
from gapro_annotator.readers.objects import (
    S3DIS_A,
    SCANNET20,
    PointLabels,
    generic_names,
    whole_numbers,
    with_objects,
)
from gapro_annotator.readers.safe_numpy import load_npy

_SEGMENTS = ("segment20", "segment", "segment200")


def is_pointcept(path: Path) -> bool:
    """Whether this is the folder of a scan."""
    return (path / "coord.npy").is_file()


def read_pointcept(path: Path) -> Source:
    """Read a scan folder; instances become boxes and ground truth.

    Raises
    ------
    InputError
        An array is missing or damaged, or does not fit the points.
    """
    if not is_pointcept(path):
        raise InputError(f"{path}: is no scan folder of Pointcept (it has no coord.npy); give the scan's folder")
    arrays = {
        name: load_npy(path / f"{name}.npy")
        for name in ("coord", "color", "normal")
        if (path / f"{name}.npy").is_file()
    }
    source = replace(arrays_source(path, arrays), name=path.resolve().name)
    if not (path / "instance.npy").is_file():
        return replace(source, notes=(*source.notes, "it has no instance.npy: no ground truth and no boxes"))
    rows = len(source.xyz)
    instance = whole_numbers(path / "instance.npy", "the instances", load_npy(path / "instance.npy"), rows)
    kind = next((name for name in _SEGMENTS if (path / f"{name}.npy").is_file()), None)
    if kind is None:
        return with_objects(source, PointLabels(path / "instance.npy", instance))
    file = path / f"{kind}.npy"
    semantic = whole_numbers(file, "the classes", load_npy(file), rows)
    parts = [part.casefold() for part in path.resolve().parts]
    if kind == "segment20" or any("scannet" in part and "200" not in part for part in parts):
        names, note = SCANNET20, "classes are ScanNet's 20"
    elif any(part.startswith("area_") or "s3dis" in part for part in parts):
        names, note = S3DIS_A, "classes are those of S3DIS"
    else:
        names, note = generic_names(semantic), "its classes have numbers only"
    if semantic.size and semantic.max() >= len(names):
        names, note = generic_names(semantic), "its classes have numbers only"
    labels = PointLabels(path / "instance.npy", instance, semantic, names)
    return with_objects(replace(source, notes=(*source.notes, note)), labels)
