"""Everything that can be done, found by typing a few letters; and other keys for it."""
