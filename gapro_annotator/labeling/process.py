"""The joint Gaussian Process over all boxes of a scan: whose is a superpoint, by those around it (torch, gpytorch).

One latent for each box with a kernel that all share, output scale × Π RBF over the feature groups + scale × graph.
A latent says 'of this box'; its observations are +1 and -1 around the prior mean -1, which is kept here as 1 and 0.
"""

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import gpytorch
import numpy as np
import torch
from gpytorch.constraints import GreaterThan
from gpytorch.kernels import ProductKernel, RBFKernel, ScaleKernel
from gpytorch.likelihoods import GaussianLikelihood
from gpytorch.priors import LogNormalPrior

from gapro_annotator.arrays import Float64, Int64
from gapro_annotator.errors import LabelingError
from gapro_annotator.labeling.adam import Adam
from gapro_annotator.labeling.features import FeatureGroup

STEPS = 30
"""Adam steps; the marginal likelihood moves little after twenty."""
_RATE = 0.1
_LEAST_NOISE = 1e-2
_NOISE = 0.2
_JITTERS = (0.0, 1e-6, 1e-5, 1e-4, 1e-3)


@dataclass(frozen=True, slots=True)
class Hyperparameters:
    """What is learnt for a scan: a length scale for each feature group, the scales of the two kernels, the noise.

    `groups`: the names of the feature groups.
    """

    lengthscales: tuple[float, ...]
    outputscale: float
    graph_scale: float
    noise: float
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class Block:
    """A neighbourhood of boxes that is solved as one.

    Parameters
    ----------
    features : (n, C) float64
        Of its superpoints.
    graph : (n, n) float64
        Graph kernel between them, ones on the diagonal.
    label : (n,) int64
        Which of the block's K boxes a superpoint is evidence for, K: for none of them, -1: it is no evidence.
    noise : (n,) float64
        Multiplies the learnt noise: above 1 where a superpoint is doubtful evidence.
    boxes
        K.
    """

    features: Float64
    graph: Float64
    label: Int64
    noise: Float64
    boxes: int


@dataclass(frozen=True, eq=False, slots=True)
class Latents:
    """What the evidence says of each superpoint of a block, its own evidence left out (leave-one-out).

    `mean`: (n, K + 1) float64, 0 no to 1 yes, the last column for none of the boxes; `variance`: (n,) float64, the same
    for all of them; `jitter`: what had to be added to the diagonal for a root.
    """

    mean: Float64
    variance: Float64
    jitter: float


@dataclass(frozen=True, slots=True)
class _Scales:
    """Hyper-parameters of the kernel, while they are learnt or as they were."""

    lengthscales: Sequence[torch.Tensor | float]
    outputscale: torch.Tensor | float
    graph_scale: torch.Tensor | float


class JointProcess(torch.nn.Module):
    """Kernel and likelihood that all boxes of a scan share.

    Parameters
    ----------
    groups
        Columns of the features, each with its length scale.
    graph
        Whether the graph kernel counts.
    device
        Where torch computes.
    dtype
        How exactly; None: float32 on a GPU, float64 elsewhere.
    """

    def __init__(
        self, groups: Sequence[FeatureGroup], *, graph: bool, device: torch.device, dtype: torch.dtype | None = None
    ) -> None:
        super().__init__()
        self.groups = tuple(groups)
        self.parts = [_radial(group) for group in groups]
        self.kernel = _Unbatched(ProductKernel(*self.parts), outputscale_prior=LogNormalPrior(0.0, 0.5))
        self.kernel.outputscale = 1.0
        self.log_graph = torch.nn.Parameter(torch.zeros(()), requires_grad=graph)
        self.graph = graph
        self.likelihood = GaussianLikelihood(
            noise_constraint=GreaterThan(_LEAST_NOISE), noise_prior=LogNormalPrior(float(np.log(_NOISE)), 1.0)
        )
        self.likelihood.noise = torch.tensor(_NOISE)
        self.to(device=device, dtype=dtype or (torch.float32 if device.type == "cuda" else torch.float64))
        self._values = self._learnt()

    def hyperparameters(self) -> Hyperparameters:
        """Return the values that it answers with: loaded ones are the very same, to the last bit."""
        return self._values

    def _learnt(self) -> Hyperparameters:
        """Read the parameters."""
        lengths = tuple(float(part.lengthscale.detach().reshape(-1)[0]) for part in self.parts)
        scale = float(self.log_graph.detach().exp()) if self.graph else 0.0
        output, noise = float(self.kernel.outputscale.detach()), float(self.likelihood.noise.detach())
        return Hyperparameters(lengths, output, scale, noise, tuple(group.name for group in self.groups))

    def load(self, values: Hyperparameters) -> None:
        """Take over values that were learnt before."""
        graph_scale, noise = values.graph_scale if self.graph else 0.0, max(values.noise, _LEAST_NOISE)
        self._values = replace(values, graph_scale=graph_scale, noise=noise, groups=self._values.groups)

    def covariance(self, features: torch.Tensor, graph: torch.Tensor, values: "_Scales") -> torch.Tensor:
        """Return the kernel between all superpoints of a block, (n, n).

        A product of RBF kernels is one RBF kernel over features in units of their length scales: as
        ``self.kernel(features)``, in a third of the time.
        """
        columns = [features[:, group.start : group.stop] for group in self.groups]
        scaled = torch.cat([own / length for own, length in zip(columns, values.lengthscales, strict=True)], dim=1)
        scaled = scaled - scaled.mean(dim=0)
        square = scaled.square().sum(dim=1)
        distance = torch.addmm(square[:, None] + square[None], scaled, scaled.T, alpha=-2.0).clamp_min(0.0)
        kernel = values.outputscale * distance.mul(-0.5).exp()
        return kernel + values.graph_scale * graph if self.graph else kernel

    def learn(self, block: Block, step: Callable[[int], None]) -> None:
        """Climb the log marginal likelihood of all boxes plus the log prior, on the evidence of one block.

        The gradient by the covariance is known, (K' K⁻¹ - αα')/2 with α = K⁻¹Y for K' boxes (Rasmussen and Williams
        2006, 5.9), and cheaper than the one that runs back through the Cholesky root.
        """
        features, graph, noise, target = self._tensors(block, np.flatnonzero(block.label >= 0))
        optimizer = Adam(self.parameters(), _RATE)
        for number in range(STEPS):
            step(number)
            optimizer.zero_grad()
            covariance = self.covariance(features, graph, self._scales()) + torch.diag(self.likelihood.noise * noise)
            with torch.no_grad():
                inverse = torch.cholesky_inverse(self._root(covariance)[0])
                solved = inverse @ target
                gradient = (target.shape[1] * inverse - solved @ solved.T) / 2
            loss = (gradient * covariance).sum() - self._log_prior()
            loss.backward()
            optimizer.step()
        self._values = self._learnt()

    def _scales(self) -> "_Scales":
        """The parameters that are learnt."""
        return _Scales([part.lengthscale for part in self.parts], self.kernel.outputscale, self.log_graph.exp())

    def latents(self, block: Block) -> Latents:
        """Predict every superpoint of a block from the evidence of the others (Rasmussen and Williams 2006, 5.12)."""
        known = np.flatnonzero(block.label >= 0)
        if not len(known):
            prior = self._values.outputscale + self._values.graph_scale
            return Latents(np.zeros((len(block.label), block.boxes + 1)), np.full(len(block.label), prior), 0.0)
        with torch.no_grad():
            features, graph, noise, target = self._tensors(block, known, whole=True)
            evidence = torch.as_tensor(known, device=features.device)
            asked = torch.as_tensor(np.flatnonzero(block.label < 0), device=features.device)
            values = self._values
            covariance = self.covariance(
                features, graph, _Scales(values.lengthscales, values.outputscale, values.graph_scale)
            )
            noise = values.noise * noise
            cross = covariance[:, evidence]
            root, jitter = self._root(cross[evidence].diagonal_scatter(covariance.diagonal()[evidence] + noise))
            inverse = torch.cholesky_inverse(root)
            solved = inverse @ target
            mean, variance = cross @ solved, covariance.diagonal().clone()
            variance[asked] -= ((cross[asked] @ inverse) * cross[asked]).sum(dim=1)
            precision = inverse.diagonal()
            mean[evidence] = target - solved / precision[:, None]
            variance[evidence] = 1.0 / precision - noise
        spread = variance.clamp_min(1e-6).cpu().numpy().astype(np.float64)
        return Latents(mean.cpu().numpy().astype(np.float64), spread, jitter)

    def _tensors(
        self, block: Block, rows: Int64, *, whole: bool = False
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
        """Features and graph kernel, of the whole block or some of it; noise factors and one-hot targets of these."""
        one_hot = np.zeros((len(rows), block.boxes + 1))
        one_hot[np.arange(len(rows)), block.label[rows]] = 1.0
        inputs = (block.features, block.graph) if whole else (block.features[rows], block.graph[np.ix_(rows, rows)])
        arrays = (*inputs, block.noise[rows], one_hot)
        features, graph, noise, target = (self._tensor(array) for array in arrays)
        return features, graph, noise, target

    def _tensor(self, array: Float64) -> torch.Tensor:
        """Copy to where, and as exactly as, the parameters are kept: float32 on a GPU, float64 elsewhere."""
        return torch.as_tensor(array, dtype=self.log_graph.dtype, device=self.log_graph.device)

    def _root(self, matrix: torch.Tensor) -> tuple[torch.Tensor, float]:
        """Cholesky root, with as little jitter as it needs."""
        scale = float(matrix.diagonal().mean())
        for jitter in _JITTERS:
            shifted = matrix + torch.eye(len(matrix)).to(matrix) * (jitter * scale) if jitter else matrix
            root, failed = torch.linalg.cholesky_ex(shifted)
            if not failed:
                return root, jitter * scale
        raise LabelingError("the Gaussian Process has no solution; check the scan for odd coordinates")

    def _log_prior(self) -> torch.Tensor:
        """Log density of the hyper-parameters."""
        modules = [*self.kernel.named_priors(), *self.likelihood.named_priors()]
        total = sum(
            (prior.log_prob(closure(module)).sum() for _, module, prior, closure, _ in modules), torch.zeros(())
        )
        return total - self.log_graph.square() / (2 * 0.5**2) if self.graph else total


def graph_kernel(weight: Float64) -> Float64:
    """Regularised Laplacian kernel of a graph, scaled to ones on the diagonal (Smola and Kondor 2003).

    Parameters
    ----------
    weight : (n, n) float64
        Symmetric strengths of the contacts, 0 where two do not touch.

    Returns
    -------
    (n, n) float64
        ∝ (I/8 + L)⁻¹, with L the normalised Laplacian I - D^-½ W D^-½.
    """
    degree = np.maximum(weight.sum(axis=1), 1e-12)
    root = 1.0 / np.sqrt(degree)
    laplacian = np.eye(len(weight)) * (1.0 + 1.0 / 8.0) - root[:, None] * weight * root[None]
    inverse = torch.cholesky_inverse(torch.linalg.cholesky(torch.from_numpy(laplacian))).numpy()
    scale = 1.0 / np.sqrt(np.diag(inverse))
    kernel: Float64 = inverse * scale[:, None] * scale[None]
    return kernel


def choose_device(wanted: str) -> torch.device:
    """Return the device to compute on; 'auto' takes CUDA where there is one."""
    if wanted == "auto":
        wanted = "cuda" if torch.cuda.is_available() else "cpu"
    if wanted == "cuda" and not torch.cuda.is_available():
        raise LabelingError("there is no CUDA device that this torch can use; label with --device auto or cpu")
    return torch.device(wanted)


@contextmanager
def one_thread() -> Generator[None]:
    """Let torch use one thread: for matrices of this size a second one only waits."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def versions() -> dict[str, str]:
    """Return the versions that the numbers depend on."""
    return {"torch": str(torch.__version__), "gpytorch": str(gpytorch.__version__)}


class _Unbatched(ScaleKernel):
    """A kernel without batches: where gpytorch asks torch for the shape of one, sympy is imported, most of a second."""

    @property
    def batch_shape(self) -> torch.Size:  # pyright: ignore[reportIncompatibleMethodOverride] - never set
        return torch.Size()


def _radial(group: FeatureGroup) -> RBFKernel:
    prior = LogNormalPrior(float(np.log(group.lengthscale)), 0.5)
    kernel = RBFKernel(active_dims=tuple(range(group.start, group.stop)), lengthscale_prior=prior)
    kernel.lengthscale = torch.tensor(group.lengthscale)
    return kernel
