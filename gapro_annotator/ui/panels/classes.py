"""The classes of the project: added, renamed and recoloured in place."""

import numpy as np
from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QColorDialog, QHBoxLayout, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from gapro_annotator.ui.instance_desk import InstanceDesk

_NUMBER = Qt.ItemDataRole.UserRole


class ClassesPanel(QWidget):
    """A list whose names can be edited; the selected class is that of the next new instance."""

    def __init__(self, desk: InstanceDesk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.list = QListWidget()
        self.list.itemChanged.connect(self._renamed)
        self.list.currentItemChanged.connect(self._selected)
        self.add, self.color = QPushButton("Add a class"), QPushButton("Colour…")
        self.add.setToolTip("Add a class to the project, and name it")
        self.color.setToolTip("Choose the colour of the selected class")
        for button in (self.add, self.color):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.add.clicked.connect(self._add)
        self.color.clicked.connect(self._ask_color)
        buttons = QHBoxLayout()
        buttons.addWidget(self.add)
        buttons.addWidget(self.color)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.addWidget(self.list)
        layout.addLayout(buttons)
        desk.boxes_changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the classes as they are now."""
        session, current = self._desk.session, self.number
        with QSignalBlocker(self.list):
            self.list.clear()
            for row in range(len(session.classes) if session is not None else 0):
                assert session is not None  # noqa: S101 - there are rows
                item = QListWidgetItem(session.classes.name[row])
                item.setData(_NUMBER, int(session.classes.id[row]))
                pixmap = QPixmap(12, 12)
                pixmap.fill(QColor(*session.classes.color[row].tolist()))
                item.setIcon(QIcon(pixmap))
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
                self.list.addItem(item)
                if item.data(_NUMBER) == current:
                    self.list.setCurrentItem(item)
        for button in (self.add, self.color):
            button.setEnabled(self._desk.bench.workspace.project is not None)

    @property
    def number(self) -> int | None:
        """Id of the selected class."""
        row = self.list.currentRow()
        return int(self.list.item(row).data(_NUMBER)) if row >= 0 else None

    def set_color(self, color: QColor) -> None:
        """Recolour the selected class."""
        if self.number is not None and color.isValid():
            self._desk.change_class(self.number, color=(color.red(), color.green(), color.blue()))

    def _add(self) -> None:
        session = self._desk.session
        if session is None:
            return
        number = 1
        while session.classes.id_of(f"class {number}") is not None:
            number += 1
        self._desk.add_class(f"class {number}")
        item = self.list.item(self.list.count() - 1)
        self.list.setCurrentItem(item)
        self.list.editItem(item)

    def _ask_color(self) -> None:
        session, number = self._desk.session, self.number
        if session is None or number is None:
            return
        row = int(np.flatnonzero(session.classes.id == number)[0])
        dialog = QColorDialog(QColor(*session.classes.color[row].tolist()), self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.colorSelected.connect(self.set_color)
        dialog.open()

    def _renamed(self, item: QListWidgetItem) -> None:
        self._desk.change_class(int(item.data(_NUMBER)), name=item.text())
        self.refresh()  # a name that was refused is taken back

    def _selected(self) -> None:
        self._desk.class_id = self.number
