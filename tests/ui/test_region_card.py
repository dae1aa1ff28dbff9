"""What the card says of a region's candidates is true."""

import numpy as np
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from windows import OpenWindow, press

from gapro_annotator.labeling.review import Region
from gapro_annotator.project import Project


def test_the_rival_of_two_boxes_gets_at_most_what_is_left_for_background_has_a_part_in_it(
    open_window: OpenWindow, project: Project
) -> None:
    window = open_window(project.folder)
    session = window.bench.session
    assert session is not None
    first, second = (int(i) for i in session.boxes.id[:2])
    for rival, said in ((second, "≤ 53 %"), (-1, "53 %")):
        window.bench.review.region = Region(0, np.array([0]), first, rival, 0.47, 0.53, 2, "overlap")
        window.review.card.show_region(window.bench.review)
        choices = window.review.card.choices
        assert choices["rival"].share.text() == said
        assert choices["accept"].share.text() == "47 %"
        assert choices["background"].isVisible() == (rival != -1), "one row for one answer"
        assert choices["rival"].key.text() == ("R X" if rival == -1 else "R")


def test_where_the_panel_is_low_its_lines_are_whole_and_the_window_grows_no_higher(
    open_window: OpenWindow, project: Project, qtbot: QtBot
) -> None:
    window = open_window(project.folder)
    window.resize(1280, 800)
    press(window, Qt.Key.Key_N)
    card = window.review.card
    qtbot.waitUntil(lambda: card.why.is_whole)
    whole = card.why.grab().toImage()
    window.training.set_folded(False)
    for _ in range(2):
        press(window, Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: not (card.why.is_whole and card.worth.is_whole))
    assert window.height() == 800
    low = next(label for label in (card.why, card.worth) if not label.is_whole)
    step = low.fontMetrics().lineSpacing()
    drawn = max(low.height() // step, 1) * step
    picture = low.grab().toImage()
    ground = picture.pixelColor(0, picture.height() - 1)
    below = [picture.pixelColor(x, y) for y in range(drawn, picture.height()) for x in range(picture.width())]
    assert all(color == ground for color in below), "no half lines"
    assert picture != whole
    QApplication.sendEvent(low, QHelpEvent(QEvent.Type.ToolTip, QPoint(2, 2), low.mapToGlobal(QPoint(2, 2))))
    assert low.text() in low.toolTip()
