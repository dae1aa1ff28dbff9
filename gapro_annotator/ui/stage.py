"""What fills the window: the view between its panels, or one page alone."""

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QDockWidget, QMainWindow, QSplitter, QStackedWidget, QToolBar, QVBoxLayout, QWidget

from gapro_annotator.ui.banner import Banner

LAYOUT_VERSION = 2
_WIDE = 1.35
_MUCH = 10_000
"""Qt scales sizes down to the room that there is; up, it gives all the rest to one."""


class Split(QSplitter):
    """Two views beside each other, or, where that would make both too narrow, one above the other."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setChildrenCollapsible(False)

    def share_alike(self) -> None:
        """Give every view that is shown as much."""
        self.setSizes([_MUCH] * self.count())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Turn with the shape of the room that there is."""
        wide = self.width() > _WIDE * self.height()
        orientation = Qt.Orientation.Horizontal if wide else Qt.Orientation.Vertical
        if orientation != self.orientation():
            shares = self.sizes()
            self.setOrientation(orientation)
            self.setSizes([_MUCH * share for share in shares])
        super().resizeEvent(event)


class Stage(QStackedWidget):
    """Pages of the window's middle; a page that is shown alone hides the panels until it is left."""

    def __init__(self, window: QMainWindow, start_page: QWidget, view: QWidget, banner: Banner) -> None:
        super().__init__(window)
        self.start_page = start_page
        self._window = window
        self._alone = False
        self._layout = window.saveState(LAYOUT_VERSION)
        self._docks: list[QDockWidget] = []
        self._bars: list[QToolBar] = []
        self._open: list[QDockWidget] = []
        self.work = QWidget()
        layout = QVBoxLayout(self.work)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(banner)
        self.split = Split()
        """The view, and what a part puts beside it."""
        self.split.addWidget(view)
        layout.addWidget(self.split, 1)
        self.addWidget(start_page)
        self.addWidget(self.work)

    def take_panels(self, docks: list[QDockWidget], bars: list[QToolBar]) -> None:
        """Say what is to be hidden around a page that is shown alone."""
        self._docks, self._bars = docks, bars

    @property
    def layout_state(self) -> QByteArray:
        """Layout of the panels, as it is or as it will be again; to be remembered."""
        return self._layout if self._alone else self._window.saveState(LAYOUT_VERSION)

    @property
    def alone(self) -> bool:
        """Whether a page has the window for itself."""
        return self._alone

    def show_alone(self, page: QWidget | None) -> None:
        """Put a page alone into the window, or, None, everything back to where it was."""
        if page is None and not self._alone:
            return
        if page is not None and not self._alone:
            self._layout = self._window.saveState(LAYOUT_VERSION)
            # Restoring a state instead would leave rows of tabs behind in the window: Qt forgets those that there were.
            self._open = [dock for dock in self._docks if not dock.isHidden()]
        changed, self._alone = self._alone != (page is not None), page is not None
        self.setCurrentWidget(page or self.work)
        if not changed:
            return
        for part in (*self._docks, *self._bars):
            part.setVisible(not self._alone)
            part.toggleViewAction().setEnabled(not self._alone)
        if not self._alone:
            for dock in self._docks:
                dock.setVisible(dock in self._open)
