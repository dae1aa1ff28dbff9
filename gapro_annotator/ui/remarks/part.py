"""Everything about remarks and history that the window assembles."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer

from gapro_annotator.session import Session
from gapro_annotator.ui.action_spec import ActionSpec
from gapro_annotator.ui.naming import instance_name
from gapro_annotator.ui.remarks.comments_panel import CommentsPanel
from gapro_annotator.ui.remarks.desk import RemarksDesk
from gapro_annotator.ui.remarks.history_panel import HistoryPanel
from gapro_annotator.ui.remarks.pins import CommentLine, PinSheet

if TYPE_CHECKING:
    from gapro_annotator.ui.main_window import MainWindow

_REST_MS = 60


class RemarksPart(QObject):
    """Status and notes, comments, history, and the labels as they were."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        from gapro_annotator.ui.parts import DockSpec

        self._window, self._bench = window, window.bench
        self.desk = desk = RemarksDesk(window.bench)
        self.history, self.comments = HistoryPanel(desk), CommentsPanel(desk)
        self.pins, self.line = PinSheet(window.view), CommentLine(window.view)
        self._place: tuple[float, float, float] | None = None
        self._soon = QTimer(self, singleShot=True, interval=_REST_MS)
        self._soon.timeout.connect(self._refresh)
        right = Qt.DockWidgetArea.RightDockWidgetArea
        self.docks: Sequence[DockSpec] = (
            DockSpec(title="History", panel=self.history, area=right, behind="Review"),
            DockSpec(title="Comments", panel=self.comments, area=right, behind="History"),
        )
        self.specs: Sequence[ActionSpec] = [
            ActionSpec(id="status", menu="Instance", text="Mark as reviewed or to look at", shortcut="Shift+Space",
                       slot=desk.next_status, ends_section=True,
                       tooltip="Say that the chosen instance is reviewed; again: that it needs a look; again: neither"),
            ActionSpec(id="comment", menu="Review", text="Comment on this place", shortcut="Shift+C",
                       slot=self.begin_comment, tooltip="Pin a comment to the point under the cursor"),
            ActionSpec(id="next_foreign", menu="Review", text="Next edit of another person", shortcut="Ctrl+J",
                       slot=lambda: desk.look_at_next(1), tooltip="Fly to the next edit that nobody has judged"),
            ActionSpec(id="as_opened", menu="Review", text="Labels as they were", shortcut="U", checked=False,
                       slot=self._show_as_opened, ends_section=True,
                       tooltip="Show the labels as they were when the scan was opened, or as they are"),
        ]  # fmt: skip

    def connect_window(self, window: "MainWindow") -> None:
        """Follow the session; the table of instances shows statuses and notes by itself."""
        bench = self._bench
        bench.session_changed.connect(self._attach)
        bench.changed.connect(self._soon.start)
        self.line.written.connect(self._written)
        window.instances.note.editingFinished.connect(self._note_written)
        window.instances.chosen_changed.connect(self._show_note)

    def close(self) -> None:
        """Refresh no more."""
        self._soon.stop()

    def begin_comment(self) -> None:
        """Open the line beside the point under the cursor."""
        session, row = self._bench.session, self._bench.presenter.row_under_cursor
        if session is None or row < 0:
            self._bench.said.emit("Point at a place in the view, then press Shift+C.")
            return
        at = session.scan.xyz[row]
        self._place = (float(at[0]), float(at[1]), float(at[2]))
        x, y, _ = self._window.view.project(session.scan.xyz[row : row + 1])[0].tolist()
        self.line.begin(x, y)

    def _written(self, text: str) -> None:
        if self._place is not None and text.strip():
            self.desk.comment(text, self._place)

    def _note_written(self) -> None:
        chosen = self._window.instances.chosen
        if chosen is not None and self._window.instances.note.isModified():
            self._window.instances.note.setModified(False)
            self.desk.set_note(chosen, self._window.instances.note.text())
            self._window.view.setFocus()

    def _show_note(self, chosen: int | None) -> None:
        session, line = self._bench.session, self._window.instances.note
        if session is None or chosen is None or chosen not in session.boxes.id:
            line.clear()
            line.setPlaceholderText("Choose an instance to write a note on it")
            line.setEnabled(False)
            return
        line.setEnabled(not session.read_only)
        line.setPlaceholderText(f"Note on {instance_name(session, chosen)}")
        if not line.isModified():
            line.setText(session.remarks.note_of(chosen))

    def _show_as_opened(self, on: bool) -> None:  # noqa: FBT001 - an action's state
        self._bench.presenter.set_as_opened(on)
        said = "as they were when the scan was opened · U shows them as they are" if on else "as they are"
        self._bench.said.emit(f"The view shows the labels {said}")

    def _attach(self, session: Session | None) -> None:
        self.desk.looked_at = -1
        self._window.actions_by_id["as_opened"].setChecked(False)
        self._window.instances.note.setModified(False)
        self._show_note(self._window.instances.chosen)
        self.history.show_session(session)
        self._refresh()

    def _refresh(self) -> None:
        session = self._bench.session
        self.history.show_session(session)
        self.comments.show_session(session)
        self.pins.show_comments(session.remarks.comments() if session is not None else [])
        self._show_note(self._window.instances.chosen)
