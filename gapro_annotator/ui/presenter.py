"""Brings the session to the 3D view: colours, boxes, the region that is looked at, what is under the cursor."""

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from gapro_annotator.arrays import Bool, Float32, Int32, Int64, UInt8
from gapro_annotator.boxes import Boxes
from gapro_annotator.labeling.review import Region
from gapro_annotator.labels import NO_RIVAL
from gapro_annotator.session import Change, Session
from gapro_annotator.ui.colors import ColorMode, colors_for, legend_for
from gapro_annotator.ui.cutaway.cutaway import Cutaway
from gapro_annotator.ui.instance_colors import instance_color
from gapro_annotator.ui.naming import chance_of_rival, instance_name, percent, points_in_words
from gapro_annotator.ui.prediction import ShownPrediction
from gapro_annotator.ui.remarks.before import Opened
from gapro_annotator.ui.review import Review
from gapro_annotator.ui.selected_region import SELECTION
from gapro_annotator.ui.view.scene_view import SceneView
from gapro_annotator.ui.visibility import Visibility

EMPTY = "Drop a scan or a project here"
FLASH_MS = 400
"""How long what was learnt is outlined."""
_RECOLOR_MS = 30


class ScenePresenter(QObject):
    """Keeps the view in step with session, review and choice; decides nothing about labels."""

    mode_changed = Signal(object)
    pointed_at = Signal(str)
    """What is under the cursor, in words; empty where nothing is."""

    def __init__(self, view: SceneView, review: Review, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.view = view
        self.mode = ColorMode.DOUBT
        self.last_mode = ColorMode.RGB  # so that the first Tab shows what the region really looks like
        self._review = review
        self._session: Session | None = None
        self._baseline: Int32 | None = None
        self._opened: Opened | None = None
        self._as_opened = False
        self._first_labels_are_due = False
        self._under_cursor: Region | None = None
        self.row_under_cursor = -1
        self.threshold, self.ceiling = 0.0, 1.0
        self._outlines_hovered = True
        self.prediction: ShownPrediction | None = None
        self.visibility = Visibility()
        self.cut: Bool | None = None
        self._cutaway = Cutaway()
        self._shown_boxes = Boxes.empty()
        self._recolor_soon = QTimer(self, singleShot=True, interval=_RECOLOR_MS)
        self._recolor_soon.timeout.connect(self._recolor)
        self._flash_over = QTimer(self, singleShot=True, interval=FLASH_MS)
        self._flash_over.timeout.connect(self._outline_hovered)
        view.hovered.connect(self._hovered)
        review.region_changed.connect(self._region_changed)

    def attach(self, session: Session | None) -> None:
        """Show this scan from now on."""
        self._session, self._under_cursor, self.row_under_cursor = session, None, -1
        self._flash_over.stop()
        self.prediction, self.visibility = None, Visibility()
        self.cut, self._cutaway = None, Cutaway()
        if session is None:
            self.view.clear()
            self.view.overlays.show_message(EMPTY)
            self.explain()
            return
        self._opened, self._as_opened = Opened.of(session), False
        self._baseline = self._opened.instance
        self._first_labels_are_due = session.pseudo is None
        if session.pseudo is None and self.mode is not ColorMode.RGB:
            self.last_mode, self.mode = self.mode, ColorMode.RGB
        elif session.pseudo is not None and self.mode is ColorMode.RGB:
            self.last_mode, self.mode = self.mode, ColorMode.DOUBT
        self.view.overlays.show_message(None if len(session.scan) else "This scan has no points")
        self.view.show_cloud(session.scan.xyz, self._colors(session))
        self._show_boxes(session)
        self.explain()
        session.subscribe(self._session_changed)
        self.mode_changed.emit(self.mode)

    def set_mode(self, mode: ColorMode) -> None:
        """Colour the points so."""
        if mode is not self.mode:
            self.last_mode, self.mode = self.mode, mode
        self._recolor()
        self.explain()
        self.mode_changed.emit(mode)

    def set_threshold(self, doubt: float) -> None:
        """Grey what is less doubtful (0..0.5), a moment later: a slider that is dragged asks many times a second."""
        self.threshold = doubt
        self.view.overlays.show_threshold(doubt if self._shows_doubt else None)
        self._recolor_in_a_moment()

    def set_ceiling(self, doubt: float) -> None:
        """Grey what is more doubtful (0..1)."""
        self.ceiling = doubt
        self._recolor_in_a_moment()

    def set_outlines_hovered(self, on: bool) -> None:  # noqa: FBT001 - a signal's argument
        """Outline the superpoint under the cursor, because a click would take it, or not."""
        self._outlines_hovered = on
        self._outline_hovered()

    def set_prediction(self, prediction: ShownPrediction | None) -> None:
        """Show this one where predictions are shown; None for none."""
        self.prediction = prediction
        if self.mode is ColorMode.PREDICTION:
            self._recolor()
            self.explain()

    def toggle_mode(self) -> None:
        """Go back to the mode before."""
        self.set_mode(self.last_mode)

    def show_choice(self) -> None:
        """Bring out the boxes of the region's candidates and of the chosen instance."""
        chosen = [self._review.chosen] if self._review.chosen is not None else []
        if self._session is not None:
            self.view.emphasise_boxes(_rows_of(self._shown_boxes, chosen + self._candidates()))

    def set_visibility(self, visibility: Visibility) -> None:
        """Hide the points and boxes of instances from now on, or show them again."""
        self.visibility = visibility
        if self._session is not None:
            self._show_boxes(self._session)
            self.show_choice()
            self._recolor()

    def set_as_opened(self, on: bool) -> None:  # noqa: FBT001 - an action's state
        """Colour the labels as they were when the scan was opened, or as they are."""
        if on != self._as_opened:
            self._as_opened = on
            self._recolor()

    def set_cutaway(self, cutaway: Cutaway, hidden: Bool | None) -> None:
        """Cut these points (N,) bool away from now on, None: none, and the boxes of which nothing stays."""
        if hidden is None and self.cut is None:
            return
        self.cut, self._cutaway = hidden, cutaway
        if self._session is not None:
            self._show_boxes(self._session)
            self.show_choice()
            self._recolor_in_a_moment()

    def flash(self, points: Int64) -> None:
        """Outline points for a moment, as those that changed by learning."""
        if len(points):
            self.view.hover_highlight(points)
            self._flash_over.start()

    def look_at_selection(self) -> None:
        """Fly to the region, or to the chosen instance, or show everything."""
        session, region, chosen = self._session, self._review.region, self._review.chosen
        if session is None:
            return
        points = region.points if region else np.flatnonzero(session.instance == chosen) if chosen is not None else None
        if points is None or not len(points):
            self.view.look_at_all()
        else:
            self.view.fly_to(session.scan.xyz[points], self._bounds_of_choice())

    def colors_in(self, mode: ColorMode, points: Int64 | None = None) -> UInt8:
        """(M, 4) uint8, colours of these rows, or of all, as they were in another mode; none is greyed or hidden."""
        if self._session is None:
            return np.zeros((0, 4), np.uint8)
        return colors_for(mode, self._session, points, baseline=self._baseline, prediction=self.prediction)

    def _colors(self, session: Session, points: np.ndarray | None = None) -> np.ndarray:  # pyright: ignore[reportMissingTypeArgument]
        shown = self._opened if self._as_opened and self._opened is not None else session
        rgba = colors_for(
            self.mode,
            shown,
            points,
            threshold=self.threshold,
            ceiling=self.ceiling,
            baseline=self._baseline,
            prediction=self.prediction,
        )
        if self.cut is not None:
            rgba[self.cut if points is None else self.cut[points], 3] = 0
        return self.visibility.applied(rgba, session.instance if points is None else session.instance[points])

    def _show_boxes(self, session: Session) -> None:
        self._shown_boxes = boxes = self._cutaway.boxes(self.visibility.boxes(session.boxes))
        colors = [instance_color(number) for number in boxes.id.tolist()]
        self.view.show_boxes(boxes.lower, boxes.upper, np.array(colors, np.uint8).reshape(-1, 3))

    def _recolor_in_a_moment(self) -> None:
        if not self._recolor_soon.isActive():
            self._recolor_soon.start()

    def color_again(self) -> None:
        """Show points and boxes in colours that are others now."""
        self._recolor()
        if self._session is not None:
            self._show_boxes(self._session)
            self.explain()

    def _recolor(self) -> None:
        if self._session is not None:
            self.view.set_colors(self._colors(self._session))

    def explain(self) -> None:
        """Show the legend of the colours, with the slider where doubt is shown."""
        session = self._session
        self.view.overlays.show_legend(legend_for(self.mode, session, self.prediction) if session is not None else None)
        self.view.overlays.show_threshold(self.threshold if self._shows_doubt else None)

    @property
    def _shows_doubt(self) -> bool:
        return self._session is not None and self._session.pseudo is not None and self.mode is ColorMode.DOUBT

    def _candidates(self) -> list[int]:
        """Return the ids that the region may belong to."""
        region = self._review.region
        return [each for each in (region.instance, region.rival) if each != NO_RIVAL] if region is not None else []

    def _bounds_of_choice(self) -> Float32 | None:
        """(2, 3) float32, what encloses the boxes of the region's candidates, or of the chosen instance."""
        session, chosen = self._session, self._review.chosen
        if session is None:
            return None
        wanted = self._candidates() if self._review.region is not None or chosen is None else [chosen]
        rows = _rows_of(session.boxes, wanted)
        return (
            np.stack([session.boxes.lower[rows].min(axis=0), session.boxes.upper[rows].max(axis=0)]) if rows else None
        )

    def _session_changed(self, change: Change) -> None:
        session = self._session
        if session is None:
            return
        if change.boxes:
            self._show_boxes(session)
            self.show_choice()
        if self._first_labels_are_due and session.pseudo is not None:
            self._first_labels_are_due = False
            self._baseline = session.instance.copy()
            self.set_mode(ColorMode.DOUBT)
        elif change.points is None:
            self._recolor()
            self.explain()
        else:
            self.view.recolor(change.points, self._colors(session, change.points))

    def _region_changed(self, region: Region | None, fly: bool) -> None:  # noqa: FBT001 - a signal's arguments
        session = self._session
        self.view.highlight(region.points if region else None)
        self.show_choice()
        # What was selected in the view is mostly still there: only what is out of the picture is worth a flight.
        in_view = region is not None and region.superpoint == SELECTION and self.view.pictures.frame(region.points)
        if fly and not in_view and session is not None and region is not None:
            self.view.fly_to(session.scan.xyz[region.points], self._bounds_of_choice())

    def _outline_hovered(self) -> None:
        shown = self._under_cursor if self._outlines_hovered else None
        self.view.hover_highlight(shown.points if shown is not None else None)

    def _hovered(self, row: int) -> None:
        self.row_under_cursor = row
        session = self._session
        region = self._review.region_of(row) if session is not None and row >= 0 else None
        before, self._under_cursor = self._under_cursor, region
        if region is None or session is None:
            self.view.hover_highlight(None)
            self.pointed_at.emit("")
        elif before is None or not np.array_equal(before.points, region.points):
            self._outline_hovered()
            self.pointed_at.emit(_in_words(session, region))


def _rows_of(boxes: Boxes, ids: list[int]) -> list[int]:
    """Rows of the boxes with these ids; the background has none."""
    rows = boxes.row_of(np.array(ids, np.int32))
    return sorted({row for row in rows.tolist() if row >= 0})


def _in_words(session: Session, region: Region) -> str:
    name = instance_name(session, region.instance)
    if region.decision == 7:
        return f"{name}  · corrected by a person"
    if session.pseudo is None:
        return f"{name}  · {points_in_words(len(region.points))}"
    said = f"{name} {percent(region.probability)}"
    if region.rival == NO_RIVAL:
        return said
    return f"{said}  · or {instance_name(session, region.rival)} {chance_of_rival(region)}"
