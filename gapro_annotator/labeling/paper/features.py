"""What the processes of the paper see of a superpoint or a point."""

from dataclasses import dataclass

import numpy as np

from gapro_annotator.arrays import Float64, Int32, Int64
from gapro_annotator.errors import LabelingError
from gapro_annotator.labeling.request import LabelRequest

_FLAT = 0.08
"""A superpoint has a normal where its smallest variance is below this share of the middle one."""


@dataclass(frozen=True, eq=False, slots=True)
class SeenFeatures:
    """Features in columns, all under one length scale as in the paper.

    `names` says which; `values` is (E, C) float64; `place` (E, 3) float64 in metres.
    """

    names: tuple[str, ...]
    values: Float64
    place: Float64


def superpoint_features(request: LabelRequest, size: Int64, scale: float) -> SeenFeatures:
    """Return the features of the superpoints; xyz is centred and divided by `scale` (1 in rooms), rgb lies in -1..1.

    `size` is the (S,) number of points of each superpoint.
    """
    scan, wanted = request.scan, request.config.paper_features
    place = superpoint_means(scan.xyz.astype(np.float64), scan.superpoint, size)
    if wanted == "deep":
        return SeenFeatures(("deep",), _deep(request, len(size)), place)
    names, columns = ["xyz"], [_centred(request, place, scale)]
    if wanted == "xyz+rgb" and scan.rgb is not None:
        names.append("rgb")
        columns.append(superpoint_means(scan.rgb / 127.5 - 1.0, scan.superpoint, size))
    if wanted == "xyz+normal":
        names.append("normal")
        columns.append(_orientation(scan.xyz.astype(np.float64), scan.superpoint, size, place))
    return SeenFeatures(tuple(names), np.hstack(columns), place)


def point_features(request: LabelRequest, size: Int64, scale: float) -> SeenFeatures:
    """Return the same of every point: its own place and colour, the normal and deep features of its superpoint."""
    scan, wanted = request.scan, request.config.paper_features
    place = scan.xyz.astype(np.float64)
    if wanted == "deep":
        return SeenFeatures(("deep",), _deep(request, len(size))[scan.superpoint], place)
    names, columns = ["xyz"], [_centred(request, place, scale)]
    if wanted == "xyz+rgb" and scan.rgb is not None:
        names.append("rgb")
        columns.append(scan.rgb / 127.5 - 1.0)
    if wanted == "xyz+normal":
        middle = superpoint_means(place, scan.superpoint, size)
        names.append("normal")
        columns.append(_orientation(place, scan.superpoint, size, middle)[scan.superpoint])
    return SeenFeatures(tuple(names), np.hstack(columns), place)


def superpoint_means(values: Float64, superpoint: Int32, size: Int64) -> Float64:
    """(S, C) mean of the points' values."""
    sums = [np.bincount(superpoint, column, len(size)) for column in values.T]
    return np.stack(sums, axis=1) / np.maximum(size, 1)[:, None]


def _centred(request: LabelRequest, place: Float64, scale: float) -> Float64:
    middle = request.scan.xyz.mean(axis=0, dtype=np.float64) if len(request.scan) else np.zeros(3)
    return (place - middle) / scale


def _orientation(xyz: Float64, superpoint: Int32, size: Int64, middle: Float64) -> Float64:
    """(S, 6), outer product of the superpoint's normal, whose sign is unknown; 0 where it is not flat."""
    off = xyz - middle[superpoint]
    products = superpoint_means((off[:, :, None] * off[:, None, :]).reshape(-1, 9), superpoint, size)
    variance, axes = np.linalg.eigh(products.reshape(-1, 3, 3))
    flat = (size >= 4) & (variance[:, 1] > 0) & (variance[:, 0] < _FLAT * variance[:, 1])
    x, y, z = axes[:, :, 0].T
    root = np.sqrt(2.0)  # so that |o - o'|² = 1 - (n·n')²
    outer = np.stack([x * x, y * y, z * z, root * x * y, root * x * z, root * y * z], axis=1) / root
    return outer * flat[:, None]


def _deep(request: LabelRequest, superpoints: int) -> Float64:
    """Return the network's features, centred and scaled so that two superpoints are 1 apart in the mean square."""
    deep = request.deep
    if deep is None:
        raise LabelingError(
            f"{request.scan.name}: there are no deep features; "
            "give a run that has them (--features RUN) or other --paper-features"
        )
    values = deep.astype(np.float64)
    values = values - values.mean(axis=0) if superpoints else values
    spread = np.sqrt(2 * values.var(axis=0).sum()) if values.size else 0.0
    return values / spread if spread > 0 else values
