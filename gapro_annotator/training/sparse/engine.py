"""Which library computes sparse convolutions, and on which device.

| device | engine |
|---|---|
| CPU | 'torch': ours, over spconv's index pairs; spconv's own CPU kernels are wrong on two threads and cannot go back |
| NVIDIA, spconv with CUDA | 'spconv': its own kernels |
| any other GPU | 'spconv-triton': the same layers and weights in Triton |
"""

import importlib
import logging
from functools import cache
from typing import Any

import torch

from gapro_annotator.errors import TrainingError

_CPU_HELP = (
    "training needs spconv, which exists for Python 3.11 to 3.13 on Linux with an x86-64 processor; "
    "install gapro-annotator there and train on that machine"
)
_GPU_HELP = "install spconv-triton (pip install spconv-triton), or train with --device cpu"


def engine_of(device: torch.device | str) -> str:
    """Say which engine convolves on a device.

    Parameters
    ----------
    device
        Where the features are.

    Returns
    -------
    str
        'torch', 'spconv' or 'spconv-triton'.

    Raises
    ------
    TrainingError
        If nothing that is installed can convolve there; it says what to install.
    """
    kind = torch.device(device).type
    if kind == "cpu":
        spconv_operations()
        return "torch"
    if kind != "cuda":
        raise TrainingError(f"no sparse convolution runs on the device '{kind}'; train with --device cpu")
    name: str = library().__name__
    if name.startswith("spconv_triton"):
        return "spconv-triton"
    if not _has_cuda():
        raise TrainingError(f"the installed spconv has no kernels for this GPU; {_GPU_HELP}")
    return "spconv"


def _is_of_tracing(record: logging.LogRecord) -> bool:
    return record.getMessage().startswith("is_fx_tracing will return true")


# The tensor's metaclass asks torch.fx whether it is traced, and torch 2.13 answers with advice to whoever wrote spconv.
logging.getLogger("torch.fx._symbolic_trace").addFilter(lambda record: not _is_of_tracing(record))


@cache
def library() -> Any:
    """Return whose layers ours are built on: ``spconv.pytorch``, or ``spconv_triton.pytorch`` on other GPUs."""
    spconv = _imported("spconv.pytorch")
    if spconv is not None and (_has_cuda() or not torch.cuda.is_available()):
        return spconv
    triton = _imported("spconv_triton.pytorch") if torch.cuda.is_available() else None
    if triton is None and spconv is None:
        raise TrainingError(_CPU_HELP)
    return spconv if triton is None else triton


@cache
def spconv_operations() -> Any:
    """Return ``spconv.pytorch.ops``, whose index pairs the CPU needs whatever the GPU uses."""
    operations = _imported("spconv.pytorch.ops")
    if operations is None:
        raise TrainingError(_CPU_HELP)
    return operations


def _has_cuda() -> bool:
    """Whether spconv is there with kernels for the GPUs that this torch drives: never for AMD's."""
    constants = _imported("spconv.cppconstants")
    return constants is not None and not constants.CPU_ONLY_BUILD and torch.version.hip is None


def _imported(name: str) -> Any:
    """Import a module that may not be installed; a broken one fails with its own words."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name not in {"spconv", "spconv_triton"}:
            raise
        return None
