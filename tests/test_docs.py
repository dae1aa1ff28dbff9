"""What README and docs point at is there, and the code in them runs."""

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gapro_annotator.cli import main
from gapro_annotator.demo import make_demo_project
from gapro_annotator.exporters import FORMATS
from gapro_annotator.exporters.options import parse_options
from gapro_annotator.instance_maps import point_maps
from gapro_annotator.project import Project

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_and_picture_is_there(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    missing = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert not missing, f"{page.name} points at {missing}"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return make_demo_project(tmp_path_factory.mktemp("made") / "demo-project", points=8_000)


def test_the_python_of_the_readme_reads_the_demo(demo: Project) -> None:
    code = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len(code) == 1
    found: dict[str, np.ndarray] = {}
    exec(code[0].replace("demo-project", str(demo.folder)), {}, found)  # noqa: S102 - the README's own lines
    assert len(found["xyz"]) == len(found["instance"])
    assert found["instance"].max() > 0


def test_the_targets_of_the_file_format_are_those_of_the_instance_maps(demo: Project) -> None:
    name = demo.scan_names()[0]
    session, _ = demo.open_session(name, "Ann")
    for box, points in zip(session.boxes.id[:2].tolist(), np.split(np.arange(2_000), 2), strict=True):
        session.assign(points, box, "Give it away")
    demo.save_session(session)
    page = (ROOT / "docs" / "file-format.md").read_text(encoding="utf-8")
    code = next(c for c in re.findall(r"```python\n(.*?)```", page, re.DOTALL) if "pseudo/{name}" in c)
    found: dict[str, Any] = {}
    exec(code.replace("my_project/scans/room_1.h5", str(demo.scan_path(name))), found)  # noqa: S102 - the page's
    document = demo.load(name)
    assert document.pseudo is not None
    assert document.annotation is not None
    maps = point_maps(document.pseudo, document.annotation.correction, document.boxes.id)
    assert sum((one.variance > 0).sum() for one in maps) > 0
    assert sum((one.variance == 0).sum() for one in maps) == 2_000
    for one in maps:
        listed = np.zeros(len(document.scan), bool)
        listed[one.rows] = True
        assert np.array_equal(found["e"][one.box_id][listed], one.mean)
        assert np.array_equal(found["v"][one.box_id][listed], one.variance)
        assert not found["e"][one.box_id][~listed].any()
        assert not found["v"][one.box_id][~listed].any()


def test_the_dataset_of_its_page_gives_batches_of_the_demo(demo: Project) -> None:
    page = (ROOT / "docs" / "dataset.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    found: dict[str, Any] = {}
    exec(code.replace("my_project", str(demo.folder)), found)  # noqa: S102 - the page's
    assert len(found["xyz"]) == len(found["instance"]) == len(found["probability"]) == len(found["scan"])
    assert len(code.strip().splitlines()) <= 11


@pytest.mark.parametrize("page", sorted((ROOT / "docs" / "exports").glob("*.md")), ids=lambda page: page.stem)
def test_formats_and_options_of_the_export_pages_exist(page: Path) -> None:
    for command in re.findall(r"^gapro-annotator export mine (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE):
        words = command.split()
        name = words[words.index("--format") + 1]
        given = [word for before, word in pairwise(words) if before == "--option"]
        parse_options(name, FORMATS[name].options, given)


def test_every_format_has_its_place_in_the_table_of_exports() -> None:
    table = (ROOT / "docs" / "exports" / "README.md").read_text(encoding="utf-8").split("## What all")[0]
    assert set(
        re.findall(r"`(\w+)`", "".join(row.split("|")[1] for row in table.splitlines() if row.count("|") > 3))
    ) == set(FORMATS)


def test_every_command_of_the_readme_exists(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    shown = capsys.readouterr().out
    table = (ROOT / "README.md").read_text(encoding="utf-8").split("## Commands")[1].split("## More")[0]
    named = set(re.findall(r"^\| `\[?([\w-]+)", table, re.MULTILINE)) | {"info"}
    assert named == {
        "open",
        "demo",
        "import",
        "label",
        "train",
        "self-train",
        "evaluate",
        "export",
        "restore",
        "repair",
        "validate",
        "info",
    }
    assert all(name in shown for name in named)
