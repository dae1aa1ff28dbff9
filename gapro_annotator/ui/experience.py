"""What corrections taught in the open project: read for the scan that is opened, kept when one is saved, forgotten."""

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from gapro_annotator.arrays import Int32
from gapro_annotator.errors import AnnotatorError
from gapro_annotator.labels import UNCORRECTED
from gapro_annotator.session import Session
from gapro_annotator.store.experience_file import (
    KeptExperience,
    forget_experience,
    keep_experience,
    read_experience,
)
from gapro_annotator.ui.labeling_runner import LabelRunner

_CONFIRM_MS = 6000
"""As long as a message stays in the status bar: forgetting asks there, and the same action again says yes."""


class ProjectExperience(QObject):
    """Stands between the experience file of the project and the labeler; a scan alone has none."""

    changed = Signal()
    said = Signal(str)

    def __init__(self, runner: LabelRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.kept = KeptExperience({})
        self._runner = runner
        self._folder: Path | None = None
        self._scan = ""
        self._due: Int32 | None = None  # corrections that were saved before the labeler was ready
        self._asked = QTimer(self, singleShot=True, interval=_CONFIRM_MS)
        runner.became_ready.connect(self._keep_what_is_due)

    @property
    def in_words(self) -> str:
        """'knows 34 answers from 3 scans'; empty where other scans taught nothing."""
        others = {name: part for name, part in self.kept.parts.items() if name != self._scan}
        return f"knows {KeptExperience(others)}" if others else ""

    def attach(self, session: Session | None, folder: Path | None) -> None:
        """Read what the other scans of the project taught and hand it to the labeler."""
        self._folder, self._due = folder, None
        self._scan = session.scan.name if session is not None else ""
        self._asked.stop()
        self.kept = read_experience(folder) if folder is not None else KeptExperience({})
        self._runner.experience = self.kept.without(self._scan)
        if self.kept.problem:
            self.said.emit(self.kept.problem)
        self.changed.emit()

    def keep(self, session: Session) -> None:
        """Keep what the corrections taught that were just saved, at once or as soon as the labeler is ready."""
        learns = self._folder is not None and self._runner.config.method == "gp"
        corrected = bool((session.correction != UNCORRECTED).any())
        if learns and (corrected or self._scan in self.kept.parts):
            self._due = session.correction.copy()
            self._keep_what_is_due()

    def forget(self) -> None:
        """Ask the first time; forget all of it the second time, and let the open scan be labelled without it."""
        if self._folder is None or not self.kept.scans:
            self.said.emit("There is nothing to forget.")
            return
        if not self._asked.isActive():
            self._asked.start()
            self.said.emit(f"Forget {self.kept}? It cannot be undone. Choose it once more to do it.")
            return
        self._asked.stop()
        try:
            forgotten = forget_experience(self._folder)
        except AnnotatorError as error:
            self.said.emit(str(error))
            return
        self.kept, self._due = KeptExperience({}), None
        self._runner.forget(f"Forgot {forgotten}.")
        self.changed.emit()

    def _keep_what_is_due(self) -> None:
        try:
            part = None if self._due is None else self._runner.taught(self._due)
            if part is None or self._folder is None:
                return
            self._due = None
            self.kept = keep_experience(self._folder, {self._scan: part})
        except AnnotatorError as error:
            self.said.emit(str(error))
        self.changed.emit()
