"""The fields of the import page: how sources are read, and where they go."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QToolButton,
    QWidget,
)

from gapro_annotator.readers.formats import FORMATS
from gapro_annotator.readers.frame import METRES, UP
from gapro_annotator.readers.registry import ReadOptions

UNITS = {"m": "metres", "cm": "centimetres", "mm": "millimetres", "ft": "feet", "in": "inches"}


class ImportForm(QWidget):
    """What `gapro-annotator import` asks; says when reading has to be looked at again."""

    changed = Signal()
    """How a source is read is another."""
    target_changed = Signal()
    """Project, name or whether to replace is another."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.format = _choice([("told from the file", None), *((one.text, one.name) for one in FORMATS.values())])
        self.columns = _line("as the file says: x,y,z,r,g,b,…")
        self.columns.setToolTip("What the columns are, for text, npy, npz and bin: x y z r g b nx ny nz instance, or -")
        self.up = _choice([(f"{axis} points up", axis) for axis in sorted(UP, reverse=True)])
        self.unit = _choice([(UNITS[unit], unit) for unit in METRES])
        self.boxes = PathField("beside the scan, or none", "Boxes of any known program")
        self.superpoints = PathField("computed, or the scan's own", "npy, npz, pth or segs.json of the scan")
        self.pseudo_labels = PathField("none", "GaPro's .pth of five arrays of the scan")
        self.cured = QCheckBox("Move boxes that miss the scan as proposed")
        self.folder = PathField("Folder; made when it is missing", "Project folder", folder=True)
        self.name = _line("the file's name")
        self.replace = QCheckBox("Replace the scan of this name; a backup is kept")
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.rows: list[tuple[str, QWidget]] = [
            ("Project", self.folder), ("Name", self.name), ("", self.replace), ("Format", self.format),
            ("Columns", self.columns), ("Up axis", self.up), ("Unit", self.unit), ("Boxes", self.boxes),
            ("Superpoints", self.superpoints), ("Pseudo labels", self.pseudo_labels), ("", self.cured),
        ]  # fmt: skip
        for title, field in self.rows:
            form.addRow(title, field)
        for choice in (self.format, self.up, self.unit):
            choice.currentIndexChanged.connect(self.changed)
        for line in (self.columns, self.boxes.line, self.superpoints.line, self.pseudo_labels.line):
            line.textChanged.connect(self.changed)
        self.cured.toggled.connect(self.changed)
        for line in (self.folder.line, self.name):
            line.textChanged.connect(self.target_changed)
        self.replace.toggled.connect(self.target_changed)

    def begin(self, folder: Path, *, single: bool) -> None:
        """Ask anew, as the sources say themselves; fields for one source only are closed for several."""
        for choice in (self.format, self.up, self.unit):
            choice.setCurrentIndex(0)
        for line in (self.columns, self.boxes.line, self.superpoints.line, self.pseudo_labels.line, self.name):
            line.clear()
        self.cured.setChecked(False)
        self.cured.hide()
        self.replace.setChecked(False)
        self.folder.line.setText(str(folder))
        for field in (self.boxes, self.superpoints, self.pseudo_labels, self.name):
            field.setEnabled(single)
            field.setToolTip("" if single else "For one scan at a time")

    @property
    def options(self) -> ReadOptions:
        """How sources are to be read."""
        columns = [name.strip() for name in self.columns.text().split(",")] if self.columns.text().strip() else None
        return ReadOptions(
            format=self.format.currentData(),
            boxes=self.boxes.path,
            superpoints=self.superpoints.path,
            pseudo_labels=self.pseudo_labels.path,
            columns=columns,
            up=self.up.currentData(),
            unit=self.unit.currentData(),
            cure=self.cured.isChecked(),
        )


class PathField(QWidget):
    """A path that is typed or chosen."""

    def __init__(self, hint: str, title: str, *, folder: bool = False) -> None:
        super().__init__()
        self._title, self._folder = title, folder
        self.line = _line(hint)
        browse = QToolButton()
        browse.setText("…")
        browse.setToolTip(f"Choose: {title}")
        browse.clicked.connect(self._browse)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.line, 1)
        layout.addWidget(browse)
        self.setFocusProxy(self.line)

    @property
    def path(self) -> Path | None:
        """What was given; None where nothing was."""
        return Path(self.line.text().strip()) if self.line.text().strip() else None

    def _browse(self) -> None:
        here = self.line.text()
        if self._folder:
            chosen = QFileDialog.getExistingDirectory(self, self._title, here)
        else:
            chosen, _ = QFileDialog.getOpenFileName(self, self._title, here)
        if chosen:
            self.line.setText(chosen)


def _choice(entries: list[tuple[str, str | None]]) -> QComboBox:
    choice = QComboBox()
    for text, value in entries:
        choice.addItem(text, value)
    choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    return choice


def _line(hint: str) -> QLineEdit:
    line = QLineEdit()
    line.setPlaceholderText(hint)
    return line
