"""The card of the tour over the view, and the frame round what it speaks of; neither takes the focus."""

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMainWindow, QPushButton, QVBoxLayout, QWidget

_WIDTH = 430
_GAP = 14


class TourCard(QFrame):
    """Shows one step in a corner of the view."""

    next_asked = Signal()
    back_asked = Signal()
    closed = Signal()

    def __init__(self, window: QMainWindow, view: QWidget) -> None:
        super().__init__(window)
        self._window, self._view = window, view
        self._target: QWidget | None = None
        self.setProperty("role", "card")
        self.setAutoFillBackground(True)
        self.setAccessibleName("Tour")
        self.title, self.text, self.count = QLabel(), QLabel(wordWrap=True), QLabel()
        self.title.setProperty("role", "heading")
        self.count.setProperty("role", "muted")
        self.back, self.next, self.leave = QPushButton("Back"), QPushButton("Next"), QPushButton("End the tour")
        self.leave.setToolTip("Help ▸ Tour shows it again")
        self.back.clicked.connect(self.back_asked)
        self.next.clicked.connect(self.next_asked)
        self.leave.clicked.connect(self.closed)
        row = QHBoxLayout()
        row.addWidget(self.count, 1)
        for button in (self.leave, self.back, self.next):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys with the view
            row.addWidget(button)
        self._lines = QVBoxLayout(self)
        self._lines.addWidget(self.title)
        self._lines.addWidget(self.text)
        self._lines.addLayout(row)
        self.frame = QFrame(window)
        self.frame.setObjectName("tour-frame")
        self.frame.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        for widget in (window, view):
            widget.installEventFilter(self)
        self.hide()
        self.frame.hide()

    def show_step(self, title: str, text: str, target: QWidget, number: int, of: int) -> None:
        """Show a step, and frame what it speaks of."""
        self.title.setText(title)
        self.text.setText(text)
        self.count.setText(f"{number} of {of}")
        self.back.setEnabled(number > 1)
        self.next.setText("Done" if number == of else "Next")
        self._target = target
        self.show()
        self._place()

    def end(self) -> None:
        """Take card and frame away."""
        self._target = None
        self.hide()
        self.frame.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay where it belongs when the window or the view changes its size."""
        del watched
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move) and self.isVisible():
            self._place()
        return False

    def _place(self) -> None:
        area = QRect(self._view.mapTo(self._window, QPoint()), self._view.size())
        width = min(_WIDTH, area.width() - 2 * _GAP)
        self.setFixedWidth(width)
        self._lines.activate()
        self.setFixedHeight(self._lines.heightForWidth(width))
        self.move(area.right() - width - _GAP, area.top() + _GAP)  # legend and status lie at the other corners
        target = self._target
        framed = target is not None and target is not self._view and target.isVisible()
        self.frame.setVisible(framed)
        if framed and target is not None:
            self.frame.setGeometry(QRect(target.mapTo(self._window, QPoint()), target.size()))
            self.frame.raise_()
        self.raise_()
