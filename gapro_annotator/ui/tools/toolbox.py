"""The tools of the window, which one is active, and what becomes of what it selects."""

from typing import Literal, TypeAlias

import numpy as np
from PySide6.QtCore import QObject, Qt, Signal

from gapro_annotator.arrays import Int64
from gapro_annotator.errors import AnnotatorError
from gapro_annotator.labels import BACKGROUND, NO_RIVAL
from gapro_annotator.ui.colors import BACKGROUND_COLOR, Color
from gapro_annotator.ui.giving import give, protected_in_words
from gapro_annotator.ui.instance_colors import instance_color
from gapro_annotator.ui.job import Job
from gapro_annotator.ui.naming import instance_name, points_in_words
from gapro_annotator.ui.review import Review
from gapro_annotator.ui.settings import Settings
from gapro_annotator.ui.tools.brush import LARGEST, SMALLEST, USUAL, BrushTool, in_words
from gapro_annotator.ui.tools.grower import Grower
from gapro_annotator.ui.tools.lasso import LassoTool
from gapro_annotator.ui.tools.mouse import ToolMouse
from gapro_annotator.ui.tools.paint import PaintTool
from gapro_annotator.ui.tools.rectangle import RectangleTool
from gapro_annotator.ui.tools.tool import Pointer, Selection, Stage, Tool
from gapro_annotator.ui.view.scene_view import SceneView
from gapro_annotator.ui.view.sketch import Sketch

Target: TypeAlias = Literal["chosen", "background", "rival"]
"""What strokes give points to: the chosen instance, background, or the rival of where the stroke begins."""
TOOLS: tuple[type[Tool], ...] = (PaintTool, BrushTool, LassoTool, RectangleTool)
GETTING_READY = "Getting ready: the points are being indexed; the tools work in a moment"
_UNDECIDED: Color = (255, 255, 255)


class ToolBox(QObject):
    """Owns the tools; the left button belongs to the active one."""

    changed = Signal()
    """The tool, its target or a switch is another."""
    outlines_changed = Signal(bool)
    """Whether the superpoint under the cursor is what a click would take."""
    said = Signal(str)
    failed = Signal(object)
    picked = Signal(int)
    """Row of the point whose instance is to be chosen, -1 none."""

    def __init__(self, view: SceneView, review: Review, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._view, self._review, self._settings = view, review, settings
        self._rival: int | None = None
        self.sketch = Sketch(view)
        self.stage = Stage(view.pictures.now, self.sketch, self._superpoint_at, self._color)
        self.stage.radius = float(np.clip(settings.number("brush", default=USUAL), SMALLEST, LARGEST))
        self.stage.through = settings.switch("through", default=False)
        review.keep_corrected = settings.switch("keep_corrected", default=True)
        self.tools = {tool.id: tool(self.stage) for tool in TOOLS}
        self.active: Tool | None = None
        self.target: Target = "chosen"
        self._mouse = ToolMouse(view, self._selected, self._before, self)
        self._warming = Job("gapro-tools", self)
        self._grower = Grower(review, self)
        self._grower.said.connect(self.said)
        view.clicked.connect(lambda _row, _modifiers: self._is_ready())

    # -- what is active -----------------------------------------------------------------------------------------

    def use(self, name: str | None) -> None:
        """Give the left button to a tool; None: a click selects a superpoint."""
        self.active = self.tools[name] if name is not None else None
        self._mouse.use(self.active)
        self._view.setCursor(self.active.cursor if self.active is not None else Qt.CursorShape.ArrowCursor)
        if self.active is not None:
            self._warm()
        self.outlines_changed.emit(self.active is None or self.active.outlines)
        self.changed.emit()

    def reset(self) -> None:
        """Drop what is under way: another scan is shown."""
        self._mouse.use(self.active)

    def close(self) -> None:
        """Wait for the threads."""
        self._warming.join()
        self._grower.close()

    @property
    def hint(self) -> str:
        """What the left button will do now."""
        tool = self.active
        if not self._view.pictures.is_ready:
            return GETTING_READY
        if tool is None:
            return "Click selects a superpoint · Shift+click chooses an instance · N next doubtful region"
        if tool.paints and self.target == "chosen" and self._review.chosen is None:
            return f"{tool.name}: choose an instance first, in the table or with A · or Shift+X for background"
        spared = " · corrected points are kept (K)" if self._review.keep_corrected else ""
        return f"{tool.hint(self._target_name)}{spared} · Esc ends it"

    def set_target(self, target: Target) -> None:
        """Let strokes give points to this."""
        self.target = target
        self.said.emit(f"Strokes give points to {self._target_name}")
        self.changed.emit()

    def set_keep_corrected(self, on: bool) -> None:  # noqa: FBT001 - an action's state
        """Leave alone what a person has labelled when a selection or a stroke passes over it, or not."""
        self._review.keep_corrected = on
        self._settings.set_switch("keep_corrected", on=on)
        self.changed.emit()

    def set_through(self, on: bool) -> None:  # noqa: FBT001 - an action's state
        """Let lasso, rectangle and brush take hidden points, too, or not."""
        self.stage.through = on
        self._settings.set_switch("through", on=on)
        self.changed.emit()

    def resize_brush(self, steps: float) -> None:
        """Make the brush larger (> 0) or smaller."""
        brush = self.tools["brush"]
        if isinstance(brush, BrushTool):
            brush.resize(steps)
        self.said.emit(f"Brush of {in_words(self.stage.radius)}")
        self._settings.set_number("brush", self.stage.radius)
        self.changed.emit()

    # -- selections ---------------------------------------------------------------------------------------------

    def grow(self) -> None:
        """Take superpoints into the selection that touch it and look like it."""
        self._grower.resize(larger=True)

    def shrink(self) -> None:
        """Make the selection what it was before it grew, or take its border away."""
        self._grower.resize(larger=False)

    def _selected(self, selection: Selection) -> None:
        """Take what a gesture gave."""
        try:
            if selection.gives:
                self._stroke(selection)
            else:
                self._choose(selection)
        except AnnotatorError as error:
            self.failed.emit(error)

    def _choose(self, selection: Selection) -> None:
        region = self._review.region
        before = region.points if region is not None else np.zeros(0, np.int64)
        points = selection.combine.apply(before, selection.points)
        if len(points):
            self._select(points, asked=selection.asked)
        else:
            self._review.clear_region()
            self.said.emit("No point is selected.")

    def _select(self, points: Int64, *, asked: bool) -> None:
        session = self._review.session
        if session is None:
            return
        self._review.select_points(points, asked=asked)
        kept = protected_in_words(session, points) if self._review.keep_corrected and not asked else ""
        self.said.emit(f"{points_in_words(len(points))} selected{f' · kept: {kept}' if kept else ''}")

    def _stroke(self, selection: Selection) -> None:
        session, target = self._review.session, self._target_id
        if session is None:
            return
        if target is None:
            self.said.emit(
                "Nobody else claims the points where the stroke began."
                if self.target == "rival"
                else "Choose an instance first: click it in the table, or point at it and press A."
            )
            return
        keep = self._review.keep_corrected and not selection.asked
        given = give(session, selection.points, target, "Give", keep_corrected=keep)
        self.said.emit(given.said)
        if len(given.points):
            # What was painted stays selected, so that another key can still send it elsewhere.
            self._review.select_points(given.points, asked=True)

    # -- inside -------------------------------------------------------------------------------------------------

    def _before(self, pointer: Pointer) -> bool:
        """Look where a gesture begins: Shift chooses the instance there, and its rival may be the target."""
        if not self._is_ready():
            return True
        picture = self._view.pictures.now()
        row = picture.row_at(pointer.x, pointer.y) if picture is not None else -1
        paints = self.active is not None and self.active.paints
        if paints and pointer.modifiers & Qt.KeyboardModifier.ShiftModifier:
            self.picked.emit(row)
            return True
        region = self._review.region_of(row) if row >= 0 and paints else None
        self._rival = region.rival if region is not None and region.rival != NO_RIVAL else None
        return False

    def _is_ready(self) -> bool:
        """Say so where the tree of a large scan is still being built."""
        ready = self._view.pictures.is_ready
        if not ready:
            self.said.emit(GETTING_READY)
        return ready

    @property
    def _target_id(self) -> int | None:
        if self.target == "background":
            return BACKGROUND
        return self._review.chosen if self.target == "chosen" else self._rival

    @property
    def _target_name(self) -> str:
        session, chosen = self._review.session, self._review.chosen
        if self.target == "rival":
            return "the rival"
        if self.target == "background":
            return "background"
        return instance_name(session, chosen) if session is not None and chosen is not None else "the chosen instance"

    def _color(self) -> Color:
        target = self._target_id
        if target is None:
            return _UNDECIDED
        return BACKGROUND_COLOR if target == BACKGROUND else instance_color(target)

    def _superpoint_at(self, row: int) -> Int64:
        region = self._review.region_of(row)
        return region.points if region is not None else np.zeros(0, np.int64)

    def _warm(self) -> None:
        """Load what is compiled in a thread, so that the first gesture does not wait for it."""
        if not self._warming.running:
            self._warming.start(lambda _progress: __import__("gapro_annotator.ui.view.raster"))
