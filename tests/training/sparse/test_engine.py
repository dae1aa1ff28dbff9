"""One place chooses the engine, and weights go from one to the other."""

import pytest
import spconv.pytorch as spconv
import torch
from grids import threads, voxels_of

from gapro_annotator.errors import TrainingError
from gapro_annotator.training import sparse
from gapro_annotator.training.sparse import engine, sparse_tensor

LAYERS = [
    ("SubMConv3d", (4, 6, 3), {"padding": 1, "indice_key": "same"}),
    ("SparseConv3d", (4, 6, 2), {"stride": 2, "indice_key": "half"}),
    ("SparseInverseConv3d", (6, 4, 2), {"indice_key": "half"}),
]


def test_the_cpu_is_ours() -> None:
    assert engine.engine_of("cpu") == "torch"
    assert engine.engine_of(torch.device("cpu")) == "torch"


def test_a_device_that_nothing_computes_on_is_named() -> None:
    with pytest.raises(TrainingError, match="'mps'; train with --device cpu"):
        engine.engine_of("mps")


def test_a_gpu_without_kernels_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_has_cuda", lambda: False)
    with pytest.raises(TrainingError, match="install spconv-triton"):
        engine.engine_of("cuda")


def test_a_missing_spconv_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_imported", lambda _: None)
    with pytest.raises(TrainingError, match=r"Python 3\.11 to 3\.13"):
        engine.library.__wrapped__()
    with pytest.raises(TrainingError, match=r"Python 3\.11 to 3\.13"):
        engine.spconv_operations.__wrapped__()


def test_other_gpus_get_triton(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_has_cuda", lambda: False)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(engine, "_imported", lambda name: name)
    assert engine.library.__wrapped__() == "spconv_triton.pytorch"


@pytest.mark.parametrize(("name", "sizes", "options"), LAYERS)
def test_weights_go_to_spconv_and_back(name: str, sizes: tuple[int, ...], options: dict) -> None:
    ours, theirs = getattr(sparse, name)(*sizes, **options), getattr(spconv, name)(*sizes, **options)
    theirs.load_state_dict(ours.state_dict())
    shapes = {key: value.shape for key, value in theirs.state_dict().items()}
    assert shapes == {key: value.shape for key, value in ours.state_dict().items()}
    ours.load_state_dict(theirs.state_dict())


def test_the_result_is_spconvs_own_on_one_thread() -> None:
    voxels = voxels_of()
    features = torch.randn(len(voxels), 6)
    layers = [("SubMConv3d", (6, 4, 3), {"padding": 1, "indice_key": "same"}), *LAYERS[1:]]
    ours = sparse.SparseSequential(*(getattr(sparse, name)(*sizes, **options) for name, sizes, options in layers))
    theirs = spconv.SparseSequential(*(getattr(spconv, name)(*sizes, **options) for name, sizes, options in layers))
    theirs.load_state_dict(ours.state_dict())
    with threads(1), torch.no_grad():
        mine = ours(sparse_tensor(features, voxels, 2))
        right = theirs(sparse_tensor(features, voxels, 2))
    assert torch.equal(mine.indices, right.indices)
    assert mine.spatial_shape == right.spatial_shape
    assert torch.allclose(mine.features, right.features, rtol=0, atol=1e-5)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU: spconv's CUDA kernels or spconv-triton")
def test_the_gpu_gives_what_the_cpu_gives() -> None:
    assert engine.engine_of("cuda") in {"spconv", "spconv-triton"}
    voxels = voxels_of()
    features = torch.randn(len(voxels), 16)
    layer = sparse.SubMConv3d(16, 32, 3, padding=1)
    cpu = layer(sparse_tensor(features, voxels, 2)).features
    gpu = layer.cuda()(sparse_tensor(features.cuda(), voxels.cuda(), 2)).features
    assert torch.allclose(cpu, gpu.cpu(), rtol=0, atol=1e-3)
