"""Icons of the actions: Material Design Icons from QtAwesome, in the colour of the text."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction

if TYPE_CHECKING:
    from gapro_annotator.ui.theme import Theme

ICONS = {
    "open_project": "folder-open-outline", "open_scan": "file-plus-outline", "save": "content-save-outline",
    "make_demo": "sofa-outline", "open_again": "refresh", "restore": "backup-restore", "quit": "exit-to-app",
    "project_page": "table", "next_scan": "page-next-outline", "export": "export-variant",
    "undo": "undo", "redo": "redo",
    "tool_select": "cursor-default-outline", "tool_paint": "format-paint", "tool_brush": "brush",
    "tool_lasso": "lasso", "tool_rectangle": "select", "tool_box": "cube-outline", "tool_cut": "box-cutter",
    "grow": "arrow-expand-all", "shrink": "arrow-collapse-all", "pick_instance": "eyedropper",
    "keep_corrected": "shield-lock-outline", "through": "layers-search-outline",
    "color_rgb": "palette-outline", "color_instance": "shape-outline", "color_class": "tag-outline",
    "color_doubt": "help-rhombus-outline", "color_changes": "compare", "color_prediction": "robot-outline",
    "boxes": "vector-square", "look_at": "image-filter-center-focus", "look_at_all": "fit-to-page-outline",
    "view_top": "axis-z-arrow", "view_front": "axis-y-arrow", "view_side": "axis-x-arrow",
    "parallel": "cube-scan", "section": "content-cut", "clip": "crop", "structure": "wall",
    "light": "theme-light-dark", "safe_colors": "eye-check-outline", "usual_layout": "view-dashboard-outline",
    "label": "play-outline", "cancel": "stop-circle-outline", "forget": "delete-clock-outline",
    "next": "skip-next-outline", "previous": "skip-previous-outline", "accept": "check", "rival": "swap-horizontal",
    "background": "texture-box", "chosen": "account-arrow-right-outline", "give_back": "restore",
    "put_aside": "clock-outline", "come_back": "clock-check-outline", "comment": "comment-outline",
    "next_foreign": "account-eye-outline", "as_opened": "history", "status": "check-circle-outline",
    "new_instance": "plus-box-outline", "merge": "call-merge", "split": "call-split",
    "duplicate": "content-duplicate", "delete_instance": "trash-can-outline", "hide": "eye-off-outline",
    "solo": "eye-outline", "lock": "lock-outline", "split_off": "scissors-cutting",
    "retrain": "school-outline", "stop_run": "stop-circle-outline", "resume_run": "play-outline",
    "show_prediction": "robot-outline", "export_model": "export-variant",
    "palette": "console-line", "change_keys": "keyboard-settings-outline", "shortcuts": "keyboard-outline",
    "tour": "map-marker-path",
}  # fmt: skip
"""Action → name in Material Design Icons 6 (https://pictogrammers.com/library/mdi/)."""


def dress(actions: Mapping[str, QAction], look: "Theme") -> None:
    """Give actions their icons in the colours of a look; the fonts are loaded the first time."""
    os.environ.setdefault("QT_API", "pyside6")  # QtAwesome asks QtPy, which would take any Qt that is installed
    import qtawesome

    for name, icon in ICONS.items():
        if name in actions:
            made = qtawesome.icon(f"mdi6.{icon}", color=look.text, color_disabled=look.disabled)
            actions[name].setIcon(made)
            actions[name].setIconVisibleInMenu(not actions[name].isCheckable())  # its check mark says more
