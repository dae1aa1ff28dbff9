"""Annotation → foreign formats. One format, one file."""
