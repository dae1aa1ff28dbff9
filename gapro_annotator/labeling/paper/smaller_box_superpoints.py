"""`smaller-box-superpoints`: the smaller box for every point, then the majority of each superpoint."""

import numpy as np

from gapro_annotator.arrays import Float64, Int32
from gapro_annotator.labeling.paper.membership import Membership
from gapro_annotator.labeling.paper.smaller_box import put_smaller_box
from gapro_annotator.labeling.paper.verdicts import ONE_BOX, UNDECIDED, Verdicts
from gapro_annotator.labels import BACKGROUND, Decision


def put_smaller_box_votes(points: Verdicts, membership: Membership, superpoint: Int32) -> None:
    """Let every point follow the vote of its superpoint, (N,) int32; what it had itself is its rival.

    What lies in one box is decided in it already.
    """
    put_smaller_box(points, membership)
    winner, share = _votes(points.instance, superpoint)
    instance = winner[superpoint]
    changed = instance != points.instance
    points.rival[changed] = points.instance[changed]
    points.instance[changed] = instance[changed]
    points.decision[changed] = np.where(instance == BACKGROUND, Decision.PARTLY_IN_BOX, Decision.FALLBACK)[changed]
    points.variance[changed] = 1.0
    held = changed | (instance != BACKGROUND)
    points.probability[held] = np.maximum(ONE_BOX * share[superpoint], UNDECIDED)[held]
    points.mean[held] = points.probability[held] - UNDECIDED


def _votes(label: Int32, superpoint: Int32) -> tuple[Int32, Float64]:
    """(S,) each: the commonest label of a superpoint, and the share of its points that have it."""
    pairs, count = np.unique(np.stack([superpoint, label]), axis=1, return_counts=True)
    order = np.lexsort((pairs[1], -count, pairs[0]))  # equal counts: background, then the smaller id
    first = order[np.flatnonzero(np.diff(pairs[0, order], prepend=-1))]
    return pairs[1, first].astype(np.int32), count[first] / np.bincount(superpoint, minlength=len(first))
