"""The history of a scan: what undo takes back, and the log of every edit with who made it and when."""

from datetime import UTC, datetime

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QTabWidget,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gapro_annotator.remark_edits import can_be_judged
from gapro_annotator.session import Session
from gapro_annotator.ui.naming import points_in_words
from gapro_annotator.ui.panels.columns import fit_columns
from gapro_annotator.ui.remarks.desk import RemarksDesk
from gapro_annotator.ui.theme import shown

_NUMBER = Qt.ItemDataRole.UserRole
_MOST = 2_000
"""Newest edits that the log lists: nobody scrolls further, and it is filled anew after each edit."""


class HistoryPanel(QTabWidget):
    """Two lists: undo steps, where a click goes there, and the log, where a click flies there."""

    def __init__(self, desk: RemarksDesk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.steps = QListWidget()
        self.steps.setToolTip(
            "What Ctrl+Z takes back, the newest last. A click goes to just after it, back or forward."
        )
        self.steps.itemClicked.connect(self._step_clicked)
        self.person = QComboBox()
        self.person.setToolTip("Whose edits are listed")
        self.person.currentIndexChanged.connect(self.refresh)
        self.log = QTreeWidget()
        self.log.setRootIsDecorated(False)
        self.log.setUniformRowHeights(True)
        self.log.setHeaderLabels(["", "What", "Who", "When"])
        self.log.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.log.itemClicked.connect(lambda item: desk.look_at(item.data(0, _NUMBER)))
        fit_columns(self.log, {0: "✓", 2: "annotator", 3: "30 Sep"}, stretched=1)
        self.buttons = {
            "previous": _button("◀", "The previous edit of somebody else that nobody has judged"),
            "next": _button("▶", "The next edit of somebody else that nobody has judged"),
            "accept": _button("Accept", "Say that this edit is right; the log keeps who said so"),
            "reject": _button("Reject", "Take this edit back where it still stands: one step for Ctrl+Z"),
        }
        self.buttons["previous"].clicked.connect(lambda: desk.look_at_next(-1))
        self.buttons["next"].clicked.connect(lambda: desk.look_at_next(1))
        self.buttons["accept"].clicked.connect(lambda: desk.accept(desk.looked_at))
        self.buttons["reject"].clicked.connect(lambda: desk.reject(desk.looked_at))
        self.addTab(self.steps, "Undo")
        self.addTab(self._log_page(), "Log")
        desk.edit_chosen.connect(self._chosen)

    def show_session(self, session: Session | None) -> None:
        """Show the history of this scan."""
        with QSignalBlocker(self.person):
            picked = self.person.currentText()
            self.person.clear()
            self.person.addItem("Everybody")
            for name in sorted({record.annotator for record in session.edits} if session is not None else set()):
                self.person.addItem(name)
            self.person.setCurrentIndex(max(self.person.findText(picked), 0))
        self.refresh()

    def refresh(self) -> None:
        """Show what was done and said until now."""
        session = self._desk.session
        self._show_steps(session)
        self._show_log(session)
        self._chosen(self._desk.looked_at)

    def _log_page(self) -> QWidget:
        page = QWidget()
        row = QHBoxLayout()
        row.addWidget(self.person, 1)
        for button in self.buttons.values():
            row.addWidget(button)
        layout = QVBoxLayout(page)
        layout.setContentsMargins(4, 4, 4, 0)
        layout.addLayout(row)
        layout.addWidget(self.log)
        return page

    def _show_steps(self, session: Session | None) -> None:
        done, undone = session.history if session is not None else ([], [])
        self.steps.clear()
        self.steps.addItem("As it was opened" if done or undone else "Nothing to undo")
        for text in (*done, *undone):
            self.steps.addItem(text)
        for row in range(self.steps.count()):
            item = self.steps.item(row)
            item.setData(_NUMBER, len(done) - row)  # so many undos lead to just after it
            if row > len(done):
                item.setForeground(QColor(shown().muted))
                item.setToolTip("Undone")
        self.steps.setCurrentRow(len(done))

    def _show_log(self, session: Session | None) -> None:
        self.log.clear()
        if session is None:
            return
        verdicts, picked = session.remarks.verdicts(), self.person.currentText()
        everybody, items = self.person.currentIndex() <= 0, list[QTreeWidgetItem]()
        for number in range(len(session.edits) - 1, max(len(session.edits) - 1 - _MOST, -1), -1):
            record = session.edits[number]
            if not everybody and record.annotator != picked:
                continue
            points = f" ({points_in_words(len(record.edit.points))})" if len(record.edit.points) else ""
            when = in_local_time(record.time)
            item = QTreeWidgetItem(["", record.edit.text, record.annotator, short_time(record.time)])
            item.setData(0, _NUMBER, number)
            for column in (1, 2, 3):
                item.setToolTip(column, f"{record.edit.text}{points}\n{record.annotator}, {when}")
            if number in verdicts:
                verdict = verdicts[number]
                item.setText(0, "✓" if verdict.accepted else "✗")
                item.setForeground(0, QColor(shown().good if verdict.accepted else shown().warning))
                item.setToolTip(0, f"{'Accepted' if verdict.accepted else 'Rejected'} by {verdict.author}")
            items.append(item)
        self.log.addTopLevelItems(items)

    def _chosen(self, number: int) -> None:
        session = self._desk.session
        there = session is not None and 0 <= number < len(session.edits)
        can = there and session is not None and can_be_judged(session, number) and not session.read_only
        for name in ("accept", "reject"):
            self.buttons[name].setEnabled(can)
        with QSignalBlocker(self.log):
            for row in range(self.log.topLevelItemCount()):
                item = self.log.topLevelItem(row)
                if item is not None and item.data(0, _NUMBER) == number:
                    self.log.setCurrentItem(item)
                    self.log.scrollToItem(item)
                    return

    def _step_clicked(self, item: QListWidgetItem) -> None:
        steps = int(item.data(_NUMBER))
        if steps:
            self._desk.step_to(steps)


def in_local_time(time: str) -> str:
    """'26 Nov 17:04' of a time in ISO 8601; as it is where it is none."""
    try:
        return datetime.fromisoformat(time).astimezone().strftime("%d %b %H:%M")
    except ValueError:
        return time


def short_time(time: str, now: datetime | None = None) -> str:
    """'17:04' of a time of today, '26 Nov' of one before; as it is where it is none."""
    try:
        local = datetime.fromisoformat(time).astimezone()
    except ValueError:
        return time
    today = (now or datetime.now(UTC)).astimezone().date()
    return local.strftime("%H:%M" if local.date() == today else "%d %b")


def _button(text: str, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setToolTip(tip)
    button.setStyleSheet("padding: 4px 8px;")
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
