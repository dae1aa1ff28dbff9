"""`gapro-annotator info PATH`: what a project, a scan file or a foreign scan holds."""

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from gapro_annotator.commands.output import number_of, say, say_json
from gapro_annotator.commands.scan_facts import facts_of, sentences_of, suspicions_of
from gapro_annotator.errors import InputError
from gapro_annotator.project import Project, is_project, load_document
from gapro_annotator.readers import read_source
from gapro_annotator.store.experience_file import read_experience


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument("path", type=Path, metavar="PATH", help="a project folder, a .h5 scan or any readable scan")
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(args: argparse.Namespace) -> int:
    """Print what there is."""
    path: Path = args.path
    if not path.exists():
        raise InputError(f"{path}: there is no such file or folder; check the path")
    if is_project(path):
        project = Project.open(path)
        # One scan at a time in memory, however large the project.
        scans = {name: facts_of(project.load(name)) for name in project.scan_names()}
        classes = list(project.classes.name)
        used = {name for facts in scans.values() for name in facts["classes"]}
        unused = [name for name in classes if name not in used]
        kept = read_experience(path)
        if args.json:
            known = {"scans": kept.scans, "corrections": kept.corrections}
            tables = {"classes": classes, "unused_classes": unused}
            say_json({"kind": "project", "path": str(path), **tables, "experience": known, "scans": scans})
            return 0
        say(f"{path}: project of {number_of(len(scans), 'scan', 'scans')}, classes: {', '.join(classes) or 'none'}")
        if unused:
            say(f"classes that no box is of (they keep their numbers): {', '.join(unused)}")
        if kept.scans:
            say(f"what corrections taught: {kept}")
        if kept.problem:
            say(f"check: {kept.problem}")
        for facts in scans.values():
            _say_scan(facts)
        return 0
    is_ours = path.suffix.casefold() == ".h5"
    facts = facts_of(load_document(path)) if is_ours else _facts_of_source(path)
    if args.json:
        say_json({"kind": "scan" if is_ours else "source", "path": str(path), **facts})
    else:
        _say_scan(facts)
    return 0


def _facts_of_source(path: Path) -> dict[str, Any]:
    imported = read_source(path)
    # Superpoints are computed on import, not for a look.
    own = imported.superpoint
    facts = facts_of(imported.document(np.zeros(len(imported.xyz), np.int32) if own is None else own))
    return facts | {"superpoints": None if own is None else facts["superpoints"], "notes": list(imported.notes)}


def _say_scan(facts: dict[str, Any]) -> None:
    say(f"{facts['name']}:")
    for line in [*sentences_of(facts), _labels(facts), *facts.get("notes", ())]:
        say(f"  {line}")
    for line in suspicions_of(facts):
        say(f"  check: {line}")


def _labels(facts: dict[str, Any]) -> str:
    if not facts["labelled"]:
        return "not labelled yet"
    method = f"labelled by {facts['method']}" if facts["method"] else "labelled"
    return (
        f"{method}: {facts['labelled_instances']} instances, {facts['corrected_share']:.1%} of the points corrected "
        f"in {number_of(facts['edits'], 'edit', 'edits')}"
    )
