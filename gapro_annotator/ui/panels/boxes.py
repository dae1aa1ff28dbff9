"""The chosen box in numbers, and what looks wrong with the boxes of the scan."""

import numpy as np
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gapro_annotator.box_checks import BoxFinding, FrameFinding, check_boxes, check_frame
from gapro_annotator.boxes import Boxes
from gapro_annotator.scan import Scan
from gapro_annotator.ui.instance_desk import InstanceDesk
from gapro_annotator.ui.job import Job
from gapro_annotator.ui.naming import instance_name

_MOST_SHOWN = 8
_CHECK_MS = 300
"""Milliseconds of quiet before boxes are checked: arrow keys that are held down move one box many times."""


class BoxesPanel(QWidget):
    """Six numbers that can be typed, and a line with a cure for each box that looks wrong."""

    def __init__(self, desk: InstanceDesk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.findings: list[BoxFinding] = []
        self._found_in: Boxes | None = None
        self.frame: FrameFinding | None = None
        """What is wrong with all boxes together."""
        self._job = Job("gapro-boxes", self)
        self._job.succeeded.connect(self._checked)
        self.title = QLabel()
        self.fields = [[_field() for _ in range(3)] for _ in range(2)]
        grid = QGridLayout()
        grid.setHorizontalSpacing(6)
        for column, axis in enumerate("xyz", 1):
            grid.addWidget(QLabel(axis, alignment=Qt.AlignmentFlag.AlignHCenter), 0, column)
            grid.setColumnStretch(column, 1)
        for side, (name, fields) in enumerate(zip(("from", "to"), self.fields, strict=True), 1):
            grid.addWidget(QLabel(name), side, 0)
            for column, field in enumerate(fields, 1):
                field.setAccessibleName(f"{name} {'xyz'[column - 1]}, metres")
                field.setToolTip("Where this face of the chosen box lies; type a number, and Enter moves it")
                field.editingFinished.connect(self._typed)
                grid.addWidget(field, side, column)
        self.checked = QLabel()
        self.checked.setProperty("role", "muted")
        self.lines = QVBoxLayout()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.addWidget(self.title)
        layout.addLayout(grid)
        layout.addWidget(self.checked)
        layout.addLayout(self.lines)
        layout.addStretch()
        self._check_soon = QTimer(self, singleShot=True, interval=_CHECK_MS)
        self._check_soon.timeout.connect(self.check)
        desk.boxes_changed.connect(self._boxes_changed)
        desk.bench.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the numbers of the chosen box."""
        session, chosen = self._desk.session, self._desk.chosen
        row = -1 if session is None or chosen is None else int(session.boxes.row_of(np.array([chosen], np.int32))[0])
        self.title.setText(instance_name(session, chosen) if session and chosen is not None else "No box is chosen.")
        for side, fields in enumerate(self.fields):
            for axis, field in enumerate(fields):
                field.setEnabled(row >= 0)
                if row >= 0 and session is not None and not field.hasFocus():
                    field.setValue(float((session.boxes.lower, session.boxes.upper)[side][row, axis]))

    def check(self) -> None:
        """Look at all boxes, in the background, and list what looks wrong."""
        session = self._desk.session
        if session is None:
            self._show([], None)
        elif self._job.running:
            self._check_soon.start()
        else:
            boxes, scan = session.boxes, session.scan
            self._job.start(lambda _progress: (boxes, *_looked_at(boxes, scan)))

    def close_down(self) -> None:
        """Wait for the thread."""
        self._check_soon.stop()
        self._job.join()

    def _checked(self, found: tuple[Boxes, list[BoxFinding], FrameFinding | None]) -> None:
        session = self._desk.session
        if session is not None and session.boxes is found[0]:  # otherwise they are about to be looked at again
            self._found_in = found[0]
            self._show(*found[1:])

    def _show(self, findings: list[BoxFinding], frame: FrameFinding | None) -> None:
        self.findings, self.frame = findings, frame
        while (item := self.lines.takeAt(0)) is not None:
            line = item.widget()
            if line is not None:
                line.hide()
                line.deleteLater()
        if frame is not None:
            self.lines.addWidget(self._frame_line(frame))
        # Each box that misses the cloud has a line of its own otherwise, and a cure that deletes it.
        single = findings if frame is None else []
        for finding in single[:_MOST_SHOWN]:
            self.lines.addWidget(self._line(finding))
        more, count = len(single) - _MOST_SHOWN, len(single)
        found = "No box looks wrong." if not count else f"{count} box{'' if count == 1 else 'es'} to look at:"
        found = "All boxes together look wrong:" if frame is not None else found
        self.checked.setText(found + (f" (the first {_MOST_SHOWN})" if more > 0 else ""))

    def cure(self, finding: BoxFinding) -> None:
        """Do what a finding proposes."""
        if not self._is_current():
            return
        if finding.corners is None:
            self._desk.delete_box(finding.box)
        else:
            self._desk.reshape(finding.box, finding.corners[0], finding.corners[1], finding.cure)

    def _cure_all(self, frame: FrameFinding) -> None:
        if self._is_current():
            self._desk.reshape_all(frame.boxes, "Put all boxes right")

    def _is_current(self) -> bool:
        """Whether the findings are of the boxes that are there, not of those before an edit or of another scan."""
        session = self._desk.session
        current = session is not None and session.boxes is self._found_in
        if not current:
            self._desk.bench.said.emit("The boxes have changed; they are being checked again.")
        return current

    def _boxes_changed(self) -> None:
        self.refresh()
        self._check_soon.start()

    def _typed(self) -> None:
        session, chosen = self._desk.session, self._desk.chosen
        if session is None or chosen is None:
            return
        row = int(session.boxes.row_of(np.array([chosen], np.int32))[0])
        now = np.stack([session.boxes.lower[row], session.boxes.upper[row]])
        typed = np.array([[field.value() for field in fields] for fields in self.fields], np.float32)
        # What was not typed keeps the digits that the field does not show.
        corners = np.where(np.abs(typed - now) < 0.0006, now, typed)
        if not np.array_equal(corners, now):
            self._desk.reshape(chosen, corners[0], corners[1], "Change")

    def _frame_line(self, frame: FrameFinding) -> QWidget:
        line = QWidget()
        layout = QVBoxLayout(line)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(QLabel(frame.text, wordWrap=True))
        if frame.cure:
            cure = QPushButton(frame.cure)
            cure.setObjectName("cure-all")
            cure.setToolTip("Change the corners of all boxes so; one step for Ctrl+Z")
            cure.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            cure.clicked.connect(lambda: self._cure_all(frame))
            layout.addWidget(cure, 0, Qt.AlignmentFlag.AlignLeft)
        return line

    def _line(self, finding: BoxFinding) -> QWidget:
        session = self._desk.session
        line = QWidget()
        layout = QHBoxLayout(line)
        layout.setContentsMargins(0, 0, 0, 0)
        name = instance_name(session, finding.box) if session is not None else ""
        look = QToolButton()
        look.setText(f"{name} {finding.text}")
        look.setToolTip("Choose it and fly there")
        look.setAutoRaise(True)
        look.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        look.clicked.connect(lambda: self._look_at(finding.box))
        layout.addWidget(look, 1, Qt.AlignmentFlag.AlignLeft)
        if finding.cure:
            cure = QPushButton(finding.cure)
            cure.setObjectName(f"cure-{finding.box}")
            cure.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            cure.clicked.connect(lambda: self.cure(finding))
            layout.addWidget(cure)
        return line

    def _look_at(self, box: int) -> None:
        self._desk.bench.choose_instance.emit(box)
        self._desk.jump(box)


def _looked_at(boxes: Boxes, scan: Scan) -> tuple[list[BoxFinding], FrameFinding | None]:
    alignment = scan.axis_alignment
    if alignment is not None:  # it is of the source's frame, boxes and points are relative to the scan's origin
        shift, back = np.eye(4), np.eye(4)
        shift[:3, 3], back[:3, 3] = scan.origin, -scan.origin
        alignment = back @ alignment @ shift
    return check_boxes(boxes, scan.xyz), check_frame(boxes, scan.xyz, alignment)


def _field() -> QDoubleSpinBox:
    field = QDoubleSpinBox(decimals=3, minimum=-10_000.0, maximum=10_000.0, singleStep=0.01, suffix=" m")
    field.setKeyboardTracking(False)
    field.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
    field.setMinimumWidth(60)
    return field
