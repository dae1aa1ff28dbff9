"""What a labelling job is asked and what it answers: immutable both, so that they cross threads and processes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

import numpy as np

from gapro_annotator.arrays import Float32, Int32, check_array, check_finite, freeze
from gapro_annotator.boxes import Boxes
from gapro_annotator.errors import InvalidValueError
from gapro_annotator.labels import PseudoLabels
from gapro_annotator.scan import Scan

if TYPE_CHECKING:
    from gapro_annotator.labeling.experience import Experience

Method: TypeAlias = Literal[
    "gp",
    "smaller-box",
    "smaller-box-superpoints",
    "linear",
    "none",
    "gp-points",
    "gp-regression",
    "gp-classification",
]
METHODS: tuple[Method, ...] = get_args(Method)
PROCESSES_OF_THE_PAPER: tuple[Method, ...] = ("gp-points", "gp-regression", "gp-classification")
"""The methods that `hyperparameters` and `paper_features` are for, and so deep features."""

HyperparameterSource: TypeAlias = Literal["learnt", "fixed"]
PaperFeatures: TypeAlias = Literal["xyz", "xyz+normal", "xyz+rgb", "deep"]

Progress: TypeAlias = Callable[[int, int, str], bool]
"""Called as ``progress(done, total, what)``; answers whether to go on. False ends the job with CancelledError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelerConfig:
    """How to label; every field has a default that suits room scans.

    Parameters
    ----------
    method
        'gp' is ours; the others are rows of the paper's tables (docs/methods/).
    device
        'auto' takes CUDA where there is one.
    seed
        Recorded in the provenance. No method draws random numbers today: learning starts from fixed values and samples
        are taken evenly, so that the same request gives the same labels with any seed. A method that draws must use it.
    occupancy
        Of the paper's methods on superpoints: from which share of its points on a superpoint is inside a box, above 0
        and up to 1. None is the published 0.999.
    hyperparameters
        Of the paper's processes: learnt for each pair of boxes, or fixed where learning starts.
    paper_features
        What the paper's processes see. 'deep' needs `LabelRequest.deep`.
    slack
        Of 'gp', as all that follow: loosen the boxes by how far off they are. docs/labeling.md has what each is worth.
    planes
        Look for floor, ceiling and walls.
    contacts, likeness
        See what a superpoint touches, and what looks like it in and around the box.
    process
        Ask the joint Gaussian Process over all boxes.
    graph
        With a graph kernel between superpoints that touch.
    learn_hyperparameters
        Learn its length scales, output scales and noise; off: the medians of their priors.
    teach_alike
        Corrections move what is alike, anywhere in the project (linear kernel).
    teach_near
        Corrections move what is near and looks alike (RBF and graph kernel).

    Raises
    ------
    InvalidValueError
        `occupancy` is no share.
    """

    method: Method = "gp"
    device: Literal["auto", "cpu", "cuda"] = "auto"
    seed: int = 0
    occupancy: float | None = None
    hyperparameters: HyperparameterSource = "learnt"
    paper_features: PaperFeatures = "xyz+rgb"
    slack: bool = True
    planes: bool = True
    contacts: bool = True
    likeness: bool = True
    process: bool = True
    graph: bool = True
    learn_hyperparameters: bool = True
    teach_alike: bool = True
    teach_near: bool = True

    def __post_init__(self) -> None:
        share: object = self.occupancy  # from a settings file it may be anything
        is_number = isinstance(share, int | float) and not isinstance(share, bool)
        if share is not None and not (is_number and 0 < float(share) <= 1):
            raise InvalidValueError(f"labeler occupancy must be a number above 0 and up to 1, not {share!r}")


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class LabelRequest:
    """One labelling job.

    Parameters
    ----------
    scan, boxes
        What to label.
    correction : (N,) int32
        A person's label of each point: box id, -1 background, -2 none. Kept, learnt from, never overwritten.
    config
        How.
    fitted
        The provenance of an earlier answer for this scan: its hyper-parameters are used again instead of learnt anew.
        The answer's provenance holds the values themselves, so that given as `fitted` it makes the same labels again.
    learn_with_corrections
        Where 'gp' learns hyper-parameters anew, corrected superpoints are certain evidence. It costs half a second
        for every other set of corrections, so the answers that follow take `fitted` from this one.
    experience
        What corrections of other scans taught 'gp'.
    deep : (S, C) float32 or None
        Features of the superpoints from a trained network; finite.
    revision
        Comes back with the answer, so that a stale one is recognised.
    """

    scan: Scan
    boxes: Boxes
    correction: Int32
    config: LabelerConfig = field(default_factory=LabelerConfig)
    fitted: dict[str, Any] | None = None
    learn_with_corrections: bool = False
    experience: "Experience | None" = None
    deep: Float32 | None = None
    revision: int = 0

    def __post_init__(self) -> None:
        check_array("correction", self.correction, np.int32, (len(self.scan),))
        if self.deep is not None:
            check_array("deep features", self.deep, np.float32, (self.scan.superpoint_count, None))
            check_finite("deep features", self.deep)
            freeze(self.deep)


@dataclass(frozen=True, eq=False, slots=True)
class LabelResponse:
    """The answer to a request: its labels, its revision, and what the job measured.

    `seconds` is the wall time, `pairs` the number of overlapping box pairs, `undetermined` the number of points in two
    or more boxes.
    """

    pseudo: PseudoLabels
    revision: int
    seconds: float
    pairs: int
    undetermined: int
