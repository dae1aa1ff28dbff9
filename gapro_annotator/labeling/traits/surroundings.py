"""What a superpoint touches and what it looks like: the body of the object, or what certainly is background."""

import numpy as np

from gapro_annotator.arrays import Bool, Float64, Int64
from gapro_annotator.labeling.evidence import BoxEvidence
from gapro_annotator.labeling.superpoint_statistics import SuperpointStatistics
from gapro_annotator.labeling.traits.candidates import Candidates

_BODY = 0.95
"""From this share inside on, off floor and walls, a superpoint counts as the body of a box's object; from this share
outside all boxes on, as certain background."""
_FEW = 2.0
"""Contacts: what touches less stands by itself."""
_NEIGHBOURHOOD = 0.5
"""Metres in a room: background farther from a box says nothing of it."""
_LOOKS = {"color": 0.2, "orientation": 0.5}
_NEARBY = {"center": 0.3, "color": 0.3, "orientation": 0.6}
"""Length scales of likeness in looks alone, and in place and looks."""
_NO_LIKENESS = 0.01
_NO_DENSITY = 0.03
_PER = 10.0


def contact_traits(evidence: BoxEvidence, candidates: Candidates, *, switched_on: bool) -> dict[str, Float64]:
    """Share of its contacts that go to what lies in the box, to its body, outside all boxes, to floor and walls."""
    names = ("touches_box", "touches_body", "touches_like_body", "touches_outside", "touches_like_outside",
             "touches_structure", "stands_alone")  # fmt: skip
    if not switched_on:
        return _left_out(names, candidates)
    one, other, weight, alike = evidence.of_scan.contacts.both_ways()
    all_of_it = np.bincount(one, weight, candidates.count)
    total = np.maximum(all_of_it, 1.0)[candidates.superpoint]
    body = _body(evidence, candidates).astype(np.float64)
    outside = (evidence.outside >= _BODY).astype(np.float64)
    to_box, to_body, to_like = _contacts_within(
        candidates, one, other, (weight, candidates.share), (weight, body), (alike, body)
    )

    def to(strength: Float64, where: Float64) -> Float64:
        return np.bincount(one, strength * where[other], candidates.count).astype(np.float64)[candidates.superpoint]

    values = (
        to_box,
        to_body,
        to_like,
        to(weight, outside),
        to(alike, outside),
        to(weight, evidence.structure.astype(np.float64)),
    )
    alone = (all_of_it <= _FEW).astype(np.float64)[candidates.superpoint]
    return dict(zip(names, (*(value / total for value in values), alone), strict=True))


def likeness_traits(evidence: BoxEvidence, candidates: Candidates, *, switched_on: bool) -> dict[str, Float64]:
    """Kernel densities of the box's body and of the certain background around it, in looks and in place and looks."""
    names = ("looks_like_body", "looks_like_outside", "near_like_body", "near_like_outside")
    if not switched_on:
        return _left_out(names, candidates)
    statistics = evidence.of_scan.statistics
    weight = np.sqrt(statistics.size)
    looks, nearby = _scaled(statistics, _LOOKS, 1.0), _scaled(statistics, _NEARBY, evidence.size)
    body = _body(evidence, candidates)
    background = np.flatnonzero(evidence.outside >= _BODY)
    values = np.empty((4, len(candidates)))
    by_box = np.argsort(candidates.box, kind="stable")
    starts = np.searchsorted(candidates.box[by_box], np.arange(len(evidence.boxes) + 1))
    for box in range(len(evidence.boxes)):
        rows = by_box[starts[box] : starts[box + 1]]
        if not len(rows):
            continue
        asked, own = candidates.superpoint[rows], candidates.superpoint[rows[body[rows]]]
        around = _around(evidence, box, background)
        values[0, rows] = _likeness(looks, weight, asked, own)
        values[1, rows] = _likeness(looks, weight, asked, around)
        values[2, rows] = _density(nearby, weight, asked, own)
        values[3, rows] = _density(nearby, weight, asked, around)
    return dict(zip(names, values, strict=True))


def _body(evidence: BoxEvidence, candidates: Candidates) -> Bool:
    """(R,) bool, candidates that surely are the object of their box."""
    return (candidates.share >= _BODY) & ~evidence.structure[candidates.superpoint]


def _left_out(names: tuple[str, ...], candidates: Candidates) -> dict[str, Float64]:
    return {name: np.full(len(candidates), np.nan) for name in names}


def _contacts_within(
    candidates: Candidates, one: Int64, other: Int64, *measures: tuple[Float64, Float64]
) -> list[Float64]:
    """For each candidate: the contacts of its superpoint with other candidates for the same box, strength × worth.

    Each measure holds the strength of the contacts, (2E,), and what a candidate counts, (R,).
    """
    first = np.searchsorted(candidates.superpoint, np.arange(candidates.count + 1))
    boxes_of_other = np.diff(first)[other]
    contact = np.repeat(np.arange(len(one)), boxes_of_other)
    serial = np.arange(len(contact)) - np.repeat(np.cumsum(boxes_of_other) - boxes_of_other, boxes_of_other)
    theirs = first[other][contact] + serial
    mine = candidates.rows_of(one[contact], candidates.box[theirs])
    meets = mine >= 0
    mine, theirs, contact = mine[meets], theirs[meets], contact[meets]
    sums = [np.bincount(mine, strength[contact] * counts[theirs], len(candidates)) for strength, counts in measures]
    return [values.astype(np.float64) for values in sums]


def _scaled(statistics: SuperpointStatistics, lengths: dict[str, float], size: float) -> Float64:
    """(S, C) features in units of their length scales; colour is left out where a scan has none."""
    columns = {"center": statistics.center / size, "color": statistics.color, "orientation": statistics.orientation}
    shown = [(columns[name], length) for name, length in lengths.items()]
    return np.hstack([values / length for values, length in shown if values is not None])


def _around(evidence: BoxEvidence, box: int, background: Int64) -> Int64:
    center = evidence.of_scan.statistics.center[background]
    beyond = np.maximum(np.maximum(evidence.boxes.lower[box] - center, center - evidence.boxes.upper[box]), 0.0)
    near: Bool = (beyond**2).sum(axis=1) < (_NEIGHBOURHOOD * evidence.size) ** 2
    return background[near]


def _likeness(features: Float64, weight: Float64, asked: Int64, those: Int64) -> Float64:
    """Log of the mean kernel between what is asked about and `those`, itself left out."""
    if not len(those):
        return np.full(len(asked), np.log(_NO_LIKENESS))
    kernel, counted = _kernel(features, weight, asked, those)
    return np.log((kernel * counted).sum(axis=1) / np.maximum(counted.sum(axis=1), 1e-9) + _NO_LIKENESS)


def _density(features: Float64, weight: Float64, asked: Int64, those: Int64) -> Float64:
    """Log of the summed kernel between what is asked about and `those`, itself left out."""
    if not len(those):
        return np.full(len(asked), np.log(_NO_DENSITY))
    kernel, counted = _kernel(features, weight, asked, those)
    return np.log((kernel * counted).sum(axis=1) / _PER + _NO_DENSITY)


def _kernel(features: Float64, weight: Float64, asked: Int64, those: Int64) -> tuple[Float64, Float64]:
    one, other = features[asked], features[those]
    square = (one * one).sum(axis=1)[:, None] + (other * other).sum(axis=1)[None] - 2 * one @ other.T
    counted = np.where(asked[:, None] == those[None], 0.0, weight[those][None])
    kernel: Float64 = np.exp(-0.5 * np.maximum(square, 0.0))
    return kernel, counted
