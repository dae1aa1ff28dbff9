"""Annotations → foreign formats. One format, one file."""

from gapro_annotator.exporters.export import Export
from gapro_annotator.exporters.registry import FORMATS, export_scan, start_export

__all__ = ["FORMATS", "Export", "export_scan", "start_export"]
