"""`gapro-annotator self-train PROJECT --rounds N`: a network learns, and what it learnt makes better labels."""

import argparse
from dataclasses import asdict
from typing import Any

from gapro_annotator.commands.following import last_scores, say_outcome, train_and_follow
from gapro_annotator.commands.output import say, say_json
from gapro_annotator.commands.scans import refuse_locked
from gapro_annotator.commands.training_options import add_training_arguments, chosen_run
from gapro_annotator.errors import InputError
from gapro_annotator.project import Project
from gapro_annotator.self_training.accept import accept_proposal
from gapro_annotator.training.proposals import Diff, proposed_scans, read_diff
from gapro_annotator.training.run_folder import RunFolder


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    add_training_arguments(parser)
    parser.add_argument("--rounds", type=int, metavar="N", help="how often to train and to label anew")
    parser.add_argument(
        "--propose-only", action="store_true", help="leave the labels as they are; the window shows what would change"
    )


def run(args: argparse.Namespace) -> int:
    """Train in rounds, in a process of its own, and take over the last round's labels; corrections stay."""
    if args.resume is None and (args.rounds is None or args.rounds < 1):
        raise InputError("self-train needs --rounds N, 1 or more")
    training = chosen_run(args, args.rounds or 0)
    state = train_and_follow(training, aloud=not args.json)
    diffs = {name: read_diff(training.path, name) for name in proposed_scans(training.path)}
    taken = state.phase == "done" and not args.propose_only
    if taken:
        _accept(Project.open(args.project), training, list(diffs))
    if args.json:
        scored = last_scores(training)
        document = {"run": training.id, "folder": str(training.path), "phase": state.phase, "step": state.step}
        changes: dict[str, Any] = {name: asdict(diff) for name, diff in diffs.items()}
        say_json(document | {"evaluation": scored or None, "proposals": changes, "accepted": taken})
        return 0
    say_outcome(training, state)
    for name, diff in diffs.items():
        say(f"{name}: {_in_words(diff)}")
    if diffs:
        say("the labels were taken over" if taken else "the labels were left as they are; look at them in the window")
    return 0


def _accept(project: Project, run: RunFolder, names: list[str]) -> None:
    refuse_locked(project, names)
    for name in names:
        accept_proposal(project, run, name, "self-train command")
    project.set_features(run.id)


def _in_words(diff: Diff) -> str:
    return (
        f"{diff.points_changed:,} points change ({diff.share_changed:.1%} of those in boxes), "
        f"expected error {diff.expected_error_before:.1%} → {diff.expected_error_after:.1%}"
    )
