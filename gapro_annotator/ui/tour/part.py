"""The tour as the window assembles it: offered once, on the demo; shown again from the Help menu."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from gapro_annotator.session import Session
from gapro_annotator.ui.action_spec import ActionSpec
from gapro_annotator.ui.tour.card import TourCard
from gapro_annotator.ui.tour.steps import STEPS

if TYPE_CHECKING:
    from gapro_annotator.ui.main_window import MainWindow
    from gapro_annotator.ui.parts import DockSpec

_LOOK_MS = 200
_SEEN = "tour seen"
DEMO_SCANS = 3


class TourPart(QObject):
    """Goes from step to step: by its buttons, or because the user did what the step asks for."""

    docks: Sequence["DockSpec"] = ()

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self.card = TourCard(window, window.view)
        self._row = -1
        self._mark: object = None
        self._looking = QTimer(self, interval=_LOOK_MS)
        self._looking.timeout.connect(self._look)
        self.card.next_asked.connect(lambda: self._go(self._row + 1))
        self.card.back_asked.connect(lambda: self._go(self._row - 1))
        self.card.closed.connect(self.end)
        self.specs: Sequence[ActionSpec] = [
            ActionSpec(id="tour", menu="Help", text="Tour", slot=self.begin,
                       tooltip="Walk through the window in seven steps, on the scan that is open"),
        ]  # fmt: skip

    def connect_window(self, window: "MainWindow") -> None:
        """Offer itself when the demo is opened for the first time."""
        window.bench.session_changed.connect(self._session_changed)

    def close(self) -> None:
        """Stop looking."""
        self._looking.stop()

    def begin(self) -> None:
        """Start with the first step."""
        if self._window.bench.session is None:
            self._window.bench.said.emit("Open a scan first: the tour is about what is shown.")
            return
        self._window.settings.set_switch(_SEEN, on=True)
        self._go(0)

    def end(self) -> None:
        """Take it away."""
        self._row = -1
        self._looking.stop()
        self.card.end()

    def _session_changed(self, session: Session | None) -> None:
        if session is None:
            self.end()
        elif not self._window.settings.switch(_SEEN, default=False) and self._shows_demo:
            QTimer.singleShot(0, self, self.begin)  # once the view has its size between the panels

    @property
    def _shows_demo(self) -> bool:
        project = self._window.bench.workspace.project
        names = project.scan_names() if project is not None else []
        if len(names) != DEMO_SCANS:
            return False
        from gapro_annotator.demo import ROOMS  # generating rooms is not for the start of the window

        return names == list(ROOMS)

    def _go(self, row: int) -> None:
        if not 0 <= row < len(STEPS):
            self.end()
            return
        self._row = row
        step = STEPS[row]
        self._mark = step.mark(self._window) if step.mark is not None else None
        self.card.show_step(step.title, step.text, step.place(self._window), row + 1, len(STEPS))
        self._looking.start()

    def _look(self) -> None:
        step = STEPS[self._row]
        if step.mark is not None and step.mark(self._window) != self._mark:
            self._go(self._row + 1)
