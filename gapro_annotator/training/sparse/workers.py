"""Blocks of a convolution shared out to threads that each compute alone."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import torch

from gapro_annotator.training.sparse.pairs import Block

_Result = TypeVar("_Result")
_FEWEST = 4
"""Blocks for which starting threads pays."""
_pools: dict[int, ThreadPoolExecutor] = {}


def shared_out(compute: Callable[[Sequence[Block]], _Result], blocks: Sequence[Block]) -> list[_Result]:
    """Compute blocks on as many threads as torch may use, each with consecutive ones; results in their order.

    The parts depend on the number of threads alone, so that sums over them are equal to the last bit in every run.
    """
    count = min(torch.get_num_threads(), len(blocks))
    if count < 2 or len(blocks) < _FEWEST:
        return [compute(blocks)]
    bounds = [len(blocks) * part // count for part in range(count + 1)]
    parts = [blocks[a:b] for a, b in zip(bounds[:-1], bounds[1:], strict=True)]
    others = [_pool(count - 1).submit(_alone, compute, part) for part in parts[1:]]
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # a product of a block is too small to be shared out, and would wait for the other threads
    try:
        first = compute(parts[0])
    finally:
        torch.set_num_threads(threads)
    return [first, *(other.result() for other in others)]


def _alone(compute: Callable[[Sequence[Block]], _Result], blocks: Sequence[Block]) -> _Result:
    with torch.no_grad():
        return compute(blocks)


def _pool(count: int) -> ThreadPoolExecutor:
    """Make the threads once; each keeps to one core."""
    if count not in _pools:
        _pools[count] = ThreadPoolExecutor(count, "sparse", initializer=torch.set_num_threads, initargs=(1,))
    return _pools[count]
