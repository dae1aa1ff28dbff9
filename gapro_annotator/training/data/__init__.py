"""From a snapshot of the labels to batches of voxels."""
