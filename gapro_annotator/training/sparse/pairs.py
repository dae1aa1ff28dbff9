"""Which voxels meet under a kernel: spconv's index pairs, arranged in blocks that fit the cache.

Letters: I input rows, O output rows, K taps of the kernel (27 or 8), P pairs.
"""

from dataclasses import dataclass, field, replace
from itertools import accumulate, pairwise
from typing import Any

import torch
from torch import Tensor

from gapro_annotator.errors import TrainingError
from gapro_annotator.training.sparse.engine import spconv_operations


@dataclass(frozen=True, eq=False, slots=True)
class Block:
    """Consecutive rows that are computed together, and what flows into them.

    Pairs are sorted by tap, so that one matrix product serves all pairs of a tap; `order` and `bag` then bring those of
    a row together.

    Attributes
    ----------
    start, stop
        The rows.
    source
        (P,) int32, where each pair comes from.
    row
        (P,) int32, where it goes to.
    taps, counts
        The taps that have pairs here, and how many each.
    order, bag
        (P,) and (rows + 1,) int32: the pairs of row r are ``order[bag[r]:bag[r + 1]]``.
    """

    start: int
    stop: int
    source: Tensor
    row: Tensor
    taps: tuple[int, ...]
    counts: tuple[int, ...]
    order: Tensor
    bag: Tensor


@dataclass(frozen=True, eq=False, slots=True)
class Flow:
    """All pairs in one direction: rows that receive, in blocks.

    Attributes
    ----------
    blocks
        In the order of their rows.
    rows
        How many receive.
    most
        Pairs of the largest block.
    """

    blocks: tuple[Block, ...]
    rows: int
    most: int


@dataclass(eq=False, slots=True)
class Pairs:
    """Which input and output voxels of one layer meet under which tap of its kernel, as spconv's ``IndiceData``.

    Attributes
    ----------
    inputs, outputs
        (I, 4) and (O, 4) int32 voxels: scan, cell.
    input_shape, output_shape
        Sides of the grids.
    kernel_size
        Sides of the kernel.
    same
        Whether input and output are the same voxels, as in a submanifold convolution.
    pairs
        (2, K, I) int32 as spconv gives them: input and output row, -1 behind the last of a tap.
    rows
        Rows in a block.
    """

    inputs: Tensor
    outputs: Tensor
    input_shape: list[int]
    output_shape: list[int]
    kernel_size: list[int]
    same: bool
    pairs: Tensor
    rows: int
    _flows: dict[bool, Flow] = field(default_factory=dict[bool, Flow])

    def into(self, *, outputs: bool) -> Flow:
        """Return the flow into the output voxels, or the one into the input voxels; each is arranged once."""
        if outputs not in self._flows:
            self._flows[outputs] = self._mirrored() if self.same and not outputs else self._arranged(outputs=outputs)
        return self._flows[outputs]

    def _arranged(self, *, outputs: bool) -> Flow:
        source, target = self.pairs if outputs else self.pairs.flip(0)  # (K, I) each
        table = source.new_full((len(self.outputs if outputs else self.inputs), len(source)), -1)  # (rows, K)
        tap, column = torch.nonzero(target >= 0, as_tuple=True)
        table[target[tap, column].long(), tap] = source[tap, column]
        return arrange(table, self.rows)

    def _mirrored(self) -> Flow:
        """Return the flow back to the same voxels: if a meets b under a tap, b meets a under the opposite one."""
        flow, last = self.into(outputs=True), self.pairs.shape[1] - 1
        blocks = tuple(replace(block, taps=tuple(last - tap for tap in block.taps)) for block in flow.blocks)
        return Flow(blocks, flow.rows, flow.most)


def arrange(table: Tensor, rows: int) -> Flow:
    """Arrange a table of neighbours in blocks.

    Parameters
    ----------
    table
        (O, K) int32, the row that meets each row under each tap, -1 where there is none.
    rows
        Rows in a block.
    """
    count, taps = table.shape
    parts = -(-count // rows)
    padded = torch.cat([table, table.new_full((parts * rows - count, taps), -1)])
    by_tap = padded.view(parts, rows, taps).transpose(1, 2).contiguous()  # (parts, K, rows)
    there = by_tap >= 0
    place = there.view(parts, -1).cumsum(1, dtype=torch.int32).view_as(by_tap) - 1  # of each pair in its block
    source = by_tap[there]
    row = torch.arange(parts * rows, dtype=torch.int32).view(parts, 1, rows).expand_as(by_tap)[there]
    order = place.transpose(1, 2)[there.transpose(1, 2)]
    bag = torch.nn.functional.pad(there.sum(1, dtype=torch.int32).cumsum(1, dtype=torch.int32), (1, 0))
    counts: list[list[int]] = there.sum(2).tolist()  # (parts, K)
    blocks: list[Block] = []
    ends = list(accumulate((sum(tap_counts) for tap_counts in counts), initial=0))
    for part, (first, end) in enumerate(pairwise(ends)):
        start, stop = part * rows, min(count, (part + 1) * rows)
        used = [(tap, number) for tap, number in enumerate(counts[part]) if number]
        pairs = slice(first, end)
        blocks.append(
            Block(
                start,
                stop,
                source[pairs],
                row[pairs],
                taps=tuple(tap for tap, _ in used),
                counts=tuple(number for _, number in used),
                order=order[pairs],
                bag=bag[part, : stop - start + 1].contiguous(),
            )
        )
    return Flow(tuple(blocks), count, max(end - first for first, end in pairwise(ends)))


def find_pairs(tensor: Any, layer: Any) -> Pairs:
    """Let spconv find which voxels of a tensor meet under a layer's kernel."""
    operations = spconv_operations()
    shape: list[int] = tensor.spatial_shape
    kernel, stride, padding, dilation = layer.kernel_size, layer.stride, layer.padding, layer.dilation
    indices: Tensor = tensor.indices.contiguous()
    outputs, pairs, counts = operations.get_indice_pairs(
        indices, tensor.batch_size, shape, operations.ConvAlgo.Native, kernel, stride, padding, dilation,
        layer.output_padding, layer.subm,
    )  # fmt: skip
    output_shape = shape if layer.subm else operations.get_conv_output_size(shape, kernel, stride, padding, dilation)
    if layer.subm:
        _complete(pairs, counts)
    rows = min(4096, max(512, 65_536 // layer.out_channels))
    return Pairs(indices, outputs, shape, output_shape, kernel, layer.subm, pairs, rows)


def _complete(pairs: Tensor, counts: Tensor) -> None:
    """Fill in what spconv leaves out for submanifold layers: it counts the taps before the middle alone."""
    taps = pairs.shape[1]
    middle = taps // 2
    pairs[:, middle] = torch.arange(pairs.shape[2], dtype=torch.int32)
    if counts[middle:].any():
        raise TrainingError(
            "spconv gives other index pairs than its version 2.3.8; install that (pip install spconv==2.3.8)"
        )
