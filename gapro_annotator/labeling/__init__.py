"""Boxes, features and corrections → pseudo labels. Importing the package loads no torch; `labeler` does."""
