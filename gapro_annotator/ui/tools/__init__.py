"""What the left mouse button does in the view: one tool a file, behind one small interface."""
