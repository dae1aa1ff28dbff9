"""What self-training proposes: a row a scan, with what would change."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QTreeWidgetItem, QVBoxLayout, QWidget

from gapro_annotator.ui.training.tables import row as table_row
from gapro_annotator.ui.training.tables import table
from gapro_annotator.ui.training.words import share
from gapro_annotator.ui.training.work import Proposed

_HEADERS = ("Scan", "Points changed", "in boxes", "Agreement", "Expected wrong before", "after", "")
_WIDEST = {
    1: "00,000,000 ",
    2: "in boxes ",
    3: "Agreement ",
    4: "Expected wrong before ",
    5: "00.00 % ",
    6: "accepted ",
}
EMPTY = (
    "This run proposes no labels. A run with rounds of self-training does: the labeler sees what the network learnt "
    "and labels every scan again. Nothing changes until you accept it, and your corrections stay in any case."
)


NOT_YET = "Nothing is proposed yet: this run labels every scan again when its training is over."


class ProposalsView(QWidget):
    """Table and buttons; what they do is decided elsewhere."""

    accept_asked = Signal(str)
    """The scan whose labels are to be taken over: the selected one."""
    accept_all_asked = Signal()
    reject_asked = Signal(str)
    scan_asked = Signal(str)
    """A scan that is to be looked at: its row was double-clicked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table = table(_HEADERS, _WIDEST, figures_from=1)
        self.table.setRootIsDecorated(True)
        self.table.setExpandsOnDoubleClick(False)  # it opens the scan
        self.table.currentItemChanged.connect(lambda *_: self._refresh())
        self.table.itemDoubleClicked.connect(lambda item, _column: self.scan_asked.emit(_scan(item)))
        self.hint = QLabel(EMPTY, wordWrap=True)
        self.hint.setProperty("role", "muted")
        self.hint.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.accept = QPushButton("Accept")
        self.accept_every = QPushButton("Accept all")
        self.reject = QPushButton("Reject")
        self.accept.setToolTip("Take over the proposed labels of the selected scan; in the open scan it is one undo")
        self.accept_every.setToolTip("Take over what is proposed for every scan that is not decided; corrections stay")
        self.reject.setToolTip("Leave the labels of the selected scan as they are")
        self.accept.clicked.connect(lambda: self.accept_asked.emit(self.selected))
        self.accept_every.clicked.connect(self.accept_all_asked)
        self.reject.clicked.connect(lambda: self.reject_asked.emit(self.selected))
        self._rows: Sequence[Proposed] = ()
        self._lay_out()
        self.show_proposed((), "")

    def _lay_out(self) -> None:
        buttons = QVBoxLayout()
        for button in (self.accept, self.accept_every, self.reject):
            buttons.addWidget(button)
        buttons.addStretch()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.addWidget(self.hint, 1)
        layout.addWidget(self.table, 1)
        layout.addLayout(buttons)

    @property
    def selected(self) -> str:
        """The scan of the selected row; empty for none."""
        item = self.table.currentItem()
        return _scan(item) if item is not None else ""

    def show_proposed(self, rows: Sequence[Proposed], open_scan: str, empty: str = EMPTY) -> None:
        """List what a run proposes; the row of the open scan is selected at first. `empty`: what to say of no rows."""
        self.hint.setText(empty)
        chosen = self.selected or open_scan
        self._rows = rows
        self.table.clear()
        for row in rows:
            item = _item(row, is_open=row.scan == open_scan)
            self.table.addTopLevelItem(item)
            if row.scan == chosen:
                self.table.setCurrentItem(item)
        self.table.setVisible(bool(rows))
        self.hint.setVisible(not rows)
        self._refresh()

    def _refresh(self) -> None:
        undecided = {row.scan for row in self._rows if row.verdict is None}
        self.accept.setEnabled(bool(self.selected) and self.selected in {row.scan for row in self._rows})
        self.reject.setEnabled(self.selected in undecided)
        self.accept_every.setEnabled(bool(undecided))


def _item(row: Proposed, *, is_open: bool) -> QTreeWidgetItem:
    diff = row.diff
    mean = sum(diff.agreement.values()) / len(diff.agreement) if diff.agreement else None
    figures = (
        f"{diff.points_changed:,}",
        f"{100 * diff.share_changed:.1f} %",
        share(mean),
        f"{100 * diff.expected_error_before:.1f} %",
        f"{100 * diff.expected_error_after:.1f} %",
        row.verdict or "",
    )
    item = table_row([f"{row.scan}  (open)" if is_open else row.scan, *figures], figures_from=1)
    item.setData(0, Qt.ItemDataRole.UserRole, row.scan)
    item.setToolTip(2, "Share of the points in or near boxes")
    item.setToolTip(3, "Mean over the classes; unfold the row for each")
    for column in (1, 4, 5):
        item.setToolTip(column, "Against the labels that the run began with; what was corrected since stays")
    for name, agreement in sorted(diff.agreement.items(), key=lambda pair: pair[1]):
        item.addChild(table_row([name, "", "", share(agreement)], figures_from=1))
    return item


def _scan(item: QTreeWidgetItem) -> str:
    while (above := item.parent()) is not None:
        item = above
    return str(item.data(0, Qt.ItemDataRole.UserRole))
