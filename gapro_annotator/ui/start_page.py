"""What the window shows while nothing is open: three ways in, and what was open lately."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from gapro_annotator.ui.settings import Settings

_WAYS = (
    ("open_project", "Open a project", "A folder with scans"),
    ("open_scan", "Open a scan", "Our .h5, or a scan to import"),
    ("make_demo", "Open the demo", "Three furnished rooms, made here"),
)


class StartPage(QWidget):
    """Buttons and recent projects; says what was asked for."""

    asked_for = Signal(str)
    """'open_project', 'open_scan' or 'make_demo'."""
    recent_chosen = Signal(Path)

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._recent = QVBoxLayout()
        self._recent.setSpacing(2)
        self.buttons: list[QPushButton] = []
        column = QVBoxLayout()
        column.setSpacing(14)
        column.addStretch(2)
        column.addWidget(_label("From 3D boxes to instance labels", "heading", scale=1.9))
        column.addWidget(
            _label("Open a scan with its boxes, look where the labels are in doubt, correct, save.", "muted")
        )
        column.addSpacing(10)
        ways = QHBoxLayout()
        ways.setSpacing(12)
        for name, text, hint in _WAYS:
            ways.addWidget(self._way(name, text, hint), 1)
        column.addLayout(ways)
        column.addWidget(_label("You can also drop a project folder or a scan anywhere on this window.", "muted"))
        column.addSpacing(10)
        column.addLayout(self._recent)
        column.addStretch(3)
        middle = QWidget()
        middle.setLayout(column)
        middle.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        layout = QHBoxLayout(self)
        layout.addStretch(1)
        layout.addWidget(middle, 3)
        layout.addStretch(1)
        self.refresh()

    def refresh(self) -> None:
        """Show the recent projects as they are now; those that are gone are marked."""
        while (item := self._recent.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        recent = self._settings.recent
        if recent:
            self._recent.addWidget(_label("Recent", "heading"))
        for path in recent:
            self._recent.addWidget(RecentRow(path, self._choose))

    def recent_rows(self) -> Sequence["RecentRow"]:
        """Rows of the recent projects, newest first."""
        items = [self._recent.itemAt(row) for row in range(self._recent.count())]
        widgets = [item.widget() for item in items if item is not None]
        return [widget for widget in widgets if isinstance(widget, RecentRow)]

    def _way(self, name: str, text: str, hint: str) -> QWidget:
        card = QFrame()
        card.setProperty("role", "card")
        button = QPushButton(text)
        button.setObjectName(name)
        button.clicked.connect(lambda: self.asked_for.emit(name))
        self.buttons.append(button)
        layout = QVBoxLayout(card)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.addWidget(button)
        under = _label(hint, "muted")
        under.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(under)
        return card

    def _choose(self, path: Path) -> None:
        if path.exists():
            self.recent_chosen.emit(path)
        else:
            self._settings.drop_recent(path)
            self.refresh()


class RecentRow(QPushButton):
    """One recent project or scan: a click opens it, or forgets it where it is gone."""

    def __init__(self, path: Path, choose: Callable[[Path], None]) -> None:
        super().__init__()
        self.path = path
        self.missing = not path.exists()
        self.setFlat(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip(f"{path} is not there any more; a click forgets it" if self.missing else str(path))
        name = _label(path.stem if path.suffix == ".h5" else path.name, "muted" if self.missing else "")
        where = _label("missing – click to forget" if self.missing else str(path.parent), "muted")
        where.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 4)
        layout.setSpacing(14)
        layout.addWidget(name)
        layout.addWidget(where, 1)
        for label in (name, where):
            label.setWordWrap(False)
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setMinimumHeight(layout.sizeHint().height())
        self.clicked.connect(lambda: choose(path))


def _label(text: str, role: str, *, scale: float = 1.0) -> QLabel:
    label = QLabel(text, wordWrap=True)
    label.setProperty("role", role)
    if scale != 1.0:
        font = label.font()
        font.setPointSizeF(font.pointSizeF() * scale)
        label.setFont(font)
    return label
