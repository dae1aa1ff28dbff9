"""Every text can be read in both looks, marks are seen, and the look changes at once and is remembered."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from windows import OpenWindow, press

from gapro_annotator.project import Project
from gapro_annotator.ui.colors import DOUBT_RAMP
from gapro_annotator.ui.theme import DARK, LIGHT, THEMES, Theme, contrast, shown

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.mark.parametrize(("text", "surface"), [pair for theme in THEMES.values() for pair in theme.pairs()])
def test_text_has_a_contrast_of_at_least_4_5(text: str, surface: str) -> None:
    assert contrast(text, surface) >= 4.5


@pytest.mark.parametrize(("mark", "surface"), [pair for theme in THEMES.values() for pair in theme.marks()])
def test_marks_have_a_contrast_of_at_least_3(mark: str, surface: str) -> None:
    assert contrast(mark, surface) >= 3


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_the_selected_region_stands_out_from_the_ground_and_from_doubt(theme: Theme) -> None:
    outline = QColor(*theme.outline).name()
    assert contrast(outline, QColor(*theme.ground).name()) >= 3
    assert contrast(outline, QColor(*DOUBT_RAMP[0].tolist()).name()) >= 2


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#123456", "#123456") == pytest.approx(1)


def test_the_light_look_comes_at_once_and_again_at_the_next_start(
    open_window: OpenWindow, project: Project, qtbot: QtBot
) -> None:
    window = open_window(project.folder)
    assert shown() is DARK
    width = window.docks[0].width()
    window.actions_by_id["light"].trigger()
    assert shown() is LIGHT
    qtbot.waitUntil(lambda: abs(window.docks[0].width() - width) <= 2)
    ground = QColor(*LIGHT.ground)
    corner = window.view.grab_image().pixelColor(window.view.width() - 4, window.view.height() - 4)
    assert max(abs(corner.red() - ground.red()), abs(corner.blue() - ground.blue())) <= 2
    assert window.palette().window().color().name() == LIGHT.window
    window.close()
    again = open_window(project.folder)
    assert shown() is LIGHT
    again.actions_by_id["light"].trigger()
    assert shown() is DARK


def test_the_interface_grows_and_nothing_of_the_panels_is_cut_off(open_window: OpenWindow, project: Project) -> None:
    window = open_window(project.folder)
    window.resize(1500, 950)
    before = window.review.left.fontMetrics().height(), QApplication.font().pointSizeF()
    for _ in range(3):
        press(window, Qt.Key.Key_Plus, CONTROL | SHIFT)
    assert QApplication.font().pointSizeF() == pytest.approx(1.5 * before[1])
    QApplication.processEvents()
    assert window.instances.filter.fontMetrics().height() > 1.3 * before[0] / 1.5
    for button in (window.review.card.choices["accept"], *window.toolbar.findChildren(type(window.toolbar))):
        assert button.height() >= button.sizeHint().height() or not button.isVisible()
    for _ in range(3):
        press(window, Qt.Key.Key_Minus, CONTROL | SHIFT)
    assert QApplication.font().pointSizeF() == pytest.approx(before[1])


def test_at_a_larger_size_class_names_and_all_tools_stay_in_sight(
    open_window: OpenWindow, project: Project, qtbot: QtBot
) -> None:
    window = open_window(project.folder)
    window.resize(1280, 800)
    table, bar = window.instances.table, window.toolbar
    label = bar.widgetForAction(window.actions_by_id["label"])
    assert bar.toolButtonStyle() is Qt.ToolButtonStyle.ToolButtonTextUnderIcon
    wide = table.columnWidth(1)
    for _ in range(2):
        press(window, Qt.Key.Key_Plus, CONTROL | SHIFT)
    qtbot.waitUntil(lambda: table.columnWidth(1) > wide)
    qtbot.waitUntil(lambda: bar.toolButtonStyle() is Qt.ToolButtonStyle.ToolButtonIconOnly)
    qtbot.waitUntil(lambda: label.isVisible() and label.geometry().right() <= bar.width())
    for _ in range(2):
        press(window, Qt.Key.Key_Minus, CONTROL | SHIFT)
    qtbot.waitUntil(lambda: bar.toolButtonStyle() is Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
    qtbot.waitUntil(lambda: label.isVisible() and label.geometry().right() <= bar.width())


def test_f6_goes_through_the_panels_and_back_to_the_view(open_window: OpenWindow, project: Project) -> None:
    window = open_window(project.folder)
    window.view.setFocus()
    been = []
    for _ in range(len(window.docks) + 1):
        press(window, Qt.Key.Key_F6)
        focus = QApplication.focusWidget()
        assert focus is not None
        been.append(next((d.windowTitle() for d in window.docks if d.isAncestorOf(focus)), "view"))
        if been[-1] == "view":
            break
    assert been[-1] == "view"
    assert {"Instances", "Review"} <= set(been)
