"""Measure how long the selection tools take: the picture of what is in sight, lasso, brush, growth.

Run by hand: ``python benchmarks/tools.py [POINTS ...]``; it needs no display. Prints milliseconds; the best of several
runs, since other work only ever makes them longer.
"""

import sys
import time

import numpy as np
from PySide6.QtCore import QPointF
from scene_view import best_of, room

from gapro_annotator.scan import Scan
from gapro_annotator.ui.tools.area import mask_of
from gapro_annotator.ui.tools.growth import neighbours_of
from gapro_annotator.ui.view.camera import pixels_per_metre
from gapro_annotator.ui.view.picking import PointIndex
from gapro_annotator.ui.view.picture import take_picture
from gapro_annotator.ui.view.point_cloud import PointCloud
from gapro_annotator.ui.view.viewpoint import overview

SIZE = (1280, 800)


def measure(points: int) -> None:
    xyz = room(points)
    cloud = PointCloud(xyz, np.full((points, 4), 255, np.uint8))
    index = PointIndex(xyz, lambda _index, normal: cloud.set_normals(normal))
    index.join()
    pose = overview(xyz, cloud.spacing, SIZE[0] / SIZE[1])
    splat = 1.8 * cloud.spacing * pixels_per_metre(SIZE[1]), 3.0, 24.0
    start = time.perf_counter()
    picture = take_picture(cloud, index, pose, SIZE, splat)
    first = 1000 * (time.perf_counter() - start)
    angle = np.linspace(0, 2 * np.pi, 200)
    places = np.stack([640 + 300 * np.cos(angle), 400 + 250 * np.sin(angle)], axis=1)
    corners = [QPointF(x, y) for x, y in places.tolist()]
    picture.rows_in(mask_of(corners, SIZE), through=False)
    middle = xyz[[int(np.median(picture.owner[picture.owner >= 0]))]]
    cell = np.unique((xyz // 0.2).astype(np.int32), axis=0, return_inverse=True)[1].ravel()
    scan = Scan(name="room", xyz=xyz, origin=np.zeros(3), superpoint=cell.astype(np.int32))
    rows = [
        ("picture, the first one (loads what is compiled)", first),
        (
            "picture, once for each place of the camera",
            best_of(3, lambda: take_picture(cloud, index, pose, SIZE, splat)),
        ),
        ("lasso, in sight", best_of(5, lambda: picture.rows_in(mask_of(corners, SIZE), through=False))),
        ("lasso, through", best_of(5, lambda: picture.rows_in(mask_of(corners, SIZE), through=True))),
        ("brush of 10 cm, a step", best_of(5, lambda: picture.rows_near(middle, 0.1, through=False))),
        ("neighbours of superpoints, once for a scan", best_of(1, lambda: neighbours_of(scan, cloud.spacing))),
    ]
    print(f"{points:,} points")
    for what, taken in rows:
        print(f"  {taken:8.1f} ms  {what}")


if __name__ == "__main__":
    for count in [int(text) for text in sys.argv[1:]] or [150_000, 1_000_000]:
        measure(count)
