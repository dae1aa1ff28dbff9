"""Segments.ai cuboids: annotations with position, dimensions, yaw or a quaternion."""

from typing import Any

from gapro_annotator.readers.box_files.solids import (
    Solid,
    class_name,
    turn_of_angles,
    turn_of_quaternion,
    vector,
    whole,
)


def is_segments_ai(content: Any) -> bool:
    """Whether this JSON is a label of Segments.ai."""
    return isinstance(content, dict) and isinstance(_annotations(content), list)


def _annotations(content: dict[str, Any]) -> Any:
    """Rows of the label, also where a release wraps them in attributes."""
    inner = content.get("attributes")
    return content.get("annotations", inner.get("annotations") if isinstance(inner, dict) else None)


def read_segments_ai(content: Any) -> tuple[list[Solid], tuple[str, ...]]:
    """Read its cuboids: full sizes, radians; classes have numbers unless the file lists categories."""
    names = {one.get("id"): one.get("name") for one in content.get("categories", ()) if isinstance(one, dict)}
    cuboids = [one for one in _annotations(content) if one.get("type", "cuboid") == "cuboid" and "position" in one]
    solids = [_solid(one, names) for one in cuboids]
    notes = () if names or not solids else ("its classes have numbers only",)
    return solids, notes


def _solid(one: dict[str, Any], names: dict[Any, Any]) -> Solid:
    number = one["category_id"]
    rotation = one.get("rotation")
    if rotation is None:
        turn = turn_of_angles(0, 0, float(one.get("yaw", 0) or 0))
    else:
        turn = turn_of_quaternion(*vector("rotation", rotation, ("qx", "qy", "qz", "qw")).tolist())
    name = class_name(names.get(number) or f"class {whole(number) if whole(number) is not None else number}")
    return Solid(
        name, vector("position", one["position"]), vector("dimensions", one["dimensions"]), turn, whole(one.get("id"))
    )
