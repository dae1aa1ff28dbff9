"""The command palette: a line to type in and what fits, over the window; never modal."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFrame, QLineEdit, QTreeWidget, QTreeWidgetItem, QVBoxLayout

from gapro_annotator.ui.palette.entries import Entry, entries_of
from gapro_annotator.ui.palette.matching import fit
from gapro_annotator.ui.theme import shown

if TYPE_CHECKING:
    from gapro_annotator.ui.main_window import MainWindow

_ENTRY = Qt.ItemDataRole.UserRole
_MOST, _REMEMBERED = 60, 12
_WIDTH, _LINES = 620, 12
_IN_DETAIL = 0.4
"""Letters that fit only the detail of an entry count this much."""


class Palette(QFrame):
    """Ctrl+K shows it, Enter runs the chosen line, Esc or a click beside it closes it."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._entries: list[Entry] = []
        self.setProperty("role", "card")
        self.setAutoFillBackground(True)
        self.line = QLineEdit()
        self.line.setPlaceholderText("What do you want to do? Type a few letters")
        self.line.textChanged.connect(self._show_fitting)
        self.line.installEventFilter(self)
        self.list = QTreeWidget()
        self.list.setHeaderHidden(True)
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setColumnCount(3)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.itemClicked.connect(self._run)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addWidget(self.line)
        layout.addWidget(self.list)
        window.installEventFilter(self)
        self.hide()

    def toggle(self) -> None:
        """Show it with what can be done now, or close it."""
        if self.isVisible():
            self.end()
            return
        self._entries = entries_of(self._window)
        self.line.clear()
        self._show_fitting("")
        width = min(_WIDTH, self._window.width() - 40)
        height = self.line.sizeHint().height() + _LINES * (self.fontMetrics().height() + 8) + 30
        self.setGeometry((self._window.width() - width) // 2, 60, width, min(height, self._window.height() - 100))
        for column, share in enumerate((0.38, 0.42)):
            self.list.setColumnWidth(column, round(share * (width - 40)))
        self.show()
        self.raise_()
        self.line.setFocus()

    def end(self) -> None:
        """Close it."""
        self.hide()
        self._window.view.setFocus()

    @property
    def texts(self) -> list[str]:
        """What is listed."""
        return [item.text(0) for item in self._items]

    @property
    def _items(self) -> list[QTreeWidgetItem]:
        found = (self.list.topLevelItem(row) for row in range(self.list.topLevelItemCount()))
        return [item for item in found if item is not None]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let arrows, Enter and Esc work while the line has the focus; a click elsewhere closes it."""
        if watched is self.line and event.type() == QEvent.Type.FocusOut and self.isVisible():
            self.hide()
        if watched is not self.line or not isinstance(event, QKeyEvent):
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            # Every key is for the line, but the one that closes it again.
            own = self._window.actions_by_id["palette"].shortcuts()
            taken = QKeySequence(event.keyCombination()).toString() not in [key.toString() for key in own]
            event.setAccepted(taken)
            return taken
        return event.type() == QEvent.Type.KeyPress and self._pressed(Qt.Key(event.key()))

    def _pressed(self, key: Qt.Key) -> bool:
        row, items = self.list.currentIndex().row(), self._items
        if key == Qt.Key.Key_Escape:
            self.end()
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            step = 1 if key == Qt.Key.Key_Down else -1
            if items:
                self.list.setCurrentItem(items[(row + step) % len(items)])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if row >= 0:
                self._run(items[row])
        else:
            return False
        return True

    def _show_fitting(self, typed: str) -> None:
        recent = self._window.settings.texts("palette")
        ranked: list[tuple[float, int, Entry]] = []
        for number, entry in enumerate(self._entries):
            score = fit(typed, entry.text)
            if score is None and typed:
                beside = fit(typed, f"{entry.detail} {entry.keys}")
                score = _IN_DETAIL * beside if beside is not None else None
            if score is None:
                continue
            late = recent.index(entry.id) if entry.id in recent else _REMEMBERED
            ranked.append((-(score + 0.5 * (_REMEMBERED - late)), number, entry))
        self.list.clear()
        for _, _, entry in sorted(ranked, key=lambda each: each[:2])[:_MOST]:
            item = QTreeWidgetItem([entry.text, entry.detail, entry.keys])
            item.setData(0, _ENTRY, entry)
            item.setToolTip(1, entry.detail)
            item.setForeground(1, QColor(shown().muted))
            item.setTextAlignment(2, Qt.AlignmentFlag.AlignRight)
            if not entry.enabled:
                item.setToolTip(0, "This cannot be done now")
                for column in range(3):
                    item.setForeground(column, QColor(shown().disabled))
            self.list.addTopLevelItem(item)
        for item in self._items[:1]:
            self.list.setCurrentItem(item)

    def _run(self, item: QTreeWidgetItem) -> None:
        entry: Entry = item.data(0, _ENTRY)
        if not entry.enabled:
            self._window.status.say(f"{entry.text}: this cannot be done now")
            return
        recent = [entry.id, *(each for each in self._window.settings.texts("palette") if each != entry.id)]
        self._window.settings.set_texts("palette", recent[:_REMEMBERED])
        self.end()
        entry.run()
