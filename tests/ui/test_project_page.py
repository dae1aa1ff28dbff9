"""The project page: figures, sort, search, next by worth, labelling and exporting, with real events."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from windows import OpenWindow, press, wait_for_labels

from gapro_annotator.cli import main
from gapro_annotator.document import ScanDocument
from gapro_annotator.project import Project
from gapro_annotator.scan_figures import ScanFigures, figures_of
from gapro_annotator.ui.main_window import MainWindow
from gapro_annotator.ui.project_page.model import COLUMNS
from gapro_annotator.ui.project_page.part import ProjectPart

LEFT = Qt.MouseButton.LeftButton
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def named(document: ScanDocument, name: str) -> ScanDocument:
    return replace(document, scan=replace(document.scan, name=name), created="")


@pytest.fixture
def three(project: Project, labelled_room: ScanDocument, bare_room: ScanDocument) -> Project:
    """The labelled room, the same with all but certain labels, and a room that nobody labelled."""
    pseudo = labelled_room.pseudo
    assert pseudo is not None
    sure = replace(labelled_room, pseudo=replace(pseudo, probability=(0.5 + pseudo.probability / 2).astype("f4")))
    project.save(named(sure, "almost"))
    project.save(named(bare_room, "bare"))
    return project


@pytest.fixture
def window(open_window: OpenWindow, three: Project, qtbot: QtBot) -> MainWindow:
    window = open_window(three.folder)
    window.opening.open_scan("almost")
    wait_for_labels(window, qtbot)
    press(window, Qt.Key.Key_P, CONTROL)
    qtbot.waitUntil(lambda: not part_of(window).reader.busy)
    return window


def part_of(window: MainWindow) -> ProjectPart:
    return next(part for part in window.parts if isinstance(part, ProjectPart))


def column(window: MainWindow, title: str) -> list[str]:
    table = part_of(window).page.filtered
    return [table.index(row, COLUMNS.index(title)).data() for row in range(table.rowCount())]


def run(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not part_of(window).command.running, timeout=120_000)
    qtbot.waitUntil(lambda: not part_of(window).reader.busy, timeout=20_000)


def test_the_page_says_how_far_each_scan_is(window: MainWindow) -> None:
    page = part_of(window).page
    assert page.isVisible()
    assert column(window, "Scan") == ["almost  (open)", "bare", "room"]
    assert column(window, "Expected wrong")[1] == "not labelled"
    assert column(window, "Labelled by") == ["gp", "–", "gp"]
    almost, room = (float(text.split("%")[0]) for text in column(window, "Expected wrong")[::2])
    assert almost < room
    header = page.table.header()
    x = header.sectionViewportPosition(COLUMNS.index("Expected wrong")) + 20
    for _ in range(2):
        QTest.mouseClick(header.viewport(), LEFT, pos=QPoint(x, header.height() // 2))
    assert column(window, "Scan") == ["bare", "room", "almost  (open)"], "what is not labelled is wrong without end"
    page.search.setFocus()
    QTest.keyClicks(page.search, "ROO")
    assert column(window, "Scan") == ["room"]
    page.table.setFocus()
    QTest.keyClick(page.search, Qt.Key.Key_Escape)
    assert not page.isVisible()


def test_enter_opens_the_selected_scan(window: MainWindow) -> None:
    page = part_of(window).page
    page.table.setCurrentIndex(page.filtered.index(2, 0))
    QTest.keyClick(page.table, Qt.Key.Key_Return)
    assert window.bench.session.scan.name == "room"
    assert not page.isVisible()


def test_next_by_worth_opens_the_scan_with_most_wrong_points(window: MainWindow) -> None:
    QTest.mouseClick(part_of(window).page.next, LEFT)
    assert window.bench.session.scan.name == "room"
    assert "points are probably wrong" in window.status.hint.text()


def test_what_is_not_labelled_is_labelled_beside_the_open_scan(
    window: MainWindow, three: Project, qtbot: QtBot
) -> None:
    page = part_of(window).page
    QTest.mouseClick(page.label, LEFT)
    assert page.stop.isVisible()
    run(window, qtbot)
    assert three.load("bare").pseudo is not None
    assert column(window, "Labelled by") == ["gp", "gp", "gp"]
    assert window.bench.session.scan.name == "almost", "the view stayed where it was"


def test_labelling_is_stopped(window: MainWindow, three: Project, qtbot: QtBot) -> None:
    page = part_of(window).page
    QTest.mouseClick(page.label, LEFT)
    QTest.mouseClick(page.stop, LEFT)
    run(window, qtbot)
    assert page.status.text() == "Stopped."
    assert three.load("bare").pseudo is None


def test_an_export_is_written_checked_and_said(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    press(window, Qt.Key.Key_Escape)
    press(window, Qt.Key.Key_N)
    press(window, Qt.Key.Key_X)
    wait_for_labels(window, qtbot)
    press(window, Qt.Key.Key_E, CONTROL)
    part = part_of(window)
    form, page = part.form, part.page
    assert form is not None
    assert form.isVisible()
    assert form.which.text() == "almost", "from the view it is the open scan"
    form.format.setCurrentIndex(form.format.findData("pointcept"))
    form.folder.setText(str(tmp_path / "out"))
    QTest.mouseClick(form.start, LEFT)
    run(window, qtbot)
    assert "nothing is wrong" in page.status.text(), page.status.text()
    assert not window.bench.session.dirty, "an export has what was saved"
    assert main(["validate", str(tmp_path / "out")]) == 0
    assert (tmp_path / "out" / "export-report.json").is_file()


def test_a_folder_that_cannot_be_made_is_one_sentence(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    page = part_of(window).page
    QTest.mouseClick(page.export, LEFT)
    form = part_of(window).form
    assert form is not None
    assert form.which.text() == "3 scans"
    form.folder.setText(str(blocked / "out"))
    QTest.mouseClick(form.start, LEFT)
    run(window, qtbot)
    assert str(blocked) in page.status.text()
    assert "\n" not in page.status.text()
    assert form.isVisible(), "what was filled in stays"


def test_a_scan_that_cannot_be_read_says_so_in_its_row(open_window: OpenWindow, three: Project, qtbot: QtBot) -> None:
    three.scan_path("bare").write_bytes(b"no scan")
    window = open_window(three.folder)
    press(window, Qt.Key.Key_P, CONTROL)
    qtbot.waitUntil(lambda: not part_of(window).reader.busy)
    assert "bare" in column(window, "Labelled by")[1]
    assert column(window, "Points")[1] == ""


def test_figures_count_what_a_person_did(labelled_room: ScanDocument) -> None:
    figures = figures_of(labelled_room)
    assert isinstance(figures, ScanFigures)
    assert figures.corrected == 0
    assert figures.wrong_points is not None
    assert 0 < figures.wrong_points < figures.points
    assert figures.last_edit == ""
