"""A second view beside the first: the same scan from another side, in colours of its own."""
