"""Annotations → foreign formats. One format, one file."""

from gapro_annotator.exporters.registry import FORMATS, export_scan

__all__ = ["FORMATS", "export_scan"]
