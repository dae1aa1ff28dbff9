"""torch files from strangers: plain arrays, tensors and containers, and nothing that could run code."""

import io
import math
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gapro_annotator.errors import InputError, reason_of

_MOST_DEPTH = 4


def load_torch(path: Path) -> Any:
    """Read what a .pth file holds: tuples, lists and dicts of numpy arrays; tensors become arrays.

    Raises
    ------
    InputError
        It is missing, damaged, or would need to run code to be read.
    """
    import torch

    try:
        _check_archive(path)
        with torch.serialization.safe_globals(_allowed()):
            # From memory: reading a file would ask for as many bytes as a damaged length says.
            content = torch.load(io.BytesIO(path.read_bytes()), map_location="cpu", weights_only=True)
        return _plain(content, 0)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({reason_of(error)}); check the path and its rights") from error
    except pickle.UnpicklingError as error:
        raise InputError(
            f"{path}: holds more than plain arrays, or is damaged; nothing in it was run: save its arrays again with "
            "torch.save((xyz, rgb, semantic, instance), path)"
        ) from error
    except Exception as error:  # a damaged pickle can fail in any way
        raise InputError(f"{path}: is no whole torch file ({_short(error)}); copy it again") from error


def _short(error: Exception) -> str:
    return reason_of(error)[:120]


def _check_archive(path: Path) -> None:
    """Refuse archives that unpack to more than they are; torch itself never compresses."""
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        unpacked = sum(member.file_size for member in archive.infolist())
    if unpacked > 2 * path.stat().st_size:
        raise ValueError(f"it would unpack to {unpacked:,} bytes")


def _allowed() -> list[Any]:
    """What numpy's own pickles name. Arrays start empty, so that a shape costs nothing before its bytes are there."""
    kinds = [type(np.dtype(kind)) for kind in ("?bBhHiIlLqQefd")]
    names = ("numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct")
    scalars = ("numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar")
    return [
        np.ndarray,
        np.dtype,
        *kinds,
        *((_reconstruct, name) for name in names),
        *((_scalar, name) for name in scalars),
    ]


def _reconstruct(kind: type, shape: tuple[int, ...], code: bytes) -> npt.NDArray[Any]:
    if kind is not np.ndarray or math.prod(shape) != 0:
        raise pickle.UnpicklingError("not an empty array")
    return np.ndarray.__new__(np.ndarray, (0,), code.decode("ascii"))


def _scalar(kind: np.dtype[Any], data: bytes) -> Any:
    if kind.hasobject or len(data) != kind.itemsize:
        raise pickle.UnpicklingError("not a number")
    return np.frombuffer(data, kind)[0]


def _plain(value: Any, depth: int) -> Any:
    import torch

    if depth > _MOST_DEPTH:
        raise ValueError("its containers are nested too deep")
    if isinstance(value, torch.Tensor):
        if value.layout is not torch.strided or value.numel() > value.untyped_storage().nbytes():
            raise ValueError("a tensor that is larger than its data")
        return value.detach().float().numpy() if value.dtype is torch.bfloat16 else value.detach().numpy()
    if isinstance(value, tuple | list):
        return tuple(_plain(part, depth + 1) for part in value)
    if isinstance(value, dict):
        return {str(name): _plain(part, depth + 1) for name, part in value.items()}
    if isinstance(value, np.ndarray) and value.dtype.kind not in "biuf":
        raise ValueError(f"an array of {value.dtype}")
    return value
