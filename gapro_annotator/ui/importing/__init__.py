"""The import page: what a foreign scan is taken for, corrected before anything is written."""
