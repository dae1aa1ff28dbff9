"""What generated scans taught about the traits: the prior of the linear kernel's weights, shipped with the package."""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np

from gapro_annotator.arrays import Float64
from gapro_annotator.labeling.traits import Traits

_ARRAYS = ("center", "scale", "mean", "covariance", "first")
_FAR = 3.0
"""Traits count up to this many standard deviations."""


@dataclass(frozen=True, eq=False, slots=True)
class LinearPrior:
    """Normal prior of the weights, one for each trait and a last one for the bias.

    Parameters
    ----------
    names
        Of the C traits.
    center, scale : (C,) float64
        Mean and standard deviation of each trait over the scans that the prior was learnt from.
    mean : (C + 1,) float64
    covariance : (C + 1, C + 1) float64
        How much the weights differ from one scan to the next.
    first : (C + 1,) float64
        Weights of a first guess, which knows no answers of the joint process.
    """

    names: tuple[str, ...]
    center: Float64
    scale: Float64
    mean: Float64
    covariance: Float64
    first: Float64

    @property
    def identity(self) -> str:
        """Tells priors apart: what was learnt about weights holds for traits of the same names and units only."""
        said = hashlib.sha256("\n".join(self.names).encode())
        for column in (self.center, self.scale):
            said.update(np.ascontiguousarray(column, "<f8").tobytes())
        return said.hexdigest()[:16]

    def design(self, *tables: Traits) -> Float64:
        """(R, C + 1) standardised traits and a column of ones; what a scan does not show is left out as 0."""
        columns = {name: table.values[:, at] for table in tables for at, name in enumerate(table.names)}
        rows = len(tables[0].values)
        missing = np.full(rows, np.nan)
        values = np.column_stack([columns.get(name, missing) for name in self.names])
        standard = np.clip((values - self.center) / self.scale, -_FAR, _FAR)
        return np.column_stack([np.nan_to_num(standard, nan=0.0), np.ones(rows)])

    def save(self, path: Path) -> None:
        """Write the arrays; `shipped_prior` reads them."""
        arrays = {name: getattr(self, name) for name in _ARRAYS}
        np.savez_compressed(path, names=np.array(self.names), **arrays)


@cache
def shipped_prior() -> LinearPrior:
    """Read the prior that comes with the package; `benchmarks/fit_prior.py` makes it."""
    with (
        (files("gapro_annotator.labeling") / "prior.npz").open("rb") as file,
        np.load(file, allow_pickle=False) as data,
    ):
        arrays = {name: data[name] for name in _ARRAYS}
        return LinearPrior(tuple(str(name) for name in data["names"]), **arrays)
