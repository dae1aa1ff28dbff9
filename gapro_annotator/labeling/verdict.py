"""One verdict for each piece: its instance, its rival and how sure that is; and from pieces to points."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from gapro_annotator.arrays import Bool, Float32, Float64, Int32, Int64, UInt8
from gapro_annotator.boxes import Boxes
from gapro_annotator.labeling.evidence import BoxEvidence
from gapro_annotator.labeling.pieces import Pieces
from gapro_annotator.labeling.posterior import Belief
from gapro_annotator.labeling.traits import Candidates
from gapro_annotator.labeling.traits.candidates import overlap_volumes
from gapro_annotator.labels import BACKGROUND, NO_RIVAL, UNCORRECTED, Decision, PseudoLabels

IN_NO_BOX = 0.999
"""Probability of background where no box is: not 1, which is a person's."""
_LIKE_TAUGHT = 0.95
"""Probability of what is left of a superpoint of which a person labelled the greater part."""
_TAUGHT_LATENT = float(np.log(_LIKE_TAUGHT / (1 - _LIKE_TAUGHT)))
_SAME = 0.6
"""From this intersection over union on, two boxes are one place."""
_NESTED = 0.9
"""Share of its volume that a box has in another it is nested in."""


@dataclass(frozen=True, eq=False, slots=True)
class Verdicts:
    """(P,) or (N,) arrays with the meaning of the `PseudoLabels` fields; -1 is the row of background.

    `winner`, `loser`: (P,) int64 candidates of instance and rival, -1 background.
    """

    instance: Int32
    rival: Int32
    probability: Float64
    mean: Float64
    variance: Float64
    decision: UInt8
    winner: Int64
    loser: Int64


def decide(belief: Belief, pieces: Pieces, candidates: Candidates, evidence: BoxEvidence) -> Verdicts:
    """Weigh every box that holds a piece, and background, against each other; the likeliest wins.

    The probabilities are the softmax of the mean latents; background's is 0. The variance does not enter: the prior is
    fitted so that its mean is calibrated, and shrinking by how much scans differ made it worse (docs/labeling.md).
    """
    latent = belief.mean[pieces.row]
    top = np.maximum(np.maximum.reduceat(latent, pieces.starts), 0.0) if len(pieces) else np.zeros(0)
    weight = np.exp(latent - top[pieces.piece])
    total = pieces.sums(weight) + np.exp(-top)
    share = weight / total[pieces.piece]
    none = np.exp(-top) / total
    best = pieces.best(share)
    rest = share.copy()
    rest[best] = -1.0
    second = pieces.best(rest)
    is_box = share[best] >= none
    second_box = is_box & (rest[second] > none)
    winner = np.where(is_box, pieces.row[best], -1)
    loser = np.where(second_box, pieces.row[second], np.where(is_box, -1, pieces.row[best]))
    ids = np.append(evidence.boxes.id, np.int32(BACKGROUND))
    box = np.append(candidates.box, -1)
    return Verdicts(
        instance=ids[box[winner]],
        rival=ids[box[loser]],
        probability=np.where(is_box, share[best], none),
        mean=np.maximum(_latent(belief, winner) - _latent(belief, loser), 0.0),
        variance=belief.variance_of_difference(winner, loser),
        decision=_decisions(winner, loser, pieces, candidates, evidence),
        winner=winner,
        loser=loser,
    )


def follow_person(verdicts: Verdicts, before: Verdicts, pieces: Pieces, taught: Int32, holder: Int32) -> Verdicts:
    """Say what corrections decided, and let the rest of a superpoint follow a person who labelled most of it.

    Parameters
    ----------
    verdicts, before
        With and without the corrections.
    pieces
        What they are about.
    taught : (S,) int32
        What a person said of superpoints that are mostly labelled, -2 nothing.
    holder : (Q,) int32
        Id of the box of each entry of `pieces`: a piece follows into boxes that hold it, and into background.
    """
    decision = np.where(verdicts.instance != before.instance, Decision.GAUSSIAN_PROCESS, verdicts.decision)
    said = taught[pieces.superpoint]
    held = pieces.sums((holder == said[pieces.piece]).astype(np.float64)) > 0
    follows = (said != UNCORRECTED) & (held | (said == BACKGROUND))
    other = np.where(verdicts.instance != said, verdicts.instance, verdicts.rival)
    turned = follows & (verdicts.instance != said)
    return Verdicts(
        instance=np.where(follows, said, verdicts.instance),
        rival=np.where(follows, other, verdicts.rival),
        probability=np.where(
            follows, np.maximum(verdicts.probability * (other == verdicts.rival), _LIKE_TAUGHT), verdicts.probability
        ),
        mean=np.where(turned, _TAUGHT_LATENT, verdicts.mean),  # the latent that the probability alone says
        variance=verdicts.variance,
        decision=np.where(follows, Decision.GAUSSIAN_PROCESS, decision).astype(np.uint8),
        winner=np.where(turned, verdicts.loser, verdicts.winner),
        loser=np.where(turned, verdicts.winner, verdicts.loser),
    )


def spread(
    verdicts: Verdicts,
    pieces: Pieces,
    correction: Int32,
    provenance: dict[str, Any],
    teaches: Float32 | None = None,
) -> PseudoLabels:
    """Give every point the verdict of its piece; what a person labelled stays as it is, with probability 1.

    A point in no box is background and contested by nobody.
    """
    person = correction != UNCORRECTED

    def of_points(values: np.ndarray, nowhere: float, dtype: type) -> np.ndarray:
        return np.append(values, nowhere).astype(dtype)[pieces.of_point]

    instance = of_points(verdicts.instance, BACKGROUND, np.int32)
    rival = of_points(verdicts.rival, NO_RIVAL, np.int32)
    probability = of_points(np.clip(verdicts.probability, 0.0, IN_NO_BOX), IN_NO_BOX, np.float32)
    mean = of_points(verdicts.mean, 0.0, np.float32)
    variance = of_points(verdicts.variance, 0.0, np.float32)
    decision = of_points(verdicts.decision, Decision.NO_BOX, np.uint8)
    rows = np.flatnonzero(person)
    said = correction[rows]
    rival[rows] = np.where(instance[rows] != said, instance[rows], rival[rows])
    instance[rows], probability[rows], variance[rows] = said, 1.0, 0.0
    decision[rows] = Decision.PERSON
    return PseudoLabels(instance, rival, probability, mean, variance, decision, provenance, teaches)


def _latent(belief: Belief, rows: Int64) -> Float64:
    return np.where(rows >= 0, belief.mean[rows], 0.0) if len(belief.mean) else np.zeros(len(rows))


def _decisions(winner: Int64, loser: Int64, pieces: Pieces, candidates: Candidates, evidence: BoxEvidence) -> UInt8:
    """Say by which rule each piece was decided: by how much of it lies in how many boxes."""
    inside = candidates.share >= evidence.occupancy.threshold
    holders = pieces.sums(inside[pieces.row].astype(np.float64))
    structure = evidence.structure[pieces.superpoint] & (winner < 0)
    decision = np.full(len(pieces), Decision.ONE_BOX, np.uint8)
    decision[holders == 0] = Decision.PARTLY_IN_BOX
    decision[structure] = Decision.STRUCTURE
    several = (holders > 1) & ~structure
    decision[several] = Decision.GAUSSIAN_PROCESS
    duel = np.flatnonzero(several & (winner >= 0) & (loser >= 0))
    without = _without_own(candidates, inside, len(evidence.boxes))
    for rule, applies in zip((Decision.NESTED, Decision.FALLBACK), _places_alike(evidence.boxes), strict=True):
        one, other = candidates.box[winner[duel]], candidates.box[loser[duel]]
        decision[duel[applies[one, other] & (without[one] | without[other])]] = rule
    return decision


def _without_own(candidates: Candidates, inside: Bool, boxes: int) -> Bool:
    """(B,) bool, boxes that hold no superpoint alone: nothing tells what their objects look like."""
    holders = np.bincount(candidates.superpoint, inside, candidates.count)
    alone = inside & (holders[candidates.superpoint] == 1)
    return np.bincount(candidates.box, alone, boxes) == 0


def _places_alike(boxes: Boxes) -> tuple[Bool, Bool]:
    """(B, B) bool: the first box is nested in the second; and the two are one place."""
    common, volume = overlap_volumes(boxes), np.maximum(boxes.volume.astype(np.float64), 1e-12)
    union = volume[:, None] + volume[None] - common
    return common > _NESTED * volume[:, None], common > _SAME * union
