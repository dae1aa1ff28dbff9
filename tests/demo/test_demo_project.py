"""The demo project: made once, finished after an interruption, never touched again."""

from pathlib import Path

import numpy as np
import pytest

from gapro_annotator.demo import make_demo_project
from gapro_annotator.errors import CancelledError
from gapro_annotator.evaluation import score_labels

POINTS = 8_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("demo") / "rooms"
    make_demo_project(place, points=POINTS)
    return place


def test_the_demo_has_three_labelled_rooms(folder: Path):
    project = make_demo_project(folder, points=POINTS)
    assert project.scan_names() == ["room_1", "room_2", "room_3"]
    for name in project.scan_names():
        document = project.load(name)
        assert document.pseudo is not None
        assert document.pseudo.provenance["method"] == "gp"
        assert document.annotation is not None
        assert document.ground_truth is not None


def test_the_labels_of_the_demo_find_most_of_its_furniture(folder: Path):
    document = make_demo_project(folder).load("room_1")
    assert document.annotation is not None
    assert document.ground_truth is not None
    labels, truth = document.annotation, document.ground_truth
    scores = score_labels(labels.instance, labels.semantic, truth.instance, truth.semantic, document.classes)
    found = scores.to_dict()["class_agnostic"]["ap50"]
    assert found is not None
    assert found > 0.7


def test_opening_the_demo_again_writes_nothing(folder: Path):
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}
    make_demo_project(folder, points=POINTS)
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()} == before


def test_a_missing_room_is_made_again_just_as_it_was(folder: Path):
    project = make_demo_project(folder, points=POINTS)
    kept, lost = project.scan_path("room_1"), project.scan_path("room_2")
    before, labels = kept.read_bytes(), project.load("room_2").annotation
    lost.unlink()
    again = make_demo_project(folder, points=POINTS).load("room_2").annotation
    assert kept.read_bytes() == before
    assert labels is not None
    assert again is not None
    assert np.array_equal(labels.instance, again.instance)


def test_a_cancelled_demo_keeps_its_finished_rooms_and_goes_on(tmp_path: Path):
    def stop_in_the_second_room(_done: int, _total: int, what: str) -> bool:
        return not what.startswith("room_2")

    with pytest.raises(CancelledError, match="room_2"):
        make_demo_project(tmp_path, progress=stop_in_the_second_room, points=POINTS)
    steps: list[tuple[int, int]] = []

    def note(done: int, total: int, _what: str) -> bool:
        steps.append((done, total))
        return True

    assert len(make_demo_project(tmp_path, progress=note, points=POINTS).scan_names()) == 3
    assert all(0 <= done <= total for done, total in steps)
    assert steps[0][0] == 100
