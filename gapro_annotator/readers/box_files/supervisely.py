"""Supervisely point cloud annotations: objects with classes, figures with cuboids."""

from typing import Any

from gapro_annotator.readers.box_files.solids import Solid, class_name, turn_of_angles, vector


def is_supervisely(content: Any) -> bool:
    """Whether this JSON is an annotation of Supervisely."""
    return isinstance(content, dict) and all(isinstance(content.get(key), list) for key in ("figures", "objects"))


def read_supervisely(content: Any) -> tuple[list[Solid], tuple[str, ...]]:
    """Read its cuboids; other figures are left out, and a note says how many."""
    names = {str(one["key"]): class_name(one["classTitle"]) for one in content["objects"]}
    cuboids = [one for one in content["figures"] if one.get("geometryType") in ("cuboid_3d", "cuboid3d")]
    left = len(content["figures"]) - len(cuboids)
    solids = [_solid(names[str(one["objectKey"])], one["geometry"]) for one in cuboids]
    return solids, (f"{left} figures that are no cuboids were left out",) if left else ()


def _solid(name: str, geometry: dict[str, Any]) -> Solid:
    x, y, z = vector("rotation", geometry.get("rotation", {"x": 0, "y": 0, "z": 0})).tolist()
    center, size = vector("position", geometry["position"]), vector("dimensions", geometry["dimensions"])
    return Solid(name, center, size, turn_of_angles(x, y, z))
