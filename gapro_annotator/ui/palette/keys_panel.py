"""The panel that gives actions other keys."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QHBoxLayout,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gapro_annotator.ui.palette.keymap import Keymap

if TYPE_CHECKING:
    from gapro_annotator.ui.main_window import MainWindow

_ID = Qt.ItemDataRole.UserRole


class KeysPanel(QWidget):
    """All actions with their keys; the chosen one gets what is pressed."""

    def __init__(self) -> None:
        super().__init__()
        self._window: MainWindow | None = None
        self.keymap: Keymap | None = None
        self.filter = QLineEdit()
        self.filter.setPlaceholderText("Filter by action or key")
        self.filter.setClearButtonEnabled(True)
        self.filter.setToolTip("Show only actions with this in their name, key or menu")
        self.filter.textChanged.connect(self.refresh)
        self.list = QTreeWidget()
        self.list.setHeaderLabels(["Action", "Keys", "Menu"])
        self.list.setRootIsDecorated(False)
        self.list.setColumnWidth(0, 190)
        self.list.currentItemChanged.connect(self._chosen)
        self.edit = QKeySequenceEdit()
        self.edit.setMaximumSequenceLength(2)
        self.edit.keySequenceChanged.connect(self._typed)
        self.said = QLabel(wordWrap=True)
        self.said.setProperty("role", "muted")
        self.set, self.remove = QPushButton("Set"), QPushButton("No key")
        self.reset, self.reset_all = QPushButton("Reset"), QPushButton("Reset all")
        self.set.setToolTip("Give the chosen action this key")
        self.remove.setToolTip("Leave the chosen action without a key; the palette (Ctrl+K) still finds it")
        self.reset.setToolTip("Give the chosen action its usual keys again")
        self.reset_all.setToolTip("Give every action its usual keys again")
        self.set.clicked.connect(lambda: self._give([self.edit.keySequence().toString()]))
        self.remove.clicked.connect(lambda: self._give([]))
        self.reset.clicked.connect(lambda: self._reset(self._id))
        self.reset_all.clicked.connect(lambda: self._reset(None))
        first, second = QHBoxLayout(), QHBoxLayout()
        first.addWidget(self.edit, 1)
        first.addWidget(self.set)
        for button in (self.remove, self.reset, self.reset_all):
            second.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.addWidget(self.filter)
        layout.addWidget(self.list)
        layout.addLayout(first)
        layout.addWidget(self.said)
        layout.addLayout(second)

    def connect_window(self, window: "MainWindow") -> None:
        """Show this window's actions."""
        self._window, self.keymap = window, Keymap(window)
        self.refresh()

    def refresh(self) -> None:
        """List the actions that the filter lets through."""
        window, chosen, wanted = self._window, self._id, self.filter.text().casefold()
        self.list.clear()
        for spec in window.specs if window is not None else []:
            text = window.actions_by_id[spec.id].text() if window is not None else ""
            if wanted and wanted not in f"{text} {spec.key_text} {spec.menu}".casefold():
                continue
            own = self.keymap is not None and self.keymap.is_own(spec.id)
            item = QTreeWidgetItem([text, f"{spec.key_text}{'  (yours)' if own else ''}", spec.menu])
            item.setData(0, _ID, spec.id)
            item.setToolTip(0, spec.tooltip)
            self.list.addTopLevelItem(item)
            if spec.id == chosen:
                self.list.setCurrentItem(item)
        self._chosen()

    @property
    def _id(self) -> str | None:
        item = self.list.topLevelItem(self.list.currentIndex().row()) if self.list.currentIndex().isValid() else None
        return item.data(0, _ID) if item is not None else None

    def _chosen(self) -> None:
        for part in (self.edit, self.remove, self.reset):
            part.setEnabled(self._id is not None)
        self.edit.clear()
        self._typed(QKeySequence())

    def _typed(self, sequence: QKeySequence) -> None:
        chosen, window, keymap = self._id, self._window, self.keymap
        self.set.setEnabled(chosen is not None and not sequence.isEmpty())
        self.set.setText("Set")
        self.said.setText("Choose an action, click into the field and press the new key." if chosen is None else "")
        if chosen is None or window is None or keymap is None or sequence.isEmpty():
            return
        other = keymap.owner_of(sequence.toString(), chosen)
        if other is not None:
            self.said.setText(f"“{window.actions_by_id[other].text()}” has this key; it would lose it.")
            self.set.setText("Take it")

    def _give(self, keys: list[str]) -> None:
        if self._id is not None and self.keymap is not None:
            self.keymap.set_keys(self._id, keys)
            self.refresh()

    def _reset(self, action: str | None) -> None:
        if self.keymap is not None:
            self.keymap.reset(action)
            self.refresh()
