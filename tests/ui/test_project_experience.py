"""What corrections taught, in the window: kept on saving, used for the other scans, shown, and forgotten when asked."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from windows import OpenWindow, press, wait_for_labels

from gapro_annotator.demo import generate_room
from gapro_annotator.document import ScanDocument
from gapro_annotator.labeling.labeler import label
from gapro_annotator.labeling.outlook import Outlook
from gapro_annotator.labeling.request import LabelRequest
from gapro_annotator.labeling.review import Region
from gapro_annotator.labels import PseudoLabels
from gapro_annotator.project import Project
from gapro_annotator.session import Session
from gapro_annotator.store.experience_file import FILE, read_experience
from gapro_annotator.ui.main_window import MainWindow
from gapro_annotator.ui.naming import worth
from gapro_annotator.ui.panels.review import outlook_explained, outlook_in_words


@pytest.fixture
def flat(project: Project) -> Project:
    """The project with a second room, 'study', labelled as well."""
    session = Session(generate_room(8, name="study", points=6_000))
    request = LabelRequest(scan=session.scan, boxes=session.boxes, correction=session.correction.copy())
    assert session.install(label(request).pseudo, 0)
    project.save(session.document())
    return project


def pseudo(window: MainWindow) -> PseudoLabels:
    assert window.bench.session is not None
    assert window.bench.session.pseudo is not None
    return window.bench.session.pseudo


def correct_and_save(window: MainWindow, qtbot: QtBot) -> None:
    for _ in range(4):
        press(window, Qt.Key.Key_N)
        press(window, Qt.Key.Key_X)
        wait_for_labels(window, qtbot)
    press(window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)


def test_saved_corrections_teach_the_other_scan_and_not_their_own(
    open_window: OpenWindow, flat: Project, qtbot: QtBot
) -> None:
    window = open_window(flat.folder)
    assert not window.actions_by_id["forget"].isEnabled()
    correct_and_save(window, qtbot)
    taught = read_experience(flat.folder)
    assert list(taught.parts) == ["room"]
    assert window.bench.runner.experience is None, "a scan does not teach itself"
    assert window.review.known.isHidden()
    window.opening.open_scan("study")
    wait_for_labels(window, qtbot)
    assert window.bench.runner.experience is not None
    assert window.review.known.text() == f"knows {taught}"
    assert window.review.known.isVisible()


def test_forgetting_is_asked_twice_and_gives_the_labels_of_a_fresh_project(
    open_window: OpenWindow, flat: Project, qtbot: QtBot
) -> None:
    window = open_window(flat.folder)
    correct_and_save(window, qtbot)
    window.opening.open_scan("study")
    wait_for_labels(window, qtbot)
    fresh = pseudo(window)
    press(window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    wait_for_labels(window, qtbot)
    assert (pseudo(window).probability != fresh.probability).any(), "the other room taught something"
    forget = window.actions_by_id["forget"]
    forget.trigger()
    assert (flat.folder / FILE).exists()
    assert "once more" in window.status.hint.text()
    forget.trigger()
    wait_for_labels(window, qtbot)
    assert not (flat.folder / FILE).exists()
    assert window.status.hint.text().startswith("Forgot ")
    assert not forget.isEnabled()
    for column in ("instance", "rival", "decision"):
        np.testing.assert_array_equal(getattr(pseudo(window), column), getattr(fresh, column))
    # Hyper-parameters that are given and those that were just learnt differ by a rounding.
    np.testing.assert_allclose(pseudo(window).probability, fresh.probability, atol=1e-6)


def test_a_damaged_experience_opens_all_the_same_and_says_so(
    open_window: OpenWindow, flat: Project, qtbot: QtBot
) -> None:
    (flat.folder / FILE).write_bytes(b"no HDF5")
    said: list[str] = []
    window = open_window()
    window.bench.said.connect(said.append)
    window.open(flat.folder)
    wait_for_labels(window, qtbot)
    assert window.bench.session is not None
    assert sum(FILE in text for text in said) == 1


def test_corrections_saved_before_the_labeler_is_ready_are_kept_once_it_is(
    open_window: OpenWindow, flat: Project, qtbot: QtBot
) -> None:
    window = open_window()
    window.bench.runner.warm_delay = 60_000
    window.open(flat.folder)
    window.actions_by_id["learn"].setChecked(False)
    press(window, Qt.Key.Key_N)
    press(window, Qt.Key.Key_X)
    press(window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert not (flat.folder / FILE).exists()
    window.bench.runner.warm_up()
    wait_for_labels(window, qtbot)
    assert read_experience(flat.folder).corrections == 1


def test_a_scan_alone_keeps_nothing(
    open_window: OpenWindow, labelled_room: ScanDocument, project: Project, tmp_path: Path, qtbot: QtBot
) -> None:
    del labelled_room
    alone = tmp_path / "alone.h5"
    project.scan_path("room").rename(alone)
    window = open_window(alone)
    correct_and_save(window, qtbot)
    assert not list(tmp_path.rglob(FILE))


def test_the_panel_says_how_many_answers_are_left(open_window: OpenWindow, flat: Project, qtbot: QtBot) -> None:
    window = open_window(flat.folder)
    qtbot.waitUntil(lambda: not window.bench.outlook.busy)
    assert window.review.ahead.isVisible()
    assert "expected AP" in window.review.ahead.text()


def test_the_outlook_is_said_in_words() -> None:
    outlook = Outlook(100.0, 0.05, 0.84, 0.714, 12, 1)
    assert outlook_in_words(outlook) == "About 1 answer to good enough\nexpected AP 71 % · IoU 84 %"
    assert outlook_in_words(replace(outlook, clicks_to_good=0, ap=None)) == "Good enough by now"
    assert outlook_explained(replace(outlook, good_enough=0.05)).startswith("Good enough: at most 5 % of the points")


@pytest.mark.parametrize(
    ("wrong", "teaches", "said"),
    [
        (123.4, 0.0, "About 120 points wrong here."),
        (123.4, 0.2, "About 120 points wrong here."),
        (30.0, 2.0, "About 30 points wrong here; teaches as much as 20 more."),
        (0.1, 0.0, "Hardly a point wrong here."),
    ],
)
def test_the_card_says_what_an_answer_is_worth(
    labelled_room: ScanDocument, wrong: float, teaches: float, said: str
) -> None:
    assert labelled_room.pseudo is not None
    instance = np.full(len(labelled_room.scan), -1, np.int32)
    box = int(labelled_room.boxes.id[0])
    instance[:100] = box  # so that a point of it counts 1 / √100
    column = np.full(labelled_room.scan.superpoint_count, teaches, np.float32)
    session = Session(
        replace(labelled_room, annotation=None, pseudo=replace(labelled_room.pseudo, instance=instance, teaches=column))
    )
    assert worth(session, Region(0, np.arange(3), box, -1, 0.5, wrong, 2, "clutter")) == said
