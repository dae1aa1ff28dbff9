"""What the joint process says of every candidate: the boxes in blocks, their evidence, and its answers as traits."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from gapro_annotator.arrays import Bool, Float64, Int32, Int64
from gapro_annotator.boxes import Boxes
from gapro_annotator.labeling.evidence import BoxEvidence
from gapro_annotator.labeling.features import FeatureGroup
from gapro_annotator.labeling.kept_kernels import KeptKernels
from gapro_annotator.labeling.process import (
    Block,
    Hyperparameters,
    JointProcess,
    choose_device,
    graph_kernel,
    one_thread,
)
from gapro_annotator.labeling.request import LabelerConfig
from gapro_annotator.labeling.traits import Candidates, Traits
from gapro_annotator.labels import BACKGROUND

TRAITS = ("process", "process_none", "process_deviation", "process_rival", "process_lead")
_MOST_NODES = 1000
"""Superpoints of a block: a matrix of 8 MB."""
_MOST_IN_BLOCK = 2500
"""The same where a single box touches more, with the background around it: 50 MB."""
_MOST_LEARNT = 200
"""Superpoints that the hyper-parameters are learnt from: the largest."""
_RIVAL = 0.5
"""A superpoint that two boxes hold by this share is asked about, and is no evidence."""
_LEAST_SURE = 0.2
"""Evidence that is right by less than this margin, p - (1 - p), is none."""
_CERTAIN = 0.99


@dataclass(frozen=True, eq=False, slots=True)
class Neighbourhood:
    """Superpoints and boxes of one block.

    Parameters
    ----------
    boxes : (K,) int64
        Rows of its boxes; each box is in one block.
    superpoints : (n,) int64
        What touches them, and the certain background around.
    graph : (n, n) float64
        Graph kernel.
    """

    boxes: Int64
    superpoints: Int64
    graph: Float64


@dataclass(frozen=True, eq=False, slots=True)
class Ownership:
    """Answers of the joint process as traits of the candidates, with what was learnt."""

    traits: Traits
    hyperparameters: Hyperparameters | None
    jitter: float


def neighbourhoods_of(
    evidence: BoxEvidence, candidates: Candidates, kernels: KeptKernels | None = None
) -> list[Neighbourhood]:
    """Part the boxes into blocks of at most about a thousand superpoints, where a scan holds more.

    `kernels`: those of the same scan with other boxes.
    """
    kernels = kernels or KeptKernels()
    one, other, _, _ = evidence.of_scan.contacts.both_ways()
    background = evidence.outside >= _CERTAIN
    groups = _parted(np.unique(candidates.box), candidates, evidence.boxes)
    found: list[Neighbourhood] = []
    for boxes in groups:
        asked = np.zeros(candidates.count, bool)
        asked[candidates.superpoint[np.isin(candidates.box, boxes)]] = True
        around = np.zeros(candidates.count, bool)
        around[other[asked[one] & background[other]]] = True
        superpoints = _largest(np.flatnonzero(asked | around), evidence)
        graph = kernels.of(superpoints, partial(_graph_between, evidence, superpoints))
        found.append(Neighbourhood(boxes, superpoints, graph))
    return found


def ownership_of(
    evidence: BoxEvidence,
    candidates: Candidates,
    neighbourhoods: list[Neighbourhood],
    *,
    features: tuple[Float64, tuple[FeatureGroup, ...]],
    sure: Float64,
    config: LabelerConfig,
    fitted: Hyperparameters | None,
    certain: Int32 | None = None,
    report: Callable[[int, int], None],
) -> Ownership:
    """Learn the joint process and ask it about every candidate.

    Parameters
    ----------
    evidence, candidates, neighbourhoods
        What there is.
    features : (S, C) float64 and its groups
    sure : (R,) float64
        First guess of the probability that a superpoint is its candidate's: how far it counts as evidence.
    config
        Which ingredients are on, and the device.
    fitted
        Hyper-parameters of an earlier answer, or None to learn them.
    certain : (S,) int32
        What a person said of each superpoint, box id or -1 background, -2 nothing. Hyper-parameters are learnt from it,
        but the answers do not see it: corrections move the latents, and must not count twice.
    report
        Called with steps done and their number; raises to cancel.
    """
    values, groups = features
    process = JointProcess(groups, graph=config.graph, device=choose_device(config.device))
    blocks = [_block(part, evidence, candidates, values, sure) for part in neighbourhoods]
    with one_thread():
        if fitted is not None and fitted.groups == tuple(group.name for group in groups):
            process.load(fitted)
        elif config.learn_hyperparameters and blocks:
            taught = [_corrected(*both, evidence, certain) for both in zip(blocks, neighbourhoods, strict=True)]
            _learn(process, taught, lambda step: report(step, 40))
        answers, jitter = _answers(process, blocks, neighbourhoods, candidates, report)
    rival = candidates.best_other(np.nan_to_num(answers[:, 0], nan=-np.inf))
    answers[:, 3] = np.where(np.isfinite(rival), rival, 0.0)
    answers[:, 4] = answers[:, 0] - answers[:, 3]
    return Ownership(Traits(TRAITS, answers), process.hyperparameters(), jitter)


def _learn(process: JointProcess, blocks: list["_Lesson"], step: Callable[[int], None]) -> None:
    """Learn the hyper-parameters from the block with the most evidence; of large ones, that with most corrections."""

    def worth(lesson: "_Lesson") -> tuple[int, int]:
        evidence = int((lesson.block.label >= 0).sum())
        return min(evidence, _MOST_LEARNT) + int(lesson.corrected.sum()), evidence

    learnt_from = _largest_evidence(max(blocks, key=worth))
    if (learnt_from.label >= 0).any():
        process.learn(learnt_from, step)


@dataclass(frozen=True, eq=False, slots=True)
class _Lesson:
    """A block to learn from. `corrected`: (n,) bool, by a person; `size`: (n,) points of the superpoints."""

    block: Block
    corrected: Bool
    size: Int64


def _corrected(block: Block, part: Neighbourhood, evidence: BoxEvidence, certain: Int32 | None) -> _Lesson:
    """Let corrected superpoints be evidence that nobody doubts."""
    size = evidence.of_scan.statistics.size[part.superpoints]
    if certain is None:
        return _Lesson(block, np.zeros(len(size), bool), size)
    said = certain[part.superpoints]
    column = np.full(len(evidence.boxes) + 1, block.boxes, np.int64)  # the last is background's
    column[part.boxes] = np.arange(block.boxes)
    row = evidence.boxes.row_of(said)
    corrected = (said == BACKGROUND) | (row >= 0)
    label = np.where(corrected, column[row], block.label)
    noise = np.where(corrected, 1.0, block.noise)
    return _Lesson(Block(block.features, block.graph, label, noise, block.boxes), corrected, size)


def _answers(
    process: JointProcess,
    blocks: list[Block],
    neighbourhoods: list[Neighbourhood],
    candidates: Candidates,
    report: Callable[[int, int], None],
) -> tuple[Float64, float]:
    """(R, 5) answers of which the first three are filled, NaN where nothing was asked, and the greatest jitter."""
    answers = np.full((len(candidates), len(TRAITS)), np.nan)
    jitter = 0.0
    for number, (part, block) in enumerate(zip(neighbourhoods, blocks, strict=True)):
        report(30 * len(blocks) + 10 * number, 40 * len(blocks))
        latents = process.latents(block)
        jitter = max(jitter, latents.jitter)
        rows = np.flatnonzero(np.isin(candidates.box, part.boxes) & np.isin(candidates.superpoint, part.superpoints))
        node = np.searchsorted(part.superpoints, candidates.superpoint[rows])
        answers[rows, 0] = latents.mean[node, np.searchsorted(part.boxes, candidates.box[rows])]
        answers[rows, 1] = latents.mean[node, -1]
        answers[rows, 2] = np.sqrt(latents.variance[node])
    return answers, jitter


def _parted(boxes: Int64, candidates: Candidates, all_boxes: Boxes) -> list[Int64]:
    """Halve a group of boxes across its longest side until what touches it is few enough."""
    touching = len(np.unique(candidates.superpoint[np.isin(candidates.box, boxes)]))
    if not len(boxes):
        return []
    if touching <= _MOST_NODES or len(boxes) == 1:
        return [boxes]
    middle = (all_boxes.lower[boxes].astype(np.float64) + all_boxes.upper[boxes]) / 2
    axis = int(np.ptp(middle, axis=0).argmax())
    near = middle[:, axis] <= np.median(middle[:, axis])
    if near.all():  # boxes one over the other
        near = np.arange(len(boxes)) < len(boxes) // 2
    return _parted(boxes[near], candidates, all_boxes) + _parted(boxes[~near], candidates, all_boxes)


def _largest(superpoints: Int64, evidence: BoxEvidence) -> Int64:
    """Keep the largest where there are very many, as in a box around a whole building: the others are not asked."""
    if len(superpoints) <= _MOST_IN_BLOCK:
        return superpoints
    size = evidence.of_scan.statistics.size[superpoints]
    return np.sort(superpoints[np.argsort(-size, kind="stable")[:_MOST_IN_BLOCK]])


def _graph_between(evidence: BoxEvidence, superpoints: Int64) -> Float64:
    contacts = evidence.of_scan.contacts
    place = np.full(len(evidence.of_scan.statistics), -1, np.int64)
    place[superpoints] = np.arange(len(superpoints))
    first, second = place[contacts.first], place[contacts.second]
    here = (first >= 0) & (second >= 0)
    weight = np.zeros((len(superpoints), len(superpoints)))
    weight[first[here], second[here]] = contacts.alike[here]
    return graph_kernel(weight + weight.T)


def _block(
    part: Neighbourhood, evidence: BoxEvidence, candidates: Candidates, features: Float64, sure: Float64
) -> Block:
    """Turn the first guess into evidence: a superpoint of one box counts by how sure it is, for it or against it."""
    count = candidates.count
    held = np.bincount(candidates.superpoint, candidates.share >= _RIVAL, count)
    none = np.maximum(1.0 - np.bincount(candidates.superpoint, sure, count), 0.0)
    order = np.lexsort((sure, candidates.superpoint))
    best = order[np.flatnonzero(np.diff(candidates.superpoint[order], append=-1))]
    box, yes = np.full(count, -1, np.int64), np.zeros(count)
    box[candidates.superpoint[best]], yes[candidates.superpoint[best]] = candidates.box[best], sure[best]
    column = np.full(len(evidence.boxes), len(part.boxes), np.int64)
    column[part.boxes] = np.arange(len(part.boxes))
    is_box = yes >= none
    margin = 2.0 * np.maximum(yes, none) - 1.0
    label = np.where(is_box & (box >= 0), column[box], len(part.boxes))
    label[(held > 1) | (margin < _LEAST_SURE)] = -1
    certain = evidence.outside >= _CERTAIN
    label[certain], margin[certain] = len(part.boxes), 1.0
    rows = part.superpoints
    return Block(features[rows], part.graph, label[rows], 1.0 / np.maximum(margin[rows], _LEAST_SURE), len(part.boxes))


def _largest_evidence(lesson: _Lesson) -> Block:
    """Keep what was corrected and the largest others: what is learnt must not follow the order of the points."""
    block = lesson.block
    known = np.flatnonzero(block.label >= 0)
    order = np.lexsort((-lesson.size[known], ~lesson.corrected[known]))
    kept = np.sort(known[order[:_MOST_LEARNT]])
    return Block(
        block.features[kept], block.graph[np.ix_(kept, kept)], block.label[kept], block.noise[kept], block.boxes
    )
