"""Generated rooms with ground truth: the demo project, and the default of tests and benchmarks.

`furniture`, `furnishings` and `clutter` build things of convex `solids` in `materials`; `layout` furnishes a room with
them; `scanner` casts rays at it; `room` makes a scan with boxes and ground truth of what came back.
`variety` makes scans of many styles to learn from; it is imported on its own, as it loads compiled code.
"""

from gapro_annotator.demo.project import ROOMS, make_demo_project
from gapro_annotator.demo.room import CLASS_NAMES, generate_room

__all__ = ["CLASS_NAMES", "ROOMS", "generate_room", "make_demo_project"]
