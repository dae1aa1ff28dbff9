"""Draws a large cloud bit by bit once the camera rests, so that the window hears the mouse and keys meanwhile."""

from PySide6.QtCore import QObject, QTimer

from gapro_annotator.ui.view.scene import Scene


class Refining(QObject):
    """Lets the whole cloud grow behind the coarse one that is shown; whatever changes meanwhile begins it anew."""

    def __init__(self, scene: Scene, rest_ms: int, parent: QObject) -> None:
        super().__init__(parent)
        self._scene = scene
        self._part, self._version = 0, -1
        self._rest = QTimer(self, singleShot=True, interval=rest_ms)
        self._rest.timeout.connect(self._begin)
        self._step = QTimer(self, singleShot=True, interval=0)
        self._step.timeout.connect(self._grow)

    def start(self) -> None:
        """Begin when nothing has moved for a moment."""
        self._step.stop()
        self._rest.start()

    def stop(self) -> None:
        """Leave the cloud as it is shown."""
        self._rest.stop()
        self._step.stop()

    def _begin(self) -> None:
        self._scene.draw_whole()
        self._part, self._version = 0, self._scene.version
        self._grow()

    def _grow(self) -> None:
        if not self._scene.is_coarse:
            return
        if self._version != self._scene.version:
            self.start()
            return
        self._part = self._scene.grow(self._part)
        self._step.start()
