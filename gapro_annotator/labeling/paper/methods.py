"""The door to the paper's methods: one request in, labels out. The simple ones load no torch."""

from typing import Any

import numpy as np

from gapro_annotator.labeling.paper.linear import put_linear
from gapro_annotator.labeling.paper.membership import Membership, pairs_of
from gapro_annotator.labeling.paper.none import put_none
from gapro_annotator.labeling.paper.smaller_box import put_smaller_box
from gapro_annotator.labeling.paper.smaller_box_superpoints import put_smaller_box_votes
from gapro_annotator.labeling.paper.verdicts import Verdicts, finished, spread
from gapro_annotator.labeling.progress import Steps
from gapro_annotator.labeling.request import LabelRequest
from gapro_annotator.labels import PseudoLabels


def label_as_in_paper(request: LabelRequest, steps: Steps) -> tuple[PseudoLabels, int, int]:
    """Label one scan by the paper's method that the request names.

    Returns
    -------
    labels, pairs, undetermined
        The labels, how many pairs of boxes contest something, and how many points lie in two or more boxes.
    """
    if request.config.method.startswith("gp-"):
        return _by_process(request, steps)
    return _by_rule(request, steps)


def _by_rule(request: LabelRequest, steps: Steps) -> tuple[PseudoLabels, int, int]:
    """Label points by what their boxes say, and `linear`, which sees place and colour too."""
    scan, boxes, method = request.scan, request.boxes, request.config.method
    membership = Membership.of(boxes, boxes.members(scan.xyz), len(scan))
    points = Verdicts.nothing(len(scan))
    membership.put_one_box(points)
    if method == "smaller-box":
        put_smaller_box(points, membership)
    elif method == "smaller-box-superpoints":
        put_smaller_box_votes(points, membership, scan.superpoint)
    elif method == "linear":
        put_linear(points, membership, scan, steps.report)
    else:
        put_none(points, membership)
    pairs = {pair for rows, _ in membership.groups() for pair in pairs_of(rows)}
    provenance = {"features": _seen(request), "pairs": []}
    return finished(points, request.correction, provenance), len(pairs), int((membership.count >= 2).sum())


def _seen(request: LabelRequest) -> list[str]:
    if request.config.method != "linear":
        return []
    return ["xyz"] if request.scan.rgb is None else ["xyz", "rgb"]


def _by_process(request: LabelRequest, steps: Steps) -> tuple[PseudoLabels, int, int]:
    """Ask one process for each pair of boxes."""
    from gapro_annotator.labeling.paper.gp_classification import decide_by_classification
    from gapro_annotator.labeling.paper.gp_points import decide_points
    from gapro_annotator.labeling.paper.gp_regression import decide_by_regression

    decide = {
        "gp-points": decide_points,
        "gp-regression": decide_by_regression,
        "gp-classification": decide_by_classification,
    }[request.config.method]
    verdicts, room, provenance = decide(request, steps)
    of_points = request.config.method == "gp-points"
    element = np.arange(len(request.scan), dtype=np.int32) if of_points else request.scan.superpoint
    points = spread(verdicts, element, room.holder)
    told: list[dict[str, Any]] = provenance["pairs"]
    return finished(points, request.correction, provenance), len(told), room.undetermined
