"""Our sparse convolution on the CPU is convolution: dense convolution, where the voxels are."""

import pytest
import torch
from grids import SIDE, at, dense_of, dense_same, threads, torch_kernel, voxels_of
from torch import Tensor, nn
from torch.nn import functional

from gapro_annotator.errors import InvalidValueError
from gapro_annotator.training.sparse import (
    SparseConv3d,
    SparseInverseConv3d,
    SparseSequential,
    SubMConv3d,
    sparse_tensor,
)
from gapro_annotator.training.sparse.pairs import Pairs, arrange


@pytest.fixture(params=[512, 40], ids=["one block", "many blocks"])
def rows_in_a_block(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Pairs, "into", _into_with(request.param))


def _into_with(rows: int):
    own = Pairs.into

    def into(self, *, outputs):
        self.rows = rows
        return own(self, outputs=outputs)

    return into


def gradients(result: Tensor, *of: Tensor) -> tuple[Tensor, ...]:
    weight = torch.randn(result.shape, dtype=result.dtype, generator=torch.Generator().manual_seed(9))
    return torch.autograd.grad((result * weight).sum(), of, retain_graph=True)


def features_of(voxels: Tensor, channels: int = 5) -> Tensor:
    generator = torch.Generator().manual_seed(1)
    return torch.randn(len(voxels), channels, dtype=torch.float64, generator=generator, requires_grad=True)


@pytest.mark.usefixtures("rows_in_a_block")
@pytest.mark.parametrize("count", [1, 2])
def test_submanifold_convolution_and_its_gradients_equal_dense_ones(count: int) -> None:
    voxels = voxels_of()
    features = features_of(voxels)
    layer = SubMConv3d(5, 7, 3, padding=1, bias=False).double()
    with threads(count):
        ours = layer(sparse_tensor(features, voxels, 2)).features
        dense = dense_same(features, layer.weight, voxels)
        assert torch.allclose(ours, dense, rtol=0, atol=1e-12)
        for mine, right in zip(
            gradients(ours, features, layer.weight), gradients(dense, features, layer.weight), strict=True
        ):
            assert torch.allclose(mine, right, rtol=0, atol=1e-10)


@pytest.mark.usefixtures("rows_in_a_block")
@pytest.mark.parametrize("count", [1, 2])
def test_halving_equals_dense_convolution_with_stride_two(count: int) -> None:
    voxels = voxels_of()
    features = features_of(voxels)
    layer = SparseConv3d(5, 7, 2, stride=2, bias=False).double()
    with threads(count):
        coarse = layer(sparse_tensor(features, voxels, 2))
        dense = at(functional.conv3d(dense_of(features, voxels), torch_kernel(layer.weight), stride=2), coarse.indices)
        expected = torch.unique(torch.cat([voxels[:, :1], voxels[:, 1:] // 2], 1), dim=0)
        assert torch.equal(torch.unique(coarse.indices, dim=0).long(), expected)
        assert torch.allclose(coarse.features, dense, rtol=0, atol=1e-12)
        for mine, right in zip(
            gradients(coarse.features, features, layer.weight), gradients(dense, features, layer.weight), strict=True
        ):
            assert torch.allclose(mine, right, rtol=0, atol=1e-10)


@pytest.mark.usefixtures("rows_in_a_block")
@pytest.mark.parametrize("count", [1, 2])
def test_back_up_equals_dense_transposed_convolution_where_voxels_were(count: int) -> None:
    voxels = voxels_of()
    features = features_of(voxels)
    down = SparseConv3d(5, 7, 2, stride=2, bias=False, indice_key="half").double()
    up = SparseInverseConv3d(7, 4, 2, bias=True, indice_key="half").double()
    with threads(count):
        coarse = down(sparse_tensor(features, voxels, 2))
        fine = up(coarse)
        kernel = up.weight.permute(4, 0, 1, 2, 3)  # (C, D, k, k, k)
        dense = functional.conv_transpose3d(
            dense_of(coarse.features, coarse.indices, SIDE // 2), kernel, up.bias, stride=2
        )
        right = at(dense, voxels)
        assert torch.equal(fine.indices.long(), voxels)
        assert torch.allclose(fine.features, right, rtol=0, atol=1e-12)
        of = (features, down.weight, up.weight, up.bias)
        for mine, theirs in zip(gradients(fine.features, *of), gradients(right, *of), strict=True):
            assert torch.allclose(mine, theirs, rtol=0, atol=1e-10)


@pytest.mark.usefixtures("rows_in_a_block")
def test_gradients_pass_torchs_own_check() -> None:
    voxels = voxels_of(count=20, scans=1)
    same = SubMConv3d(2, 3, 3, padding=1, bias=True).double()
    half = SparseConv3d(3, 2, 2, stride=2, indice_key="half").double()
    back = SparseInverseConv3d(2, 2, 2, indice_key="half").double()
    parameters = [p for layer in (same, half, back) for p in layer.parameters()]

    def run(features: Tensor, *_: Tensor) -> Tensor:
        return back(half(same(sparse_tensor(features, voxels, 1)))).features

    assert torch.autograd.gradcheck(run, (features_of(voxels, 2), *parameters))


def test_two_threads_give_the_same_bits_in_every_run() -> None:
    """As spconv's own kernels do not: their threads add to the same rows at once."""
    voxels = voxels_of(count=1200, side=20)
    features = features_of(voxels, 16).float()
    network = SparseSequential(
        SubMConv3d(16, 16, 3, padding=1, indice_key="same"),
        SparseConv3d(16, 32, 2, stride=2, indice_key="half"),
        nn.ReLU(),
        SparseInverseConv3d(32, 16, 2, indice_key="half"),
    )
    with threads(2):
        runs = []
        for _ in range(5):
            result = network(sparse_tensor(features, voxels, 2)).features
            runs.append((result, *gradients(result, *network.parameters())))
    for run in runs[1:]:
        assert all(torch.equal(a, b) for a, b in zip(runs[0], run, strict=True))
    with threads(1):
        alone = network(sparse_tensor(features, voxels, 2)).features
    assert torch.allclose(alone, runs[0][0], rtol=0, atol=1e-5)


def test_features_of_half_precision_meet_a_weight_of_their_type() -> None:
    voxels = voxels_of()
    features = features_of(voxels).bfloat16()
    layer = SubMConv3d(5, 7, 3, padding=1)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        result = layer(sparse_tensor(features, voxels, 2)).features
    result.float().sum().backward()
    right = dense_same(features.double(), layer.weight.double(), voxels) + layer.bias.double()
    assert layer.weight.grad.dtype == torch.float32
    assert torch.allclose(result.double(), right, rtol=0, atol=0.1)


def test_pairs_are_found_once_and_serve_the_next_step() -> None:
    voxels = voxels_of()
    layer, pairs = SubMConv3d(5, 7, 3, padding=1, indice_key="same").double(), {}
    first = layer(sparse_tensor(features_of(voxels), voxels, 2, pairs)).features
    found = pairs["same"]
    second = layer(sparse_tensor(features_of(voxels), voxels, 2, pairs)).features
    assert pairs["same"] is found
    assert torch.equal(first, second)


def test_pairs_of_other_voxels_are_refused() -> None:
    voxels = voxels_of()
    layer, pairs = SubMConv3d(5, 7, 3, padding=1, indice_key="same").double(), {}
    layer(sparse_tensor(features_of(voxels), voxels, 2, pairs))
    with pytest.raises(InvalidValueError, match="'same' are of other voxels"):
        layer(sparse_tensor(features_of(voxels), voxels.flip(0), 2, pairs))


def test_an_inverse_without_its_pair_is_refused() -> None:
    voxels = voxels_of()
    with pytest.raises(InvalidValueError, match="'half' came before"):
        SparseInverseConv3d(5, 5, 2, indice_key="half").double()(sparse_tensor(features_of(voxels), voxels, 2))


def test_a_tensor_without_voxels_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="at least one"):
        sparse_tensor(torch.zeros(0, 3), torch.zeros(0, 4), 1)


def test_a_block_that_nothing_flows_into_is_zero() -> None:
    table = torch.full((4, 8), -1, dtype=torch.int32)
    table[3, 2] = 0
    flow = arrange(table, 2)
    assert [block.counts for block in flow.blocks] == [(), (1,)]
    assert flow.blocks[1].taps == (2,)
