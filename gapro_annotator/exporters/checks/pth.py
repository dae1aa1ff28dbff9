"""The folders of .pth files: PointGroup, SoftGroup, ISBNet; SPFormer; GaPro's forks."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np

from gapro_annotator.exporters.checks.folder import (
    ExportFolder,
    Found,
    check_benchmark_text,
    check_labels,
    check_points,
    check_superpoints,
    odd,
    wrong,
)

_SUFFIX = "_inst_nostuff.pth"
IGNORE = -100


def check_pointgroup(folder: ExportFolder) -> Found:
    """(xyz, rgb, semantic, instance), superpoints, val_gt."""
    yield from _check_splits(folder, superpoint=False)


def check_spformer(folder: ExportFolder) -> Found:
    """(xyz, rgb, superpoint, semantic, instance), val_gt."""
    yield from _check_splits(folder, superpoint=True)


def check_gapro(folder: ExportFolder) -> Found:
    """As PointGroup, and the 5-tuple of each scan."""
    yield from _check_splits(folder, superpoint=False, truth=False)
    labels = folder.path / str(folder.settings.get("label_type", "gaussian_process_kl_pseudo_labels"))
    for path in sorted(p for split in ("train", "val") for p in (folder.path / split).glob(f"*{_SUFFIX}")):
        file = labels / f"{path.name.removesuffix(_SUFFIX)}.pth"
        scan = load_pth(path)
        if not file.is_file():
            yield wrong(file, "is missing: both forks read it for training and for validation")
        elif isinstance(scan, tuple):
            yield from _check_pseudo(file, len(scan[0]), folder.classes - 2)


def holds_superpoints(path: Path) -> bool:
    """Tell SPFormer's tuple from PointGroup's: five elements, the third whole numbers."""
    found = load_pth(path)
    return isinstance(found, tuple) and len(found) == 5 and getattr(found[2], "dtype", np.dtype(float)).kind in "iu"


def read_pth(path: Path) -> Any:
    """Read arrays, tensors, tuples, texts; whatever else a pickle may hold is refused with an error of torch's."""
    import torch

    known = vars(vars(np)["_core"].multiarray)
    allowed: list[Any] = [bytes, np.ndarray, np.dtype, *(type(np.dtype(kind)) for kind in "bBhHiIlLqQfd?")]
    for name in ("_reconstruct", "scalar"):
        allowed += [(known[name], f"{module}.multiarray.{name}") for module in ("numpy.core", "numpy._core")]
    with torch.serialization.safe_globals(allowed), warnings.catch_warnings(action="ignore"):
        return torch.load(path, map_location="cpu", weights_only=True)


def load_pth(path: Path) -> Any:
    """Return what the file holds, or a sentence on why not."""
    try:
        return read_pth(path)
    except Exception as error:  # noqa: BLE001 - a damaged file may end torch's reader anywhere
        return f"cannot be read ({str(error).splitlines()[0] if str(error) else type(error).__name__}); export it again"


def _check_splits(folder: ExportFolder, *, superpoint: bool, truth: bool = True) -> Found:
    files = {split: sorted((folder.path / split).glob(f"*{_SUFFIX}")) for split in ("train", "val", "test")}
    if not files["train"]:
        yield odd(folder.path / "train", 'holds no scan: training ends in "Empty dataset"')
    for split, paths in files.items():
        for path in paths:
            yield from _check_scan(folder, path, split, superpoint=superpoint, truth=truth)


def _check_scan(folder: ExportFolder, path: Path, split: str, *, superpoint: bool, truth: bool) -> Found:
    found = load_pth(path)
    wanted = [
        "xyz",
        "rgb",
        *(["superpoint"] if superpoint else []),
        *([] if split == "test" else ["semantic", "instance"]),
    ]
    if isinstance(found, str):
        yield wrong(path, found)
        return
    if not isinstance(found, tuple) or len(found) != len(wanted) or not all(isinstance(a, np.ndarray) for a in found):
        yield wrong(path, f"is not the tuple of arrays ({', '.join(wanted)}) that {split} needs")
        return
    arrays = dict(zip(wanted, found, strict=True))
    rows = len(arrays["xyz"])
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        yield wrong(path, f"its arrays have different lengths: {lengths}")
        return
    yield from check_points(path, arrays["xyz"])
    rgb = arrays["rgb"]
    if rgb.dtype != np.float32 or rgb.shape != (rows, 3) or not (np.abs(rgb) <= 1).all():
        yield wrong(path, "rgb is not float32 of three columns in -1..1")
    if "semantic" in arrays:
        labels = {"classes": folder.classes, "ignore": IGNORE, "none": IGNORE, "stuff": 2}
        yield from check_labels(path, arrays["semantic"], arrays["instance"], **labels)
    name = path.name.removesuffix(_SUFFIX)
    if superpoint:
        yield from check_superpoints(path, arrays["superpoint"], rows)
    else:
        yield from _check_superpoint_file(folder, folder.path / "superpoints" / f"{name}.pth", rows)
    if split == "val" and truth:
        yield from check_benchmark_text(folder.path / "val_gt" / f"{name}.txt", rows)


def _check_superpoint_file(folder: ExportFolder, path: Path, rows: int) -> Found:
    found = load_pth(path)
    if isinstance(found, str):
        yield wrong(path, found)
        return
    choice, fork = folder.options.get("superpoints", "numpy"), folder.options.get("fork", "isbnet")
    tensor = choice == "tensor" or (choice == "auto" and fork == "spformer")
    if tensor == isinstance(found, np.ndarray):
        yield wrong(path, f"is {'an array' if tensor else 'no array'}, but {'a tensor' if tensor else 'NumPy'} is read")
        return
    yield from check_superpoints(path, found.numpy() if tensor else found, rows)


def _check_pseudo(path: Path, rows: int, kinds: int) -> Found:
    found = load_pth(path)
    if isinstance(found, str):
        yield wrong(path, found)
        return
    if not isinstance(found, tuple) or len(found) != 5 or not all(isinstance(one, np.ndarray) for one in found):
        yield wrong(path, "is not the tuple (semantic, instance, probability, mean, variance)")
        return
    names = ("semantic", "instance", "probability", "mean", "variance")
    short = [name for name, one in zip(names, found, strict=True) if one.shape != (rows,)]
    if short:
        yield wrong(path, f"{', '.join(short)}: not one value for each of the {rows:,} points")
        return
    semantic, instance, probability, mean, variance = found
    yield from check_labels(path, semantic, instance, classes=kinds + 1, ignore=IGNORE, none=IGNORE, stuff=0)
    if not ((probability >= 0) & (probability <= 1)).all():
        yield wrong(path, "probability leaves 0..1")
    if ((mean == IGNORE) != (variance == IGNORE)).any() or (variance[variance != IGNORE] <= 0).any():
        yield wrong(
            path, "mean and variance must both be -100 where no Gaussian Process decided, and variance > 0 else"
        )
    if (semantic[instance >= 0] == kinds).any():
        yield wrong(path, "an instance has the class of background")
