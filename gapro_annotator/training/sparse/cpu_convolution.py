"""Sparse convolution on the CPU in torch: gather, one product a tap, add up; block by block, to stay in the cache.

The sum over a row's pairs is an embedding bag: each row is added up by one thread, in one order, so that results are
equal to the last bit in every run.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn.functional import embedding_bag

from gapro_annotator.training.sparse.pairs import Block, Flow


def convolve(features: Tensor, weight: Tensor, forward: Flow, backward: Flow) -> Tensor:
    """Convolve the features of sparse voxels.

    Parameters
    ----------
    features
        (I, C) floats.
    weight
        (D, ..., C) floats, the kernel in spconv's layout; cast to the features' type.
    forward, backward
        The pairs into the output rows, and the same pairs into the input rows.

    Returns
    -------
    (O, D) floats
    """
    return _Convolution.apply(features.contiguous(), weight.to(features.dtype), forward, backward)  # pyright: ignore[reportReturnType] # apply is untyped


class _Convolution(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, features: Tensor, weight: Tensor, forward: Flow, backward: Flow) -> Tensor:
        ctx.save_for_backward(features, weight)
        ctx.flow = backward
        with torch.autocast("cpu", enabled=False):
            return _gather(features, _taps(weight).transpose(1, 2).contiguous().unbind(), forward)

    @staticmethod
    @once_differentiable
    def backward(  # pyright: ignore[reportIncompatibleMethodOverride] # torch's own has any number of gradients
        ctx: Any, gradient: Tensor
    ) -> tuple[Tensor | None, Tensor, None, None]:
        features, weight = ctx.saved_tensors
        with torch.autocast("cpu", enabled=False):
            taps = _taps(weight).contiguous()  # (K, D, C)
            for_taps = torch.zeros_like(taps)
            wanted: bool = ctx.needs_input_grad[0]
            for_features = _scatter(
                gradient.contiguous(), features, taps.unbind(), for_taps.unbind(), ctx.flow, wanted=wanted
            )
            return for_features, for_taps.transpose(0, 1).reshape(weight.shape), None, None


def _taps(weight: Tensor) -> Tensor:
    """View a kernel (D, k, k, k, C) as one matrix a tap: (K, D, C)."""
    return weight.flatten(1, -2).transpose(0, 1)


def _gather(features: Tensor, taps: Sequence[Tensor], flow: Flow) -> Tensor:
    """Compute the output rows: the sum over a row's pairs of what comes in times the tap's matrix (C, D)."""
    wide = taps[0].shape[1]
    incoming, product = features.new_empty(flow.most, features.shape[1]), features.new_empty(flow.most, wide)
    result = features.new_empty(flow.rows, wide)
    for block in flow.blocks:
        pairs = len(block.source)
        coming = torch.index_select(features, 0, block.source, out=incoming[:pairs]).split(block.counts)
        for tap, at_tap, out in zip(block.taps, coming, product[:pairs].split(block.counts), strict=True):
            torch.mm(at_tap, taps[tap], out=out)
        result[block.start : block.stop] = _sums(product, block)
    return result


def _scatter(
    gradient: Tensor, features: Tensor, taps: Sequence[Tensor], for_taps: Sequence[Tensor], flow: Flow, *, wanted: bool
) -> Tensor | None:
    """Compute the features' gradient if it is wanted, and add the taps' own (D, C) to `for_taps`."""
    deep, wide = features.shape[1], gradient.shape[1]
    incoming, product = gradient.new_empty(flow.most, wide), features.new_empty(flow.most, deep)
    own = features.new_empty(flow.most, deep)
    result = torch.empty_like(features) if wanted else None
    for block in flow.blocks:
        pairs = len(block.source)
        coming = torch.index_select(gradient, 0, block.source, out=incoming[:pairs]).split(block.counts)
        of_row = torch.index_select(features, 0, block.row, out=own[:pairs]).split(block.counts)
        for tap, at_tap, row in zip(block.taps, coming, of_row, strict=True):
            for_taps[tap].addmm_(at_tap.t(), row)
        if result is None:
            continue
        for tap, at_tap, out in zip(block.taps, coming, product[:pairs].split(block.counts), strict=True):
            torch.mm(at_tap, taps[tap], out=out)
        result[block.start : block.stop] = _sums(product, block)
    return result


def _sums(product: Tensor, block: Block) -> Tensor:
    """Add up what flowed into each row of a block: (rows, channels)."""
    return embedding_bag(block.order, product, block.bag, mode="sum", include_last_offset=True)
