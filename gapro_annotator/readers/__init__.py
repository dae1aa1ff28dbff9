"""Foreign formats → what a scan file holds. One format, one file."""
