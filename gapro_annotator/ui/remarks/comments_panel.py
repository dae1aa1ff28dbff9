"""The list of comments: a click flies there, a tick settles one."""

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QLabel, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from gapro_annotator.remarks import Comment
from gapro_annotator.session import Session
from gapro_annotator.ui.remarks.desk import RemarksDesk
from gapro_annotator.ui.remarks.history_panel import in_local_time

_COMMENT = Qt.ItemDataRole.UserRole


class CommentsPanel(QWidget):
    """Comments of the open scan by number."""

    def __init__(self, desk: RemarksDesk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.empty = QLabel("No comments. Point at a place in the view and press Shift+C.", wordWrap=True)
        self.empty.setProperty("role", "muted")
        self.list = QListWidget()
        self.list.setWordWrap(True)
        self.list.itemClicked.connect(lambda item: desk.fly_to(item.data(_COMMENT)))
        self.list.itemChanged.connect(self._ticked)
        self.delete = QPushButton("Delete")
        self.delete.setToolTip("Delete the selected comment: one step for Ctrl+Z")
        self.delete.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.delete.clicked.connect(self._delete)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.addWidget(self.empty)
        layout.addWidget(self.list)
        layout.addWidget(self.delete, alignment=Qt.AlignmentFlag.AlignRight)

    def show_session(self, session: Session | None) -> None:
        """Show the comments as they are now."""
        comments = session.remarks.comments() if session is not None else []
        row = self.list.currentRow()
        picked = self.list.item(row).data(_COMMENT).number if row >= 0 else -1
        with QSignalBlocker(self.list):
            self.list.clear()
            for each in comments:
                item = QListWidgetItem(f"{each.number}  {each.text}\n{each.author}, {in_local_time(each.time)}")
                item.setData(_COMMENT, each)
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
                item.setCheckState(Qt.CheckState.Checked if each.resolved else Qt.CheckState.Unchecked)
                item.setToolTip("Settled" if each.resolved else "Open; a tick settles it")
                self.list.addItem(item)
                if each.number == picked:
                    self.list.setCurrentItem(item)
        self.empty.setVisible(not comments)
        self.list.setVisible(bool(comments))
        self.delete.setVisible(bool(comments))

    def _ticked(self, item: QListWidgetItem) -> None:
        found: Comment = item.data(_COMMENT)
        self._desk.resolve(found.number, resolved=item.checkState() == Qt.CheckState.Checked)

    def _delete(self) -> None:
        row = self.list.currentRow()
        if row >= 0:
            self._desk.delete(self.list.item(row).data(_COMMENT).number)
