"""`gapro-annotator train PROJECT`: a network learns from the labels."""

import argparse

from gapro_annotator.commands.following import last_scores, say_outcome, train_and_follow
from gapro_annotator.commands.output import say_json
from gapro_annotator.commands.training_options import add_training_arguments, chosen_run


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    add_training_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Train in a process of its own, as the window does, and wait for it."""
    training = chosen_run(args)
    state = train_and_follow(training, aloud=not args.json)
    if args.json:
        scored = last_scores(training)
        document = {"run": training.id, "folder": str(training.path), "phase": state.phase, "step": state.step}
        say_json(document | {"evaluation": scored or None})
    else:
        say_outcome(training, state)
    return 0
