"""ScanNet: ground truth, submission and raw scan folders, as its evaluation and the prepare scripts read them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from plyfile import PlyData, PlyParseError

from gapro_annotator.exporters.checks.folder import ExportFolder, Found, check_benchmark_text, odd, read_numbers, wrong
from gapro_annotator.exporters.class_map import SCANNET20, STUFF


def check_scannet(folder: ExportFolder) -> Found:
    """Check each scan folder, its ground truth and its submission."""
    scans = sorted(p for p in (folder.path / "scans").glob("*") if p.is_dir())
    if not scans:
        yield wrong(folder.path / "scans", "holds no scan")
    for scan in scans:
        rows = _vertices(scan / f"{scan.name}_vh_clean_2.ply")
        if rows is None:
            yield wrong(scan / f"{scan.name}_vh_clean_2.ply", "cannot be read as a mesh; export it again")
            continue
        yield from check_benchmark_text(folder.path / "gt" / f"{scan.name}.txt", rows)
        yield from _check_segments(scan, rows)
        yield from _check_submission(folder.path / "submission", "_".join(scan.name.split()), rows)


def _vertices(path: Path) -> int | None:
    try:
        return len(PlyData.read(path)["vertex"].data)
    except (OSError, PlyParseError, ValueError, KeyError, MemoryError):
        return None


def _check_segments(scan: Path, rows: int) -> Found:
    segs, aggregation = scan / f"{scan.name}_vh_clean_2.0.010000.segs.json", scan / f"{scan.name}.aggregation.json"
    try:
        segment = np.array(_json(segs)["segIndices"], np.int64)
        groups = [
            (int(g["objectId"]), str(g["label"]), np.array(g["segments"])) for g in _json(aggregation)["segGroups"]
        ]
    except (OSError, ValueError, KeyError, TypeError):
        yield wrong(scan, "segs.json or aggregation.json is missing or damaged; export the scan again")
        return
    if len(segment) != rows:
        yield wrong(segs, f"has {len(segment):,} entries but the mesh has {rows:,} vertices")
    taken = np.concatenate([np.zeros(0, np.int64), *(segments for _, _, segments in groups)])
    if not np.isin(taken, segment).all():
        yield wrong(aggregation, "names segments that segs.json lacks")
    if len(np.unique(taken)) != len(taken):
        yield wrong(aggregation, "has a segment in two objects")
    if len({number for number, _, _ in groups}) != len(groups):
        yield wrong(aggregation, "has an objectId twice")
    if not groups:
        yield odd(aggregation, "holds no object")


def _check_submission(folder: Path, name: str, rows: int) -> Found:
    path = folder / f"{name}.txt"
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except (OSError, ValueError):
        yield wrong(path, "is missing or no text; export it again")
        return
    for number, line in enumerate(lines, 1):
        parts = line.split(" ")
        try:
            mask, kind, confidence = parts[0], int(parts[1]), float(parts[2])
        except (IndexError, ValueError):
            yield wrong(path, f"line {number} is not `mask class confidence`")
            continue
        values = read_numbers(folder / mask) if not Path(mask).is_absolute() and ".." not in Path(mask).parts else None
        if values is None or len(values) != rows or not np.isin(values, (0, 1)).all():
            yield wrong(path, f"line {number}: {mask} does not hold 0 or 1 for each of the {rows:,} vertices")
        if kind not in SCANNET20[STUFF:] or not 0 <= confidence <= 1 or len(parts) != 3:
            yield wrong(
                path, f"line {number} names class {kind} with confidence {confidence}, which the benchmark refuses"
            )


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
