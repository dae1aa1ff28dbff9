"""One pair of boxes in numbers: what a process is asked and what it answers. No torch."""

from collections.abc import Callable
from dataclasses import dataclass
from math import log

from gapro_annotator.arrays import Float64

STEPS = 50
RATE = 0.1
"""Adam's, both as published."""


@dataclass(frozen=True, slots=True)
class Hyperparameters:
    """Length scale (in units of the features), output scale s² and noise (variances; None where there is none)."""

    lengthscale: float = log(2.0)
    outputscale: float = log(2.0)
    noise: float | None = None


@dataclass(frozen=True, eq=False, slots=True)
class PairProblem:
    """Training features of both boxes (n, C) with their labels (n,) +1 first, -1 second; features to test (m, C)."""

    train: Float64
    label: Float64
    test: Float64


@dataclass(frozen=True, eq=False, slots=True)
class PairAnswer:
    """Latent mean (m,) > 0 for the first box, its variance, the probability of the first box, what was learnt."""

    mean: Float64
    variance: Float64
    probability: Float64
    hyperparameters: Hyperparameters


Step = Callable[[int], None]
"""Called with the number of problems solved so far; raises to cancel."""
