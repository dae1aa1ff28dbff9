"""The process of a run with rounds: train, extract deep features, label anew, train on, and so forth."""

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gapro_annotator.errors import InputError
from gapro_annotator.training.process import Desk, leave_outcome, train_round, work_on
from gapro_annotator.training.run_folder import RunFolder

if TYPE_CHECKING:
    from gapro_annotator.training.loop import Outcome


def main(arguments: Sequence[str] | None = None) -> int:
    """Work on the run whose folder is given; return 0 unless it failed, 2 on wrong usage."""
    given = sys.argv[1:] if arguments is None else arguments
    if len(given) != 1:
        print("usage: python -P -m gapro_annotator.self_training RUN_DIR", file=sys.stderr)  # noqa: T201 - of the command
        return 2
    return work_on(RunFolder(Path(given[0]).resolve()), self_train)


def self_train(desk: Desk) -> "Outcome":
    """Do every round that is left; what was stopped in the middle of a round goes on there.

    A round that trained to its end is not trained again: its features and proposals are made anew from its weights,
    and come out the same.
    """
    from gapro_annotator.self_training.relabel import relabel

    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        raise InputError(f"{desk.run.id}: rounds of self-training run in one process; start them without torchrun")
    from gapro_annotator.training.checkpoint import load_checkpoint

    checkpoint = load_checkpoint(desk.run)
    first = 1 if checkpoint is None else max(1, checkpoint.place.round)
    for number in range(first, max(desk.config.rounds, first) + 1):
        labels = _labels_of(desk.run, number)
        outcome = train_round(desk, labels, number)
        if outcome != "done":
            return outcome
        if not leave_outcome(desk, labels):
            return _outcome_of(desk)
        desk.status.say(phase="labeling", message="Labelling with the features of the network", round=number)
        report = _report(desk, "Labelling")
        if relabel(desk.run, desk.config, number, _labels_of(desk.run, number + 1), report) is None:
            return _outcome_of(desk)
    return "done"


def _labels_of(run: RunFolder, number: int) -> Path:
    """The first round learns from the labels as they were, a later one from those that the one before proposed."""
    return run.labels if number == 1 else run.path / f"labels-{number}"


def _report(desk: Desk, what: str) -> Callable[[int, int, str], bool]:
    def report(done: int, total: int, name: str) -> bool:
        # Step and total stay those of the training, which is what people count.
        desk.status.say(message=f"{what} {name} ({done + 1} of {total})", seconds_left=None)
        return desk.wish() == "go"

    return report


def _outcome_of(desk: Desk) -> "Outcome":
    return "cancelled" if desk.wish() == "cancel" else "stopped"
