"""The classes of the project: added, renamed and recoloured in place."""

from functools import partial

import numpy as np
from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QColor, QIcon, QKeySequence, QPainter, QPixmap, QShortcut
from PySide6.QtWidgets import QColorDialog, QHBoxLayout, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from gapro_annotator.ui.instance_desk import NO_CHOICE, InstanceDesk

_NUMBER = Qt.ItemDataRole.UserRole
_KEYS = 9
"""Classes that a digit picks."""
_SIDE = 16


class ClassesPanel(QWidget):
    """A list whose names can be edited; the selected class is that of the next new instance."""

    def __init__(self, desk: InstanceDesk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.list = QListWidget()
        self.list.itemChanged.connect(self._renamed)
        self.list.currentItemChanged.connect(self._selected)
        self.list.setToolTip("A digit picks a class for the next new instance; Alt with it gives it to the chosen one")
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
        for digit in range(1, _KEYS + 1):
            # They belong to the view, which is there even when another panel lies over this one.
            QShortcut(QKeySequence(str(digit)), desk.bench.view, partial(self.pick, digit))
            QShortcut(QKeySequence(f"Alt+{digit}"), desk.bench.view, partial(self.give, digit))
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
                item.setIcon(_icon(QColor(*session.classes.color[row].tolist()), row + 1))
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
                self.list.addItem(item)
                if item.data(_NUMBER) == current:
                    self.list.setCurrentItem(item)
        for button in (self.add, self.color):
            button.setEnabled(self._desk.bench.workspace.project is not None)

    def pick(self, digit: int) -> None:
        """Let the next new instance be of the class with this digit, 1 the first of the list."""
        session = self._desk.session
        if session is None or not self._is_there(digit):
            return
        self.list.setCurrentRow(digit - 1)
        name = session.classes.name[digit - 1]
        self._desk.bench.said.emit(f"The next new instance is a {name} · Alt+{digit} makes the chosen one a {name}")

    def give(self, digit: int) -> None:
        """Give the class with this digit to the chosen instance."""
        chosen = self._desk.chosen
        if chosen is None:
            self._desk.bench.said.emit(NO_CHOICE)
        elif self._is_there(digit):
            self.list.setCurrentRow(digit - 1)
            self._desk.set_class(chosen, int(self.list.item(digit - 1).data(_NUMBER)))

    @property
    def number(self) -> int | None:
        """Id of the selected class."""
        row = self.list.currentRow()
        return int(self.list.item(row).data(_NUMBER)) if row >= 0 else None

    def set_color(self, color: QColor) -> None:
        """Recolour the selected class."""
        if self.number is not None and color.isValid():
            self._desk.change_class(self.number, color=(color.red(), color.green(), color.blue()))

    def _is_there(self, digit: int) -> bool:
        count = self.list.count()
        if digit > count:
            self._desk.bench.said.emit(f"There is no class {digit}: the project has {count}.")
        return digit <= count

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


def _icon(color: QColor, number: int) -> QIcon:
    """A square in the colour of the class, with the digit that picks it."""
    pixmap = QPixmap(_SIDE, _SIDE)
    pixmap.fill(color)
    if number <= _KEYS:
        painter = QPainter(pixmap)
        painter.setPen(Qt.GlobalColor.black if color.lightnessF() > 0.5 else Qt.GlobalColor.white)
        font = painter.font()
        font.setPixelSize(_SIDE - 4)
        painter.setFont(font)
        painter.drawText(pixmap.rect(), Qt.AlignmentFlag.AlignCenter, str(number))
        painter.end()
    return QIcon(pixmap)
