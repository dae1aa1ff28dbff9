"""What people say about a scan: status and notes, comments at a place, the log of edits, a second person's verdicts."""
