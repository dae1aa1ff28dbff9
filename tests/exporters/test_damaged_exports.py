"""Damaged exports end in findings, never in a crash."""

import random
from contextlib import suppress
from pathlib import Path

import pytest
from export_scenes import make_scan_document

from gapro_annotator.errors import AnnotatorError
from gapro_annotator.exporters import FORMATS, export_scan
from gapro_annotator.exporters.checks.registry import CHECKED_BY_FILE
from gapro_annotator.validation import validate


def damaged(content: bytes, chance: random.Random) -> bytes:
    """Cut, shortened inside, or with some bytes changed, mostly in the header."""
    kind = chance.random()
    changed = bytearray(content)
    if kind < 0.15:
        return content[: chance.randrange(len(content) + 1)]
    if kind < 0.3:
        start = chance.randrange(len(content) + 1)
        return content[:start] + content[start + chance.randrange(200) :]
    for _ in range(chance.randrange(1, 6)):
        changed[chance.randrange(len(content) if kind < 0.6 else min(len(content), 600))] = chance.randrange(256)
    return bytes(changed)


CHECKED = [name for name in FORMATS if name not in CHECKED_BY_FILE]


@pytest.mark.parametrize("name", CHECKED)
def test_no_damage_crashes_the_checks(tmp_path: Path, name: str) -> None:
    chance = random.Random(name)  # noqa: S311 - no secrets
    export_scan(make_scan_document(), name, tmp_path)
    files = [path for path in sorted(tmp_path.rglob("*")) if path.is_file() and path.suffix != ".pkl"]
    for _ in range(60):
        path = chance.choice(files)
        whole = path.read_bytes()
        path.write_bytes(damaged(whole, chance))
        with suppress(AnnotatorError):
            validate(tmp_path)
        path.write_bytes(whole)
    assert not [finding for finding in validate(tmp_path) if finding.severity == "error"]
