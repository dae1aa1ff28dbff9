"""A foreign scan is looked at, corrected and imported on a page of the window; nothing is written before."""

import json
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from windows import OpenWindow, drop, press

from gapro_annotator.arrays import Float64
from gapro_annotator.document import ScanDocument
from gapro_annotator.project import Project
from gapro_annotator.ui.colors import ColorMode
from gapro_annotator.ui.importing.page import ImportPage
from gapro_annotator.ui.importing.part import ImportPart
from gapro_annotator.ui.importing.sketch import SketchView
from gapro_annotator.ui.main_window import MainWindow


def page_of(window: MainWindow) -> ImportPage:
    part = next(part for part in window.parts if isinstance(part, ImportPart))
    assert part.page is not None
    return part.page


def wait_for_look(window: MainWindow, qtbot: QtBot) -> ImportPage:
    """Return the page once it says what the source is taken for, or why it cannot be read."""
    page = page_of(window)
    qtbot.waitUntil(lambda: not page._job.running and not page._pause.isActive(), timeout=30_000)
    return page


def write_points(path: Path, xyz: Float64) -> Path:
    np.savetxt(path, xyz, fmt="%.4f")
    return path


def write_boxes(path: Path, room: ScanDocument, factor: float = 1.0) -> Path:
    boxes = room.boxes
    rows = [
        {"id": int(i), "class": "thing", "min": (low * factor).tolist(), "max": (high * factor).tolist()}
        for i, low, high in zip(boxes.id, boxes.lower.astype(float), boxes.upper.astype(float), strict=True)
    ]
    path.write_text(json.dumps({"format": "boxes", "units": "m", "boxes": rows}))
    return path


def share_drawn(view: SketchView) -> float:
    image = view.grab().toImage()
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)[30:]
    return float((pixels[..., :3] > 40).all(axis=2).mean())


@pytest.fixture
def xyz(bare_room: ScanDocument) -> Float64:
    return bare_room.scan.xyz[::4].astype(np.float64)


def test_a_dropped_foreign_scan_is_shown_first_and_imported_with_enter(
    open_window: OpenWindow, xyz: Float64, tmp_path: Path, qtbot: QtBot
) -> None:
    lines = ["ply", "format ascii 1.0", f"element vertex {len(xyz)}"]
    lines += [f"property float {axis}" for axis in "xyz"] + ["end_header"]
    lines += [" ".join(f"{value:.4f}" for value in point) for point in xyz.tolist()]
    source = tmp_path / "cloud.ply"
    source.write_text("\n".join(lines) + "\n")
    window = open_window()
    drop(window, source)
    qtbot.waitUntil(lambda: window.stack.currentWidget() is not window.start_page)
    page = wait_for_look(window, qtbot)
    assert page.look_shown is not None
    assert ("rows", f"{len(xyz):,} rows") in page.look_shown.rows
    assert share_drawn(page.facts.above) > 0.02, "the room is seen from above"
    assert not (tmp_path / "cloud-project").exists(), "nothing is written before it is asked for"
    assert page.start.hasFocus()
    QTest.keyClick(page.start, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.bench.session is not None, timeout=60_000)
    assert window.windowTitle().startswith("cloud-project · cloud")
    assert window.bench.presenter.mode is ColorMode.RGB, "there is no doubt to show yet"
    assert "has no boxes" in window.review.hint.text()
    assert window.bench.session is not None
    np.testing.assert_allclose(window.bench.session.scan.xyz, xyz, atol=1e-3)


def test_a_scan_in_millimetres_that_lies_on_its_side_is_put_right_with_two_clicks(
    open_window: OpenWindow, xyz: Float64, tmp_path: Path, qtbot: QtBot
) -> None:
    source = write_points(tmp_path / "side.xyz", np.c_[xyz[:, 0], xyz[:, 2], -xyz[:, 1]] * 1000)
    window = open_window()
    window.open(source)
    page = wait_for_look(window, qtbot)
    for proposal in ("up", "unit"):
        QTest.mouseClick(page.facts.proposals[proposal].button, Qt.MouseButton.LeftButton)
        wait_for_look(window, qtbot)
        assert not page.facts.proposals[proposal].isVisible()
    assert (page.form.up.currentData(), page.form.unit.currentData()) == ("y", "mm")
    QTest.mouseClick(page.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.bench.session is not None, timeout=60_000)
    assert window.bench.session is not None
    np.testing.assert_allclose(window.bench.session.scan.xyz, xyz, atol=1e-3)


def test_boxes_dropped_on_the_page_are_moved_onto_the_points_as_proposed(
    open_window: OpenWindow, bare_room: ScanDocument, tmp_path: Path, qtbot: QtBot
) -> None:
    source = write_points(tmp_path / "room.xyz", bare_room.scan.xyz.astype(np.float64))
    boxes = write_boxes(tmp_path / "elsewhere.json", bare_room, factor=1000.0)
    window = open_window()
    window.open(source)
    page = wait_for_look(window, qtbot)
    drop(page, boxes)
    qtbot.waitUntil(lambda: page.look_shown is not None and page.look_shown.cure is not None, timeout=30_000)
    assert page.facts.proposals["move"].text.text().startswith("0% of the boxes hold points; 100% would")
    QTest.mouseClick(page.facts.proposals["move"].button, Qt.MouseButton.LeftButton)
    wait_for_look(window, qtbot)
    assert page.form.cured.isChecked()
    QTest.keyClick(page.start, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.bench.session is not None, timeout=60_000)
    session = window.bench.session
    assert session is not None
    np.testing.assert_allclose(session.boxes.upper, bare_room.boxes.upper, atol=1e-3)


def test_columns_are_corrected_on_the_page(open_window: OpenWindow, xyz: Float64, tmp_path: Path, qtbot: QtBot) -> None:
    source = write_points(tmp_path / "odd.txt", np.c_[np.arange(len(xyz)), xyz])
    window = open_window()
    window.open(source)
    page = wait_for_look(window, qtbot)
    assert page.facts.lines.text().startswith("0.0000 "), "the first lines tell what the columns are"
    page.form.columns.setFocus()
    QTest.keyClicks(page.form.columns, "x,y")
    wait_for_look(window, qtbot)
    assert "odd.txt" in page.facts.state.text()
    assert not page.start.isEnabled()
    page.form.columns.selectAll()
    QTest.keyClicks(page.form.columns, "-,x,y,z")
    wait_for_look(window, qtbot)
    assert page.start.isEnabled()
    QTest.keyClick(page.form.columns, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.bench.session is not None, timeout=60_000)
    assert window.bench.session is not None
    np.testing.assert_allclose(window.bench.session.scan.xyz, xyz, atol=1e-3)


def test_several_dropped_files_are_imported_and_a_bad_one_is_named(
    open_window: OpenWindow, project: Project, tmp_path: Path, qtbot: QtBot
) -> None:
    xyz = project.load("room").scan.xyz[::4].astype(np.float64)
    first, last = write_points(tmp_path / "first.xyz", xyz), write_points(tmp_path / "last.xyz", xyz)
    bad = tmp_path / "middle.ply"
    bad.write_text("ply\nformat ascii 1.0\nelement vertex 5\n")
    window = open_window(project.folder)
    drop(window, first, bad, last)
    qtbot.waitUntil(lambda: window.stack.alone)
    page = wait_for_look(window, qtbot)
    assert page.sources.count() == 3
    QTest.keyClick(page.sources, Qt.Key.Key_Down)
    wait_for_look(window, qtbot)
    assert "middle.ply" in page.facts.state.text()
    QTest.mouseClick(page.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.windowTitle().startswith("flat · first"), timeout=60_000)
    assert project.scan_names() == ["first", "last", "room"]
    assert window.notice.what.text() == "1 scan was not imported."
    assert "middle.ply" in window.notice.text.text()


def test_a_name_that_is_taken_is_said_and_replaced_only_when_asked(
    open_window: OpenWindow, xyz: Float64, project: Project, tmp_path: Path, qtbot: QtBot
) -> None:
    window = open_window(project.folder)
    window.open(write_points(tmp_path / "room.xyz", xyz))
    page = wait_for_look(window, qtbot)
    assert "'room' of the project is open here" in page.complaint.text()
    assert not page.start.isEnabled()
    QTest.keyClicks(page.form.name, "other")
    QTest.keyClick(page.form.name, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.windowTitle().startswith("flat · other"), timeout=60_000)
    window.open(tmp_path / "room.xyz")
    wait_for_look(window, qtbot)
    assert "has a scan 'room' already" in page.complaint.text()
    assert not page.start.isEnabled()
    page.form.replace.setFocus()
    QTest.keyClick(page.form.replace, Qt.Key.Key_Space)
    assert page.start.isEnabled()
    QTest.mouseClick(page.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.windowTitle().startswith("flat · room"), timeout=60_000)
    assert project.load("room").scan.xyz.shape == xyz.shape


def test_escape_leaves_everything_as_it_was_and_keys_do_not_reach_the_view(
    open_window: OpenWindow, xyz: Float64, project: Project, tmp_path: Path, qtbot: QtBot
) -> None:
    window = open_window(project.folder)
    docks = [dock for dock in window.docks if dock.isVisible()]
    press(window, Qt.Key.Key_N)
    session = window.bench.session
    assert session is not None
    before = session.instance.copy()
    window.open(write_points(tmp_path / "cloud.xyz", xyz))
    page = wait_for_look(window, qtbot)
    assert not any(dock.isVisible() for dock in window.docks)
    QTest.keyClick(page.start, Qt.Key.Key_X)
    QTest.keyClick(page.start, Qt.Key.Key_A)
    np.testing.assert_array_equal(session.instance, before)
    QTest.keyClick(page.start, Qt.Key.Key_Escape)
    assert [dock for dock in window.docks if dock.isVisible()] == docks
    assert project.scan_names() == ["room"]
    assert not (tmp_path / "cloud-project").exists()
    press(window, Qt.Key.Key_X)
    assert (session.instance != before).any(), "the keys are the tools' again"
