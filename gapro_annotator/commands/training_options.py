"""Options that `train` and `self-train` share, and the run that they make."""

import argparse
from pathlib import Path
from typing import Any

from gapro_annotator.commands.output import progress_bar, say
from gapro_annotator.errors import InputError
from gapro_annotator.project import Project
from gapro_annotator.training.config import changed, preset_names, write_config
from gapro_annotator.training.planning import make_run, plan_run
from gapro_annotator.training.run_folder import RunFolder, find_run


def add_training_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("project", type=Path, metavar="PROJECT")
    parser.add_argument(
        "--network",
        choices=preset_names(),
        metavar="N",
        help=f"{', '.join(preset_names())}; usually box-vote, on a machine with a GPU spformer",
    )
    parser.add_argument("--scan", action="append", default=[], metavar="NAME", help="only this scan (repeatable)")
    parser.add_argument(
        "--hold-out",
        action="append",
        metavar="NAME",
        help="score the network on this scan instead of learning from it (repeatable); usually every eighth of five "
        "or more; 'none' learns from all",
    )
    parser.add_argument("--epochs", type=positive_int, metavar="N", help="end after so many times through the scans")
    parser.add_argument("--minutes", type=_positive, metavar="N", help="end after so much training")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"))
    parser.add_argument("--threads", type=positive_int, metavar="N", help="usually all cores but one")
    parser.add_argument("--seed", type=int, metavar="N")
    parser.add_argument("--warm-start", metavar="RUN", help="begin with this run's weights where they fit")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="another setting, as in config.toml: --set data.voxel=0.04 (repeatable)",
    )
    parser.add_argument("--resume", metavar="RUN", help="go on with a run that was stopped or killed")
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def chosen_run(args: argparse.Namespace, rounds: int = 0) -> RunFolder:
    """Make the run that the options ask for, or find the one to resume."""
    project = Project.open(args.project)
    if args.resume is not None:
        return _resumed(project, args, rounds)
    settings = _settings(project, args)
    if rounds:
        settings["rounds"] = rounds
    out = None if args.hold_out is None else [name for name in args.hold_out if name != "none"]
    config = plan_run(
        project,
        args.network,
        scans=args.scan,
        validation=out,
        epochs=args.epochs,
        minutes=args.minutes,
        settings=settings,
    )
    with progress_bar("Copying labels") as progress:
        run = make_run(project, config, progress)
    if not args.json:
        held = f", {len(config.validation)} held out" if config.validation else ""
        say(f"run {run.id}: {config.network} learns from {len(config.scans)} scans{held}")
    return run


def _settings(project: Project, args: argparse.Namespace) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    for key in ("device", "threads", "seed"):
        if getattr(args, key) is not None:
            settings[key] = getattr(args, key)
    if args.warm_start is not None:
        settings["warm_start"] = str(find_run(project.folder, args.warm_start).path)
    for text in args.set:
        _lay(settings, text)
    return settings


def _lay(settings: dict[str, Any], text: str) -> None:
    """Lay one KEY=VALUE over the settings; values are written as in TOML, words may go without quotes."""
    import tomllib

    key, equals, value = text.partition("=")
    if not equals or not key:
        raise InputError(f"--set {text}: write KEY=VALUE, for example --set data.voxel=0.04")
    try:
        parsed = tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        parsed = value
    *tables, last = key.split(".")
    for name in tables:
        inner: Any = settings.setdefault(name, {})
        if not hasattr(inner, "setdefault"):
            raise InputError(f"--set {text}: {name} was set to {inner!r} before, which is no table; set one of the two")
        settings = inner
    settings[last] = parsed


def _resumed(project: Project, args: argparse.Namespace, rounds: int) -> RunFolder:
    """Find the run; another end than before may be given."""
    run = find_run(project.folder, args.resume)
    others = [key for key in ("network", "seed", "warm_start", "hold_out") if getattr(args, key) is not None]
    if others or args.scan or args.set:
        named = "--" + (others or (["scan"] if args.scan else ["set"]))[0].replace("_", "-")
        raise InputError(f"{named}: a resumed run goes on as it began; leave it out, or start a new run")
    if run.condition() == "running":
        raise InputError(f"{run.id}: is being trained; stop it first")
    settings = {
        key: getattr(args, key) for key in ("epochs", "minutes", "device", "threads") if getattr(args, key) is not None
    }
    if rounds:
        settings["rounds"] = rounds
    if settings:
        write_config(run.config, changed(run.read_config(), settings))
    if not args.json:
        say(f"run {run.id} goes on")
    return run


def _positive(text: str) -> float:
    number = float(text)
    if not number > 0:
        raise argparse.ArgumentTypeError("give a number above 0")
    return number


def positive_int(text: str) -> int:
    """Read an option that is 1 or more."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("give 1 or more")
    return number
