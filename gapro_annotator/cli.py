"""The commands: reads the arguments, runs one of `gapro_annotator.commands`, and ends every failure in one sentence."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from gapro_annotator import __version__
from gapro_annotator.errors import AnnotatorError, CancelledError

_COMMANDS = {
    "open": ("open_window", "open the window on a project folder, a .h5 scan or any readable scan"),
    "demo": ("demo", "make the demo project (once), label it and open it"),
    "import": ("import_scans", "read scans with their boxes into a project"),
    "label": ("label", "turn boxes into pseudo labels"),
    "train": ("train", "train a network on the labels, in the background"),
    "self-train": ("self_train", "train, label anew with what the network learnt, and again"),
    "evaluate": ("evaluate", "score labels against ground truth"),
    "export": ("export", "write annotations in a format that trainers read"),
    "validate": ("validate", "check a project, a scan file or an export"),
    "restore": ("restore", "go back to an earlier version of a scan"),
    "repair": ("repair", "save what can be saved of a damaged scan file"),
    "info": ("info", "say what a project or a scan holds"),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns
    -------
    int
        0 done, 1 failed (one line on stderr), 2 wrong usage.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    if not arguments or (arguments[0] not in _COMMANDS and not arguments[0].startswith("-")):
        arguments.insert(0, "open")
    chosen = arguments[0] if arguments[0] in _COMMANDS else None
    args = _parser(chosen).parse_args(arguments)
    debug = bool(args.debug)
    try:
        return int(import_module(f"gapro_annotator.commands.{_COMMANDS[args.command][0]}").run(args))
    except BrokenPipeError:
        # Whoever read our output has gone (`| head`): nothing is wrong, and Python must not complain at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        if debug:
            raise
        return _fail("stopped by Ctrl+C; what was finished before is kept")
    except CancelledError as error:
        return _fail(str(error) or "stopped; what was finished before is kept")
    except (AnnotatorError, OSError, MemoryError) as error:
        if debug:
            raise
        return _fail(_sentence(error))
    except Exception as error:  # the last place that can turn a defect of ours into a sentence
        if debug:
            raise
        return _fail(
            f"{args.command}: an unexpected {type(error).__name__} ({error}); run it again with --debug to report it"
        )


def _parser(chosen: str | None) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="gapro-annotator", description="From 3D boxes to corrected per-point instance labels."
    )
    parser.add_argument("--version", action="version", version=f"gapro-annotator {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, (module, summary) in _COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=summary[0].upper() + summary[1:] + ".")
        command.add_argument("--debug", action="store_true", help="show the traceback of a failure")
        if name == chosen:
            # Only the chosen command is imported, so that each starts as fast as it can.
            import_module(f"gapro_annotator.commands.{module}").add_arguments(command)
    return parser


def _sentence(error: BaseException) -> str:
    if isinstance(error, MemoryError):
        return "not enough memory for this scan; close other programs or use fewer points"
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename or 'file'}: {error.strerror}"
    return str(error)


def _fail(sentence: str) -> int:
    sys.stderr.write("error: " + " ".join(sentence.split()) + "\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
