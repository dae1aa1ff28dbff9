"""What the window is made of besides its core: one part a topic, each in a folder of its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from gapro_annotator.ui.action_spec import ActionSpec
from gapro_annotator.ui.appearance.part import AppearancePart
from gapro_annotator.ui.crash.part import CrashPart
from gapro_annotator.ui.cutaway.part import CutawayPart
from gapro_annotator.ui.importing.part import ImportPart
from gapro_annotator.ui.palette.part import PalettePart
from gapro_annotator.ui.project_page.part import ProjectPart
from gapro_annotator.ui.queue.part import QueuePart
from gapro_annotator.ui.remarks.part import RemarksPart
from gapro_annotator.ui.second_view.part import SecondViewPart
from gapro_annotator.ui.splitting.part import SplittingPart
from gapro_annotator.ui.tour.part import TourPart

if TYPE_CHECKING:
    from gapro_annotator.ui.main_window import MainWindow


@dataclass(frozen=True, slots=True, kw_only=True)
class DockSpec:
    """A panel that a part puts beside the view.

    Parameters
    ----------
    title
        What its tab says; its lower case names the dock in the remembered layout.
    panel
        What it shows.
    area
        Where it is at first.
    behind
        Title of the dock that it lies behind as a tab; empty: a place of its own.
    open
        Whether it is shown before anyone asks for it.
    """

    title: str
    panel: QWidget
    area: Qt.DockWidgetArea
    behind: str = ""
    open: bool = True


class WindowPart(Protocol):
    """A topic of the window: its actions, its panels, and how they are wired to the rest."""

    specs: Sequence[ActionSpec]
    docks: Sequence[DockSpec]

    def connect_window(self, window: "MainWindow") -> None:
        """Connect to the window once everything is assembled; the window has no session yet."""
        ...

    def close(self) -> None:
        """Let go of threads and files: the window closes."""
        ...


PARTS: tuple[Callable[["MainWindow"], WindowPart], ...] = (
    SplittingPart,
    CutawayPart,
    SecondViewPart,
    QueuePart,
    RemarksPart,
    PalettePart,
    CrashPart,
    ProjectPart,
    ImportPart,
    AppearancePart,
    TourPart,
)
"""What makes each part, in the order of their menus; called when the window has its workbench and no actions yet."""
