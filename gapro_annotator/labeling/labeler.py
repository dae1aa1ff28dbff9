"""Boxes and corrections in, pseudo labels out: the one door to the labelling methods. Loads torch."""

import time
from importlib.metadata import version
from typing import Any

import numpy as np

from gapro_annotator.errors import LabelingError
from gapro_annotator.labeling.gaussian import label_with_gaussian_processes
from gapro_annotator.labeling.gp import versions
from gapro_annotator.labeling.paper.methods import label_as_in_paper
from gapro_annotator.labeling.progress import Steps
from gapro_annotator.labeling.request import METHODS, LabelRequest, LabelResponse, Progress


def label(request: LabelRequest, progress: Progress | None = None) -> LabelResponse:
    """Label one scan.

    Parameters
    ----------
    request
        The scan, its boxes, a person's corrections, and how to label. Nothing in it is changed.
    progress
        Called as ``progress(done, total, what)``; False ends the job.

    Returns
    -------
    LabelResponse
        Labels for every point, with the request's revision.

    Raises
    ------
    LabelingError
        There is no such method, or the numbers broke down.
    CancelledError
        `progress` answered False.
    """
    method = request.config.method
    if method not in METHODS:
        raise LabelingError(f"{request.scan.name}: there is no method {method!r}; use one of {', '.join(METHODS)}")
    start = time.perf_counter()
    steps = Steps(progress, request.scan.name)
    solve = label_with_gaussian_processes if method == "gp" else label_as_in_paper
    pseudo, pairs, undetermined = solve(request, steps)
    seconds = time.perf_counter() - start
    pseudo.provenance.update(_common(request, seconds))
    return LabelResponse(pseudo, request.revision, seconds, pairs, undetermined)


def _common(request: LabelRequest, seconds: float) -> dict[str, Any]:
    """Return what the provenance of every method says."""
    own = {"gapro-annotator": version("gapro-annotator"), "numpy": str(np.__version__)}
    return {
        "method": request.config.method,
        "seed": request.config.seed,
        "seconds": round(seconds, 3),
        "corrected_points": int((request.correction != -2).sum()),
        "versions": own | versions(),
    }
