"""The whole path with real key and mouse events: open, find, correct, undo, redo, save, open again, read."""

import threading
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from windows import (
    NONE,
    OpenWindow,
    click_point,
    press,
    saved_instances,
    visible_instance,
    visible_row,
    wait_for_labels,
)

from gapro_annotator.demo import make_demo_project
from gapro_annotator.labeling.request import LabelRequest, LabelResponse, Progress
from gapro_annotator.labels import UNCORRECTED
from gapro_annotator.project import Project
from gapro_annotator.ui.labeling_runner import LabelRunner

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def test_a_correction_goes_from_the_queue_into_the_file(
    open_window: OpenWindow, project: Project, qtbot: QtBot
) -> None:
    window = open_window(project.folder)
    review, session = window.bench.review, window.bench.session
    assert session is not None
    left = review.left
    assert left > 0

    press(window, Qt.Key.Key_N)
    region = review.region
    assert region is not None
    points, before, rival = region.points, session.instance[region.points].copy(), region.rival
    assert (before == region.instance).all()

    press(window, Qt.Key.Key_R)
    assert (session.instance[points] == rival).all()
    assert review.region is not region, "after a decision the window moves on"
    assert window.windowTitle().startswith("flat · room ●")
    wait_for_labels(window, qtbot)
    assert (session.instance[points] == rival).all(), "what was learnt never overwrites a person"

    press(window, Qt.Key.Key_Z, CONTROL)
    np.testing.assert_array_equal(session.instance[points], before)
    assert (session.correction == UNCORRECTED).all()
    assert review.region is not None
    assert review.region.superpoint == region.superpoint, "undo goes back to what it undid"
    press(window, Qt.Key.Key_Z, CONTROL | SHIFT)
    assert (session.instance[points] == rival).all()

    press(window, Qt.Key.Key_S, CONTROL)
    assert not session.dirty
    assert "●" not in window.windowTitle()
    assert not project.journal_path("room").exists()
    assert window.close()

    assert (saved_instances(project.scan_path("room"))[points] == rival).all()
    again = open_window(project.folder).bench.session
    assert again is not None
    np.testing.assert_array_equal(again.instance, session.instance)
    np.testing.assert_array_equal(again.correction, session.correction)


def test_undo_of_the_second_correction_still_learns_the_first_and_keeps_the_redo(
    open_window: OpenWindow, project: Project, qtbot: QtBot
) -> None:
    window = open_window(project.folder)
    session = window.bench.session
    assert session is not None
    before = session.pseudo
    for key in (Qt.Key.Key_N, Qt.Key.Key_R, Qt.Key.Key_X):  # the second decision follows before the first is learnt
        press(window, key)
    press(window, Qt.Key.Key_Z, CONTROL)
    assert len(np.unique(session.correction)) == 2, "one correction is left"
    wait_for_labels(window, qtbot)
    assert session.is_learnt
    assert session.redo_text, "learning what stays does not end the redo"
    press(window, Qt.Key.Key_Z, CONTROL | SHIFT)
    wait_for_labels(window, qtbot)
    assert session.is_learnt
    for _ in range(2):
        press(window, Qt.Key.Key_Z, CONTROL)
    assert session.pseudo is before, "undo restores the former labels exactly"
    assert not session.undo_text
    wait_for_labels(window, qtbot)
    assert session.redo_text


class Hold:
    """The real labeler, which keeps its answer until the test lets it go."""

    def __init__(self, runner: LabelRunner, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun, self.may_end = threading.Event(), threading.Event()
        self._real = runner.work.label
        monkeypatch.setattr(runner.work, "label", self.label)

    def label(self, request: LabelRequest, progress: Progress) -> LabelResponse:
        del progress  # a run that is past its last progress step cannot be stopped any more
        answer = self._real(request, lambda *_: True)
        self.begun.set()
        assert self.may_end.wait(20)
        return answer


def test_an_undo_while_the_labeler_learns_does_not_install_its_answer(
    open_window: OpenWindow, project: Project, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window(project.folder)
    session = window.bench.session
    assert session is not None
    before, hold = session.pseudo, Hold(window.bench.runner, monkeypatch)
    press(window, Qt.Key.Key_N)
    press(window, Qt.Key.Key_X)
    qtbot.waitUntil(hold.begun.is_set, timeout=60_000)
    press(window, Qt.Key.Key_Z, CONTROL)
    hold.may_end.set()
    wait_for_labels(window, qtbot)
    assert session.pseudo is before
    assert (session.correction == UNCORRECTED).all()
    assert session.redo_text, "its answer would be a new step and end the redo"


def test_an_undo_of_a_labelling_run_drops_the_one_that_is_under_way(
    open_window: OpenWindow, project: Project, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window(project.folder)
    session = window.bench.session
    assert session is not None
    before = session.pseudo
    press(window, Qt.Key.Key_L, CONTROL)
    wait_for_labels(window, qtbot)
    assert session.pseudo is not before
    hold = Hold(window.bench.runner, monkeypatch)
    press(window, Qt.Key.Key_L, CONTROL)
    qtbot.waitUntil(hold.begun.is_set, timeout=60_000)
    press(window, Qt.Key.Key_Z, CONTROL)  # no edit: the revision stays, so only the window can drop the answer
    hold.may_end.set()
    wait_for_labels(window, qtbot)
    assert session.pseudo is before
    assert session.redo_text, "its answer would be a new step and end the redo"


def test_what_was_learnt_is_said_and_flashes(
    open_window: OpenWindow, project: Project, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window(project.folder)
    session = window.bench.session
    assert session is not None
    assert session.pseudo is not None
    follows = np.flatnonzero(session.instance >= 0)[-12:]
    instance = session.pseudo.instance.copy()
    instance[follows] = -1
    learnt = replace(session.pseudo, instance=instance)
    places, owners = (len(np.unique(column[follows])) for column in (session.scan.superpoint, session.instance))
    regions = "1 region" if places == 1 else f"{places} regions"
    objects = "1 instance" if owners == 1 else f"{owners} instances"
    monkeypatch.setattr(
        window.bench.runner.work,
        "label",
        lambda request, _progress: LabelResponse(learnt, request.revision, 0.1, 1, 10),
    )
    outlined: list[np.ndarray | None] = []
    monkeypatch.setattr(window.view, "hover_highlight", outlined.append)
    press(window, Qt.Key.Key_N)
    press(window, Qt.Key.Key_Space)
    wait_for_labels(window, qtbot)
    assert window.status.hint.text() == f"Learnt: 12 points of {regions} changed; {objects}"
    np.testing.assert_array_equal(outlined[0], follows)
    qtbot.waitUntil(lambda: len(outlined) == 2)
    assert outlined[1] is None, "it ends by itself"


def test_labelling_by_hand_is_an_undo_of_its_own(open_window: OpenWindow, project: Project, qtbot: QtBot) -> None:
    window = open_window(project.folder)
    session = window.bench.session
    assert session is not None
    window.actions_by_id["learn"].setChecked(False)
    press(window, Qt.Key.Key_N)
    press(window, Qt.Key.Key_X)
    correction = session.correction.copy()
    press(window, Qt.Key.Key_L, CONTROL)
    wait_for_labels(window, qtbot)
    assert session.is_learnt
    press(window, Qt.Key.Key_Z, CONTROL)
    assert not session.is_learnt
    np.testing.assert_array_equal(session.correction, correction)


def test_the_demo_opens_labelled_and_a_doubtful_region_is_corrected_and_saved(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    demo = make_demo_project(tmp_path / "demo", points=8_000)
    window = open_window(demo.folder)
    session = window.bench.session
    assert session is not None
    assert session.scan.name == "room_1"
    assert session.pseudo is not None
    press(window, Qt.Key.Key_N)
    region = window.bench.review.region
    assert region is not None
    for key, modifiers in (
        (Qt.Key.Key_R, NONE),
        (Qt.Key.Key_Z, CONTROL),
        (Qt.Key.Key_Z, CONTROL | SHIFT),
        (Qt.Key.Key_S, CONTROL),
    ):
        press(window, key, modifiers)
    wait_for_labels(window, qtbot)
    press(window, Qt.Key.Key_S, CONTROL)
    assert window.close()
    again = open_window(demo.folder).bench.session
    assert again is not None
    assert (again.correction[region.points] == region.rival).all()
    with h5py.File(demo.folder / "scans" / "room_1.h5") as file:
        assert (file["labels/instance"][:][region.points] == region.rival).all()
        assert (file["labels/origin"][:][region.points] == 1).all()


def test_a_clicked_superpoint_goes_to_the_chosen_instance(open_window: OpenWindow, project: Project) -> None:
    window = open_window(project.folder)
    session, review = window.bench.session, window.bench.review
    assert session is not None
    taker = visible_instance(window)
    giver = visible_instance(window, besides=taker)
    click_point(window, visible_row(window, taker), SHIFT)
    assert window.instances.chosen == taker
    click_point(window, visible_row(window, giver))
    region = review.region
    assert region is not None
    assert region.instance == giver
    press(window, Qt.Key.Key_G)
    assert (session.instance[region.points] == taker).all()
    assert review.region is not None
    assert review.region.superpoint == region.superpoint, "a clicked region stays selected after the decision"


def test_the_paint_tool_assigns_with_one_click(open_window: OpenWindow, project: Project) -> None:
    window = open_window(project.folder)
    session = window.bench.session
    assert session is not None
    taker = visible_instance(window)
    giver = visible_instance(window, besides=taker)
    window.instances.choose(taker)
    press(window, Qt.Key.Key_Q)
    assert "Paint" in window.status.hint.text()
    row = visible_row(window, giver)
    click_point(window, row)
    assert len(session.edits) == 1
    painted = session.edits[0].edit.points
    assert (session.instance[painted] == taker).all()
    assert len(np.unique(session.scan.superpoint[painted])) == 1
    press(window, Qt.Key.Key_Escape)
    click_point(window, visible_row(window, giver))
    assert len(session.edits) == 1, "Esc goes back to the tool that only selects"


def test_every_decision_key_does_what_it_says(open_window: OpenWindow, project: Project) -> None:
    window = open_window(project.folder)
    session, review = window.bench.session, window.bench.review
    assert session is not None
    window.actions_by_id["learn"].setChecked(False)
    window.instances.choose(int(session.boxes.id[0]))
    for key, wanted in (
        (Qt.Key.Key_Space, lambda region: region.instance),
        (Qt.Key.Key_X, lambda _region: -1),
        (Qt.Key.Key_G, lambda _region: int(session.boxes.id[0])),
    ):
        press(window, Qt.Key.Key_N)
        region = review.region
        assert region is not None
        press(window, key)
        assert (session.correction[region.points] == wanted(region)).all()


def test_a_saved_label_is_given_back_to_the_labeler_after_opening_again(
    open_window: OpenWindow, project: Project, qtbot: QtBot
) -> None:
    window = open_window(project.folder)
    before = window.bench.session.instance.copy()
    row = visible_row(window, visible_instance(window))
    click_point(window, row)
    points = window.bench.review.region.points
    press(window, Qt.Key.Key_X)
    wait_for_labels(window, qtbot)
    press(window, Qt.Key.Key_S, CONTROL)
    window.close()

    again = open_window(project.folder)
    session, review = again.bench.session, again.bench.review
    assert session.undo_text is not None, "undo reaches behind the opening, too"
    assert (session.correction[points] == -1).all()
    click_point(again, row)
    assert again.review.card.choices["give_back"].isVisible()
    assert not again.review.card.choices["rival"].isVisible()
    press(again, Qt.Key.Key_Backspace)
    assert (session.correction[points] == UNCORRECTED).all()
    assert not session.is_learnt
    assert not (session.pseudo.probability[points] == 1).any(), "nobody is certain of it any more"
    wait_for_labels(again, qtbot)
    assert session.is_learnt, "the labeler decided again"
    np.testing.assert_array_equal(session.instance[points], before[points])
    assert not again.review.card.choices["give_back"].isVisible()
    press(again, Qt.Key.Key_Backspace)
    assert "by hand" in again.status.hint.text(), "there is nothing to give back any more"
    assert review.region is not None
    press(again, Qt.Key.Key_Z, CONTROL)
    assert (session.correction[points] == -1).all()
    press(again, Qt.Key.Key_Z, CONTROL)
    assert (session.correction[points] == UNCORRECTED).all(), "undo reaches behind the opening"
    assert not (session.pseudo.probability[points] == 1).any()
    assert session.undo_text is None


def test_the_last_region_of_the_queue_is_shown_as_decided(
    open_window: OpenWindow, project: Project, qtbot: QtBot
) -> None:
    window = open_window(project.folder)
    review = window.bench.review
    review.show_row(len(review.queue) - 1)
    region = review.region
    choices = window.review.card.choices
    press(window, Qt.Key.Key_X)
    assert (window.bench.session.correction[region.points] == -1).all()
    for _ in range(2):  # at once, and when it is learnt
        assert choices["accept"].name.text() == "background"
        assert choices["accept"].share.text() == "yours"
        assert choices["give_back"].isVisible()
        wait_for_labels(window, qtbot)


def test_the_card_decides_by_mouse(open_window: OpenWindow, project: Project) -> None:
    window = open_window(project.folder)
    session, review = window.bench.session, window.bench.review
    assert session is not None
    press(window, Qt.Key.Key_N)
    region = review.region
    assert region is not None
    choices = window.review.card.choices
    background = next(choices[name] for name in ("background", "rival", "accept") if choices[name].isVisible())
    QTest.mouseClick(background, Qt.MouseButton.LeftButton)
    assert (session.correction[region.points] == -1).all()


def test_next_and_previous_walk_the_queue(open_window: OpenWindow, project: Project) -> None:
    window = open_window(project.folder)
    review = window.bench.review
    seen = []
    for _ in range(3):
        press(window, Qt.Key.Key_N)
        seen.append(review.region)
    assert len({id(region) for region in seen}) == 3
    press(window, Qt.Key.Key_N, SHIFT)
    assert review.region is seen[1]
    press(window, Qt.Key.Key_P)
    assert review.region is seen[0]
    x, y, depth = window.view.project(window.bench.session.scan.xyz[seen[0].points]).mean(axis=0)
    assert depth > 0
    assert window.view.rect().contains(round(x), round(y)), "the camera flew there"
