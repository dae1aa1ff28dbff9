"""What is cut away to look inside: above and below a section, outside a clipping box, what no box holds."""
