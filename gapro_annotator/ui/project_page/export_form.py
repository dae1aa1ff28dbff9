"""The form of an export: format, its options, folder and frame."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QToolButton,
    QWidget,
)

from gapro_annotator.exporters import FORMATS
from gapro_annotator.exporters.options import Option


class ExportForm(QFrame):
    """Asks what `gapro-annotator export` asks; the scans come from the page."""

    asked = Signal(list)
    """The arguments after `export PROJECT`, without the scans."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.format, self.frame = QComboBox(), QComboBox()
        for one in FORMATS.values():
            self.format.addItem(f"{one.name}: {one.text}", one.name)
        self.format.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.frame.setToolTip("Coordinates of the imported file, or of the window; usual is what readers expect")
        self.folder = QLineEdit()
        self.folder.setPlaceholderText("Folder; made when it is missing")
        browse = QToolButton()
        browse.setText("…")
        browse.setToolTip("Choose a folder")
        browse.clicked.connect(self._browse)
        self.options: dict[str, QComboBox | QLineEdit] = {}
        self.which = QLabel(wordWrap=True)
        self.which.setProperty("role", "muted")
        self.choices = QWidget()
        self._choices = QFormLayout(self.choices)
        self._choices.setContentsMargins(0, 0, 0, 0)
        self.start, self.cancel = QPushButton("Export"), QPushButton("Close")
        self.start.clicked.connect(self._ask)
        self.cancel.clicked.connect(self.hide)
        where, buttons = QHBoxLayout(), QHBoxLayout()
        where.addWidget(self.folder, 1)
        where.addWidget(browse)
        buttons.addWidget(self.which, 1)
        buttons.addWidget(self.start)
        buttons.addWidget(self.cancel)
        form = QFormLayout(self)
        form.addRow("Format", self.format)
        form.addRow("Folder", where)
        form.addRow("Frame", self.frame)
        form.addRow("Options", self.choices)
        form.addRow("", buttons)
        self.format.currentIndexChanged.connect(self._format_chosen)
        self._format_chosen()
        self.hide()

    def begin(self, scans: list[str], folder: Path) -> None:
        """Ask for these scans; `folder` is where exports usually go."""
        self.which.setText(f"{len(scans)} scans" if len(scans) != 1 else scans[0])
        if not self.folder.text():
            self.folder.setText(str(folder))
        self.show()
        self.format.setFocus()

    def _format_chosen(self) -> None:
        one = FORMATS[self.format.currentData()]
        self.frame.clear()
        for frame in (one.frame, *(each for each in one.frames if each != one.frame)):
            self.frame.addItem(frame if frame != one.frame else f"{frame} (usual)", frame)
        while self._choices.rowCount():
            self._choices.removeRow(0)
        self.options = {option.name: _field(option) for option in one.options}
        for option in one.options:
            self._choices.addRow(option.name, self.options[option.name])
        if not one.options:
            self._choices.addRow(QLabel("This format has none."))

    def _browse(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Export into which folder?", self.folder.text())
        if folder:
            self.folder.setText(folder)

    def _ask(self) -> None:
        options = [part for name, field in self.options.items() for part in _given(name, field)]
        self.asked.emit(
            ["--format", self.format.currentData(), "--output", self.folder.text().strip(),
             "--frame", self.frame.currentData(), *options]
        )  # fmt: skip


def _field(option: Option) -> QComboBox | QLineEdit:
    """Where one option is chosen or typed."""
    if not option.choices:
        line = QLineEdit()
        line.setPlaceholderText(option.text)
        line.setToolTip(option.text)
        return line
    combo = QComboBox()
    combo.setToolTip(option.text)
    for choice in option.choices:
        combo.addItem(f"{choice} (usual)" if choice == option.default else choice, choice)
    combo.setCurrentIndex(max(combo.findData(option.default), 0))
    return combo


def _given(name: str, field: QComboBox | QLineEdit) -> list[str]:
    value = field.currentData() if isinstance(field, QComboBox) else field.text().strip()
    return ["--option", f"{name}={value}"] if value else []
