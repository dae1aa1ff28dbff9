"""Mask3D: databases, points and ground truth."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np

from gapro_annotator.exporters.checks.folder import ExportFolder, Found, check_benchmark_text, odd, read_npy, wrong


def check_mask3d(folder: ExportFolder) -> Found:
    """Check what every entry of the databases names."""
    labels = _labels(folder.path / "label_database.yaml")
    if labels is None:
        yield wrong(folder.path / "label_database.yaml", "is missing or damaged; export again")
        return
    if sum(bool(row["validation"]) for row in labels.values()) != folder.classes:
        yield wrong(
            folder.path / "label_database.yaml", f"does not validate {folder.classes} classes, as num_labels says"
        )
    for mode in ("train", "validation", "test"):
        entries = _entries(folder.path / f"{mode}_database.yaml")
        if entries is None:
            yield wrong(folder.path / f"{mode}_database.yaml", "is missing or damaged; export again")
            continue
        if not entries and mode == "train":
            yield odd(folder.path / "train_database.yaml", "holds no scan")
        for entry in entries:
            yield from _check_entry(folder.path, entry, mode, set(labels))


def _check_entry(folder: Path, entry: dict[str, Any], mode: str, labels: set[int]) -> Found:
    path = folder / mode / Path(str(entry.get("filepath"))).name
    if not Path(str(entry.get("filepath"))).is_absolute() or not Path(str(entry.get("filepath"))).is_file():
        yield odd(path, f"the database calls it {entry.get('filepath')}, which is not there seen from here")
    points = read_npy(path)
    width = 10 if mode == "test" else 12
    if points is None or points.dtype != np.float32 or points.ndim != 2 or points.shape[1] != width:
        yield wrong(path, f"is no float32 array of {width} columns")
        return
    if not np.isfinite(points).all():
        yield wrong(path, "holds NaN or infinity")
        return
    if len(points) != entry.get("file_len"):
        yield wrong(path, f"has {len(points):,} rows but the database says {entry.get('file_len')}")
    if points[:, 3:6].min(initial=0) < 0 or points[:, 3:6].max(initial=0) > 255:
        yield wrong(path, "colours leave 0..255")
    if not np.array_equal(np.unique(points[:, 9]), np.arange(len(np.unique(points[:, 9])))):
        yield wrong(path, "segments are not numbered 0..S-1")
    if mode == "test":
        return
    semantic, instance = points[:, 10], points[:, 11]
    strange = sorted(set(np.unique(semantic).tolist()) - labels)
    if strange:
        yield wrong(path, f"has the classes {strange}, which label_database.yaml lacks")
    pairs = np.unique(np.stack([instance, semantic])[:, instance >= 0], axis=1)
    if len(np.unique(pairs[0])) != pairs.shape[1]:
        yield wrong(path, "an instance has points of two classes")
    yield from check_benchmark_text(folder / "instance_gt" / mode / f"scene{path.stem}.txt", len(points))


def _entries(path: Path) -> list[dict[str, Any]] | None:
    """Read the YAML that we write: a list with one JSON object a line."""
    try:
        text = path.read_text(encoding="utf-8")
        return [] if text.strip() == "[]" else [json.loads(line.removeprefix("- ")) for line in text.splitlines()]
    except (OSError, ValueError):
        return None


def _labels(path: Path) -> dict[int, dict[str, Any]] | None:
    try:
        rows = [re.match(r"(\d+): (\{.*\})$", line) for line in path.read_text(encoding="utf-8").splitlines()]
        found = {int(row[1]): json.loads(row[2]) for row in rows if row is not None}
    except (OSError, ValueError):
        return None
    return found if len(found) == len(rows) and all("validation" in row for row in found.values()) else None
