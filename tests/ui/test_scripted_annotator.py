"""With keys and clicks alone, a demo room goes from first labels to almost all that whole superpoints can reach.

`pytest tests/ui/test_scripted_annotator.py -s --room-points 100000` reports the actions in the rooms as `make demo`
makes them, beside the answers of the simulation.
"""

from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from scripted_annotator import ScriptedAnnotator, agnostic_ap, simulated_answers, superpoint_exact
from windows import OpenWindow

from gapro_annotator.box_edits import take
from gapro_annotator.demo import ROOMS, generate_room
from gapro_annotator.project import Project

SHARE = 0.95
MOST = 150


@pytest.mark.parametrize("seed", ROOMS.values())
def test_keys_and_clicks_take_a_room_of_the_demo_from_boxes_to_labels(
    seed: int, open_window: OpenWindow, tmp_path: Path, qtbot: QtBot, request: pytest.FixtureRequest
) -> None:
    room = generate_room(seed, name="room", points=request.config.getoption("--room-points"))
    assert room.ground_truth is not None
    truth = room.ground_truth.instance
    goal = SHARE * agnostic_ap(superpoint_exact(room.scan.superpoint, truth), truth)
    project = Project.create(tmp_path / "walked", room.classes)
    project.save(room)

    window = open_window(project.folder)
    annotator = ScriptedAnnotator(window, qtbot, truth)
    annotator.key(Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    first = annotator.ap
    annotator.correct_until(goal, most=MOST)
    annotator.key(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)

    with h5py.File(project.scan_path("room")) as file:
        saved = file["labels/instance"][:]
        by_person = file["labels/origin"][:] == 1
    assert agnostic_ap(saved, truth) >= goal
    assert by_person.mean() < 0.5, "the labeler did most of it"
    np.testing.assert_array_equal(saved, annotator.session.instance)
    answers = len(annotator.session.edits)
    simulated = simulated_answers(room, truth, goal, most=MOST)
    print(  # noqa: T201 - the report, with -s
        f"\nseed {seed}, {len(truth):,} points: AP {first:.3f} -> {annotator.ap:.3f}, goal {goal:.3f}; "
        f"{dict(annotator.actions)}, {answers} answers; simulation {simulated} answers"
    )
    assert answers <= 1.5 * simulated + 5, f"{answers} answers in the window, {simulated} without it"


def test_an_object_that_nobody_boxed_is_made_with_clicks_and_learnt_from(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    room = generate_room(3, name="room", points=12_000)
    assert room.ground_truth is not None
    truth = room.ground_truth.instance
    goal = SHARE * agnostic_ap(superpoint_exact(room.scan.superpoint, truth), truth)
    forgotten = int(np.bincount(truth[truth >= 0]).argmax())
    project = Project.create(tmp_path / "walked", room.classes)
    project.save(replace(room, boxes=take(room.boxes, np.flatnonzero(room.boxes.id != forgotten).tolist())))

    window = open_window(project.folder)
    annotator = ScriptedAnnotator(window, qtbot, truth)
    annotator.key(Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    first = annotator.ap
    annotator.make_instance_of(forgotten)
    annotator.correct_until(goal, most=MOST)
    assert first < annotator.ap
    found = annotator.session.instance[annotator.truth == annotator.session.boxes.id[-1]]
    assert (found == annotator.session.boxes.id[-1]).mean() > 0.8, "most of it is the new instance's, seen or not"
    print(f"\na box forgotten: AP {first:.3f} -> {annotator.ap:.3f}; {dict(annotator.actions)}")  # noqa: T201 - with -s
