"""The box tool: boxes are drawn, moved and resized in the view."""
