"""The Qt widget that VTK draws into: pyvistaqt's, without the rest of pyvistaqt.

Its package imports pyvista and matplotlib's figures, a third of the start-up, for nothing that is used here.
"""

import importlib
import importlib.util
import sys
from types import ModuleType
from typing import TYPE_CHECKING

_NAME = "pyvistaqt"


def _module_alone() -> ModuleType:
    """Import pyvistaqt.rwi with an empty package in the place of pyvistaqt, and take that away again."""
    found = importlib.util.find_spec(_NAME)
    if found is None or found.submodule_search_locations is None:
        raise ImportError(f"{_NAME} is not installed; install gapro-annotator anew")
    if _NAME in sys.modules:
        return importlib.import_module(f"{_NAME}.rwi")
    package = ModuleType(_NAME)
    package.__path__ = list(found.submodule_search_locations)
    sys.modules[_NAME] = package
    try:
        return importlib.import_module(f"{_NAME}.rwi")
    finally:
        for name in [each for each in sys.modules if each == _NAME or each.startswith(f"{_NAME}.")]:
            del sys.modules[name]


if TYPE_CHECKING:
    from pyvistaqt.rwi import QVTKRenderWindowInteractor
else:
    QVTKRenderWindowInteractor = _module_alone().QVTKRenderWindowInteractor

__all__ = ["QVTKRenderWindowInteractor"]
