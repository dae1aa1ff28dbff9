"""Grows and shrinks what is selected; which superpoints touch is found in a thread, once for each scan."""

from PySide6.QtCore import QObject, Signal

from gapro_annotator.scan import Scan
from gapro_annotator.ui.job import Job
from gapro_annotator.ui.naming import points_in_words
from gapro_annotator.ui.review import Review
from gapro_annotator.ui.tools.growth import Growth, neighbours_of
from gapro_annotator.ui.view.surface import point_spacing


class Grower(QObject):
    """Changes the review's region by superpoints."""

    said = Signal(str)

    def __init__(self, review: Review, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._review = review
        self._growth: Growth | None = None
        self._scan: Scan | None = None
        self._larger = True
        self._job = Job("gapro-growth", self)
        self._job.succeeded.connect(self._found)

    def resize(self, *, larger: bool) -> None:
        """Grow or shrink the selection, now or as soon as it is known what touches what."""
        session, region = self._review.session, self._review.region
        if session is None or region is None:
            self.said.emit("Select something first: click a superpoint, draw a lasso, or press N.")
        elif self._job.running:
            self.said.emit("Still finding which superpoints touch.")
        elif self._growth is None or self._scan is not session.scan:
            self._larger = larger
            self.said.emit("Finding which superpoints touch …")
            scan = session.scan
            self._job.start(lambda _progress: (scan, neighbours_of(scan, point_spacing(scan.xyz))))
        else:
            points = (self._growth.grow if larger else self._growth.shrink)(region.points)
            if len(points) == len(region.points):
                self.said.emit("Nothing that touches the selection is left." if larger else "It cannot be smaller.")
            else:
                self._review.select_points(points, asked=False)
                self.said.emit(f"{points_in_words(len(points))} selected")

    def close(self) -> None:
        """Wait for the thread."""
        self._job.join()

    def _found(self, answer: object) -> None:
        scan, neighbours = answer  # pyright: ignore[reportGeneralTypeIssues]  # what the job's function returns
        self._scan, self._growth = scan, Growth(neighbours)
        if self._review.session is not None and self._review.session.scan is scan and self._review.region is not None:
            self.resize(larger=self._larger)
