"""Labels that a round of self-training proposes: ``RUN/proposals/<scan>.safetensors``. Loads no torch.

A proposal changes nothing until it is accepted: then it is installed as the labeler's answer, in one undoable step, and
a person's corrections lie above it as above every answer.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import load_file, save_file

from gapro_annotator.arrays import Bool, Int32
from gapro_annotator.boxes import Boxes
from gapro_annotator.classes import Classes
from gapro_annotator.errors import InputError, reason_of
from gapro_annotator.labels import BACKGROUND, UNCORRECTED, PseudoLabels
from gapro_annotator.store.atomic import replacing

FOLDER = "proposals"
_ARRAYS = ("instance", "rival", "probability", "mean", "variance", "decision")


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    """What a proposal would change.

    Parameters
    ----------
    points_changed
        Points whose shown label would be another; never one that a person labelled.
    share_changed
        The same among the points in boxes.
    agreement
        By class, the IoU of its points before and after; 1 where nothing changes.
    expected_error_before, expected_error_after
        Share of the points in boxes that are expected to be wrong: the mean of 1 - probability.
    """

    points_changed: int
    share_changed: float
    agreement: dict[str, float]
    expected_error_before: float
    expected_error_after: float


@dataclass(frozen=True, eq=False, slots=True)
class Proposal:
    """Proposed labels of one scan.

    Parameters
    ----------
    pseudo
        The labels.
    diff
        What they would change, against the labels that the run began with.
    round
        Of self-training that made them.
    made_for
        `boxed_fingerprint` of scan and boxes.
    """

    pseudo: PseudoLabels
    diff: Diff
    round: int
    made_for: str


def difference(before: PseudoLabels, after: PseudoLabels, correction: Int32, boxes: Boxes, classes: Classes) -> Diff:
    """Compare two answers of the labeler about one scan.

    Parameters
    ----------
    before, after
        Rows of the same scan.
    correction : (N,) int32
        A person's labels, -2 none: they stay as they are.
    boxes, classes
        Of the scan.
    """
    free = correction == UNCORRECTED
    old, new = (np.where(free, pseudo.instance, correction) for pseudo in (before, after))
    contested: Bool = (before.variance > 0) | (after.variance > 0) | (old != BACKGROUND) | (new != BACKGROUND)
    count = max(int(contested.sum()), 1)
    changed = int((old != new).sum())
    kinds = [boxes.class_of(instance) for instance in (old, new)]
    agreement: dict[str, float] = {}
    for number in np.unique(kinds)[np.unique(kinds) >= 0].tolist():
        one, other = kinds[0] == number, kinds[1] == number
        agreement[classes.name_of(number)] = float((one & other).sum() / max(int((one | other).sum()), 1))
    wrong = [float(np.where(free, 1 - pseudo.probability, 0)[contested].sum() / count) for pseudo in (before, after)]
    return Diff(
        points_changed=changed,
        share_changed=changed / count,
        agreement=agreement,
        expected_error_before=wrong[0],
        expected_error_after=wrong[1],
    )


def write_proposal(run: Path, scan: str, proposal: Proposal) -> None:
    """Keep a proposal."""
    (run / FOLDER).mkdir(exist_ok=True)
    tensors = {name: np.ascontiguousarray(getattr(proposal.pseudo, name)) for name in _ARRAYS}
    said = {
        "diff": asdict(proposal.diff),
        "round": proposal.round,
        "made_for": proposal.made_for,
        "provenance": proposal.pseudo.provenance,
    }
    with replacing(_path(run, scan)) as temporary:
        save_file(tensors, temporary, metadata={"proposal": json.dumps(said)})


def read_proposal(run: Path, scan: str) -> Proposal:
    """Read a proposal; InputError where there is none, or it is damaged."""
    path = _path(run, scan)
    try:
        held = load_file(path)
        said = _said(path)
        pseudo = PseudoLabels(**{name: held[name] for name in _ARRAYS}, provenance=said["provenance"])
        return Proposal(pseudo, Diff(**said["diff"]), int(said["round"]), str(said["made_for"]))
    except (OSError, SafetensorError, ValueError, TypeError, KeyError) as error:
        raise InputError(f"{path}: cannot be read ({reason_of(error)}); run self-training again") from error


def read_diff(run: Path, scan: str) -> Diff:
    """Read what a proposal would change, without its labels."""
    path = _path(run, scan)
    try:
        return Diff(**_said(path)["diff"])
    except (OSError, SafetensorError, ValueError, TypeError, KeyError) as error:
        raise InputError(f"{path}: cannot be read ({reason_of(error)}); run self-training again") from error


def proposed_scans(run: Path) -> list[str]:
    """Names of the scans that the run proposes labels for."""
    return sorted(path.stem for path in (run / FOLDER).glob("*.safetensors") if not path.name.startswith("."))


def _said(path: Path) -> dict[str, Any]:
    with safe_open(path, "numpy") as file:
        return json.loads((file.metadata() or {})["proposal"])


def _path(run: Path, scan: str) -> Path:
    return run / FOLDER / f"{scan}.safetensors"
