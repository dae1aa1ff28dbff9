"""Edits, undoes and saves a scan until it is killed, and says what is done. Forks a worker for each line on stdin."""

import os
import sys

import numpy as np

from gapro_annotator.project import Project
from gapro_annotator.scan_session import open_for_editing


def work(folder: str, seed: int) -> None:
    """Say 'opened N' and after each edit 'done N': so many edits are on disk."""
    project, chance = Project.open(folder), np.random.default_rng(seed)
    session, _, lock = open_for_editing(project.scan_path("room"), "Ann", project.classes)
    say(f"opened {len(session.edits)} {lock is not None}")
    while True:
        what = int(chance.integers(10))
        if what < 6:
            rows = chance.choice(len(session.scan), int(chance.integers(1, 4)), replace=False)
            session.assign(rows, int(chance.choice([4, 7, -1, -2])), f"edit {len(session.edits)}")
        elif what == 6:
            session.undo()
        elif what == 7:
            session.redo()
        else:
            project.save_session(session)
        say(f"done {len(session.edits)}")


def say(line: str) -> None:
    """One write, so that no line is cut."""
    os.write(1, f"{line}\n".encode())


def main() -> None:
    """Fork a worker for each seed that is asked for, say its number, and wait for its death."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                work(sys.argv[1], int(line))
            finally:
                os._exit(1)
        say(f"worker {child}")
        _, status = os.waitpid(child, 0)
        say(f"dead {os.waitstatus_to_exitcode(status)}")


main()
