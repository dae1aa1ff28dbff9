"""Whether an exported folder is what its trainer expects. One format, one file."""

from gapro_annotator.exporters.checks.registry import check_export, is_export

__all__ = ["check_export", "is_export"]
