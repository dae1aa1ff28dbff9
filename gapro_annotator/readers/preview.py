"""What a source is taken for, before anything is written: for the command's `--preview` and the window's page."""

from pathlib import Path
from typing import Any

import numpy as np

from gapro_annotator.readers.frame import guess_unit, guess_up
from gapro_annotator.readers.frame_check import Cure
from gapro_annotator.readers.imported import Source


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


def facts_in_words(facts: dict[str, Any]) -> list[tuple[str, str]]:
    """Say the facts of `preview_of` as rows of a title and a text, without its notes."""
    lost, count = facts["rows_without_coordinates"], facts["rows"]
    rows = f"{count:,} row{'' if count == 1 else 's'}" + (f", {lost:,} of them without coordinates" if lost else "")
    said = [("rows", rows)]
    if facts["columns"]:
        said.append(("columns", ", ".join(facts["columns"])))
    x, y, z = facts["extent"]
    corner = ", ".join(f"{value:.3f}" for value in facts["minimum"])
    said.append(("extent", f"{x:.3f} × {y:.3f} × {z:.3f}, least corner ({corner})"))
    sure = "a guess from its layers" if facts["up_sure"] > 1 else "nothing speaks against it"
    said.append(("up axis", f"{facts['up_guess']} ({sure})"))
    said.append(("unit", facts["unit_guess"]))
    colors = facts["color_range"]
    said.append(
        ("colours", ("yes" if facts["colors"] else "none") if colors is None else "{:g} to {:g}".format(*colors))
    )
    said.append(("frame", "as the source has it" if facts["axis_alignment"] is None else "aligned by a matrix"))
    boxes, names = facts["boxes"], ", ".join(facts["classes"])
    said.append(("boxes", "none" if boxes is None else f"{boxes:,} of {names or 'no class'}"))
    return said
