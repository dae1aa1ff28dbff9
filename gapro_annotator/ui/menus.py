"""Menus and toolbar, filled from the table of actions."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QDockWidget, QLabel, QMenu, QMenuBar, QSizePolicy, QToolBar, QWidget

from gapro_annotator.ui.action_spec import ActionSpec
from gapro_annotator.ui.actions import MENUS, TOOLBAR
from gapro_annotator.ui.settings import Settings


class RecentMenu(QMenu):
    """What was open lately; what is gone is named but cannot be chosen."""

    def __init__(self, settings: Settings, choose: Callable[[Path], None], parent: QWidget) -> None:
        super().__init__("Open recent", parent)
        self._settings = settings
        self._choose = choose
        self.aboutToShow.connect(self._fill)

    def _fill(self) -> None:
        self.clear()
        for path in self._settings.recent:
            action = QAction(str(path) if path.exists() else f"{path}  (missing)", self)
            action.setEnabled(path.exists())
            action.triggered.connect(lambda _checked=False, path=path: self._choose(path))
            self.addAction(action)
        if self.isEmpty():
            self.addAction("Nothing yet").setEnabled(False)


def fill_menus(
    bar: QMenuBar,
    specs: Sequence[ActionSpec],
    actions: Mapping[str, QAction],
    docks: Sequence[QDockWidget],
    recent: RecentMenu,
) -> None:
    """Put every action into its menu, the docks below View, and the recent projects into File."""
    menus = {name: bar.addMenu(name) for name in MENUS}
    for spec in specs:
        menus[spec.menu].addAction(actions[spec.id])
        if spec.ends_section:
            menus[spec.menu].addSeparator()
    for dock in docks:
        menus["View"].addAction(dock.toggleViewAction())
    menus["File"].insertMenu(actions["make_demo"], recent)


class FittingToolBar(QToolBar):
    """Leaves out the texts below its icons where the window is too narrow for all of them; tooltips have them, too."""

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(title, parent)
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._fit)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Look what fits."""
        super().resizeEvent(event)
        self._soon.start()

    def changeEvent(self, event: QEvent) -> None:
        """Look again with letters or icons of another size."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._soon.start()

    def _fit(self) -> None:
        with_text, without = Qt.ToolButtonStyle.ToolButtonTextUnderIcon, Qt.ToolButtonStyle.ToolButtonIconOnly
        self._take(with_text)
        if self.sizeHint().width() > self.width():
            self._take(without)

    def _take(self, style: Qt.ToolButtonStyle) -> None:
        self.setToolButtonStyle(style)
        layout = self.layout()
        if layout is not None:  # it knows nothing of it before the next event
            layout.invalidate()
            layout.activate()


def fill_toolbar(bar: QToolBar, actions: Mapping[str, QAction]) -> None:
    """Put the groups of the toolbar side by side, the last one at the right end."""
    bar.setObjectName("tools")
    bar.setMovable(False)
    bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
    for number, group in enumerate(TOOLBAR):
        if number == len(TOOLBAR) - 1:
            filler = QWidget()
            filler.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
            bar.addWidget(filler)
        elif number:
            bar.addSeparator()
        if group[0].startswith("color_"):
            caption = QLabel("Colour")
            caption.setProperty("role", "muted")
            caption.setContentsMargins(4, 0, 4, 0)
            bar.addWidget(caption)
        for name in group:
            bar.addAction(actions[name])
