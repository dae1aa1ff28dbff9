"""What the review queue shows, what of it is accepted at once, and how far the work has come."""
