"""GaPro's pseudo labels: a .pth of (semantic, instance, probability, mean, variance), one value a point.

The layout is that of ``gen_ps.py`` (https://github.com/VinAIResearch/GaPro); it is also what `export --format gapro`
writes. The file has neither points nor boxes: it belongs to a scan, row by row.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gapro_annotator.arrays import Float32
from gapro_annotator.errors import InputError
from gapro_annotator.readers.imported import Source, SourceBox, SourcePseudo
from gapro_annotator.readers.objects import SCANNET20, PointLabels, whole_numbers, with_objects

NO_PROCESS = -99.0
"""Means below are GaPro's mark (-100) for points that no Gaussian Process decided."""
_CLASSES = SCANNET20[2:]
"""Class 0 is the first of ScanNet's classes that has instances."""
_AGREEMENT = 0.5


def read_pseudo_labels(path: Path | str, rows: int) -> SourcePseudo:
    """Read the pseudo labels of a source of this many rows.

    Raises
    ------
    InputError
        It cannot be read without running code, is no 5-tuple, or has another number of points.
    """
    from gapro_annotator.readers.torch_file import load_torch

    path = Path(path)
    content = load_torch(path)
    parts = list(content) if isinstance(content, (tuple, list)) else []
    if len(parts) != 5 or not all(isinstance(part, np.ndarray) for part in parts):
        raise InputError(
            f"{path}: holds no pseudo labels of GaPro; they are five arrays: semantic, instance, probability, mean, "
            "variance"
        )
    if parts[1].size != rows:
        raise InputError(
            f"{path}: has {parts[1].size:,} labels but the scan has {rows:,} points; take the files of one scan"
        )
    semantic = whole_numbers(path, "the classes", parts[0], rows)
    instance = whole_numbers(path, "the instances", parts[1], rows)
    probability, mean, variance = (
        _numbers(path, what, part, rows)
        for what, part in zip(("probability", "mean", "variance"), parts[2:], strict=True)
    )
    if rows and (probability.min() < 0 or probability.max() > 1 + 1e-3):
        raise InputError(f"{path}: probabilities reach from {probability.min():g} to {probability.max():g}; mend them")
    decided = (mean > NO_PROCESS) & (variance > NO_PROCESS)
    return SourcePseudo(
        where=path,
        instance=np.maximum(instance, -1),
        semantic=np.where((semantic < 0) | (semantic >= len(_CLASSES)), -1, semantic),
        probability=np.clip(probability, 0, 1),
        mean=np.where(decided, mean, np.float32(0)),
        variance=np.where(decided, np.maximum(variance, 0), np.float32(0)),
        decided=decided,
    )


def with_pseudo_labels(source: Source, pseudo: SourcePseudo) -> Source:
    """Add pseudo labels to a source; where they do not number its boxes, boxes are made from their points."""
    told = f"pseudo labels from {pseudo.where.name}"
    if source.boxes and _fit(source, source.boxes, pseudo):
        return replace(source, pseudo=pseudo, notes=(*source.notes, told))
    labelled = with_objects(source, PointLabels(pseudo.where, pseudo.instance, pseudo.semantic, _CLASSES))
    made = "boxes are the extents of the instances of the pseudo labels"
    return replace(labelled, pseudo=pseudo, truth=source.truth, notes=(*source.notes, told, made))


def _fit(source: Source, boxes: tuple[SourceBox, ...], pseudo: SourcePseudo) -> bool:
    """Whether most labelled points lie in the box that has their number."""
    known = {box.id: (np.array(box.lower), np.array(box.upper)) for box in boxes}
    inside = labelled = 0
    for number in np.unique(pseudo.instance[pseudo.instance >= 0]).tolist():
        xyz = source.xyz[pseudo.instance == number]
        labelled += len(xyz)
        if number in known:
            low, high = known[number]
            inside += int(((xyz >= low - 1e-3) & (xyz <= high + 1e-3)).all(axis=1).sum())
    return inside >= _AGREEMENT * labelled


def _numbers(path: Path, what: str, values: npt.NDArray[Any], rows: int) -> Float32:
    if values.size != rows or values.dtype.kind not in "iuf" or not np.isfinite(values).all():
        raise InputError(f"{path}: {what} is no finite number for each of {rows:,} points; give one value a point")
    return values.reshape(rows).astype(np.float32)
