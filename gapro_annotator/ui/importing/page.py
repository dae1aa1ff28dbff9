"""The page: sources on the left with how they are read, on the right what the chosen one is taken for."""

from pathlib import Path

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListWidget,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from gapro_annotator.errors import AnnotatorError
from gapro_annotator.readers.frame import METRES, UP
from gapro_annotator.readers.registry import find_sources
from gapro_annotator.ui.importing import facts
from gapro_annotator.ui.importing.facts import FactsView
from gapro_annotator.ui.importing.form import ImportForm
from gapro_annotator.ui.importing.look import Look, look_at
from gapro_annotator.ui.importing.order import ImportOrder, is_ours, scan_of_name
from gapro_annotator.ui.job import Job
from gapro_annotator.ui.messages import in_sentences

_TYPED_MS = 350
"""Wait for the end of what is being typed before a source is read again."""


class ImportPage(QWidget):
    """Asks until the answer can be carried out; nothing is written here."""

    asked = Signal(object)
    """An `ImportOrder`."""
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = QLabel(wordWrap=True)
        self.title.setProperty("role", "heading")
        self.sources, self.form, self.facts = QListWidget(), ImportForm(), FactsView()
        self.sources.setMaximumHeight(130)
        self.for_all = QLabel("What you choose holds for all of them.")
        self.for_all.setProperty("role", "muted")
        self.busy = QProgressBar(textVisible=False)
        self.busy.setRange(0, 0)
        self.busy.setFixedHeight(6)
        self.complaint = QLabel(wordWrap=True)
        self.start, self.cancel = QPushButton("Import"), QPushButton("Cancel")
        self.start.setDefault(True)
        self.start.setToolTip("Copy into the project; the files themselves stay as they are  (Enter)")
        self.cancel.setToolTip("Go back; nothing is written  (Esc)")
        self._paths: list[Path] = []
        self._look: Look | None = None
        self._again = False
        self._open_scan: Path | None = None
        self._job = Job("gapro-import-look", self)
        self._pause = QTimer(self, singleShot=True, interval=_TYPED_MS)
        self._lay_out()
        self._connect()

    def begin(self, paths: list[Path], folder: Path, open_scan: Path | None = None) -> None:
        """Ask about these paths, each a source or a folder of sources.

        `folder` is the project to propose; the scan that is open in the window cannot be replaced.
        """
        self._open_scan = open_scan
        try:
            found = [source for path in paths for source in find_sources(path)]
        except AnnotatorError as error:
            found = []
            self.facts.show_state(_sentence(error))
        self._paths, self._look = list(dict.fromkeys(found)), None
        count = len(self._paths)
        self.title.setText(f"Import {self._paths[0].name}" if count == 1 else f"Import {count} scans")
        self.form.begin(folder, single=count == 1)
        self.sources.blockSignals(True)  # noqa: FBT003 - Qt's
        self.sources.clear()
        self.sources.addItems([path.name for path in self._paths])
        self.sources.setCurrentRow(0)
        self.sources.blockSignals(False)  # noqa: FBT003 - Qt's
        for part in (self.sources, self.for_all):
            part.setVisible(count > 1)
        if found:
            self.look()
        self._show_target()
        self.setFocus()

    @property
    def look_shown(self) -> Look | None:
        """What the page says of the chosen source, once it is read."""
        return self._look

    def look(self) -> None:
        """Read the chosen source as the fields say, in the background."""
        self._pause.stop()
        if not self._paths:
            return
        if self._job.running:
            self._again = True
            return
        path, options, before = self._chosen, self.form.options, self._look
        self.busy.show()
        self.facts.show_state(f"Reading {path.name}…", keep=before is not None and before.path == path)
        self._job.start(lambda _progress: look_at(path, options, before))

    def join(self) -> None:
        """Wait for the thread."""
        self._pause.stop()
        self._job.join()

    # -- inside -------------------------------------------------------------------------------------------------

    @property
    def _chosen(self) -> Path:
        return self._paths[max(self.sources.currentRow(), 0)]

    def _connect(self) -> None:
        self._pause.timeout.connect(self.look)
        self._job.succeeded.connect(self._looked)
        self._job.failed.connect(self._failed)
        self.form.changed.connect(self._reading_changed)
        self.form.target_changed.connect(self._show_target)
        self.sources.currentRowChanged.connect(lambda _row: self.look())
        self.facts.taken.connect(self._take)
        self.start.clicked.connect(self._ask)
        self.cancel.clicked.connect(self.closed)
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def _reading_changed(self) -> None:
        self._pause.start()
        self._show_target()

    def _looked(self, look: Look) -> None:
        if self._stale():
            return
        self._look = look
        self.form.name.setPlaceholderText(look.name)
        self.form.cured.setVisible(look.cure is not None)
        self.facts.show_look(look)
        self._show_target()
        if self.hasFocus():  # nobody has begun to type
            self.start.setFocus()

    def _failed(self, error: Exception) -> None:
        if self._stale():
            return
        self._look = None
        self.facts.show_state(_sentence(error))
        self._show_target()

    def _stale(self) -> bool:
        """Whether something else was asked for meanwhile; it is read now."""
        self.busy.hide()
        again, self._again = self._again, False
        if again:
            self.look()
        return again

    def _take(self, proposal: str) -> None:
        """Take up what the page proposes."""
        if self._look is None:
            return
        if proposal == facts.MOVE:
            self.form.cured.setChecked(True)
        elif proposal == facts.UP:
            self.form.up.setCurrentIndex(self.form.up.findData(_turned(self._look)))
        else:
            self.form.unit.setCurrentIndex(self.form.unit.findData(_measured(self._look)))
        self.look()

    def _order(self) -> ImportOrder | None:
        folder = self.form.folder.path
        if folder is None or not self._paths:
            return None
        options, look = self.form.options, self._look
        known = look is not None and look.source is not None and look.options == options
        return ImportOrder(
            sources=tuple(self._paths),
            options=options,
            folder=folder,
            name=self.form.name.text().strip(),
            replace=self.form.replace.isChecked(),
            read={look.path: look.source} if known and look is not None and look.source is not None else {},
        )

    def _show_target(self) -> None:
        """Say what stands in the way of importing, if anything."""
        order, look = self._order(), self._look
        name = (order.name if order is not None else "") or (look.name if look is not None else "")
        single = len(self._paths) == 1
        trouble, there = "", None
        try:
            there = scan_of_name(order.folder, name) if order is not None and single else None
        except AnnotatorError as error:
            trouble = _sentence(error)
        is_open = there is not None and there == self._open_scan
        self.form.replace.setVisible(not single or (there is not None and not is_open))
        if order is None:
            trouble = "Choose a project folder." if self._paths else ""
        elif is_open:
            trouble = f"The scan {name!r} of the project is open here: choose another name."
        elif there is not None and not order.replace:
            trouble = f"The project has a scan {name!r} already: choose another name, or replace it."
        elif order.folder.is_file():
            trouble = f"{order.folder} is a file; choose a folder."
        self.complaint.setText(trouble)
        self.complaint.setVisible(bool(trouble))
        readable = not single or (look is not None and look.options == self.form.options)
        self.start.setEnabled(order is not None and not trouble and readable)

    def _ask(self) -> None:
        order = self._order()
        if self.start.isEnabled() and order is not None:
            self.asked.emit(order)

    def _lay_out(self) -> None:
        left, right = QVBoxLayout(), QVBoxLayout()
        buttons = QHBoxLayout()
        buttons.addStretch()
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.start)
        for part in (self.title, self.sources, self.for_all, self.form, self.complaint):
            left.addWidget(part)
        left.addLayout(buttons)
        left.addStretch()
        scroll = QScrollArea()
        scroll.setWidget(self.facts)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        right.addWidget(self.busy)
        right.addWidget(scroll, 1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(18, 14, 18, 14)
        layout.setSpacing(20)
        layout.addLayout(left, 2)
        layout.addLayout(right, 3)

    # -- Qt's events --------------------------------------------------------------------------------------------

    def event(self, arg__1: QEvent) -> bool:
        """Keep plain keys from the tools of the view, which is not seen."""
        if isinstance(arg__1, QKeyEvent) and arg__1.type() == QEvent.Type.ShortcutOverride:
            held = arg__1.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
            if held == Qt.KeyboardModifier.NoModifier:
                arg__1.accept()
                return True
        return super().event(arg__1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc goes back, Enter imports."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._ask()
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take a boxes file for the scan that is shown; everything else is the window's."""
        urls = event.mimeData().urls()
        path = Path(urls[0].toLocalFile()) if len(urls) == 1 and urls[0].isLocalFile() else None
        if path is not None and len(self._paths) == 1 and path.is_file() and _no_scan(path):
            event.acceptProposedAction()
        else:
            event.ignore()

    def dropEvent(self, event: QDropEvent) -> None:
        """Read boxes from what was dropped."""
        event.acceptProposedAction()
        self.form.boxes.line.setText(event.mimeData().urls()[0].toLocalFile())


def _no_scan(path: Path) -> bool:
    from gapro_annotator.readers.registry import detect

    return detect(path) is None and not is_ours(path)


def _turned(look: Look) -> str:
    """Return the axis of the file that is up, where the guess was made after a turn."""
    turn = UP[look.options.up or "z"]
    guessed = "xyz".index(look.up_guess)
    return "xyz"[int(abs(turn[guessed]).argmax())]


def _measured(look: Look) -> str:
    """Return the unit of the file, where the guess was made after scaling."""
    scale = METRES[look.unit_guess] * METRES[look.options.unit or "m"]
    return min(METRES, key=lambda unit: abs(METRES[unit] - scale))


def _sentence(error: Exception) -> str:
    return " ".join(in_sentences(error)).strip()
