"""Makes the prior that is shipped with the package, from generated scans alone.

Run: python benchmarks/fit_prior.py [--varied N] [--rooms N] [--workers N] [--output FILE]

Scans: `demo.variety.generate_varied_scan` seeds 0..N-1 (rooms, single views, table tops; many scanners and protocols)
and `demo.generate_room` seeds 100..100+N-1. Every sixth loses its colours, so that the weights know scans without.
Generated rooms with other seeds, and every real scan, are held out. Twenty minutes on two cores.
"""

import argparse
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy and torch are loaded

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from gapro_annotator.arrays import Float64, Int64
from gapro_annotator.demo import generate_room
from gapro_annotator.demo.variety import generate_varied_scan
from gapro_annotator.document import ScanDocument
from gapro_annotator.labeling import ownership
from gapro_annotator.labeling.evidence import box_evidence, scan_evidence
from gapro_annotator.labeling.features import features_of
from gapro_annotator.labeling.pieces import pieces_of
from gapro_annotator.labeling.prepared import first_guess
from gapro_annotator.labeling.prior import LinearPrior
from gapro_annotator.labeling.prior_fit import Examples, hierarchical_prior, pooled_weights
from gapro_annotator.labeling.request import LabelerConfig
from gapro_annotator.labeling.traits import Traits, traits_of

FIRST_ROOM = 100
NO_COLOR_EVERY = 6
FIRST_GUESS_EVERY = 3
"""The first guess is learnt from a third of the scans."""
RIDGE = 10.0
VARIANCE, ROUNDS, TEMPER = 0.3, 6, 0.3
CONFIG = LabelerConfig(device="cpu")


@dataclass(frozen=True)
class Lesson:
    """What is kept of a scan: its traits, and for each row of a piece and a candidate whether it is right."""

    traits: Traits
    answers: Traits | None
    row: Int64
    piece: Int64
    right: Float64
    weight: Float64

    def examples(self, prior: LinearPrior) -> Examples:
        """What the scan teaches, in the units of a prior."""
        tables = [self.traits] if self.answers is None else [self.traits, self.answers]
        return Examples(prior.design(*tables)[self.row], self.piece, self.right, self.weight)


def document_of(kind: str, seed: int) -> ScanDocument:
    document = generate_varied_scan(seed) if kind == "varied" else generate_room(seed)
    if seed % NO_COLOR_EVERY == NO_COLOR_EVERY - 1:
        document = replace(document, scan=replace(document.scan, rgb=None))
    return document


def majority(piece: Int64, box: Int64, pieces: int, boxes: int) -> Int64:
    """(P,) the box that most points of each piece belong to, -1 background."""
    asked = piece >= 0
    votes = np.zeros((pieces, boxes + 1), np.int64)
    np.add.at(votes, (piece[asked], box[asked]), 1)  # -1 is the last column
    most = votes.argmax(axis=1)
    return np.where(most == boxes, -1, most)


def measure(task: tuple[str, int, LinearPrior | None]) -> Lesson | None:
    """Measure a scan, and with a first guess ask its joint process; a scan whose boxes hold nothing teaches nothing."""
    kind, seed, prior = task
    document = document_of(kind, seed)
    truth = document.ground_truth
    assert truth is not None
    evidence = box_evidence(scan_evidence(document.scan), document.boxes, CONFIG)
    candidates, traits = traits_of(evidence, CONFIG)
    pieces = pieces_of(document.scan.superpoint, evidence.occupancy.members, candidates)
    if not len(pieces):
        return None
    answers = None
    if prior is not None:
        answers = ownership.ownership_of(
            evidence,
            candidates,
            ownership.neighbourhoods_of(evidence, candidates),
            features=features_of(evidence.of_scan.statistics, evidence.size),
            sure=first_guess(prior.design(traits) @ prior.first, candidates),
            config=CONFIG,
            fitted=None,
            report=lambda _done, _total: None,
        ).traits
    owner = majority(pieces.of_point, document.boxes.row_of(truth.instance), len(pieces), len(document.boxes))
    weight = np.sqrt(pieces.size)
    right = (candidates.box[pieces.row] == owner[pieces.piece]).astype(np.float64)
    return Lesson(traits, answers, pieces.row, pieces.piece, right, weight / weight.mean())


def standardised(tables: list[Float64]) -> tuple[Float64, Float64]:
    """Mean and deviation of each trait over the scans that show it."""
    values = np.vstack(tables)
    return np.nanmean(values, axis=0), np.maximum(np.nanstd(values, axis=0), 1e-3)


def first_prior(lessons: list[Lesson]) -> LinearPrior:
    names = lessons[0].traits.names
    center, scale = standardised([lesson.traits.values for lesson in lessons])
    zero = np.zeros(len(names) + 1)
    blank = LinearPrior(names, center, scale, zero, np.eye(len(zero)), zero)
    weights = pooled_weights([lesson.examples(blank) for lesson in lessons], RIDGE)
    return replace(blank, first=weights, mean=weights)


def whole_prior(lessons: list[Lesson], first: LinearPrior) -> LinearPrior:
    names = first.names + ownership.TRAITS
    tables = [np.hstack([one.traits.values, one.answers.values]) for one in lessons if one.answers is not None]
    center, scale = standardised(tables)
    # The first guess keeps its own units for the traits that it knows.
    center[: len(first.names)], scale[: len(first.names)] = first.center, first.scale
    guess = np.concatenate([first.first[:-1], np.zeros(len(ownership.TRAITS)), first.first[-1:]])
    blank = LinearPrior(names, center, scale, guess, np.eye(len(guess)), guess)
    scans = [lesson.examples(blank) for lesson in lessons]
    start = pooled_weights(scans, RIDGE)
    mean, covariance = hierarchical_prior(scans, start, variance=VARIANCE, rounds=ROUNDS, temper=TEMPER)
    return replace(blank, mean=mean, covariance=covariance)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--varied", type=int, default=160)
    parser.add_argument("--rooms", type=int, default=40)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--output", type=Path, default=Path("gapro_annotator/labeling/prior.npz"))
    options = parser.parse_args()
    tasks = [("varied", seed) for seed in range(options.varied)]
    tasks += [("room", FIRST_ROOM + seed) for seed in range(options.rooms)]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(options.workers, mp_context=context) as pool:
        early = [(*task, None) for task in tasks[::FIRST_GUESS_EVERY]]
        first = first_prior([lesson for lesson in pool.map(measure, early) if lesson is not None])
        print(f"first guess from {len(early)} scans", flush=True)
        lessons = [lesson for lesson in pool.map(measure, [(*task, first) for task in tasks]) if lesson is not None]
    print(f"{len(lessons)} scans measured", flush=True)
    prior = whole_prior(lessons, first)
    prior.save(options.output)
    strongest = np.argsort(-np.abs(prior.mean[:-1]))[:12]
    print(f"{options.output}: {len(prior.names)} traits; strongest:")
    print(", ".join(f"{prior.names[at]} {prior.mean[at]:+.2f}" for at in strongest))


if __name__ == "__main__":
    main()
