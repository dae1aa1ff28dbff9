"""`linear`: logistic regression of a point's place and colour for each pair of boxes."""

from collections.abc import Callable

import numpy as np

from gapro_annotator.arrays import Float64, Int64
from gapro_annotator.labeling.paper.membership import Membership, pairs_of
from gapro_annotator.labeling.paper.smaller_box import put_smaller_box
from gapro_annotator.labeling.paper.verdicts import Verdicts
from gapro_annotator.scan import Scan

_MOST_POINTS = 1500
"""Points of one box that a logistic regression learns from, evenly taken."""
_NEWTON_STEPS = 12


def put_linear(points: Verdicts, membership: Membership, scan: Scan, report: Callable[[int, int, str], None]) -> None:
    """Decide shared points by their features; where more than two boxes meet, by the pair with the most points."""
    boxes, groups = membership.boxes, membership.groups()
    features = scan.xyz.astype(np.float64)
    if scan.rgb is not None:
        features = np.hstack([features, scan.rgb / 127.5 - 1.0])
    alone = [rows[membership.count[rows] == 1] for rows in membership.inside]
    common: dict[tuple[int, int], int] = {}
    for rows, contested in groups:
        for pair in pairs_of(rows):
            common[pair] = common.get(pair, 0) + len(contested)
    put_smaller_box(points, membership)  # what a pair without exclusive points keeps
    weights: dict[tuple[int, int], tuple[Float64, Float64, Float64] | None] = {}
    for done, (rows, contested) in enumerate(groups):
        report(done, len(groups), "pairs of boxes")
        pair = max(pairs_of(rows), key=lambda pair: (common[pair], *sorted(boxes.id[list(pair)].tolist())))
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
