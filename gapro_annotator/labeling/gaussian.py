"""The labeler's own method: superpoints, planes, Gaussian Processes on pairs of boxes, and a person's corrections."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from gapro_annotator.arrays import Bool, Float64, Int64
from gapro_annotator.boxes import Boxes
from gapro_annotator.errors import LabelingError
from gapro_annotator.labeling.background import (
    Teaching,
    candidates_of,
    object_belief,
    object_prior,
    teaching_of,
    unboxed_share,
)
from gapro_annotator.labeling.contest import SolvedPairs, read_fitted, solve_pairs
from gapro_annotator.labeling.coupling import couple
from gapro_annotator.labeling.features import FeatureGroup, features_of
from gapro_annotator.labeling.gp import choose_device
from gapro_annotator.labeling.occupancy import Occupancy, occupancy_of
from gapro_annotator.labeling.pairs import BoxPair, PairRule, find_pairs
from gapro_annotator.labeling.progress import Steps
from gapro_annotator.labeling.request import LabelRequest
from gapro_annotator.labeling.scale import Scale, scale_of
from gapro_annotator.labeling.slack import box_error, loosened
from gapro_annotator.labeling.spread import spread
from gapro_annotator.labeling.structure import find_planes, owned_pieces, plane_rows, structure_of
from gapro_annotator.labeling.superpoint_statistics import SuperpointStatistics, superpoint_statistics
from gapro_annotator.labeling.verdict import decide
from gapro_annotator.labels import UNCORRECTED, PseudoLabels

_SLACK = 2.0
"""Boxes are loosened by this many of their standard errors."""


@dataclass(frozen=True, eq=False, slots=True)
class _Evidence:
    """What boxes and planes say before any Gaussian Process is asked; `boxes` are loosened by how far off they are."""

    boxes: Boxes
    error: float
    scale: Scale
    statistics: SuperpointStatistics
    occupancy: Occupancy
    undetermined: int
    smallest_box: Int64
    structure: Bool
    prior: Float64
    unboxed: float
    candidate_superpoint: Int64
    candidate_box: Int64
    planes: list[dict[str, object]]


def label_with_gaussian_processes(request: LabelRequest, steps: Steps) -> tuple[PseudoLabels, int, int]:
    """Label one scan; return the labels, the number of pairs, and how many points several of the given boxes share."""
    scan, config = request.scan, request.config
    steps.report(0, 1, "superpoints and planes")
    evidence = _gather(request, steps)
    teaching = teaching_of(request.correction, scan.superpoint, evidence.statistics.size)
    features, groups = features_of(evidence.statistics, evidence.scale.size)
    belief = object_belief(
        evidence.prior,
        features,
        groups,
        size=evidence.statistics.size,
        structure=evidence.structure,
        teaching=teaching,
    )
    settled, news = _settle(request, evidence, teaching)
    pairs = _pairs(evidence, teaching, settled, news)
    device = choose_device(config.device)
    solved = _solve(request, pairs, features, groups, news=news, device=device, steps=steps)
    verdicts = decide(
        evidence.boxes,
        candidate_superpoint=evidence.candidate_superpoint,
        candidate_box=evidence.candidate_box,
        prior=evidence.prior,
        belief=belief,
        ownership=couple(solved.answers),
        structure=evidence.structure,
        teaching=teaching,
    )
    provenance = _provenance(evidence, groups, solved, device)
    pseudo = spread(
        verdicts,
        scan,
        evidence.boxes,
        smallest_box=evidence.smallest_box,
        correction=request.correction,
        provenance=provenance,
    )
    return pseudo, len(pairs), evidence.undetermined


def _gather(request: LabelRequest, steps: Steps) -> _Evidence:
    """Measure the scan: scale, superpoints, boxes, planes."""
    scan, boxes = request.scan, request.boxes
    scale = scale_of(scan.xyz, boxes)
    steps.report(0, 1, "superpoints and planes")
    statistics = superpoint_statistics(scan)
    steps.report(0, 1, "superpoints and planes")
    occupancy = occupancy_of(scan, boxes, statistics, scale.spacing)
    steps.report(0, 1, "superpoints and planes")
    undetermined = occupancy.shared_points(len(scan))  # by the boxes as they were given
    error = box_error(boxes, statistics, occupancy, scale.size)
    if error > 0:
        boxes = loosened(boxes, _SLACK * error)
        occupancy = occupancy_of(scan, boxes, statistics, scale.spacing)
    steps.report(0, 1, "superpoints and planes")
    smallest_box = occupancy.smallest_box(len(scan))
    outside = np.bincount(scan.superpoint, smallest_box < 0, len(statistics)) / np.maximum(statistics.size, 1)
    planes = find_planes(statistics, outside, scale.size)
    structure, owners = structure_of(statistics, planes, boxes, scale.size)
    owned = owned_pieces(statistics, planes, owners, scale.size, superpoint=occupancy.superpoint, box=occupancy.box)
    superpoint, box = candidates_of(occupancy, structure, owned)
    belongs = np.zeros(len(statistics), bool)
    belongs[occupancy.superpoint[owned & (occupancy.share >= occupancy.threshold)]] = True
    structure &= ~belongs
    unboxed = unboxed_share(boxes, statistics, occupancy, outside, structure)
    prior = object_prior(occupancy, statistics.size, structure, unboxed)
    return _Evidence(
        boxes=boxes,
        error=error,
        scale=scale,
        statistics=statistics,
        occupancy=occupancy,
        undetermined=undetermined,
        smallest_box=smallest_box,
        structure=structure,
        prior=prior,
        unboxed=unboxed,
        candidate_superpoint=superpoint,
        candidate_box=box,
        planes=plane_rows(planes),
    )


def _settle(request: LabelRequest, evidence: _Evidence, teaching: Teaching) -> tuple[Int64, Bool]:
    """Say which superpoints belong to a box without question, and for which of them only a person could say so.

    Returns
    -------
    (S,) int64
        Row of the box, -1: none.
    (S,) bool
        A person decided what boxes left open, or against them. Agreeing with a single box is no news to a pair.
    """
    superpoint, box = evidence.candidate_superpoint, evidence.candidate_box
    count = np.bincount(superpoint, minlength=len(evidence.prior))
    alone = (count[superpoint] == 1) & (evidence.prior[superpoint] >= 0.5)
    settled = np.full(len(count), -1, np.int64)
    settled[superpoint[alone]] = box[alone]
    taught, before = teaching.taught, settled.copy()
    settled[taught] = request.boxes.row_of(teaching.label[taught])
    return settled, (teaching.label != UNCORRECTED) & (settled >= 0) & (settled != before)


def _pairs(evidence: _Evidence, teaching: Teaching, settled: Int64, news: Bool) -> list[BoxPair]:
    """List the pairs that contest what nobody labelled."""
    open_ = teaching.label[evidence.candidate_superpoint] == UNCORRECTED
    return find_pairs(
        evidence.boxes,
        evidence.candidate_superpoint[open_],
        evidence.candidate_box[open_],
        settled=settled,
        news=news,
        center=evidence.statistics.center,
        size=evidence.scale.size,
    )


def _solve(
    request: LabelRequest,
    pairs: list[BoxPair],
    features: Float64,
    groups: tuple[FeatureGroup, ...],
    *,
    news: Bool,
    device: torch.device,
    steps: Steps,
) -> SolvedPairs:
    """Solve the pairs on one thread: for matrices of this size a second one only waits."""
    total = sum(pair.rule == PairRule.GAUSSIAN_PROCESS for pair in pairs)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return solve_pairs(
            pairs,
            request.boxes,
            features,
            groups,
            news,
            fitted=read_fitted(request.fitted, groups),
            device=device,
            step=lambda done: steps.report(min(done, total), max(total, 1), "pairs of boxes"),
        )
    except RuntimeError as error:  # what torch raises where a matrix has no root
        message = f"{request.scan.name}: the Gaussian Processes have no solution; check the scan for odd coordinates"
        raise LabelingError(message) from error
    finally:
        torch.set_num_threads(threads)


def _provenance(
    evidence: _Evidence, groups: tuple[FeatureGroup, ...], solved: SolvedPairs, device: torch.device
) -> dict[str, Any]:
    return {
        "features": [group.name for group in groups],
        "kernel": "outputscale × Π RBF over the feature groups, Gaussian noise",
        "occupancy_threshold": evidence.occupancy.threshold,
        "faces_reached": evidence.occupancy.faces_reached,
        "box_error": evidence.error,
        "spacing": evidence.scale.spacing,
        "size": evidence.scale.size,
        "unboxed_share": evidence.unboxed,
        "planes": evidence.planes,
        "pairs": solved.fitted,
        "device": str(device),
    }
