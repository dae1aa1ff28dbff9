"""An exception of a training process as one sentence for the person who waits. Loads no torch."""

from gapro_annotator.errors import AnnotatorError, reason_of
from gapro_annotator.training.config import RunConfig
from gapro_annotator.training.run_folder import RunFolder


def sentence_of(error: BaseException, run: RunFolder, config: RunConfig) -> str:
    """Say what happened, where, and what to do."""
    if is_out_of_memory(error):
        return (
            f"{run.id}: not enough memory for {config.data.batch} scans of up to {config.data.most_voxels:,} voxels a "
            "step; use fewer voxels a scan (most_voxels), a smaller batch or bigger voxels"
        )
    if isinstance(error, AnnotatorError):
        return str(error)
    return f"{run.id}: training failed ({type(error).__name__}: {reason_of(error)}); see {run.log}"


def is_out_of_memory(error: BaseException) -> bool:
    """Whether memory ran out, of the machine or of a device; torch says so in several ways."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    text = str(error).lower()
    return isinstance(error, RuntimeError) and ("out of memory" in text or "defaultcpuallocator" in text)
