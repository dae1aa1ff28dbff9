"""What the tour says, where it points, and what ends each step."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from gapro_annotator.ui.main_window import MainWindow


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to see or to try.

    `place` is what is framed. `mark` is looked at when the step begins and whenever something changed: once it differs,
    the step is done. None: only *Next* ends it.
    """

    title: str
    text: str
    place: Callable[["MainWindow"], QWidget]
    mark: Callable[["MainWindow"], object] | None = None


def _edits(window: "MainWindow") -> object:
    session = window.bench.session
    return None if session is None else session.undo_text


STEPS: Sequence[Step] = (
    Step(
        "From boxes to labels",
        "Somebody drew a box round each object of this room; every point got its label from them. Yellow points are in "
        "doubt: there two boxes overlap, or a box holds what is not its own. Right drag turns the room, the wheel goes "
        "closer.",
        lambda window: window.view,
    ),
    Step(
        "Where a click is worth most",
        "The queue lists the doubtful regions, the most valuable first. Press N to fly to the first one.",
        lambda window: window.review,
        lambda window: window.bench.review.region,
    ),
    Step(
        "Decide",
        "The region is outlined; the card says to which objects it may belong, and how likely. Space accepts the "
        "proposal, R gives it to the rival, X to background.",
        lambda window: window.review,
        _edits,
    ),
    Step(
        "It learns, and nothing is lost",
        "Regions like this one followed at once; the status bar says how many. The edit is on disk already. "
        "Ctrl+Z takes it back together with what followed: try it.",
        lambda window: window.status,
        _edits,
    ),
    Step(
        "Tools for what superpoints miss",
        "Q paints whole superpoints, W is a brush, E a lasso; the status bar says what the left button will do. "
        "Esc goes back to selecting.",
        lambda window: window.toolbar,
        lambda window: window.bench.tools.hint,
    ),
    Step(
        "Other eyes",
        "C and then R, I, K, D or H colours by scan, instance, class, doubt or changes; Tab goes back and forth. "
        "V cuts the walls away.",
        lambda window: window.toolbar,
        lambda window: window.bench.presenter.mode,
    ),
    Step(
        "Go on",
        "Ctrl+S saves. Ctrl+R trains a network beside the window, whose features make the next labels better. "
        "Ctrl+K finds everything by name, F1 shows the keys. Drop a scan of your own on the window to import it.",
        lambda window: window.view,
    ),
)
