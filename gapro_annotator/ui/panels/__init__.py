"""The docks around the view, one panel a file."""
