"""What the checks of all formats share: the folder with what its report says, and how a finding is told."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from gapro_annotator.document_checks import Finding

Found: TypeAlias = Iterator[Finding]


@dataclass(frozen=True, slots=True)
class ExportFolder:
    """An export under check.

    Parameters
    ----------
    path
        The folder.
    options, settings
        From its report; empty where there is none.
    """

    path: Path
    options: dict[str, str]
    settings: dict[str, Any]

    @property
    def classes(self) -> int:
        """How many semantic classes the trainer is told of; ScanNet's 20 where nothing says."""
        for key in ("data.num_classes", "data.num_labels", "num_semantic_classes"):
            if key in self.settings:
                return int(self.settings[key])
        kinds = self.settings.get("CLASSES")
        return 20 if kinds is None else len(kinds) + 2


def wrong(where: Path, text: str) -> Finding:
    """Tell what a trainer would stumble over."""
    return Finding("error", str(where), text)


def odd(where: Path, text: str) -> Finding:
    """Tell what a trainer would take, though hardly meant."""
    return Finding("warning", str(where), text)


def check_points(where: Path, xyz: Any, name: str = "xyz") -> Found:
    """Coordinates must be finite float32 of three columns."""
    if not isinstance(xyz, np.ndarray) or xyz.ndim != 2 or xyz.shape[1] != 3:
        yield wrong(where, f"{name} is no array of three columns")
    elif xyz.dtype != np.float32:
        yield wrong(where, f"{name} is {xyz.dtype}, not float32")
    elif not len(xyz):
        yield wrong(where, "holds no points")
    elif not np.isfinite(xyz).all():
        yield wrong(where, f"{name} holds NaN or infinity, which no trainer can put into voxels")


def check_labels(
    where: Path,
    semantic: npt.NDArray[Any],
    instance: npt.NDArray[Any],
    *,
    classes: int,
    ignore: int,
    none: int,
    stuff: int,
) -> Found:
    """Classes in range, instances without gaps, one class an instance, none of wall or floor."""
    out = (semantic != ignore) & ((semantic < 0) | (semantic >= classes))
    if out.any():
        yield wrong(where, f"semantic leaves 0..{classes - 1} (and {ignore}) at {int(out.sum()):,} points")
    inside = instance != none
    numbers = np.unique(instance[inside])
    if not np.array_equal(numbers, np.arange(len(numbers))):
        yield wrong(where, f"instances are not numbered 0..K-1 without gaps (and {none})")
    pairs = np.unique(np.stack([instance[inside], semantic[inside]]), axis=1)
    if pairs.shape[1] != len(numbers):
        yield wrong(where, "an instance has points of two classes")
    if ((pairs[1] >= 0) & (pairs[1] < stuff) & (pairs[1] != ignore)).any():
        yield wrong(where, "wall or floor is an instance")
    if not len(numbers):
        yield odd(where, "holds no instance")


def check_superpoints(where: Path, superpoint: npt.NDArray[Any], rows: int) -> Found:
    """One whole number a row."""
    if superpoint.ndim != 1 or superpoint.dtype.kind not in "iu" or len(superpoint) != rows:
        yield wrong(
            where, f"superpoints are {superpoint.dtype} of shape {superpoint.shape}, not {rows:,} whole numbers"
        )


def read_numbers(path: Path) -> npt.NDArray[np.int64] | None:
    """Read a text of whole numbers, one a line; None where it is something else."""
    try:
        return np.array(path.read_text(encoding="ascii").split(), dtype=np.int64)
    except (OSError, ValueError, OverflowError):
        return None


def check_benchmark_text(path: Path, rows: int) -> Found:
    """ScanNet's ground truth: one line a row, class × 1000 + instance + 1 or 0."""
    ids = read_numbers(path)
    if ids is None:
        yield wrong(path, "cannot be read as one whole number a line; export it again")
    elif len(ids) != rows:
        yield wrong(path, f"has {len(ids):,} lines but the scan has {rows:,} rows")
    elif ((ids != 0) & ((ids < 1000) | (ids % 1000 == 0))).any():
        yield wrong(path, "holds ids that are not class × 1000 + instance + 1")


def read_npy(path: Path) -> npt.NDArray[Any] | None:
    """Read an array, never unpickling; None where it cannot be read."""
    try:
        # Mapped, so that a header that lies about the shape takes no memory.
        return np.load(path, mmap_mode="r", allow_pickle=False)
    except Exception:  # noqa: BLE001 - a damaged header may end NumPy's parser anywhere
        return None
