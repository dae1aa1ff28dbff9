"""Points or mesh → superpoints: small groups of points that no object border cuts."""

from gapro_annotator.superpoints.compute import compute_superpoints, default_count

__all__ = ["compute_superpoints", "default_count"]
