"""``.pth`` files as trainers expect them: NumPy arrays in a torch archive."""

import pickle
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from gapro_annotator.store.atomic import replacing

# The C pickler offers no say in how a global is spelled, the one in Python does.
_PythonPickler: Any = vars(pickle)["_Pickler"]


class _OldNamesPickler(_PythonPickler):
    """Spells NumPy's internal modules as NumPy 1 did, which NumPy 2 reads as well.

    The trainers' environments hold NumPy 1, and ``numpy._core`` is not in it: a pickle that NumPy 2 writes ends there
    in "No module named 'numpy._core'".
    """

    def save_global(self, obj: Any, name: str | None = None) -> None:
        """Write a reference to something in a module."""
        module = str(getattr(obj, "__module__", None) or "")
        if not module.startswith("numpy._core"):
            super().save_global(obj, name)
            return
        old = module.replace("numpy._core", "numpy.core", 1)
        self.write(pickle.GLOBAL + f"{old}\n{name or obj.__qualname__}\n".encode("ascii"))
        self.memoize(obj)


def save_pth(path: Path, value: Any) -> None:
    """Write a value of arrays, tensors, tuples and texts, whole or not at all."""
    import torch

    buffer = BytesIO()
    torch.save(value, buffer, pickle_module=SimpleNamespace(Pickler=_OldNamesPickler, __name__="pickle"))
    with replacing(path) as temporary:
        temporary.write_bytes(buffer.getbuffer())
