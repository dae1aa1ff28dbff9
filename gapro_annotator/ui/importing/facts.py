"""The right half of the import page: what a source is taken for, with a button for every guess that differs."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from gapro_annotator.ui.importing.form import UNITS
from gapro_annotator.ui.importing.look import Look
from gapro_annotator.ui.importing.sketch import SketchView

UP, UNIT, MOVE = "up", "unit", "move"


class FactsView(QWidget):
    """Shows a look, why there is none, or that it is on its way."""

    taken = Signal(str)
    """A proposal that is to be taken: 'up', 'unit' or 'move'."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.state = QLabel(wordWrap=True)
        self.state.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.proposals = {name: _Proposal(name, self) for name in (UP, UNIT, MOVE)}
        self.grid = QGridLayout()
        self.grid.setColumnStretch(1, 1)
        self.grid.setVerticalSpacing(3)
        self.notes, self.lines = QLabel(wordWrap=True), QLabel()
        self.notes.setProperty("role", "muted")
        self.lines.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.lines.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.lines.setMinimumWidth(1)  # long lines are cut, they do not widen the window
        self.above, self.front = SketchView("From above"), SketchView("From the front")
        sketches = QHBoxLayout()
        sketches.addWidget(self.above)
        sketches.addWidget(self.front)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.state)
        for proposal in self.proposals.values():
            layout.addWidget(proposal)
            proposal.button.clicked.connect(lambda _checked=False, name=proposal.name: self.taken.emit(name))
        layout.addLayout(sketches, 1)
        layout.addLayout(self.grid)
        layout.addWidget(self.notes)
        layout.addWidget(self.lines)

    def show_state(self, text: str, *, keep: bool = False) -> None:
        """Say why nothing is known; `keep` leaves what was known before in sight."""
        self.state.setText(text)
        self.state.setVisible(bool(text))
        if keep:
            return
        for proposal in self.proposals.values():
            proposal.hide()
        self._show_rows([])
        for label in (self.notes, self.lines):
            label.hide()
        self.above.show_sketch(None)
        self.front.show_sketch(None)

    def show_look(self, look: Look) -> None:
        """Show what a source is taken for."""
        self.show_state("")
        self._show_rows([("file", str(look.path)), ("format", look.format), *look.rows])
        self.notes.setText("\n".join(look.notes))
        self.notes.setVisible(bool(look.notes))
        self.lines.setText(look.first_lines)
        self.lines.setVisible(bool(look.first_lines))
        self.above.show_sketch(look.above)
        self.front.show_sketch(look.front)
        if look.up_guess != "z":
            turned = "" if look.options.up in (None, "z") else " still"
            text = f"Up{turned} seems to be the {look.up_guess} axis: most points lie in one layer across it."
            self.proposals[UP].say(text, f"Take {look.up_guess} for up")
        if look.unit_guess != "m":
            self.proposals[UNIT].say(
                f"The scan seems to be in {UNITS[look.unit_guess]}: in metres it would be very large.",
                f"Take {UNITS[look.unit_guess]}",
            )
        if look.cure is not None and not look.options.cure:
            self.proposals[MOVE].say(f"{look.cure.sentence}.", "Do that")

    def _show_rows(self, rows: list[tuple[str, str]]) -> None:
        while (item := self.grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for number, (title, text) in enumerate(rows):
            left, right = QLabel(title), QLabel(text, wordWrap=True)
            left.setProperty("role", "muted")
            right.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self.grid.addWidget(left, number, 0, Qt.AlignmentFlag.AlignTop)
            self.grid.addWidget(right, number, 1)


class _Proposal(QWidget):
    """What probably has to be corrected, and the button that does it."""

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.name = name
        self.setProperty("role", "card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.text, self.button = QLabel(wordWrap=True), QPushButton()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 6, 6, 6)
        layout.addWidget(self.text, 1)
        layout.addWidget(self.button)
        self.hide()

    def say(self, text: str, button: str) -> None:
        """Show it."""
        self.text.setText(text)
        self.button.setText(button)
        self.show()
