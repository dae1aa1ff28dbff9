"""Axis-aligned boxes around objects, and which predicted box found which: ScanNet's detection score (PASCAL VOC)."""

import numpy as np

from gapro_annotator.arrays import Bool, Float32, Float64, Int32, Int64
from gapro_annotator.evaluation.precision import Outcomes

_MARGIN = 1e-6
"""Metres by which boxes are enlarged on each side, so that a flat object has a volume."""


def hulls_of_labels(xyz: Float32, instance: Int32, ids: Int32) -> Float64:
    """Put boxes around the points of each instance.

    Parameters
    ----------
    xyz : (N, 3) float32
    instance : (N,) int32
    ids : (K,) int32
        Ascending.

    Returns
    -------
    (K, 2, 3) float64
        Lower and upper corners, NaN where an id has no point.
    """
    order = np.argsort(instance, kind="stable")
    start = np.searchsorted(instance[order], ids)
    end = np.searchsorted(instance[order], ids, side="right")
    return hulls_of_masks(xyz, tuple(order[a:b] for a, b in zip(start.tolist(), end.tolist(), strict=True)))


def hulls_of_masks(xyz: Float32, rows: tuple[Int64, ...]) -> Float64:
    """(K, 2, 3) float64, lower and upper corners around each of K lists of rows; NaN around none."""
    corners = np.full((len(rows), 2, 3), np.nan)
    for number, mask in enumerate(rows):
        if mask.size:
            points = xyz[mask]
            corners[number] = points.min(axis=0), points.max(axis=0)
    return corners


def box_iou(first: Float64, second: Float64) -> Float64:
    """(G, K) intersection over union of (G, 2, 3) and (K, 2, 3) boxes; 0 for a box without corners."""
    margin = np.array([-_MARGIN, _MARGIN])[:, None]
    a, b = (first + margin)[:, None], (second + margin)[None]
    shared = np.minimum(a[:, :, 1], b[:, :, 1]) - np.maximum(a[:, :, 0], b[:, :, 0])  # (G, K, 3)
    common = np.clip(shared, 0, None).prod(axis=2)
    union = (a[:, :, 1] - a[:, :, 0]).prod(axis=2) + (b[:, :, 1] - b[:, :, 0]).prod(axis=2) - common
    return np.nan_to_num(common / union)


def match_boxes(iou: Float64, counted: Bool, confidence: Float64, threshold: float) -> Outcomes:
    """Match predictions to objects as PASCAL VOC does, the surest first.

    Parameters
    ----------
    iou : (G, K) float64
        Of the boxes of objects and predictions.
    counted : (G,) bool
        Objects that are asked for; a prediction whose best object is another is left out (VOC's "difficult").
    confidence : (K,) float64
    threshold
        A prediction is right where its IoU with its best object is above this and nobody surer has found that one.
    """
    best = iou.argmax(axis=0) if len(iou) else np.zeros(iou.shape[1], np.int64)
    above = iou.max(axis=0, initial=0.0) > threshold
    taken = np.zeros(len(iou), np.bool_)
    true: list[bool] = []
    score: list[float] = []
    for number in np.argsort(-confidence, kind="stable").tolist():
        if above[number] and not counted[best[number]]:
            continue
        right = bool(above[number]) and not taken[best[number]]
        if right:
            taken[best[number]] = True
        true.append(right)
        score.append(float(confidence[number]))
    return Outcomes(np.array(true, np.bool_), np.array(score, np.float64), int(counted.sum() - taken.sum()))
