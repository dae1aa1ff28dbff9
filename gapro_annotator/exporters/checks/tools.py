"""Exports for other tools: labelCloud, Segments.ai, Supervisely, and LAS."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gapro_annotator.errors import AnnotatorError
from gapro_annotator.exporters.checks.folder import ExportFolder, Found, odd, wrong
from gapro_annotator.readers.imported import Source
from gapro_annotator.readers.las import read_las
from gapro_annotator.readers.pcd import read_pcd

_BROKEN = (KeyError, TypeError, ValueError, AttributeError, IndexError)


def check_labelcloud(folder: ExportFolder) -> Found:
    """Each cloud has labels of its length, with classes of `_classes.json`, and boxes."""
    labels = folder.path / "labels"
    classes = _json(labels / "_classes.json")
    try:
        known = {int(one["id"]): str(one["name"]) for one in classes["classes"]}
    except _BROKEN:
        yield wrong(labels / "_classes.json", "is missing or damaged; export again")
        return
    for path, rows in _clouds(folder.path / "pointclouds"):
        if isinstance(rows, str):
            yield wrong(path, rows)
            continue
        numbers = _bytes(labels / "segmentation" / f"{path.stem}.bin")
        if numbers is None or len(numbers) != rows:
            yield wrong(labels / "segmentation" / f"{path.stem}.bin", f"is not one byte for each of {rows:,} points")
        elif not set(np.unique(numbers).tolist()) <= set(known):
            yield wrong(labels / "segmentation" / f"{path.stem}.bin", "has classes that _classes.json lacks")
        file = labels / f"{path.stem}.json"
        names = set(known.values())
        yield from _each(file, "objects", lambda one, names=names: _checked_cuboid(
            one["name"], names, one["centroid"], one["dimensions"].values()))  # fmt: skip


def check_segments(folder: ExportFolder) -> Found:
    """Every point names an annotation that is there, of a category that is there."""
    categories = _json(folder.path / "categories.json")
    try:
        known = {int(one["id"]) for one in categories["categories"]}
    except _BROKEN:
        yield wrong(folder.path / "categories.json", "is missing or damaged; export again")
        return
    for path in sorted(folder.path.glob("*.json")):
        if path.name in ("categories.json", "export-report.json"):
            continue
        content = _json(path)
        yield from _each(path, "annotations", lambda one: None if int(one["category_id"]) in known else (
            f"annotation {one['id']} has category {one['category_id']}, which categories.json lacks"))  # fmt: skip
        if path.name.endswith(".cuboids.json") or not isinstance(content, dict):
            continue
        try:
            points = np.array(content["point_annotations"], np.int64)
            ids = {0, *(int(one["id"]) for one in content["annotations"])}
        except (*_BROKEN, OverflowError):
            yield wrong(path, "its point_annotations are no whole numbers; export it again")
            continue
        strange = sorted(set(np.unique(points).tolist()) - ids)
        if strange:
            yield wrong(path, f"points name the annotations {strange[:5]}, which are not there")
        if not len(points):
            yield odd(path, "holds no points")


def check_supervisely(folder: ExportFolder) -> Found:
    """Every figure belongs to an object of a class of meta.json, and names points that are there."""
    meta = _json(folder.path / "meta.json")
    try:
        known = {str(one["title"]) for one in meta["classes"]}
    except _BROKEN:
        yield wrong(folder.path / "meta.json", "is missing or damaged; export again")
        return
    for path, rows in _clouds(folder.path / "ds0" / "pointcloud"):
        if isinstance(rows, str):
            yield wrong(path, rows)
            continue
        file = folder.path / "ds0" / "ann" / f"{path.name}.json"
        content = _json(file)
        try:
            titles = {str(one["key"]): str(one["classTitle"]) for one in content["objects"]}
        except _BROKEN:
            yield wrong(file, "is missing or damaged; export the scan again")
            continue
        yield from _each(file, "figures", lambda one, titles=titles, rows=rows: _figure(one, titles, known, rows))


def check_las(folder: ExportFolder) -> Found:
    """Every file opens, and its labels are there."""
    for path in sorted(p for p in folder.path.iterdir() if p.suffix.casefold() in (".las", ".laz")):
        found = _read(read_las, path)
        if isinstance(found, str):
            yield wrong(path, found)
        elif found.instance_property is None:
            yield wrong(path, "lacks the extra dimension 'instance'; export it again")
        elif int(found.instance_property.min(initial=0)) < -1:
            yield wrong(path, "instances are no box ids nor -1")


def _figure(one: dict[str, Any], titles: dict[str, str], known: set[str], rows: int) -> str | None:
    title = titles.get(str(one["objectKey"]))
    if title is None or title not in known:
        return f"figure {one['key']} belongs to no object of a class of meta.json"
    geometry = one["geometry"]
    if one["geometryType"] == "cuboid_3d":
        return _checked_cuboid(title, known, geometry["position"], geometry["dimensions"].values())
    indices = np.array(geometry["indices"], np.int64)
    if indices.size and (indices.min() < 0 or indices.max() >= rows):
        return f"figure {one['key']} names point {indices.max():,} but there are {rows:,}"
    return None


def _checked_cuboid(name: str, known: set[str], center: dict[str, Any], size: Iterable[Any]) -> str | None:
    if name not in known:
        return f"a box has the class {name!r}, which is not listed"
    numbers = np.array([*center.values(), *size], np.float64)
    return None if numbers.shape == (6,) and np.isfinite(numbers).all() and (numbers[3:] >= 0).all() else (
        f"a box of {name} has no centre and size"
    )  # fmt: skip


def _each(path: Path, key: str, check: Callable[[Any], str | None]) -> Found:
    """Check every entry of a list of a JSON file."""
    content = _json(path)
    try:
        entries = list(content[key])
        found = [text for text in (check(entry) for entry in entries) if text is not None]
    except (*_BROKEN, OverflowError):
        yield wrong(path, "is missing or damaged; export the scan again")
        return
    for text in found[:5]:
        yield wrong(path, text)


def _clouds(folder: Path) -> list[tuple[Path, int | str]]:
    """Each cloud with its rows, or why it cannot be read."""
    read = [(path, _read(read_pcd, path)) for path in sorted(folder.glob("*.pcd"))]
    return [(path, found if isinstance(found, str) else len(found.xyz)) for path, found in read]


def _read(read: Callable[[Path], Source], path: Path) -> Source | str:
    try:
        return read(path)
    except AnnotatorError as error:
        return str(error).removeprefix(f"{path}: ")


def _bytes(path: Path) -> npt.NDArray[np.int8] | None:
    try:
        return np.frombuffer(path.read_bytes(), np.int8)
    except OSError:
        return None


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
