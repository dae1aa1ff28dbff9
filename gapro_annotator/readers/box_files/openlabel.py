"""OpenLABEL 1.0: objects with cuboids, at the top or in one frame."""

from typing import Any

from gapro_annotator.readers.box_files.solids import (
    Solid,
    class_name,
    turn_of_angles,
    turn_of_quaternion,
    vector,
    whole,
)


def is_openlabel(content: Any) -> bool:
    """Whether this JSON is OpenLABEL."""
    return isinstance(content, dict) and isinstance(content.get("openlabel"), dict)


def read_openlabel(content: Any) -> tuple[list[Solid], tuple[str, ...]]:
    """Read its cuboids; of several frames the first, and a note says so."""
    root = content["openlabel"]
    objects = dict(root.get("objects", {}))
    found = _cuboids(objects, objects)
    frames = root.get("frames", {})
    if found or not frames:
        return found, ()
    first = min(frames, key=lambda number: (len(str(number)), str(number)))
    found = _cuboids(dict(frames[first].get("objects", {})), objects)
    notes = (f"it has {len(frames)} frames: the boxes of frame {first} are used",) if len(frames) > 1 else ()
    return found, notes


def _cuboids(objects: dict[str, Any], described: dict[str, Any]) -> list[Solid]:
    solids: list[Solid] = []
    for uid, one in objects.items():
        cuboids = one.get("object_data", {}).get("cuboid", [])
        for cuboid in cuboids:
            kind = one.get("type") or described.get(uid, {}).get("type")
            number = whole(uid) if len(cuboids) == 1 else None
            solids.append(_solid(class_name(kind), cuboid["val"], number))
    return solids


def _solid(name: str, values: list[Any], number: int | None) -> Solid:
    if len(values) not in (9, 10):
        raise ValueError(f"a cuboid has {len(values)} numbers instead of 9 or 10")
    numbers = vector("val", values, [str(place) for place in range(len(values))])
    turned = numbers[3:-3].tolist()
    turn = turn_of_angles(*turned) if len(turned) == 3 else turn_of_quaternion(*turned)
    return Solid(name, numbers[:3], numbers[-3:], turn, number)
