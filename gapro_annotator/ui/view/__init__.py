"""The 3D view: points, boxes, highlights, camera and picking."""
