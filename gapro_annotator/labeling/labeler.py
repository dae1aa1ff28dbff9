"""Boxes and corrections in, pseudo labels out: the one door to the labelling methods. Loads torch."""

import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import version
from typing import Any

import numpy as np
import torch

from gapro_annotator.arrays import Float32
from gapro_annotator.boxes import Boxes
from gapro_annotator.errors import LabelingError
from gapro_annotator.labeling.evidence import ScanEvidence
from gapro_annotator.labeling.experience import Experience
from gapro_annotator.labeling.kept_kernels import KeptKernels
from gapro_annotator.labeling.paper.methods import label_as_in_paper
from gapro_annotator.labeling.prepared import PreparedScan, prepare
from gapro_annotator.labeling.process import Hyperparameters, versions
from gapro_annotator.labeling.progress import Steps
from gapro_annotator.labeling.request import METHODS, LabelRequest, LabelResponse, Progress
from gapro_annotator.labeling.value import value_of_labels
from gapro_annotator.labels import UNCORRECTED, PseudoLabels
from gapro_annotator.scan import Scan


def label(request: LabelRequest, progress: Progress | None = None) -> LabelResponse:
    """Label one scan, from nothing; see `Labeler.label`."""
    return Labeler().label(request, progress)


class Labeler:
    """Labels scans, and keeps what it measured of the last one: a correction then costs milliseconds.

    Not to be used from two threads at once.

    Parameters
    ----------
    of_scan
        What was measured of a scan elsewhere.
    """

    def __init__(self, of_scan: ScanEvidence | None = None) -> None:
        self._measured = of_scan
        self._prepared: PreparedScan | None = None
        self._request: LabelRequest | None = None
        self._kernels = KeptKernels()

    @property
    def scan(self) -> Scan | None:
        """The scan that it is ready for; None before the first."""
        return None if self._request is None else self._request.scan

    def ready(self, request: LabelRequest, progress: Progress | None = None) -> Float32 | None:
        """Do the costly part of a request, so that answers about its scan cost milliseconds from now on.

        Returns
        -------
        (S,) float32 or None
            What a person's label of each superpoint would teach (`PseudoLabels.teaches`); None where the method of the
            request does not learn.
        """
        if request.config.method != "gp":
            return None
        with _broken_numbers(request.scan.name):
            prepared = self._ready(request, Steps(progress, request.scan.name))
            lessons = prepared.lessons(request.correction)
            belief = prepared.belief(lessons)
            verdicts = prepared.verdicts(lessons, belief)
            return value_of_labels(belief, verdicts, prepared.pieces, request.correction)

    def label(self, request: LabelRequest, progress: Progress | None = None) -> LabelResponse:
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
            Labels for every point, with the request's revision. The same request gives the same labels, whatever was
            labelled before.

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
        if method == "gp":
            with _broken_numbers(request.scan.name):
                pseudo, pairs, undetermined = self._label_with_process(request, steps)
        else:
            pseudo, pairs, undetermined = label_as_in_paper(request, steps)
        seconds = time.perf_counter() - start
        pseudo.provenance.update(_common(request, seconds))
        return LabelResponse(pseudo, request.revision, seconds, pairs, undetermined)

    def experience(self, correction: np.ndarray) -> Experience:
        """What the corrections, (N,) int32, of the scan labelled last say of the weights of the linear kernel."""
        prepared, request = self._prepared, self._request
        if prepared is None or request is None or not request.config.teach_alike:
            return Experience.none()
        with _broken_numbers(request.scan.name):
            lessons = prepared.lessons(correction)
            return replace(Experience.of(prepared.belief(lessons)), corrections=len(lessons))

    def _label_with_process(self, request: LabelRequest, steps: Steps) -> tuple[PseudoLabels, int, int]:
        prepared = self._ready(request, steps)
        lessons = prepared.lessons(request.correction)
        belief = prepared.belief(lessons)
        verdicts = prepared.verdicts(lessons, belief)
        teaches = value_of_labels(belief, verdicts, prepared.pieces, request.correction)
        pseudo = prepared.points(verdicts, request.correction, teaches)
        return pseudo, prepared.pairs, prepared.evidence.undetermined

    def _ready(self, request: LabelRequest, steps: Steps) -> PreparedScan:
        """Prepare the scan, as far as the last request did not."""
        last, prepared = self._request, self._prepared
        fitted = read_fitted(request.fitted)
        if prepared is not None and last is not None and _asks_the_same(request, last, prepared, fitted):
            return prepared
        measured = self._measured if prepared is None else prepared.of_scan
        of_scan = measured if measured is not None and measured.scan is request.scan else None
        if of_scan is None:
            self._kernels = KeptKernels()
        self._prepared = prepare(
            request.scan,
            _by_id(request.boxes),
            request.config,
            steps,
            of_scan=of_scan,
            fitted=fitted,
            experience=request.experience,
            deep=None if request.deep is None else request.deep.astype(np.float64),
            kernels=self._kernels,
            correction=request.correction if fitted is None and request.learn_with_corrections else None,
        )
        self._request = request
        return self._prepared


def _by_id(boxes: Boxes) -> Boxes:
    """Sort the boxes: equal chances must not go by the order in which boxes were drawn."""
    order = np.argsort(boxes.id, kind="stable")
    if (np.diff(order) == 1).all():
        return boxes
    return Boxes(boxes.id[order], boxes.class_id[order], boxes.lower[order], boxes.upper[order])


@contextmanager
def _broken_numbers(scan: str) -> Generator[None]:
    """Say in one sentence that a matrix has no root or inverse."""
    try:
        yield
    except (np.linalg.LinAlgError, torch.linalg.LinAlgError) as error:  # pyright: ignore[reportPrivateImportUsage] - torch documents it
        raise LabelingError(f"{scan}: the numbers broke down; check the scan for odd coordinates") from error


def read_fitted(provenance: dict[str, Any] | None) -> Hyperparameters | None:
    """Return the hyper-parameters that an earlier answer's provenance holds; None where it holds none that fit."""
    found = (provenance or {}).get("process")
    if not isinstance(found, dict) or not {"lengthscales", "outputscale", "graph_scale", "noise"} <= set(found):
        return None
    lengths = {str(name): float(value) for name, value in found["lengthscales"].items()}
    scales = (float(found[name]) for name in ("outputscale", "graph_scale", "noise"))
    return Hyperparameters(tuple(lengths.values()), *scales, groups=tuple(lengths))


def _asks_the_same(
    request: LabelRequest, last: LabelRequest, prepared: PreparedScan, fitted: Hyperparameters | None
) -> bool:
    """Whether only corrections differ."""
    same = request.scan is last.scan and request.boxes is last.boxes and request.config == last.config
    learnt = prepared.ownership.hyperparameters if prepared.ownership else None
    if fitted is None:  # after fitted values: learn anew
        asked = request.learn_with_corrections
        same_values = read_fitted(last.fitted) is None and asked == (prepared.certain is not None)
        same_values = same_values and (not asked or prepared.learnt_from(request.correction))
    else:  # learnt values that come back as fitted ones are the same
        same_values = fitted in (read_fitted(last.fitted), learnt)
    return same and request.experience is last.experience and request.deep is last.deep and same_values


def _common(request: LabelRequest, seconds: float) -> dict[str, Any]:
    """Return what the provenance of every method says."""
    own = {"gapro-annotator": version("gapro-annotator"), "numpy": str(np.__version__)}
    return {
        "method": request.config.method,
        "seed": request.config.seed,
        "seconds": round(seconds, 3),
        "corrected_points": int((request.correction != UNCORRECTED).sum()),
        "versions": own | versions(),
    }
