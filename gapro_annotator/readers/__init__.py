"""Foreign formats → what a scan file holds. One format, one file."""

from gapro_annotator.readers.formats import FORMATS
from gapro_annotator.readers.frame_check import Cure
from gapro_annotator.readers.imported import ImportedScan, Source
from gapro_annotator.readers.registry import (
    ReadOptions,
    detect,
    find_sources,
    finish_source,
    load_source,
    read_points,
    read_source,
)

__all__ = [
    "FORMATS",
    "Cure",
    "ImportedScan",
    "ReadOptions",
    "Source",
    "detect",
    "find_sources",
    "finish_source",
    "load_source",
    "read_points",
    "read_source",
]
