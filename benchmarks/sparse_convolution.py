"""A step of the U-Net on the CPU: our sparse convolution against spconv's own single-threaded kernels.

    python benchmarks/sparse_convolution.py [--voxels N] [--width M] [--steps N] [--threads N]...

A step is forward and backward of the whole network (5 levels, one block a stage, mean square as the loss) on the voxels
of a generated room. Both run the same network on the same index pairs. spconv cannot go back on a CPU through its own
autograd function, as it asks for a CUDA stream; its operations can, and are called directly here. They always have one
thread: on two their sums are wrong. Steps of the two alternate, so that both meet the same load from other programs.
'first' includes the search for pairs, 'later' has them from the step before. Medians; core seconds leave out what
other programs took of the machine.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from spconv.pytorch import ops
from torch import Tensor
from torch.autograd.function import once_differentiable

from gapro_annotator.demo import generate_room
from gapro_annotator.training.networks.unet import UNet
from gapro_annotator.training.sparse import modules, sparse_tensor
from gapro_annotator.training.sparse.cpu_convolution import convolve
from gapro_annotator.training.sparse.pairs import Pairs


def voxels_of_room(count: int) -> Tensor:
    """Voxelise a generated room so that it has about as many voxels: (V, 4) scan, cell."""
    xyz = generate_room(0, points=8 * count).scan.xyz
    xyz = xyz - xyz.min(axis=0)
    fine, coarse = 0.001, 1.0
    for _ in range(20):
        side = (fine * coarse) ** 0.5
        cells = np.unique((xyz / side).astype(np.int32), axis=0)
        fine, coarse = (side, coarse) if len(cells) > count else (fine, side)
    print(f"{len(cells):,} voxels of {100 * side:.1f} cm")
    return torch.nn.functional.pad(torch.from_numpy(cells), (1, 0))


class Spconv(torch.autograd.Function):
    """spconv's own CPU kernels, both ways."""

    @staticmethod
    def forward(ctx: Any, features: Tensor, weight: Tensor, pairs: tuple[Pairs, Tensor, bool]) -> Tensor:
        """Convolve."""
        found, counts, inverse = pairs
        ctx.save_for_backward(features, weight)
        ctx.rest = (found.pairs, counts, inverse, found.same)
        rows = len(found.inputs if inverse else found.outputs)
        return ops.indice_conv(features, weight, found.pairs, counts, rows, inverse, found.same)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor, None]:
        """Give the gradients of features and weight."""
        pairs, counts, inverse, same = ctx.rest
        gradients = ops.indice_conv_backward(*ctx.saved_tensors, gradient, pairs, counts, inverse, same)
        return (*gradients, None)


@contextmanager
def kernels_of_spconv() -> Iterator[None]:
    """Let the layers compute with spconv's kernels."""
    counted: dict[int, tuple[Pairs, Tensor]] = {}  # the pairs are kept, so that no other gets their id

    def ask(pairs: Pairs) -> Tensor:
        if id(pairs) not in counted:
            counts = (pairs.pairs[0] >= 0).sum(1, dtype=torch.int32)
            if pairs.same:
                counts[len(counts) // 2 :] = 0  # as spconv has it
            counted[id(pairs)] = (pairs, counts)
        return counted[id(pairs)][1]

    def convolve_with_spconv(features: Tensor, weight: Tensor, into: Any, _back: Any) -> Tensor:
        pairs, inverse = into
        return Spconv.apply(features.contiguous(), weight, (pairs, ask(pairs), inverse))

    own_flow, own_stream = Pairs.into, ops.get_current_stream
    modules.convolve = convolve_with_spconv
    Pairs.into = lambda self, *, outputs: (self, not outputs)
    ops.get_current_stream = lambda: 0
    try:
        yield
    finally:
        modules.convolve, Pairs.into, ops.get_current_stream = convolve, own_flow, own_stream


def timed(work: Callable[[], object]) -> tuple[float, float]:
    wall, core = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - core


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--voxels", type=int, default=60_000)
    parser.add_argument("--width", type=int, default=16)
    parser.add_argument("--levels", type=int, default=5)
    parser.add_argument("--steps", type=int, default=7)
    parser.add_argument("--threads", type=int, nargs="*", default=[1, 2])
    arguments = parser.parse_args()
    voxels = voxels_of_room(arguments.voxels)
    torch.manual_seed(0)
    features = torch.randn(len(voxels), 6)
    network = UNet(6, arguments.width, arguments.levels)
    print(f"{'':<22}{'step s':>9}{'core s':>9}{'forward s':>11}")

    def run(threads: int, pairs: dict[str, Any], *, backward: bool = True) -> Tensor:
        torch.set_num_threads(threads)
        result = network(sparse_tensor(features, voxels, 1, pairs))
        if backward:
            result.square().mean().backward()
        return result

    ways: dict[str, tuple[int, bool, dict[str, Any]]] = {"spconv, 1 thread": (1, False, {})}
    ways |= {f"ours, {threads} thread{'s'[: threads > 1]}": (threads, True, {}) for threads in arguments.threads}
    taken: dict[str, list[tuple[float, ...]]] = {}
    for _ in range(arguments.steps + 1):
        for name, (threads, ours, pairs) in ways.items():
            if ours:
                first = not pairs
                step = timed(lambda t=threads, p=pairs: run(t, p))
                forward = timed(lambda t=threads, p=pairs: run(t, p, backward=False))
            else:
                with kernels_of_spconv():
                    first = not pairs
                    step = timed(lambda t=threads, p=pairs: run(t, p))
                    forward = timed(lambda t=threads, p=pairs: run(t, p, backward=False))
            taken.setdefault(f"{name}, {'first' if first else 'later'}", []).append((*step, forward[0]))
    for name, rows in taken.items():
        middle = [statistics.median(column) for column in zip(*rows, strict=True)]
        print(f"{name:<28}{middle[0]:>9.3f}{middle[1]:>9.3f}{middle[2]:>11.3f}")


if __name__ == "__main__":
    main()
