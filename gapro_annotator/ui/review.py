"""Review: which region is looked at, and what a decision about it does."""

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal

from gapro_annotator.arrays import Int64
from gapro_annotator.labeling.review import Region, expected_wrong_share, rank_regions
from gapro_annotator.labels import BACKGROUND, NO_RIVAL, UNCORRECTED
from gapro_annotator.session import Change, Session
from gapro_annotator.ui.giving import BY_REVIEW, give
from gapro_annotator.ui.naming import NO_BOXES
from gapro_annotator.ui.queue.wanted import Wanted
from gapro_annotator.ui.review_queue import ReviewQueue, decided
from gapro_annotator.ui.selected_region import SELECTION, region_at, selected_region

if TYPE_CHECKING:
    from collections.abc import Callable

NO_REGION = "No region is selected. N goes to the next doubtful one; a click selects one."


class Review(QObject):
    """The review queue of the open scan and the region that the next key decides about.

    The region comes from the queue, or it is what was clicked or selected in the view; the queue keeps its place then.
    """

    queue_changed = Signal()
    region_changed = Signal(object, bool)
    """The region or None, and whether the camera should fly there."""
    said = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.queue = ReviewQueue()
        self.region: Region | None = None
        self.chosen: int | None = None
        self.advance = True
        self.keep_corrected = True
        self.expected_wrong = 0.0
        self._session: Session | None = None
        self._worth_at_first = 0.0
        self._open_worth: list[float] = []
        self._by_superpoint: tuple[Int64, Int64] | None = None
        self._unsubscribe: Callable[[], None] | None = None
        self._from_queue = False
        self._asked = True
        self.wanted = Wanted()

    @property
    def session(self) -> Session | None:
        """The open scan."""
        return self._session

    @property
    def in_queue(self) -> bool:
        """Whether the region that is looked at is the current one of the queue."""
        return self._from_queue and self.region is not None

    @property
    def left(self) -> int:
        """Regions of the queue that nobody has decided."""
        return len(self._open_worth)

    @property
    def settled(self) -> float:
        """Share of the doubt there was when the scan was opened or labelled anew that is gone, 0..1."""
        return 1.0 - min(sum(self._open_worth) / self._worth_at_first, 1.0) if self._worth_at_first else 1.0

    @property
    def half(self) -> int:
        """How many of the open regions, the most doubtful first, hold half of the doubt."""
        worth = np.sort(self._open_worth)[::-1]
        return int(np.searchsorted(np.cumsum(worth), worth.sum() / 2)) + 1 if len(worth) else 0

    def attach(self, session: Session | None) -> None:
        """Review this scan from now on."""
        if self._unsubscribe:
            self._unsubscribe()
        self._session, self._unsubscribe, self._by_superpoint = session, None, None
        self.queue.restart([])
        self.wanted = Wanted()
        self._count_open()
        self._set_region(None, fly=False)
        if session is not None:
            self._unsubscribe = session.subscribe(self._session_changed)
            order = np.argsort(session.scan.superpoint, kind="stable").astype(np.int64)
            starts = np.searchsorted(session.scan.superpoint[order], np.arange(session.scan.superpoint_count + 1))
            self._by_superpoint = order, starts.astype(np.int64)
            self.restart()
        self.queue_changed.emit()

    def restart(self) -> None:
        """Rank anew from the first region, as when a scan was opened or labelled as a whole."""
        self.queue.restart(self._ranked())
        self._count_open()
        self._worth_at_first = sum(self._open_worth)
        self._set_region(None, fly=False)
        self.queue_changed.emit()

    # -- what is walked through ---------------------------------------------------------------------------------

    def admits(self, region: Region) -> bool:
        """Whether `next` stops at a region."""
        return self._session is None or self.wanted.admits(region, self._session.boxes)

    def set_wanted(self, wanted: Wanted) -> None:
        """Walk through other regions from now on."""
        self.wanted = wanted
        self.queue_changed.emit()

    # -- where to look ------------------------------------------------------------------------------------------

    def next(self) -> None:
        """Fly to the next open region."""
        self._go(1, "Nothing is left below. Shift+N goes back to what was skipped.")

    def previous(self) -> None:
        """Fly to the previous open region."""
        self._go(-1, "This is the first open region.")

    def show_row(self, row: int) -> None:
        """Fly to a row of the queue."""
        self._from_queue = True
        self._set_region(self._as_it_is(self.queue.go_to(row)), fly=True)

    def select_point(self, row: int) -> None:
        """Look at the superpoint of a point that was clicked; the camera stays."""
        region = self.region_of(row)
        if region is not None:
            self._from_queue = False
            self._set_region(region, fly=False)

    def select_points(self, points: Int64, *, asked: bool, fly: bool = False) -> None:
        """Look at these points (M,), M > 0, ascending; unless `asked` for one by one, corrected ones are protected."""
        if self._session is not None:
            self._from_queue, self._asked = False, asked
            self._set_region(selected_region(self._session, points), fly=fly)

    def revisit(self, points: Int64) -> None:
        """Fly to the region that holds these points, as after an undo."""
        row, region = self.queue.row_of(points), self.region_of(int(points[0]))
        if region is not None and len(points) > len(region.points):
            self.select_points(points, asked=True, fly=True)
        elif row >= 0:
            self.show_row(row)
        else:
            self._from_queue = False
            self._set_region(region, fly=True)

    def clear_region(self) -> None:
        """Look at no region; the queue keeps its place."""
        self._set_region(None, fly=False)

    def region_of(self, row: int) -> Region | None:
        """Return the points of this point's superpoint that share its label, with their candidates."""
        session = self._session
        if session is None or self._by_superpoint is None:
            return None
        return region_at(session, self._by_superpoint, self.queue, row)

    # -- decisions ----------------------------------------------------------------------------------------------

    def accept(self) -> None:
        """Keep the proposal."""
        if self.region is not None:
            self._decide(self.region.instance, "Accept")

    def give_to_rival(self) -> None:
        """Give the region to the other candidate."""
        if self.region is None:
            return
        if self.region.rival == NO_RIVAL:
            self.said.emit("Nobody else claims this region. Choose an instance and press G, or X for background.")
        else:
            self._decide(self.region.rival, "Give")

    def to_background(self) -> None:
        """Say that the region belongs to no boxed object."""
        self._decide(BACKGROUND, "Give")

    def give_to_chosen(self) -> None:
        """Give the region to the instance that is chosen in the table."""
        if self.chosen is None:
            self.said.emit("Choose an instance first: click it in the table, or point at it and press A.")
        else:
            self._decide(self.chosen, "Give")

    def give_back(self) -> None:
        """Take a person's label off the region, so that the labeler decides again."""
        session, region = self._session, self.region
        if session is None or region is None:
            self.said.emit(NO_REGION)
            return
        points = region.points[session.correction[region.points] != UNCORRECTED]
        if not len(points):
            self.said.emit("Nobody has labelled this region by hand: it is the labeler's already.")
            return
        text = f"Give {len(points):,} points back to the labeler"
        edit = session.assign(points, UNCORRECTED, text, initiator=BY_REVIEW)
        self.said.emit(text if edit is not None else "It is locked.")
        selected = region.superpoint == SELECTION
        self._set_region(self._anew(session) if selected else self.region_of(int(points[0])), fly=False)

    def paint(self, row: int) -> None:
        """Give the superpoint of a clicked point to the chosen instance at once."""
        self.select_point(row)
        self.give_to_chosen()

    def _decide(self, instance: int, verb: str) -> None:
        session, region = self._session, self.region
        if session is None or region is None:
            self.said.emit(NO_REGION)
            return
        selected = region.superpoint == SELECTION
        keep = selected and self.keep_corrected and not self._asked
        given = give(session, region.points, instance, verb, keep_corrected=keep)
        self.said.emit(given.said)
        if selected:
            if len(given.points):
                self.select_points(given.points, asked=True)
            return
        goes_on = self._from_queue and self.advance and len(given.points) > 0
        if not (goes_on and self._go(1, "That was the last region of the queue.")):
            self._set_region(self.region_of(int(region.points[0])), fly=False)

    # -- inside -------------------------------------------------------------------------------------------------

    def _go(self, step: int, otherwise: str) -> bool:
        """Fly to an open region and say whether there was one."""
        session = self._session
        region = self.queue.go(step, session.correction, self.admits) if session else None
        if region is None:
            left_out = self.wanted.filters or self.wanted.aside
            why = "Nothing else fits the filters, or it was put aside." if left_out else otherwise
            self.said.emit(why if len(self.queue) else self._why_empty())
            return False
        self._from_queue = True
        self._set_region(region, fly=True)
        return True

    def _as_it_is(self, region: Region) -> Region:
        """Return a region of the queue, or what became of it where a person has decided it."""
        if self._session is None or not decided(region, self._session.correction):
            return region
        return self.region_of(int(region.points[0])) or region

    def _anew(self, session: Session) -> Region | None:
        """Return the region that is looked at with the labels of now."""
        if self.region is None:
            return None
        if self.region.superpoint == SELECTION:
            return selected_region(session, self.region.points)
        return self.region_of(int(self.region.points[0]))

    def _why_empty(self) -> str:
        if self._session is not None and not len(self._session.boxes):
            return NO_BOXES
        if self._session is not None and self._session.pseudo is not None:
            return "There is nothing to review: no point of this scan is in doubt."
        return "There is nothing to review yet: label the scan first."

    def _count_open(self) -> None:
        """Note the worth of each open region, once for all that is said about them."""
        done = self.queue.decided(self._session.correction) if self._session else []
        self._open_worth = [region.worth for region, is_done in zip(self.queue, done, strict=False) if not is_done]

    def _ranked(self) -> list[Region]:
        session = self._session
        if session is None or session.pseudo is None:
            self.expected_wrong = 0.0
            return []
        self.expected_wrong = expected_wrong_share(session.pseudo, session.correction)
        return rank_regions(session.scan, session.pseudo, session.correction)

    def _session_changed(self, change: Change) -> None:
        session = self._session
        if session is None:
            return
        in_doubt = self.queue.rerank(self._ranked(), session.correction)
        current = self.queue.current
        if not in_doubt and current is not None:
            self.queue.replace_current(self.region_of(int(current.points[0])) or current)
        if self.region is not None and change.initiator != BY_REVIEW:
            from_queue = self.queue.current if self._from_queue else None
            self._set_region(self._as_it_is(from_queue) if from_queue else self._anew(session), fly=False)
        self._count_open()
        # Labelling for the first time, or a run that found more to doubt, begins the account anew.
        self._worth_at_first = max(self._worth_at_first, sum(self._open_worth))
        self.queue_changed.emit()

    def _set_region(self, region: Region | None, *, fly: bool) -> None:
        self.region = region
        self.region_changed.emit(region, fly)
