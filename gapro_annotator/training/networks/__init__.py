"""The networks: one backbone, one file for each head."""
