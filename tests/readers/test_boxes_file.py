"""Boxes files: units, and one clear sentence for each thing that can be wrong."""

import json
from pathlib import Path
from typing import Any

import pytest

from gapro_annotator.errors import InputError
from gapro_annotator.readers.boxes_file import boxes_beside, read_boxes

GOOD: dict[str, Any] = {"id": 3, "class": "chair", "min": [0, 0, 0], "max": [100, 50, 20]}


def write(path: Path, boxes: Any, units: Any = "m", **more: Any) -> Path:
    path.write_text(json.dumps({"format": "boxes", "units": units, "boxes": boxes} | more))
    return path


@pytest.mark.parametrize(("units", "height"), [("m", 20), ("cm", 0.2), ("mm", 0.02)])
def test_units_become_metres(tmp_path: Path, units: str, height: float) -> None:
    (box,) = read_boxes(write(tmp_path / "b.json", [GOOD], units))
    assert box.id == 3
    assert box.class_name == "chair"
    assert box.upper[2] == pytest.approx(height)


def test_boxes_are_found_beside_their_scan(tmp_path: Path) -> None:
    assert boxes_beside(tmp_path / "room.ply") is None
    write(tmp_path / "room.boxes.json", [])
    assert boxes_beside(tmp_path / "room.ply") == tmp_path / "room.boxes.json"
    assert read_boxes(tmp_path / "room.boxes.json") == ()


@pytest.mark.parametrize(
    ("boxes", "units", "says"),
    [
        ([GOOD], "inch", "units"),
        ([GOOD], None, "units"),
        ({}, "m", "list"),
        ([4], "m", "box number 1"),
        ([{k: v for k, v in GOOD.items() if k != "max"}], "m", 'lacks "max"'),
        ([{k: v for k, v in GOOD.items() if k != "id"}], "m", 'lacks "id"'),
        ([GOOD | {"id": "a"}], "m", "whole numbers"),
        ([GOOD | {"id": -1}], "m", "whole numbers"),
        ([GOOD | {"id": True}], "m", "whole numbers"),
        ([GOOD | {"id": 2**40}], "m", "whole numbers"),
        ([GOOD, GOOD], "m", "two boxes have the id 3"),
        ([GOOD | {"class": " "}], "m", "box 3"),
        ([GOOD | {"min": [0, float("nan"), 0]}], "m", "finite"),
        ([GOOD | {"max": [0, float("inf"), 0]}], "m", "finite"),
        ([GOOD | {"max": [1, 2]}], "m", "three"),
        ([GOOD | {"min": [0, 51, 0]}], "m", "min y 51 m lies above max y 50 m"),
    ],
)
def test_wrong_boxes_end_in_one_sentence(tmp_path: Path, boxes: Any, units: Any, says: str) -> None:
    path = write(tmp_path / "b.json", boxes, units)
    with pytest.raises(InputError, match=says) as caught:
        read_boxes(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": "cake"}', "\x00\xff"])
def test_files_that_hold_no_boxes_end_in_one_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "b.json").write_text(text)
    with pytest.raises(InputError, match=r"b\.json"):
        read_boxes(tmp_path / "b.json")
    with pytest.raises(InputError, match="cannot be read"):
        read_boxes(tmp_path / "missing.json")
