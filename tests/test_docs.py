"""What README and docs point at is there, and the code in them runs."""

import re
from pathlib import Path

import numpy as np
import pytest

from gapro_annotator.cli import main
from gapro_annotator.demo import make_demo_project

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_and_picture_is_there(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    missing = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert not missing, f"{page.name} points at {missing}"


def test_the_python_of_the_readme_reads_the_demo(tmp_path: Path) -> None:
    make_demo_project(tmp_path / "demo-project", points=8_000)
    code = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len(code) == 1
    found: dict[str, np.ndarray] = {}
    exec(code[0].replace("demo-project", str(tmp_path / "demo-project")), {}, found)  # noqa: S102 - the README's own lines
    assert len(found["xyz"]) == len(found["instance"])
    assert found["instance"].max() > 0


def test_every_command_of_the_readme_exists(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    shown = capsys.readouterr().out
    table = (ROOT / "README.md").read_text(encoding="utf-8").split("## Commands")[1].split("## More")[0]
    named = set(re.findall(r"^\| `\[?(\w+)", table, re.MULTILINE)) | {"info"}
    assert named == {"open", "demo", "import", "label", "evaluate", "export", "validate", "info"}
    assert all(name in shown for name in named)
