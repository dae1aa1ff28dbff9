"""A scan made ready for corrections: the costly part once, the cheap part after every one of them."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from scipy.sparse import csr_array, triu

from gapro_annotator.arrays import Float32, Float64, Int32, Int64
from gapro_annotator.boxes import Boxes
from gapro_annotator.labeling.evidence import BoxEvidence, ScanEvidence, box_evidence, scan_evidence
from gapro_annotator.labeling.experience import Experience
from gapro_annotator.labeling.features import FeatureGroup, features_of
from gapro_annotator.labeling.kept_kernels import KeptKernels
from gapro_annotator.labeling.ownership import Neighbourhood, Ownership, neighbourhoods_of, ownership_of
from gapro_annotator.labeling.pieces import Pieces, pieces_of
from gapro_annotator.labeling.posterior import Belief, Process, ResidualKernel
from gapro_annotator.labeling.prior import LinearPrior, shipped_prior
from gapro_annotator.labeling.process import Hyperparameters, one_thread
from gapro_annotator.labeling.progress import Steps
from gapro_annotator.labeling.request import LabelerConfig
from gapro_annotator.labeling.structure import plane_rows
from gapro_annotator.labeling.teaching import Lesson, comparisons_of, followed, lessons_of
from gapro_annotator.labeling.traits import Candidates, traits_of
from gapro_annotator.labeling.verdict import Verdicts, decide, follow_person, spread
from gapro_annotator.labels import PseudoLabels
from gapro_annotator.scan import Scan

_NEAR = 3.0
"""Variance of the residuals: how far a correction reaches what lies near and looks alike, chosen by clicks."""
_GRAPH = 0.5
_PLACE = {"xyz": 0.5, "rgb": 0.25, "normal": 0.7, "deep": 1.0}
_SIZE = 1.5
"""Length scale of the log number of points: a crumb says little of a table top."""
_WHAT = "superpoints, boxes and planes"

_Features: TypeAlias = tuple[Float64, tuple[FeatureGroup, ...]]


@dataclass(frozen=True, eq=False, slots=True)
class PreparedScan:
    """Everything about a scan and its boxes that no correction changes.

    `answer` is a function of the corrections alone: taking one back gives the former labels to the last bit.
    `pairs`: pairs of boxes that share a superpoint. `certain`: (S,) int32, the corrections that the hyper-parameters
    were learnt from, as `followed`; None: without any.
    """

    evidence: BoxEvidence
    candidates: Candidates
    pieces: Pieces
    ownership: Ownership | None
    process: Process
    before: Verdicts
    pairs: int
    provenance: dict[str, Any]
    certain: Int32 | None = None

    @property
    def of_scan(self) -> ScanEvidence:
        """What was measured of the scan, to be used again with other boxes."""
        return self.evidence.of_scan

    def lessons(self, correction: Int32) -> Lesson:
        """What a person's corrections, (N,) int32, -2 none, say of the superpoints."""
        return lessons_of(correction, self.pieces, self.of_scan.scan.superpoint, self.candidates.count)

    def belief(self, lessons: Lesson) -> Belief:
        """What is believed of every candidate after a person's corrections."""
        return self.process.learn(comparisons_of(lessons, self.candidates, self.evidence.boxes))

    def verdicts(self, lessons: Lesson, belief: Belief) -> Verdicts:
        """Decide every piece."""
        decided = decide(belief, self.pieces, self.candidates, self.evidence)
        holder = self.evidence.boxes.id[self.candidates.box[self.pieces.row]]
        return follow_person(decided, self.before, self.pieces, followed(lessons, self.candidates.count), holder)

    def answer(self, correction: Int32) -> PseudoLabels:
        """Label every point, given a person's corrections, (N,) int32, -2 none."""
        lessons = self.lessons(correction)
        return self.points(self.verdicts(lessons, self.belief(lessons)), correction)

    def learnt_from(self, correction: Int32) -> bool:
        """Whether these corrections, (N,) int32, say the same of whole superpoints as those that it learnt from."""
        return self.certain is not None and np.array_equal(
            self.certain, followed(self.lessons(correction), self.candidates.count)
        )

    def points(self, verdicts: Verdicts, correction: Int32, teaches: Float32 | None = None) -> PseudoLabels:
        """Give every point the verdict of its piece, and what a person said of it."""
        return spread(verdicts, self.pieces, correction, dict(self.provenance), teaches)


def prepare(
    scan: Scan,
    boxes: Boxes,
    config: LabelerConfig,
    steps: Steps,
    *,
    of_scan: ScanEvidence | None = None,
    fitted: Hyperparameters | None = None,
    experience: Experience | None = None,
    deep: Float64 | None = None,
    prior: LinearPrior | None = None,
    correction: Int32 | None = None,
    kernels: KeptKernels | None = None,
) -> PreparedScan:
    """Measure, learn and decide all that corrections do not change.

    Parameters
    ----------
    scan, boxes, config
        What to label, and how.
    steps
        Told what is done; raises to cancel.
    of_scan
        What an earlier call measured of the same scan.
    fitted
        Hyper-parameters of an earlier answer; None learns them.
    experience
        What corrections of other scans taught about the weights.
    deep : (S, C) or None
        Features of a network for each superpoint.
    prior
        Instead of the one that comes with the package.
    correction : (N,) int32
        A person's labels that hyper-parameters are to be learnt from, too; nothing else here sees them.
    kernels
        Graph kernels of the same scan, with which `of_scan` goes.
    """
    steps.report(0, 1, _WHAT)
    of_scan = of_scan or scan_evidence(scan)
    steps.report(0, 1, _WHAT)
    evidence = box_evidence(of_scan, boxes, config)
    candidates, traits = traits_of(evidence, config)
    pieces = pieces_of(scan.superpoint, evidence.occupancy.members, candidates)
    certain = None
    if correction is not None:
        lessons = lessons_of(correction, pieces, scan.superpoint, candidates.count)
        certain = followed(lessons, candidates.count)
    steps.report(0, 1, _WHAT)
    prior = prior or shipped_prior()
    features = features_of(of_scan.statistics, evidence.size, deep)
    with one_thread():
        asked = config.process or config.teach_near
        neighbourhoods = neighbourhoods_of(evidence, candidates, kernels) if asked else []
    ownership = None
    if config.process:
        ownership = ownership_of(
            evidence,
            candidates,
            neighbourhoods,
            features=features,
            sure=first_guess(prior.design(traits) @ prior.first, candidates),
            config=config,
            fitted=fitted,
            certain=certain,
            report=lambda done, total: steps.report(done, max(total, 1), "the joint process"),
        )
    design = prior.design(traits, *([ownership.traits] if ownership else []))
    residual = _residual(evidence, features, neighbourhoods, config)
    process = Process.of(design, *_weights(prior, experience, config), candidates, residual)
    before = decide(process.prior(), pieces, candidates, evidence)
    provenance = _provenance(evidence, features[1], ownership, config, experience if config.teach_alike else None)
    sharing = _sharing(candidates, evidence)
    steps.report(1, 1, "labels")
    return PreparedScan(evidence, candidates, pieces, ownership, process, before, sharing, provenance, certain)


def first_guess(latent: Float64, candidates: Candidates) -> Float64:
    """(R,) probability that a superpoint is its candidate's: softmax over its candidates and background."""
    top = np.zeros(candidates.count)
    np.maximum.at(top, candidates.superpoint, latent)
    weight = np.exp(latent - top[candidates.superpoint])
    total = np.bincount(candidates.superpoint, weight, candidates.count) + np.exp(-top)
    guess: Float64 = weight / total[candidates.superpoint]
    return guess


def _weights(prior: LinearPrior, experience: Experience | None, config: LabelerConfig) -> tuple[Float64, Float64]:
    """Mean and covariance of the weights before this scan's corrections; without `teach_alike` nothing moves them."""
    if not config.teach_alike:
        return prior.mean, np.zeros_like(prior.covariance)
    return (experience or Experience.none()).applied_to(prior)


def _sharing(candidates: Candidates, evidence: BoxEvidence) -> int:
    """Count the pairs of boxes that share a superpoint."""
    inside = candidates.share >= evidence.occupancy.threshold
    where = (candidates.superpoint[inside], candidates.box[inside])
    held = csr_array((np.ones(len(where[0])), where), shape=(candidates.count, len(evidence.boxes)))
    return int(triu(held.T @ held, 1).nnz)


def _residual(
    evidence: BoxEvidence,
    features: _Features,
    neighbourhoods: list[Neighbourhood],
    config: LabelerConfig,
) -> ResidualKernel | None:
    if not config.teach_near:
        return None
    values, groups = features
    columns = [values[:, group.start : group.stop] / _PLACE[group.name] for group in groups]
    columns.append(np.log(np.maximum(evidence.of_scan.statistics.size, 1))[:, None] / _SIZE)
    taken = np.zeros(len(values), bool)
    graphs: list[tuple[Int64, Float64]] = []
    for part in neighbourhoods if config.graph else []:
        own = ~taken[part.superpoints]
        taken[part.superpoints[own]] = True
        graph = part.graph if own.all() else part.graph[np.ix_(own, own)]
        graphs.append((part.superpoints[own], graph))
    return ResidualKernel(np.hstack(columns), graphs, _NEAR, _GRAPH if graphs else 0.0)


def _provenance(
    evidence: BoxEvidence,
    groups: tuple[FeatureGroup, ...],
    ownership: Ownership | None,
    config: LabelerConfig,
    experience: Experience | None,
) -> dict[str, Any]:
    learnt = ownership.hyperparameters if ownership else None
    found: dict[str, Any] = {
        "features": [group.name for group in groups],
        "kernel": "linear over traits + residual (RBF + graph); joint process: outputscale × Π RBF + scale × graph",
        "occupancy_threshold": evidence.occupancy.threshold,
        "faces_reached": evidence.occupancy.faces_reached,
        "box_error": evidence.error,
        "spacing": evidence.of_scan.spacing,
        "size": evidence.size,
        "unboxed_share": evidence.unboxed,
        "planes": plane_rows(evidence.planes),
        "experience": {"scans": experience.scans, "corrections": experience.corrections} if experience else None,
        "device": config.device,
    }
    if learnt is not None and ownership is not None:
        found["process"] = {
            "lengthscales": {group.name: length for group, length in zip(groups, learnt.lengthscales, strict=True)},
            "outputscale": learnt.outputscale,
            "graph_scale": learnt.graph_scale,
            "noise": learnt.noise,
            "jitter": ownership.jitter,
        }
    return found
