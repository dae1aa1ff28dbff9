"""What a label of a person would teach about the rest of the scan: value of information, in closed form."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, log_ndtr, ndtr

from gapro_annotator.arrays import Float32, Float64, Int32, Int64
from gapro_annotator.labeling.gain import gain_of
from gapro_annotator.labeling.pieces import Pieces
from gapro_annotator.labeling.posterior import Belief
from gapro_annotator.labeling.verdict import Verdicts
from gapro_annotator.labels import UNCORRECTED

_MOST = 160
"""Pieces that are asked about: those with the most points expected to be wrong."""
_BLOCK = 2048
"""Pieces whose covariances are worked out together."""
_SLOPE = 1.702
"""σ(u) ≈ Φ(u / 1.702)."""


def instance_sizes(verdicts: Verdicts, pieces: Pieces) -> Int64:
    """(P,) points of the instance that each piece is of, or of its rival's where it is background."""
    box = np.where(verdicts.instance >= 0, verdicts.instance, verdicts.rival)
    known, which = np.unique(box, return_inverse=True)
    return np.bincount(which, pieces.size, len(known))[which].astype(np.int64)


def value_of_labels(belief: Belief, verdicts: Verdicts, pieces: Pieces, correction: Int32) -> Float32:
    """(S,) float32, expected gain elsewhere (`gain.gain_of`) if a person labelled each superpoint.

    A label moves the latents of what is like it: for each of both outcomes, label right or wrong, the latents of all
    other pieces are shifted by their posterior covariance with the asked one, and what that adds to the expected number
    of right points is weighed by the outcome's probability.

    Parameters
    ----------
    belief, verdicts, pieces
        What is believed now.
    correction : (N,) int32
        What is labelled already is not asked, and gains nothing.
    """
    teaches = np.zeros(belief.process.candidates.count, np.float32)
    if not len(pieces):
        return teaches
    corrected = np.bincount(
        pieces.of_point[(pieces.of_point >= 0) & (correction != UNCORRECTED)], minlength=len(pieces)
    )
    free = np.flatnonzero(corrected < pieces.size)
    doubt = (1.0 - verdicts.probability[free]) * pieces.size[free]
    order = np.argsort(-doubt, kind="stable")[:_MOST]
    worth = gain_of(pieces.size[free].astype(np.float64), instance_sizes(verdicts, pieces)[free])
    gain = np.maximum(_betterment(belief, verdicts, free, order, worth), 0.0)
    asked = free[order]
    np.maximum.at(teaches, pieces.superpoint[asked], gain.astype(np.float32))
    return teaches


def _covariance(belief: Belief, verdicts: Verdicts, free: Int64, asked: Int64) -> Float64:
    """(F, A) posterior covariance of the duels, winner minus loser, of free and asked pieces.

    Worked out between the differences themselves: of the residual all boxes of a superpoint share, what both sides have
    falls out, and of its boxes' own only what is between the same box remains.
    """
    other = _Duels.of(belief, verdicts, asked)
    found = np.empty((len(free), len(asked)))
    for start in range(0, len(free), _BLOCK):  # each row as wide as there are boxes: gigabytes at once in large scans
        rows = slice(start, start + _BLOCK)
        found[rows] = _between(belief, _Duels.of(belief, verdicts, free[rows]), other)
    return found


def _between(belief: Belief, one: "_Duels", other: "_Duels") -> Float64:
    process = belief.process
    found = one.design @ (process.covariance @ other.design.T) - one.gain @ other.cross.T
    if process.residual is None:
        return found
    mine, place = np.unique(one.superpoint, return_inverse=True)
    theirs, column = np.unique(other.superpoint, return_inverse=True)
    kernel = process.residual.between(mine, theirs)[place][:, column]
    shared = np.outer(one.boxes.sum(axis=1), other.boxes.sum(axis=1)) + one.boxes @ other.boxes.T
    return found + (0.5 * process.residual.scale) * kernel * shared


@dataclass(frozen=True, eq=False, slots=True)
class _Duels:
    """Winner minus loser of some pieces; background is 0.

    `superpoint`: (n,); `design`: (n, C) traits; `boxes`: (n, B) 1 at the winner, -1 at the loser; `gain`, `cross`: (n,
    O) of the belief.
    """

    superpoint: Int64
    design: Float64
    boxes: Float64
    gain: Float64
    cross: Float64

    @classmethod
    def of(cls, belief: Belief, verdicts: Verdicts, rows: Int64) -> "_Duels":
        candidates = belief.process.candidates
        winner, loser = verdicts.winner[rows], verdicts.loser[rows]
        boxes = np.zeros((len(rows), int(candidates.box.max(initial=0)) + 1))
        for side, sign in ((winner, 1.0), (loser, -1.0)):
            is_box = np.flatnonzero(side >= 0)
            boxes[is_box, candidates.box[side[is_box]]] = sign
        columns = (belief.process.design, belief.gain, belief.cross)
        design, gain, cross = (_differences(values, winner, loser) for values in columns)
        return cls(candidates.superpoint[np.maximum(winner, loser)], design, boxes, gain, cross)


def _differences(values: Float64, winner: Int64, loser: Int64) -> Float64:
    padded = np.vstack([values, np.zeros((1, values.shape[1]))])  # row -1 is background's
    return padded[winner] - padded[loser]


def _betterment(belief: Belief, verdicts: Verdicts, free: Int64, order: Int64, worth: Float64) -> Float64:
    """(A,) what each label adds to the right points expected elsewhere, weighed by `worth` (F,), over both outcomes.

    Against what the same outcomes would leave without a change of verdict: the logistic of a mean that moves up or down
    falls on average where it is sure, and thousands of sure pieces would drown what the few doubtful ones gain.
    """
    asked = free[order]
    covariance = _covariance(belief, verdicts, free, asked)
    latent = _duel_latent(verdicts.probability[free])
    slope = np.sqrt(_SLOPE**2 + np.maximum(verdicts.variance[asked], 1e-9))
    gain, average = np.zeros(len(order)), np.zeros(covariance.shape)
    for sign in (1.0, -1.0):
        # Moments of a latent that a probit saw to be of this sign (Rasmussen and Williams 2006, 3.9).
        z = sign * latent[order] / slope
        after = covariance * (sign * _hazard(z) / slope)
        after += latent[:, None]
        after = expit(after, out=after) - 0.5
        after[order, np.arange(len(order))] = 0.0  # what it mends of itself is counted by its doubt
        average += ndtr(z) * after
        gain += ndtr(z) * (worth @ np.abs(after, out=after))  # of the likelier answer then
    return gain - worth @ np.abs(average, out=average)


def _duel_latent(probability: Float64) -> Float64:
    clipped = np.clip(probability, 1e-4, 1 - 1e-4)
    return np.log(clipped / (1 - clipped))


def _hazard(z: Float64) -> Float64:
    """φ(z) / Φ(z)."""
    ratio: Float64 = np.exp(-0.5 * z * z - 0.5 * np.log(2 * np.pi) - log_ndtr(z))
    return ratio
