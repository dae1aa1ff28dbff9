"""SUSTechPOINTS: a list of {psr: {position, scale, rotation}, obj_type, obj_id}."""

from typing import Any

from gapro_annotator.readers.box_files.solids import Solid, class_name, turn_of_angles, vector, whole


def is_sustech(content: Any) -> bool:
    """Whether this JSON is a label file of SUSTechPOINTS."""
    return (
        isinstance(content, list) and bool(content) and all(isinstance(row, dict) and "psr" in row for row in content)
    )


def read_sustech(content: Any) -> tuple[list[Solid], tuple[str, ...]]:
    """Read its boxes: full sizes, radians."""
    return [_solid(row) for row in content], ()


def _solid(row: dict[str, Any]) -> Solid:
    psr = row["psr"]
    if not isinstance(psr, dict):
        raise TypeError("psr is no object")
    x, y, z = vector("rotation", psr["rotation"]).tolist()
    center, size = vector("position", psr["position"]), vector("scale", psr["scale"])
    return Solid(class_name(row["obj_type"]), center, size, turn_of_angles(x, y, z), whole(row.get("obj_id")))
