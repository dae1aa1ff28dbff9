"""The review dock: what is left, the region that is looked at, and the queue."""

from pathlib import Path

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QSizePolicy,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from gapro_annotator.labeling.outlook import Outlook
from gapro_annotator.session import Session
from gapro_annotator.ui.naming import how_to_add_boxes, percent
from gapro_annotator.ui.panels.columns import fit_columns
from gapro_annotator.ui.panels.queue_model import QueueModel
from gapro_annotator.ui.panels.region_card import RegionCard
from gapro_annotator.ui.queue.thumbnails import SIZE, Thumbnails
from gapro_annotator.ui.review import Review


class ReviewPanel(QWidget):
    """Counter, region card and queue; it only shows what `Review` says and hands clicks back."""

    row_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.left = QLabel()
        font = self.left.font()
        font.setPointSizeF(font.pointSizeF() * 1.5)
        font.setBold(True)
        self.left.setFont(font)
        self.expected = QLabel()
        self.expected.setProperty("role", "muted")
        self.expected.setToolTip("Share of the points in or near boxes whose label is probably wrong.")
        self.bar = QProgressBar(textVisible=False)
        self.bar.setFixedHeight(6)
        self.bar.setRange(0, 1000)
        self.ahead = QLabel(wordWrap=True)
        self.ahead.setProperty("role", "muted")
        self.known = QLabel(wordWrap=True)
        self.known.setProperty("role", "muted")
        self.known.setToolTip(
            "What corrections in other scans of this project taught. Label > Forget what corrections taught drops it."
        )
        self.known.hide()
        self.effort = QLabel()
        self.effort.setProperty("role", "muted")
        self.effort.setToolTip("Answers and edits in this scan, and the time they took; longer pauses count a minute.")
        self.effort.hide()
        self.card = RegionCard()
        self.model = QueueModel(self)
        self.table = _table(self.model)
        self.table.clicked.connect(self._clicked)
        self.hint = QLabel(wordWrap=True)
        self.hint.setProperty("role", "muted")
        self.hint.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.hint.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)  # a long path widens nothing
        self.hint.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)  # it may hold a command
        self.folder: Path | None = None
        """Of the open project, None where there is none."""
        top = QHBoxLayout()
        top.addWidget(self.left)
        top.addStretch()
        top.addWidget(self.expected, alignment=Qt.AlignmentFlag.AlignBottom)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 0)
        layout.setSpacing(8)
        layout.addLayout(top)
        layout.addWidget(self.bar)
        layout.addWidget(self.ahead)
        layout.addWidget(self.known)
        layout.addWidget(self.effort)
        layout.addWidget(self.card)
        layout.addWidget(self.hint, 1)  # an empty queue leaves the top lines where they are
        layout.addWidget(self.table, 1)

    def add_tools(self, tools: QWidget) -> None:
        """Put what filters the queue above it."""
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout)  # noqa: S101 - made above
        layout.insertWidget(layout.indexOf(self.hint), tools)

    def set_thumbnails(self, thumbnails: Thumbnails | None) -> None:
        """Show a picture of each region in the queue; None: none."""
        before, self.model.thumbnails = self.model.thumbnails, thumbnails
        if before is not None:
            before.made.disconnect(self.table.viewport().update)
        if thumbnails is not None:
            thumbnails.made.connect(self.table.viewport().update)
        self.table.setIconSize(QSize(*SIZE) if thumbnails is not None else QSize(0, 0))
        self.model.layoutChanged.emit()

    def show_effort(self, text: str) -> None:
        """Say how much work the scan took so far; empty where none."""
        self.effort.setText(text)
        self.effort.setVisible(bool(text))

    def show_review(self, review: Review) -> None:
        """Show queue, counter and region as they are now."""
        session = review.session
        labelled = session is not None and session.pseudo is not None
        left, total = review.left, len(review.queue)
        self.left.setText(f"{left:,} left" if labelled else "Review")
        self.expected.setText(f"expected wrong {100 * review.expected_wrong:.1f} %" if labelled else "")
        self.bar.setValue(round(1000 * review.settled))
        self.bar.setVisible(labelled)
        half = f"; half of the rest lies in {review.half:,} regions" if left > 1 else ""
        self.bar.setToolTip(f"{percent(review.settled)} of the doubt is settled{half}")
        if not labelled:
            self.show_outlook(None)
        self.model.show(review)
        self.table.setVisible(total > 0)
        self.hint.setVisible(not total)
        self.hint.setText(_hint(session, self.folder))
        self.show_region(review)

    def show_outlook(self, outlook: Outlook | None) -> None:
        """Say how good the labels probably are, and how many answers are left until they are good enough."""
        self.ahead.setVisible(outlook is not None)
        if outlook is not None:
            self.ahead.setText(outlook_in_words(outlook))
            self.ahead.setToolTip(outlook_explained(outlook))

    def show_experience(self, text: str) -> None:
        """Say what other scans taught; empty where nothing did."""
        self.known.setText(text)
        self.known.setVisible(bool(text))

    def show_region(self, review: Review) -> None:
        """Show the region that is looked at, and its place in the queue."""
        self.card.setVisible(review.session is not None and (review.region is not None or len(review.queue) > 0))
        self.card.show_region(review)
        row = self.model.row_of(review.queue.place) if review.in_queue else -1
        index = self.model.index(row, 0) if row >= 0 else QModelIndex()
        if index != self.table.currentIndex():  # after a reset Qt would lay out every row to find no row
            self.table.setCurrentIndex(index)
        if index.isValid():
            self.table.scrollTo(index, QAbstractItemView.ScrollHint.EnsureVisible)

    def _clicked(self, index: QModelIndex) -> None:
        self.row_chosen.emit(self.model.place_of(index.row()))


def outlook_in_words(outlook: Outlook) -> str:
    """'About 12 answers to good enough', and on a second line the expected AP and IoU where there are any."""
    left = outlook.clicks_to_good
    first = f"About {left:,} answer{'' if left == 1 else 's'} to good enough" if left else "Good enough by now"
    if outlook.ap is None or outlook.mean_iou is None:
        return first
    return f"{first}\nexpected AP {percent(outlook.ap)} · IoU {percent(outlook.mean_iou)}"


def outlook_explained(outlook: Outlook) -> str:
    """What the outlook means, for whoever points at it."""
    return (
        f"Good enough: at most {percent(outlook.good_enough)} of the points in or near boxes are expected to be wrong. "
        f"{outlook.clicks_worth:,} regions are worth a look. All of it is estimated from the probabilities, "
        "without ground truth."
    )


def _hint(session: Session | None, folder: Path | None) -> str:
    if session is None:
        return "The regions that are worth a look appear here."
    if not len(session.boxes):
        return how_to_add_boxes(session, folder)
    if session.pseudo is None:
        return "Not labelled yet. Press ▶ Label (Ctrl+L) to make pseudo labels."
    return "Nothing is in doubt."


def _table(model: QueueModel) -> QTreeView:
    table = QTreeView(rootIsDecorated=False, uniformRowHeights=True, allColumnsShowFocus=True)
    table.setModel(model)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    fit_columns(table, {1: "00,000 ", 2: "100 %"}, stretched=0)
    return table
