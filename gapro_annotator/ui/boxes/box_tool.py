"""The box tool: two clicks and a pull draw a box; handles move and resize the chosen one; arrow keys move it finely."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent

from gapro_annotator.arrays import Float32, Float64
from gapro_annotator.ui.boxes.geometry import MIDDLE, Corners, Ray, along, in_words, on_level, snapped, with_face
from gapro_annotator.ui.boxes.sheet import BoxSheet
from gapro_annotator.ui.instance_desk import InstanceDesk
from gapro_annotator.ui.tools.tool import Pointer, Selection, Stage, Tool

DRAW_SNAP, DRAG_SNAP = 0.1, 0.03
"""Metres within which faces snap to points: a drawn box is rough, a dragged face is meant."""
STEP, WIDE_STEP = 0.01, 0.1
"""Metres that an arrow key moves a box, without and with Shift."""
_UNSNAPPED = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier


@dataclass(slots=True)
class Drag:
    """A handle that is held: which box it is of, what that was, and where it was taken."""

    instance: int
    handle: int
    box: Corners
    start: Pointer
    shown: Corners


class BoxTool(Tool):
    """Draws, moves and resizes; each gesture that ends is one edit."""

    id, name, key = "box", "Box", "T"
    tooltip = "Draw a box: two clicks on the cloud, then pull its height; drag the handles of the chosen one"
    outlines = False

    def __init__(self, stage: Stage, desk: InstanceDesk) -> None:
        super().__init__(stage)
        self._desk, self._view = desk, desk.bench.view
        self.sheet = BoxSheet(self._view)
        self._clicks: list[Float64] = []
        self._draft: Corners | None = None
        self._drag: Drag | None = None
        desk.boxes_changed.connect(self.refresh)
        desk.bench.changed.connect(self.refresh)
        desk.bench.tools.changed.connect(self._tool_changed)

    def hint(self, target: str) -> str:
        """Say what the next click does."""
        del target
        if len(self._clicks) == 2:
            return "Box: pull its height and click · Ctrl leaves the faces where they are"
        if self._clicks:
            return "Box: click the opposite corner of its base · Esc begins anew"
        return "Box: click a corner on the cloud, or drag a handle of the chosen box · arrow keys move it by 1 cm"

    @property
    def is_active(self) -> bool:
        """Whether the left button is its own."""
        return self._desk.bench.tools.active is self

    # -- the mouse ----------------------------------------------------------------------------------------------

    def hover(self, pointer: Pointer) -> None:
        """Show the draft as it would be, or which handle a press would take."""
        if self._clicks:
            self._draft = self._drafted(pointer)
            self.sheet.show_box(self._draft, in_words(self._draft) if self._draft else "")
        else:
            self.refresh(hot=self.sheet.handle_at(pointer.x, pointer.y))

    def press(self, pointer: Pointer) -> None:
        """Take a handle, if there is one."""
        handle = -1 if self._clicks else self.sheet.handle_at(pointer.x, pointer.y)
        box, chosen = self._chosen_box(), self._desk.chosen
        if handle >= 0 and box is not None and chosen is not None:
            self._drag = Drag(chosen, handle, box, pointer, box)

    def move(self, pointer: Pointer) -> None:
        """Pull the handle."""
        drag = self._drag
        if drag is not None:
            drag.shown = self._dragged(drag, pointer)
            shift = (drag.shown.lower - drag.box.lower) + (drag.shown.upper - drag.box.upper)
            moved = float(np.abs(shift).max()) / (2 if drag.handle == MIDDLE else 1)
            text = f"{in_words(drag.shown)}  ({moved:+.2f} m)"
            self.sheet.show_box(drag.shown, text, with_handles=True, hot=drag.handle)

    def release(self, pointer: Pointer) -> Selection | None:
        """Let go of the handle, or click."""
        drag, self._drag = self._drag, None
        if drag is None:
            self._clicked(pointer)
            return None
        lower, upper = _as_float32(drag.shown)
        if not np.allclose(drag.shown.lower, drag.box.lower) or not np.allclose(drag.shown.upper, drag.box.upper):
            self._desk.reshape(drag.instance, lower, upper, "Move" if drag.handle == MIDDLE else "Resize")
        self.refresh()
        return None

    def leave(self) -> None:
        """Drop a drag; a draft waits for the mouse to come back."""
        self._drag = None
        self.refresh()

    # -- the keys -----------------------------------------------------------------------------------------------

    def nudge(self, key: int, *, wide: bool) -> bool:
        """Move the chosen box by a key, as it is seen; False where the key is none of these or no box is chosen."""
        box, chosen = self._chosen_box(), self._desk.chosen
        step = self._step_of(key)
        if box is None or chosen is None or step is None:
            return False
        shift = step * (WIDE_STEP if wide else STEP)
        self._desk.reshape(chosen, *_as_float32(Corners(box.lower + shift, box.upper + shift)), "Move")
        return True

    def forget_draft(self) -> bool:
        """Begin anew; False where nothing was begun."""
        begun = bool(self._clicks)
        self._clicks, self._draft = [], None
        self.refresh()
        return begun

    # -- inside -------------------------------------------------------------------------------------------------

    def refresh(self, hot: int = -1) -> None:
        """Show the chosen box with its handles while nothing is drawn or dragged."""
        if not self.is_active:
            self.sheet.show_box(None)
        elif not self._clicks and self._drag is None:
            box = self._chosen_box()
            self.sheet.show_box(box, in_words(box) if box else "", with_handles=True, hot=hot)

    def _tool_changed(self) -> None:
        if not self.is_active:
            self._clicks, self._draft, self._drag = [], None, None
        self.refresh()

    def _clicked(self, pointer: Pointer) -> None:
        session = self._desk.session
        if session is None:
            return
        if len(self._clicks) < 2:
            place = self._place(pointer)
            if place is None:
                self._desk.bench.said.emit("There is no point here: click a corner on the cloud.")
                return
            self._clicks.append(place)
            self.hover(pointer)
        else:
            box = self._drafted(pointer)
            self.forget_draft()
            if box is not None:
                box = box if pointer.modifiers & _UNSNAPPED else snapped(box, session.scan.xyz, DRAW_SNAP)
                self._desk.draw(*_as_float32(box))
        self._desk.bench.changed.emit()

    def _drafted(self, pointer: Pointer) -> Corners | None:
        """Return the box that a click here would go on with."""
        first = self._clicks[0]
        if len(self._clicks) == 1:
            place = self._place(pointer)
            return Corners.between(first, on_level(self._ray(pointer), first) if place is None else place)
        second = self._clicks[1]
        base = np.array([second[0], second[1], min(first[2], second[2])])
        top = base[2] + along(self._ray(pointer), base, 2)
        low, high = Corners.between(first, second)
        return Corners(np.array([*low[:2], min(base[2], top)]), np.array([*high[:2], max(base[2], top)]))

    def _dragged(self, drag: Drag, pointer: Pointer) -> Corners:
        free = bool(drag.start.modifiers & _UNSNAPPED)
        now, then = self._ray(pointer), self._ray(drag.start)
        middle = (drag.box.lower + drag.box.upper) / 2
        if drag.handle == MIDDLE:
            if drag.start.modifiers & Qt.KeyboardModifier.ShiftModifier:
                shift = np.array([0.0, 0.0, along(now, middle, 2) - along(then, middle, 2)])
            else:
                shift = on_level(now, middle) - on_level(then, middle)
            return Corners(drag.box.lower + shift, drag.box.upper + shift)
        axis = drag.handle % 3
        moved = with_face(drag.box, drag.handle, along(now, middle, axis) - along(then, middle, axis))
        session = self._desk.session
        return moved if free or session is None else snapped(moved, session.scan.xyz, DRAG_SNAP, (drag.handle,))

    def _step_of(self, key: int) -> Float64 | None:
        """Return the axis (3,) that a key moves along: the one that looks most like the arrow."""
        right, _, backward = self._view.pose.axes
        towards = {
            Qt.Key.Key_Right: right, Qt.Key.Key_Left: -right, Qt.Key.Key_Up: -backward, Qt.Key.Key_Down: backward,
        }  # fmt: skip
        if key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            return np.array([0.0, 0.0, 1.0 if key == Qt.Key.Key_PageUp else -1.0])
        way = next((way for known, way in towards.items() if known == key), None)
        if way is None:
            return None
        step = np.zeros(3)
        axis = int(np.argmax(np.abs(way[:2])))
        step[axis] = np.sign(way[axis])
        return step

    def _chosen_box(self) -> Corners | None:
        session, chosen = self._desk.session, self._desk.chosen
        if session is None or chosen is None:
            return None
        row = int(session.boxes.row_of(np.array([chosen], np.int32))[0])
        return Corners(session.boxes.lower[row].astype(np.float64), session.boxes.upper[row].astype(np.float64))

    def _place(self, pointer: Pointer) -> Float64 | None:
        """Return the point of the cloud under the mouse."""
        session, picture = self._desk.session, self.stage.picture()
        row = picture.row_at(pointer.x, pointer.y) if picture is not None else -1
        return session.scan.xyz[row].astype(np.float64) if session is not None and row >= 0 else None

    def _ray(self, pointer: Pointer) -> Ray:
        return Ray.under(pointer.x, pointer.y, self._view.pose, (self._view.width(), self._view.height()))


class BoxKeys(QObject):
    """Brings arrow keys and Esc from the view to the tool while that is active."""

    def __init__(self, tool: BoxTool, view: QObject) -> None:
        super().__init__(view)
        self._tool = tool
        view.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take what belongs to the tool."""
        del watched
        if not self._tool.is_active or not isinstance(event, QKeyEvent):
            return False
        if event.key() == Qt.Key.Key_Escape and event.type() == QEvent.Type.ShortcutOverride:
            event.accept() if self._tool.forget_draft() else event.ignore()
            return event.isAccepted()
        if event.type() != QEvent.Type.KeyPress:
            return False
        return self._tool.nudge(event.key(), wide=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))


def _as_float32(box: Corners) -> tuple[Float32, Float32]:
    return box.lower.astype(np.float32), box.upper.astype(np.float32)
