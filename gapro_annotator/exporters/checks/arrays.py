"""Pointcept and mmdetection3d: one plain array a file."""

from pathlib import Path

import numpy as np

from gapro_annotator.exporters.checks.folder import (
    ExportFolder,
    Found,
    check_labels,
    check_points,
    check_superpoints,
    odd,
    read_npy,
    wrong,
)


def check_pointcept(folder: ExportFolder) -> Found:
    """Check each scan's folder of .npy."""
    scans = [(split, p) for split in ("train", "val", "test") for p in sorted((folder.path / split).glob("*"))]
    if not any(split == "train" for split, _ in scans):
        yield odd(folder.path / "train", "holds no scan")
    for split, scan in scans:
        if scan.is_dir():
            yield from _check_pointcept_scan(folder, scan, split)


def _check_pointcept_scan(folder: ExportFolder, scan: Path, split: str) -> Found:
    segment = folder.options.get("segment", "segment20")
    names = ["coord", "color", "normal", *([] if split == "test" else [segment, "instance"])]
    arrays = {name: read_npy(scan / f"{name}.npy") for name in names}
    missing = [name for name, array in arrays.items() if array is None]
    if missing:
        yield wrong(scan, f"{', '.join(f'{name}.npy' for name in missing)}: missing or damaged")
        return
    found = {name: array for name, array in arrays.items() if array is not None}
    if len({len(array) for array in found.values()}) > 1:
        yield wrong(scan, "its arrays have different lengths")
        return
    yield from check_points(scan, found["coord"], "coord")
    yield from check_points(scan, found["normal"], "normal")
    if found["color"].dtype != np.uint8 or found["color"].shape != (len(found["coord"]), 3):
        yield wrong(scan, "color is not uint8 of three columns")
    if split != "test":
        if any(found[name].dtype.kind != "i" or found[name].ndim != 1 for name in (segment, "instance")):
            yield wrong(scan, f"{segment} and instance are not whole numbers, one a point")
            return
        yield from check_labels(
            scan, found[segment], found["instance"], classes=folder.classes, ignore=-1, none=-1, stuff=2
        )


def check_mmdet3d(folder: ExportFolder) -> Found:
    """Check the .bin files; the infos are pickles, which are never read."""
    files = sorted((folder.path / "points").glob("*.bin"))
    if not files:
        yield wrong(folder.path / "points", "holds no scan")
    for path in files:
        points = np.fromfile(path, np.float32)
        if points.size % 6 or not points.size:
            yield wrong(path, "does not hold rows of six float32")
            continue
        points = points.reshape(-1, 6)
        yield from check_points(path, np.ascontiguousarray(points[:, :3]))
        if not ((points[:, 3:] >= 0) & (points[:, 3:] <= 255)).all():
            yield wrong(path, "colours leave 0..255")
        yield from _check_masks(folder, path.name, len(points))


def _check_masks(folder: ExportFolder, name: str, rows: int) -> Found:
    masks = {kind: folder.path / kind / name for kind in ("super_points", "instance_mask", "semantic_mask")}
    read = {kind: np.fromfile(path, np.int64) for kind, path in masks.items() if path.is_file()}
    for kind, mask in read.items():
        if len(mask) != rows:
            yield wrong(masks[kind], f"has {len(mask):,} rows but the points have {rows:,}")
            return
    if "super_points" not in read:
        yield wrong(masks["super_points"], "is missing")
        return
    yield from check_superpoints(masks["super_points"], read["super_points"], rows)
    if not np.array_equal(np.unique(read["super_points"]), np.arange(len(np.unique(read["super_points"])))):
        yield wrong(masks["super_points"], "superpoints are not numbered 0..S-1")
    if len(read) == 1:  # a scan for testing
        return
    if len(read) == 2:
        yield wrong(folder.path, f"{name}: has only one of instance_mask and semantic_mask")
        return
    semantic, instance = read["semantic_mask"], read["instance_mask"] - 1
    highest = int(folder.settings.get("PointSegClassMapping.max_cat_id", 40))
    yield from check_labels(masks["semantic_mask"], semantic, instance, classes=highest + 1, ignore=0, none=-1, stuff=3)
    if not np.isin(semantic, (0, 1, 2)).any():
        yield wrong(masks["semantic_mask"], "has neither wall, floor nor ignored points: OneFormer3D asserts some")
