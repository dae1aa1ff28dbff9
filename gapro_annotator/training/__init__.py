"""A process of its own: sparse-convolution networks that learn from pseudo and corrected labels.

Importing this package loads no torch: the window reads run folders through it.
"""
