"""The index of the scan that is shown: made anew with each scan, in a thread."""

from PySide6.QtCore import QObject, Signal

from gapro_annotator.arrays import Float32
from gapro_annotator.ui.view.picking import PointIndex


class Indexing(QObject):
    """Holds the present scan's index, and says when its normals are known."""

    normals_known = Signal(object)
    """(N, 3) float32 normals of the present scan, in the main thread; never those of a scan before it."""

    became_ready = Signal()
    """The present scan's index answers at once from now on."""

    _found = Signal(object, object)
    _built = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.index: PointIndex | None = None
        self._retired: list[PointIndex] = []
        # Emitted in the index's thread: Qt brings it over to the thread of this object.
        self._found.connect(self._pass_on)
        self._built.connect(self._say_ready)

    def start(self, xyz: Float32) -> None:
        """Index these points (N, 3) from now on."""
        self.stop()
        self.index = PointIndex(xyz, self._found.emit, self._built.emit)

    def stop(self) -> None:
        """Index nothing; a thread under way ends soon."""
        if self.index is not None:
            self.index.stop()
            self._retired.append(self.index)
        self.index = None
        # What has ended needs no waiting for, and holds a whole scan.
        self._retired = [index for index in self._retired if index.is_building]

    def join(self) -> None:
        """Wait for the threads."""
        for index in (*self._retired, self.index):
            if index is not None:
                index.join()
        self._retired.clear()

    def _pass_on(self, index: PointIndex, normal: Float32) -> None:
        if index is self.index:
            self.normals_known.emit(normal)

    def _say_ready(self, index: PointIndex) -> None:
        if index is self.index:
            self.became_ready.emit()
