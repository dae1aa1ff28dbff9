"""The overlays of the view together: legend, the slider in its foot, and the message of an empty view."""

from PySide6.QtWidgets import QWidget

from gapro_annotator.ui.colors import Legend
from gapro_annotator.ui.view.overlays import LegendOverlay, MessageOverlay
from gapro_annotator.ui.view.threshold import ThresholdSlider


class OverlayLayer:
    """Shows what explains the picture, and keeps it in its place."""

    def __init__(self, view: QWidget) -> None:
        self._view = view
        self.legend = LegendOverlay(view)
        self.message = MessageOverlay(view)
        self.threshold = ThresholdSlider(view)

    def show_legend(self, legend: Legend | None) -> None:
        """Explain the colours in the lower left corner."""
        self.legend.show_legend(legend)
        self.place()

    def show_threshold(self, doubt: float | None) -> None:
        """Show a slider at this doubt, 0..0.5, in the foot of the legend; None takes it away."""
        self.threshold.show_value(doubt)
        self.legend.set_foot(0 if doubt is None else self.threshold.sizeHint().height())
        self.place()

    def show_message(self, text: str | None) -> None:
        """Say in the middle of the view what to do next; None takes it away."""
        self.message.show_message(text)
        self.place()

    def place(self) -> None:
        """Follow the size of the view."""
        self.legend.place_in(self._view.rect())
        self.threshold.place_in(self.legend.foot)
        self.message.place_in(self._view.rect())
