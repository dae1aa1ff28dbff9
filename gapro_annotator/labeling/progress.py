"""Reports of progress, and the way out when the user says stop."""

from gapro_annotator.errors import CancelledError
from gapro_annotator.labeling.request import Progress


class Steps:
    """Passes progress on and raises once the listener answers False."""

    def __init__(self, progress: Progress | None, name: str) -> None:
        self._progress = progress
        self._name = name

    def report(self, done: int, total: int, what: str) -> None:
        """Say how far the job is; raise CancelledError if it shall not go on."""
        if self._progress is not None and not self._progress(done, total, what):
            raise CancelledError(f"{self._name}: labelling was cancelled at {what} {done} of {total}")
