"""Cutting an instance in two: along a line drawn across it, or by what is selected."""
