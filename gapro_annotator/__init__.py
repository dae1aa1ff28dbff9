"""Turn 3D boxes into corrected per-point instance labels (GaPro, Ngo, Hua and Nguyen, ICCV 2023)."""

__version__ = "0.1.0"
