"""Boxes of other programs → corners in metres. One format, one file."""

from gapro_annotator.readers.box_files.registry import BOX_FORMATS, BoxFile, read_box_file

__all__ = ["BOX_FORMATS", "BoxFile", "read_box_file"]
