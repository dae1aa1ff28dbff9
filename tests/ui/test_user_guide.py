"""The guide says what the window does."""

import re
from pathlib import Path

import h5py
import numpy as np
from windows import OpenWindow

from gapro_annotator.project import Project
from gapro_annotator.ui.screenshots import PICTURES

GUIDE = (Path(__file__).parents[2] / "docs" / "user-guide.md").read_text(encoding="utf-8")


def test_every_key_of_the_window_is_in_the_guide(open_window: OpenWindow) -> None:
    window = open_window()
    table = GUIDE[GUIDE.index("## All keys") :]
    for action in window.actions_by_id.values():
        for key in action.shortcuts():
            written = key.toString().replace(", ", " ")
            shown = written in table or re.fullmatch(r"C [RIKDHP]", written)
            assert shown or written in ("-", "=", "Ctrl+2", "Ctrl+3"), f"{written} ({action.text()})"


def test_its_pictures_are_those_of_the_walk() -> None:
    assert set(re.findall(r"images/([\w-]+)\.png", GUIDE)) == set(PICTURES)


def test_its_three_lines_of_h5py_work(project: Project) -> None:
    code = GUIDE[GUIDE.index("```python") + len("```python") :]
    code = code[: code.index("```")].replace("my_project/scans/room_1.h5", str(project.scan_path("room")))
    found: dict[str, np.ndarray] = {}
    exec(code, {}, found)  # noqa: S102 - the guide's own lines
    with h5py.File(project.scan_path("room")) as file:
        np.testing.assert_array_equal(found["instance"], file["labels/instance"][:])
