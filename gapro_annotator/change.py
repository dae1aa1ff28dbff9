"""What a session tells its listeners."""

from dataclasses import dataclass

from gapro_annotator.arrays import Int64


@dataclass(frozen=True, eq=False, slots=True)
class Change:
    """What changed in a session, and who did it.

    Parameters
    ----------
    points : (M,) int64 or None
        Rows whose label, or what is known about it, may have changed; None: all.
    initiator
        Name of the part that made the change, so that it can ignore its own echo.
    """

    points: Int64 | None
    initiator: str
