"""What a labelling job is asked and what it answers: immutable both, so that they cross threads and processes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import numpy as np

from gapro_annotator.arrays import Int32, check_array
from gapro_annotator.boxes import Boxes
from gapro_annotator.labels import PseudoLabels
from gapro_annotator.scan import Scan

Method: TypeAlias = Literal["gp", "smaller-box", "linear", "none"]
METHODS: tuple[Method, ...] = ("gp", "smaller-box", "linear", "none")

Progress: TypeAlias = Callable[[int, int, str], bool]
"""Called as ``progress(done, total, what)``; answers whether to go on. False ends the job with CancelledError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelerConfig:
    """How to label; every field has a default that suits room scans.

    Parameters
    ----------
    method
        'gp' is ours; the others are the paper's baselines (Table 4).
    device
        'auto' takes CUDA where there is one.
    seed
        Recorded in the provenance. No method draws random numbers today: learning starts from fixed values and samples
        are taken evenly, so that the same request gives the same labels with any seed. A method that draws must use it.
    """

    method: Method = "gp"
    device: Literal["auto", "cpu", "cuda"] = "auto"
    seed: int = 0


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
        The answer's provenance says of each pair whether they were (`reused`) and holds the values themselves, so that
        given as `fitted` it makes the same labels again.
    revision
        Comes back with the answer, so that a stale one is recognised.
    """

    scan: Scan
    boxes: Boxes
    correction: Int32
    config: LabelerConfig = field(default_factory=LabelerConfig)
    fitted: dict[str, Any] | None = None
    revision: int = 0

    def __post_init__(self) -> None:
        check_array("correction", self.correction, np.int32, (len(self.scan),))


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
