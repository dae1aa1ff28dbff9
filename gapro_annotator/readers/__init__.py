"""Foreign formats → what a scan file holds. One format, one file."""

from gapro_annotator.readers.imported import ImportedScan
from gapro_annotator.readers.registry import FORMATS, find_sources, read_source

__all__ = ["FORMATS", "ImportedScan", "find_sources", "read_source"]
