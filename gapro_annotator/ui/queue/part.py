"""Everything about walking the queue that the window assembles: filters, thumbnails, accepting, putting aside."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from gapro_annotator.effort import effort_in_words, effort_of
from gapro_annotator.errors import AnnotatorError
from gapro_annotator.labeling.outlook import ReviewConfig
from gapro_annotator.labeling.review import Region
from gapro_annotator.session import Session
from gapro_annotator.ui.action_spec import ActionSpec
from gapro_annotator.ui.giving import BY_REVIEW
from gapro_annotator.ui.queue.histogram import spread_of
from gapro_annotator.ui.queue.sure import NOTHING, Sure, accept_edit, sure_regions
from gapro_annotator.ui.queue.thumbnails import Thumbnails
from gapro_annotator.ui.queue.tools import QueueTools
from gapro_annotator.ui.queue.wanted import Wanted
from gapro_annotator.ui.review_queue import decided

if TYPE_CHECKING:
    from gapro_annotator.ui.main_window import MainWindow
    from gapro_annotator.ui.parts import DockSpec

_REST_MS = 80


class QueuePart(QObject):
    """Between the fold of the review panel, the queue and the labels."""

    docks: Sequence["DockSpec"] = ()

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window, self._bench = window, window.bench
        self.tools = QueueTools()
        self.thumbnails = Thumbnails(self)
        # The queue changes several times in an answer; what is said about it follows once.
        self._soon = QTimer(self, singleShot=True, interval=_REST_MS)
        self._soon.timeout.connect(self._refresh)
        self.specs: Sequence[ActionSpec] = [
            ActionSpec(id="put_aside", menu="Review", text="Put aside for later", shortcut="J", slot=self.put_aside,
                       tooltip="Leave the region for later and go on; Next passes it from now on"),
            ActionSpec(id="come_back", menu="Review", text="Come back to what was put aside", shortcut="Shift+J",
                       slot=self.come_back, tooltip="Take everything that was put aside into the queue again"),
            ActionSpec(id="thumbnails", menu="Review", text="Pictures in the queue", slot=self._set_thumbnails,
                       checked=self._bench.settings.switch("thumbnails", default=True),
                       tooltip="Show a small picture of each region in the queue"),
        ]  # fmt: skip

    def connect_window(self, window: "MainWindow") -> None:
        """Put the fold into the review panel and follow the session."""
        bench, tools = self._bench, self.tools
        window.review.add_tools(tools)
        bench.session_changed.connect(self._attach)
        bench.review.queue_changed.connect(self._soon.start)
        bench.changed.connect(self._soon.start)
        tools.wanted_changed.connect(self._filter)
        tools.sure_changed.connect(self._show_sure)
        tools.accept_asked.connect(self.accept_sure)
        tools.come_back_asked.connect(self.come_back)
        tools.good_enough_changed.connect(self._set_good_enough)
        tools.histogram.range_changed.connect(self._grey)
        tools.folded_changed.connect(self._folded)
        tools.fold.setChecked(bench.settings.switch("queue tools", default=False))
        self._set_thumbnails(bench.settings.switch("thumbnails", default=True))

    def close(self) -> None:
        """Make no more pictures."""
        self._soon.stop()
        self.thumbnails.restart(None)

    # -- what the user asks for ---------------------------------------------------------------------------------

    def put_aside(self) -> None:
        """Leave the region of the queue for later, and go on."""
        review = self._bench.review
        if not review.in_queue or review.region is None:
            self._bench.said.emit("Only a region of the queue can be put aside: N goes to the next one.")
            return
        review.set_wanted(review.wanted.put_aside(review.region))
        review.next()

    def come_back(self) -> None:
        """Take what was put aside into the queue again, and fly to the first of it."""
        review = self._bench.review
        session, aside = review.session, review.wanted.aside
        if session is None or not aside:
            self._bench.said.emit("Nothing was put aside. J leaves a region for later.")
            return
        review.set_wanted(replace(review.wanted, aside=frozenset()))
        for row, region in enumerate(review.queue):
            was_aside = not Wanted(aside=aside).admits(region, session.boxes)
            if was_aside and not decided(region, session.correction) and review.admits(region):
                review.show_row(row)
                return

    def accept_sure(self) -> None:
        """Accept every region that is shown and sure enough, as one step."""
        session = self._bench.session
        sure = self._sure(session)
        if session is None or not sure.regions:
            return
        try:
            session.perform(accept_edit(session, sure, self.tools.probability), initiator=BY_REVIEW)
        except AnnotatorError as error:
            self._bench.failed.emit(error)
            return
        self._bench.view.setFocus()  # not on to the next field, which would take Ctrl+Z for its own
        self._bench.said.emit(f"{session.edits[-1].edit.text} · Ctrl+Z takes it back")

    # -- inside -------------------------------------------------------------------------------------------------

    def _attach(self, session: Session | None) -> None:
        self.thumbnails.restart(session.scan if session is not None else None)
        presenter, project = self._bench.presenter, self._bench.workspace.project
        presenter.ceiling = 1.0
        line = project.review if project is not None else ReviewConfig()
        self.tools.show_good_enough(line.good_enough, can_be_set=project is not None)
        self._filter(self.tools.filters)
        self._refresh()

    def _filter(self, wanted: Wanted) -> None:
        review = self._bench.review
        review.set_wanted(replace(wanted, aside=review.wanted.aside))

    def _refresh(self) -> None:
        review, session, tools = self._bench.review, self._bench.session, self.tools
        tools.show_session(session, review.chosen)
        if tools.filters.instance != review.wanted.instance:  # another instance is the chosen one
            self._filter(tools.filters)
        wanted, open_ = review.wanted, self._open()
        shown = sum(map(review.admits, open_))
        aside = sum(wanted.fits(r, session.boxes) for r in open_) - shown if session and wanted.aside else 0
        tools.show_counts(shown, len(open_), aside)
        tools.histogram.show_counts(spread_of(session))
        tools.histogram.show_range(self._bench.presenter.threshold, self._bench.presenter.ceiling)
        self._window.review.show_effort(effort_in_words(effort_of(session.edits)) if session is not None else "")
        self._show_sure()

    def _sure(self, session: Session | None) -> Sure:
        review = self._bench.review
        if session is None:
            return NOTHING
        return sure_regions(session, filter(review.admits, self._open()), self.tools.probability)

    def _open(self) -> list[Region]:
        review, session = self._bench.review, self._bench.session
        done = review.queue.decided(session.correction) if session is not None else []
        return [region for region, is_done in zip(review.queue, done, strict=False) if not is_done]

    def _show_sure(self) -> None:
        if self.tools.body.isVisible():
            self.tools.show_sure(self._sure(self._bench.session))

    def _grey(self, low: float, high: float) -> None:
        self._bench.shift_threshold(round(100 * (low - self._bench.presenter.threshold)))
        self._bench.presenter.set_ceiling(high)

    def _set_good_enough(self, share: float) -> None:
        project = self._bench.workspace.project
        if project is None:
            return
        try:
            project.set_review(replace(project.review, good_enough=share))
        except AnnotatorError as error:
            self._bench.failed.emit(error)
            return
        self._bench.outlook.good_enough = share
        self._bench.outlook.look_again()

    def _set_thumbnails(self, on: bool) -> None:  # noqa: FBT001 - an action's state
        self._bench.settings.set_switch("thumbnails", on=on)
        self._window.review.set_thumbnails(self.thumbnails if on else None)

    def _folded(self, folded: bool) -> None:  # noqa: FBT001 - a signal's argument
        self._bench.settings.set_switch("queue tools", on=not folded)
        self._show_sure()
