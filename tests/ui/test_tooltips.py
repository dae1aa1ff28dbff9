"""Every control of the window says on pointing at it what it does."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QComboBox, QSlider, QTabBar, QWidget
from windows import OpenWindow, press

from gapro_annotator.project import Project

SAYS_IT_ITSELF = {"Next", "Back", "Close", "Save now"}
"""Buttons whose text leaves nothing to explain."""
PARTS_OF_QT = ("qt_", "QDockWidgetTitleButton")


def is_ours(widget: QWidget) -> bool:
    inside = isinstance(widget.parentWidget(), (QAbstractSpinBox, QComboBox, QTabBar))
    return not inside and not widget.objectName().startswith(PARTS_OF_QT)


@pytest.mark.parametrize("kind", [QAbstractButton, QComboBox, QAbstractSpinBox, QSlider])
def test_every_control_of_the_window_has_a_tooltip(
    kind: type[QWidget], open_window: OpenWindow, project: Project
) -> None:
    window = open_window(project.folder)
    press(window, Qt.Key.Key_N)  # a region on the card
    for action in ("section", "second_view", "project_page"):
        window.actions_by_id[action].trigger()
    silent = [
        (type(widget.parentWidget()).__name__, widget.objectName(), getattr(widget, "text", str)())
        for widget in window.findChildren(kind)
        if is_ours(widget) and not widget.toolTip() and not widget.isHidden()
    ]
    on_start_page = [row for row in silent if row[1] in window.actions_by_id]  # they carry what they do in words
    assert [row for row in silent if row not in on_start_page and row[2] not in SAYS_IT_ITSELF] == []
