"""`import --preview`: what a source is taken for, before anything is written."""

from pathlib import Path
from typing import Any

import numpy as np

from gapro_annotator.commands.output import number_of, say
from gapro_annotator.readers import Cure, Source
from gapro_annotator.readers.frame import guess_unit, guess_up


def preview_of(path: Path, format_name: str, source: Source, cure: Cure | None) -> dict[str, Any]:
    """Say what would be imported; lengths are metres if the unit is right."""
    finite = source.xyz[np.isfinite(source.xyz).all(axis=1)]
    low = finite.min(axis=0) if len(finite) else np.zeros(3)
    high = finite.max(axis=0) if len(finite) else np.zeros(3)
    up, sure = guess_up(source.xyz)
    return {
        "path": str(path),
        "name": source.name,
        "format": format_name,
        "rows": len(source.xyz),
        "rows_without_coordinates": len(source.xyz) - len(finite),
        "columns": list(source.columns),
        "minimum": low.tolist(),
        "maximum": high.tolist(),
        "extent": (high - low).tolist(),
        "up_guess": up,
        "up_sure": round(sure, 2),
        "unit_guess": guess_unit(source.xyz),
        "colors": source.rgb is not None,
        "color_range": None if source.color_range is None else list(source.color_range),
        "normals": source.normal is not None,
        "triangles": 0 if source.faces is None else len(source.faces),
        "superpoints": None if source.segment is None else len(np.unique(source.segment)),
        "axis_alignment": None if source.axis_alignment is None else source.axis_alignment.tolist(),
        "boxes": None if source.boxes is None else len(source.boxes),
        "classes": sorted({box.class_name for box in source.boxes or ()}),
        "ground_truth": source.truth is not None,
        "cure": None if cure is None else {"text": cure.text, "before": cure.before, "after": cure.after},
        "notes": list(source.notes),
    }


def say_preview(facts: dict[str, Any]) -> None:
    """Print it in words."""
    say(f"{facts['path']}: {facts['format']}, nothing is written")
    lost = facts["rows_without_coordinates"]
    rows = number_of(facts["rows"], "row", "rows") + (f", {lost:,} of them without coordinates" if lost else "")
    say(f"  rows: {rows}")
    if facts["columns"]:
        say(f"  columns: {', '.join(facts['columns'])}")
    x, y, z = facts["extent"]
    corner = ", ".join(f"{value:.3f}" for value in facts["minimum"])
    say(f"  extent: {x:.3f} × {y:.3f} × {z:.3f}, least corner ({corner})")
    up = facts["up_guess"] + (" (a guess from its layers)" if facts["up_sure"] > 1 else " (nothing speaks against it)")
    say(f"  up axis: {up}" + ("" if facts["up_guess"] == "z" else f"; --up {facts['up_guess']} turns it"))
    unit = facts["unit_guess"]
    say(f"  unit: {unit}" + ("" if unit == "m" else f"; --unit {unit} makes it metres"))
    if facts["color_range"] is not None:
        low, high = facts["color_range"]
        say(f"  colours: {low:g} to {high:g}")
    else:
        say(f"  colours: {'yes' if facts['colors'] else 'none'}")
    frame = "as the source has it" if facts["axis_alignment"] is None else "aligned by a matrix"
    say(f"  frame: {frame}")
    if facts["boxes"] is None:
        say("  boxes: none")
    else:
        say(f"  boxes: {facts['boxes']:,} of {', '.join(facts['classes']) or 'no class'}")
    for note in facts["notes"]:
        say(f"  note: {note}")
