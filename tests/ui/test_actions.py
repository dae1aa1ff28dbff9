"""The table of actions holds together, and F1 shows it."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from windows import OpenWindow, press

from gapro_annotator.project import Project
from gapro_annotator.ui.actions import MENUS, TOOLBAR, action_table


def test_every_action_has_text_tooltip_slot_and_menu(open_window: OpenWindow) -> None:
    window = open_window()
    named = ("open_project", "open_scan", "make_demo", "open_again", "restore", "quit", "shortcuts", "close_notice")
    slots = dict.fromkeys(named, lambda: None)
    table = action_table(window.bench, slots, window.objects.specs)
    assert len({spec.id for spec in table}) == len(table)
    for spec in table:
        assert spec.text
        assert spec.tooltip
        assert callable(spec.slot)
        assert spec.menu in MENUS
        assert all(QKeySequence.fromString(key).count() > 0 for key in spec.keys), spec.keys
    assert {name for group in TOOLBAR for name in group} <= {spec.id for spec in table}


def test_no_two_actions_share_a_key(open_window: OpenWindow) -> None:
    window = open_window()
    keys = [key.toString() for action in window.actions_by_id.values() for key in action.shortcuts()]
    assert len(keys) == len(set(keys))
    singles = {key for key in keys if ", " not in key}
    assert not [key for key in keys if ", " in key and key.split(", ")[0] in singles], "a prefix would never wait"


def test_every_action_is_in_a_menu(open_window: OpenWindow) -> None:
    window = open_window()
    in_menus = {action for menu in window.menuBar().actions() for action in menu.menu().actions()}
    assert set(window.actions_by_id.values()) <= in_menus


def test_f1_shows_every_key_inside_the_window_and_closes_again(open_window: OpenWindow, project: Project) -> None:
    window = open_window(project.folder)
    window.resize(1280, 800)
    press(window, Qt.Key.Key_F1)
    assert window.overlay.isVisible()
    shown = window.overlay.texts()
    for action in window.actions_by_id.values():
        if action.shortcuts():
            assert action.text() in shown
    card = window.overlay.layout().itemAt(0).widget()
    assert window.overlay.rect().contains(card.geometry())
    press(window, Qt.Key.Key_X)
    assert not window.overlay.isVisible()
    assert not window.bench.session.edits, "the key only closed the overview"
