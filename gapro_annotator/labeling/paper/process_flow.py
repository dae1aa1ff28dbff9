"""From a room and a way to solve pairs to labels: what the three processes of the paper have in common."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from linear_operator.utils.errors import NanError, NotPSDError

from gapro_annotator.errors import LabelingError
from gapro_annotator.labeling.paper.features import SeenFeatures
from gapro_annotator.labeling.paper.overlaps import Pair, Rule, find_pairs, put_rules
from gapro_annotator.labeling.paper.problem import PairAnswer
from gapro_annotator.labeling.paper.room import PaperRoom
from gapro_annotator.labeling.paper.verdicts import FLOOR, Verdicts
from gapro_annotator.labeling.process import one_thread
from gapro_annotator.labeling.progress import Steps
from gapro_annotator.labeling.request import LabelRequest
from gapro_annotator.labels import BACKGROUND, NO_RIVAL, Decision

SolvePairs = Callable[[Sequence[Pair], Callable[[int], None]], list[PairAnswer]]
"""Solves the pairs that need a process; calls its second argument with how many are solved."""


def decide_elements(
    request: LabelRequest, room: PaperRoom, solve: SolvePairs, steps: Steps
) -> tuple[Verdicts, list[dict[str, Any]]]:
    """Return verdicts of the elements, and what the provenance says of each pair."""
    verdicts, ids = Verdicts.nothing(len(room.floor)), request.boxes.id
    verdicts.put(room.floor, instance=BACKGROUND, rival=NO_RIVAL, probability=FLOOR, decision=Decision.STRUCTURE)
    room.membership.put_one_box(verdicts)
    pairs = find_pairs(room.membership, room.scale)
    put_rules(verdicts, pairs, request.boxes)
    asked = [pair for pair in pairs if pair.rule is Rule.PROCESS]
    steps.report(0, len(asked), "pairs of boxes")
    answers = _solved(request, asked, solve, steps)
    for pair, answer in zip(asked, answers, strict=True):
        verdicts.put_latent(
            pair.tested,
            first=int(ids[pair.first]),
            second=int(ids[pair.second]),
            mean=answer.mean,
            variance=answer.variance,
            probability=answer.probability,
        )
    learnt = dict(zip([(pair.first, pair.second) for pair in asked], answers, strict=True))
    told = [_told(pair, learnt.get((pair.first, pair.second)), ids.tolist()) for pair in pairs]
    return verdicts, told


def provenance_of(request: LabelRequest, features: SeenFeatures, pairs: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what the three processes say of themselves."""
    return {
        "features": list(features.names),
        "kernel": "s² exp(-|x - x'|² / 2l²)",
        "hyperparameters": request.config.hyperparameters,
        "device": str(device_of(request)),
        "pairs": pairs,
    }


def device_of(request: LabelRequest) -> torch.device:
    """Return the device to compute on; 'auto' takes CUDA where there is one."""
    wanted = request.config.device
    if wanted == "auto":
        wanted = "cuda" if torch.cuda.is_available() else "cpu"
    if wanted == "cuda" and not torch.cuda.is_available():
        raise LabelingError("there is no CUDA device that this torch can use; label with --device auto or cpu")
    return torch.device(wanted)


def _solved(request: LabelRequest, pairs: list[Pair], solve: SolvePairs, steps: Steps) -> list[PairAnswer]:
    try:
        with one_thread():
            return solve(pairs, lambda done: steps.report(done, len(pairs), "pairs of boxes"))
    except (NanError, NotPSDError, torch.linalg.LinAlgError) as error:  # pyright: ignore[reportPrivateImportUsage] - documented
        raise LabelingError(
            f"{request.scan.name}: the numbers of a pair of boxes broke down; "
            "label with --hyperparameters fixed or another method"
        ) from error


def _told(pair: Pair, answer: PairAnswer | None, ids: list[int]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "boxes": [ids[pair.first], ids[pair.second]],
        "rule": pair.rule.value,
        "tested": len(pair.tested),
    }
    if answer is not None:
        hyper = answer.hyperparameters
        told |= {"lengthscale": hyper.lengthscale, "outputscale": hyper.outputscale}
        told |= {} if hyper.noise is None else {"noise": hyper.noise}
    return told
