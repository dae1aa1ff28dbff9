"""The paper's baselines (Table 4): they see boxes and points, no superpoints and no planes."""

from collections.abc import Callable

import numpy as np

from gapro_annotator.arrays import Float64, Int64
from gapro_annotator.boxes import Boxes
from gapro_annotator.labeling.progress import Steps
from gapro_annotator.labeling.request import LabelRequest
from gapro_annotator.labeling.spread import finished
from gapro_annotator.labeling.verdict import Verdicts
from gapro_annotator.labels import BACKGROUND, Decision, PseudoLabels

_ONE_BOX = 0.9
_SMALLER_BOX = 0.65
_UNDECIDED = 0.5
_MOST_POINTS = 1500
"""Points of one box that a logistic regression learns from, evenly taken."""
_NEWTON_STEPS = 12


def label_with_baseline(request: LabelRequest, steps: Steps) -> tuple[PseudoLabels, int, int]:
    """Label one scan by the baseline that the request names; return the labels and how many pairs and shared points."""
    scan, boxes = request.scan, request.boxes
    members = boxes.members(scan.xyz)
    count = np.zeros(len(scan), np.int64)
    for rows in members:
        count[rows] += 1
    points = _one_box(boxes, members, count)
    groups = _contested(members, count, boxes)
    pairs = {pair for group, _ in groups for pair in _pairs_of(group)}
    if request.config.method == "smaller-box":
        _smaller_box(points, boxes, groups)
    elif request.config.method == "linear":
        _linear(points, request, members=members, count=count, groups=groups, report=steps.report)
    points.variance[count > 0] = 1.0
    provenance = {"features": ["xyz", "rgb"] if request.config.method == "linear" else [], "pairs": []}
    return finished(points, request.correction, provenance), len(pairs), int((count >= 2).sum())


def _one_box(boxes: Boxes, members: list[Int64], count: Int64) -> Verdicts:
    """Background outside the boxes, the box's own inside one, undecided background inside several."""
    points = Verdicts.nothing(len(count))
    for row in np.lexsort((boxes.id, boxes.volume))[::-1]:  # the smaller box last, as the rival of what several contest
        inside = members[row]
        alone = inside[count[inside] == 1]
        points.instance[alone], points.rival[alone] = boxes.id[row], BACKGROUND
        points.probability[alone], points.decision[alone] = _ONE_BOX, Decision.ONE_BOX
        several = inside[count[inside] > 1]
        points.rival[several] = boxes.id[row]
        points.probability[several], points.decision[several] = _UNDECIDED, Decision.FALLBACK
    return points


def _contested(members: list[Int64], count: Int64, boxes: Boxes) -> list[tuple[tuple[int, ...], Int64]]:
    """Return the sets of boxes that share points, smallest box first, each with its points."""
    order = np.lexsort((boxes.id, boxes.volume)).tolist()
    listed: dict[int, list[int]] = {}
    for row in order:
        for point in members[row][count[members[row]] > 1].tolist():
            listed.setdefault(point, []).append(row)
    groups: dict[tuple[int, ...], list[int]] = {}
    for point, rows in listed.items():
        groups.setdefault(tuple(rows), []).append(point)
    return [(rows, np.array(sorted(points), np.int64)) for rows, points in sorted(groups.items())]


def _pairs_of(rows: tuple[int, ...]) -> list[tuple[int, int]]:
    return [(min(a, b), max(a, b)) for place, a in enumerate(rows) for b in rows[place + 1 :]]


def _smaller_box(points: Verdicts, boxes: Boxes, groups: list[tuple[tuple[int, ...], Int64]]) -> None:
    for rows, contested in groups:
        points.instance[contested], points.rival[contested] = boxes.id[rows[0]], boxes.id[rows[1]]
        points.probability[contested], points.mean[contested] = _SMALLER_BOX, 0.4


def _linear(
    points: Verdicts,
    request: LabelRequest,
    *,
    members: list[Int64],
    count: Int64,
    groups: list[tuple[tuple[int, ...], Int64]],
    report: Callable[[int, int, str], None],
) -> None:
    """Logistic regression on the points of one box only; where more than two meet, the pair with the most points."""
    scan, boxes = request.scan, request.boxes
    features = scan.xyz.astype(np.float64)
    if scan.rgb is not None:
        features = np.hstack([features, scan.rgb / 127.5 - 1.0])
    alone = [rows[count[rows] == 1] for rows in members]
    common: dict[tuple[int, int], int] = {}
    for rows, contested in groups:
        for pair in _pairs_of(rows):
            common[pair] = common.get(pair, 0) + len(contested)
    _smaller_box(points, boxes, groups)  # what a pair without exclusive points keeps
    weights: dict[tuple[int, int], tuple[Float64, Float64, Float64] | None] = {}
    for done, (rows, contested) in enumerate(groups):
        report(done, len(groups), "pairs of boxes")
        pair = max(_pairs_of(rows), key=lambda pair: (common[pair], boxes.id[pair[0]], boxes.id[pair[1]]))
        if pair not in weights:
            weights[pair] = _fit(features[_some(alone[pair[0]])], features[_some(alone[pair[1]])])
        model = weights[pair]
        if model is None:
            continue
        weight, middle, spread = model
        logit = np.column_stack([(features[contested] - middle) / spread, np.ones(len(contested))]) @ weight
        first, second = boxes.id[pair[0]], boxes.id[pair[1]]
        points.instance[contested] = np.where(logit >= 0, first, second)
        points.rival[contested] = np.where(logit >= 0, second, first)
        points.probability[contested] = 1 / (1 + np.exp(-np.minimum(np.abs(logit), 30.0)))
        points.mean[contested] = np.abs(logit)


def _some(rows: Int64) -> Int64:
    return rows[:: max(1, -(-len(rows) // _MOST_POINTS))]


def _fit(first: Float64, second: Float64) -> tuple[Float64, Float64, Float64] | None:
    """Newton's method on the L2-penalised logistic loss of standardised features; None without points on a side."""
    if not len(first) or not len(second):
        return None
    both = np.concatenate([first, second])
    middle, spread = both.mean(axis=0), both.std(axis=0) + 1e-9
    x = np.column_stack([(both - middle) / spread, np.ones(len(both))])
    y = np.concatenate([np.ones(len(first)), np.zeros(len(second))])
    weight = np.zeros(x.shape[1])
    for _ in range(_NEWTON_STEPS):
        p = 1 / (1 + np.exp(-np.clip(x @ weight, -30, 30)))
        gradient = x.T @ (p - y) + weight
        curvature = (x * (p * (1 - p))[:, None]).T @ x + np.eye(x.shape[1])
        weight -= np.linalg.solve(curvature, gradient)
    return weight, middle, spread
