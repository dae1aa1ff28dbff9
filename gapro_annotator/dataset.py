"""Annotated scans for PyTorch: a map-style dataset over a project, an exported folder of .h5, or one .h5 scan.

torch is imported when the first scan is read.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import h5py
import numpy as np
import numpy.typing as npt

from gapro_annotator.arrays import Int32, Int64
from gapro_annotator.classes import Classes
from gapro_annotator.document import ScanDocument
from gapro_annotator.errors import InputError, reason_of
from gapro_annotator.exporters.rows import annotation_of, certainty_of
from gapro_annotator.instance_maps import point_maps, superpoint_maps
from gapro_annotator.labels import BACKGROUND, Origin
from gapro_annotator.project import Project, is_project, load_document
from gapro_annotator.store.hdf5 import read_strings

if TYPE_CHECKING:
    from torch import Tensor

Sample: TypeAlias = "dict[str, Tensor | str]"

_NUMBERED = ("superpoint", "instance")


class ScanDataset:
    """Annotated scans as dictionaries of tensors; works with ``torch.utils.data.DataLoader``.

    Parameters
    ----------
    path
        A project (edits that are not saved yet are seen), a folder of exported .h5, or one .h5 scan.
    names
        Only these scans, in this order; None: all, sorted.
    maps
        Whether each sample has `map_mean` and `map_variance`, the paper's e and v of every instance on superpoints.
    transform
        Applied to each sample.

    Raises
    ------
    InputError
        There is nothing to read at `path`, or no such scan.

    Notes
    -----
    A sample, of N points, S superpoints and K instances with points:

    - `name`: text; `xyz`: (N, 3) float32, metres from `origin`, (3,) float64
    - `rgb`: (N, 3) float32 in 0..1, and `normal`: (N, 3) float32, where the scan has them
    - `superpoint`: (N,) int64, 0..S-1
    - `instance`: (N,) int64, 0..K-1, -1 background; `box_id`: (K,) int64
    - `semantic`: (N,) int64, place in `class_names`, -1 background
    - `probability`, `mean`, `variance`: (N,) float32; a person's labels have 1, 0, 0
    - `latent`: (N,) bool, where mean and variance are of a Gaussian Process; `person`: (N,) bool
    - `map_mean`, `map_variance`: (K, S) float32, with `maps`
    """

    def __init__(
        self,
        path: Path | str,
        names: Sequence[str] | None = None,
        *,
        maps: bool = False,
        transform: Callable[[Sample], Any] | None = None,
    ) -> None:
        path = Path(path)
        files, self._classes = _scan_files(path)
        self.names = sorted(files) if names is None else list(names)
        for name in self.names:
            if name not in files:
                raise InputError(f"{path}: has no scan {name!r}; it has {', '.join(sorted(files))}")
        self._files = [files[name] for name in self.names]
        self._maps = maps
        self._transform = transform

    @property
    def class_names(self) -> tuple[str, ...]:
        """Names that `semantic` counts."""
        return self._classes.name

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, place: int) -> Any:
        import torch

        document = load_document(self._files[place])
        # A copy: the arrays of a document are read-only, and tensors know no such thing.
        sample: Sample = {name: torch.from_numpy(array.copy()) for name, array in self._arrays(document).items()}
        sample["name"] = document.scan.name
        return sample if self._transform is None else self._transform(sample)

    def _arrays(self, document: ScanDocument) -> dict[str, npt.NDArray[Any]]:
        scan, labels = document.scan, annotation_of(document)
        probability, mean, variance, latent = certainty_of(document)
        box_id, instance = _compact(labels.instance)
        arrays: dict[str, npt.NDArray[Any]] = {
            "xyz": scan.xyz,
            "origin": scan.origin,
            "superpoint": scan.superpoint.astype(np.int64),
            "instance": instance,
            "box_id": box_id.astype(np.int64),
            "semantic": _places(labels.semantic, document.classes, self._classes),
            "probability": probability,
            "mean": mean,
            "variance": variance,
            "latent": latent,
            "person": labels.origin == Origin.PERSON,
        }
        if scan.rgb is not None:
            arrays["rgb"] = scan.rgb.astype(np.float32) / 255
        if scan.normal is not None:
            arrays["normal"] = scan.normal
        if self._maps:
            if document.pseudo is None:
                raise InputError(f"{scan.name}: has no pseudo labels for maps; run `gapro-annotator label` first")
            maps = superpoint_maps(point_maps(document.pseudo, labels.correction, box_id), scan.superpoint)
            arrays |= {"map_mean": maps.mean, "map_variance": maps.variance}
        return arrays


def collate(samples: Sequence[Sample]) -> "dict[str, Any]":
    """Join samples into one batch, for ``DataLoader(…, collate_fn=collate)``.

    Returns
    -------
    dict
        What has one row a point is concatenated, with `batch` (N,) int64, the scan of each point. Superpoints and
        instances are numbered on across scans. `name`, `origin`, `map_mean` and `map_variance` are lists.
    """
    import torch

    joined: dict[str, Any] = {}
    counts: dict[str, int] = dict.fromkeys(_NUMBERED, 0)
    shared = [key for key in samples[0] if all(key in sample for sample in samples)]
    parts: dict[str, list[Any]] = {key: [] for key in shared}
    for sample in samples:
        for key in shared:
            value: Any = sample[key]
            if key in counts:
                size = int(value.max()) + 1 if len(value) else 0
                value = torch.where(value >= 0, value + counts[key], value)
                counts[key] += size
            parts[key].append(value)
    for key, values in parts.items():
        joined[key] = values if key in ("name", "origin", "map_mean", "map_variance") else torch.cat(values)
    sizes = torch.tensor([len(sample["xyz"]) for sample in samples])
    joined["batch"] = torch.repeat_interleave(torch.arange(len(samples)), sizes)
    return joined


def _scan_files(path: Path) -> tuple[dict[str, Path], Classes]:
    if is_project(path):
        project = Project.open(path)
        return {name: project.scan_path(name) for name in project.scan_names()}, project.classes
    if path.is_file():
        return {path.stem: path}, Classes.of(_classes_of(path))
    files = {file.stem: file for file in sorted(path.glob("*.h5")) if not file.name.startswith(".")}
    if not files:
        raise InputError(f"{path}: is no project and holds no .h5 scans; export some with --format h5")
    classes = Classes.of([])
    for file in files.values():
        classes = classes.with_names(list(_classes_of(file)))
    return files, classes


def _classes_of(path: Path) -> tuple[str, ...]:
    """Read the class names of a scan file and nothing else of it."""
    try:
        with h5py.File(path) as file:
            return tuple(read_strings(file, "classes/name"))
    except (OSError, KeyError) as error:
        raise InputError(f"{path}: is no scan file ({reason_of(error)}); export it with --format h5") from error


def _compact(instance: Int32) -> tuple[Int32, Int64]:
    box_id = np.unique(instance[instance >= 0]).astype(np.int32)
    number = np.searchsorted(box_id, instance)
    return box_id, np.where(instance >= 0, number, BACKGROUND).astype(np.int64)


def _places(semantic: Int32, own: Classes, common: Classes) -> Int64:
    """Row in the common table of each class id, found by name."""
    row = {name.casefold(): place for place, name in enumerate(common.name)}
    # The last place answers for background: index -1.
    table = np.full(int(own.id.max(initial=-1)) + 2, BACKGROUND, np.int64)
    for number, name in zip(own.id.tolist(), own.name, strict=True):
        if name.casefold() not in row:
            raise InputError(f"class {name!r} is not among {', '.join(common.name)}; export the scans together")
        table[number] = row[name.casefold()]
    return table[semantic]
