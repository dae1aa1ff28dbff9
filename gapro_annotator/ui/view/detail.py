"""How many points are drawn while the camera moves: as many as this machine draws in a tenth of a second."""

from bisect import bisect_right
from collections.abc import Sequence

TARGET = 0.1
"""Seconds that a frame may take while the camera moves."""
AT_ONCE = 0.3
"""Seconds that the whole cloud may take to be drawn in one go; what takes longer is drawn bit by bit."""
STEP = 0.08
"""Seconds of drawing after which the window hears the mouse and keys again."""
_FIRST_RATE = 1_200_000.0
_NEWEST = 0.4
_SLACK = 1.25


class LevelOfDetail:
    """Learns from frames how many points a second this machine draws.

    Frames have a part that does not depend on the points; it lowers the rate a little, which errs on the fluid side.
    """

    def __init__(self) -> None:
        self.rate = _FIRST_RATE
        """Points a second."""

    def note(self, points: int, seconds: float) -> None:
        """Learn from a frame that drew so many points; one alone, held up by something else, moves little."""
        if points > 0:
            seen = points / max(seconds, 1e-4)
            self.rate = self.rate ** (1 - _NEWEST) * seen**_NEWEST

    def level(self, sizes: Sequence[int], now: int) -> int:
        """Return which of these numbers of points, ascending, to draw while moving; `now`, its index, is kept if near.

        At least the first.
        """
        wanted = self.rate * TARGET
        best = max(bisect_right(sizes, wanted) - 1, 0)
        near = 0 <= now < len(sizes) and wanted / _SLACK <= sizes[now] <= wanted * _SLACK
        return now if near else best

    def seconds(self, points: int) -> float:
        """Return how long so many points take, about."""
        return points / self.rate
