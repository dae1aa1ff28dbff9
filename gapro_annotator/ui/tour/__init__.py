"""The first walk through the window, on the demo."""
