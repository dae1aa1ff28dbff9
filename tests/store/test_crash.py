"""An edit that was shown as done outlives `kill -9`, whenever it comes."""

import subprocess
import sys
from pathlib import Path

import pytest
from documents import make_document

from gapro_annotator.project import Project
from gapro_annotator.validation import validate

# Corrects one point after the other, says how many edits are done, saves at every third.
WORKER = """
import sys
import numpy as np
from gapro_annotator.project import Project

project = Project.open(sys.argv[1])
session, _ = project.open_session("room", "Ann")
for number in range(100_000):
    session.assign(np.array([number % 6]), (4, 7, -1)[number // 6 % 3], f"edit {number}")
    print(len(session.edits), flush=True)
    if number % 3 == 2:
        project.save_session(session)
"""


@pytest.mark.parametrize("lines", [1, 6, 20])
def test_acknowledged_edits_outlive_a_kill(tmp_path: Path, lines: int) -> None:
    project = Project.create(tmp_path / "p")
    project.save(make_document())
    with subprocess.Popen(
        [sys.executable, "-c", WORKER, str(project.folder)], stdout=subprocess.PIPE, text=True
    ) as worker:
        assert worker.stdout is not None
        done = [int(worker.stdout.readline()) for _ in range(lines)][-1]
        worker.kill()
    session, _ = Project.open(project.folder).open_session("room", "Ann")
    assert len(session.edits) >= done
    project.save_session(session)
    assert [finding.text for finding in validate(project.folder) if finding.severity == "error"] == []
