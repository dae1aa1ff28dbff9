"""Foreign formats → what a scan file holds. One format, one file."""

from gapro_annotator.readers.formats import FORMATS
from gapro_annotator.readers.imported import ImportedScan
from gapro_annotator.readers.registry import find_sources, read_source

__all__ = ["FORMATS", "ImportedScan", "find_sources", "read_source"]
