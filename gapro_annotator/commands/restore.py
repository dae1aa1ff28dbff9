"""`gapro-annotator restore PATH`: earlier versions of a scan, and going back to one."""

import argparse
import getpass
from pathlib import Path

from gapro_annotator.commands.output import say
from gapro_annotator.errors import InputError
from gapro_annotator.project import Project, is_project
from gapro_annotator.restoring import backups_of, restore
from gapro_annotator.store.backups import find_backup
from gapro_annotator.store.lock import ScanLock


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument("path", type=Path, metavar="PATH", help="a .h5 scan, also one that is gone, or a project")
    parser.add_argument("--scan", metavar="NAME", help="which scan of the project")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--list", action="store_true", help="say what there is (also without any option)")
    what.add_argument("--backup", metavar="N|NAME", help="go back to this one; the present version is kept as a backup")


def run(args: argparse.Namespace) -> int:
    """List the backups, or put one back."""
    path = _scan_file(args.path, args.scan)
    if args.backup is None:
        backups = backups_of(path)
        if not backups:
            say(f"{path}: no earlier version is kept")
        for one in backups:
            say(f"{one.number:3}  {one.saved:%Y-%m-%d %H:%M:%S}  {one.name:14}  {one.says}")
        return 0
    backup = find_backup(path, args.backup)
    with ScanLock.take(path, f"{getpass.getuser()} (restore command)"):
        name = backup.suffix.removeprefix(".")
        restore(path, backup)
    say(f"{path}: is what {name} was; the version before is the newest backup now")
    return 0


def _scan_file(path: Path, scan: str | None) -> Path:
    if not is_project(path):
        if scan is not None:
            raise InputError(f"--scan: {path} is no project; leave the option out")
        if path.is_dir() or not path.parent.is_dir():
            raise InputError(f"{path}: is neither a scan file nor a project; check the path")
        return path
    project = Project.open(path)
    names = project.scan_names()
    if scan is not None:
        return project.scan_path(scan)  # it may be gone
    if len(names) != 1:
        raise InputError(f"{path}: has {', '.join(names) or 'no scans'}; say which with --scan NAME")
    return project.scan_path(names[0])
