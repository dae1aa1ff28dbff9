"""A view that shows what another one shows, in colours of its own."""

from collections.abc import Callable

from PySide6.QtCore import Signal

from gapro_annotator.arrays import Float32, Int64, UInt8
from gapro_annotator.ui.view.scene_view import SceneView


class TintedView(SceneView):
    """Takes its points from the view that it stands beside; hidden points stay hidden."""

    renewed = Signal()
    """Another scan is shown, as a whole."""

    def __init__(self, first: SceneView) -> None:
        super().__init__(index_of=first)
        self.tint: Callable[[Int64 | None], UInt8] | None = None
        """Gives the colours (M, 4) uint8 of these rows, or of all; None: those of the other view."""

    def show_cloud(self, xyz: Float32, rgba: UInt8) -> None:
        """Show another scan: xyz (N, 3) float32 metres, rgba (N, 4) uint8."""
        super().show_cloud(xyz, self._tinted(None, rgba))
        self.renewed.emit()

    def set_colors(self, rgba: UInt8) -> None:
        """Give every point its colour; of `rgba` (N, 4) uint8 only what is hidden counts, where there is a tint."""
        super().set_colors(self._tinted(None, rgba))

    def recolor(self, points: Int64, rgba: UInt8) -> None:
        """Give these points (M,) int64 their colours; as `set_colors`."""
        super().recolor(points, self._tinted(points, rgba))

    def _tinted(self, points: Int64 | None, rgba: UInt8) -> UInt8:
        if self.tint is None:
            return rgba
        own = self.tint(points)
        own[rgba[:, 3] == 0, 3] = 0
        return own
