"""S3DIS: ``Area_k/<room>/<room>.txt`` and ``Annotations/<class>_<n>.txt``, x y z r g b in ASCII."""

import re

import numpy as np

from gapro_annotator.arrays import Bool, Float64, UInt8
from gapro_annotator.document import ScanDocument
from gapro_annotator.errors import InputError
from gapro_annotator.exporters.class_map import canonical
from gapro_annotator.exporters.export import Export
from gapro_annotator.exporters.options import ROWS, Option
from gapro_annotator.exporters.trainer_arrays import byte_colors

NAMES = "ceiling floor wall beam column window door table chair sofa bookcase board clutter".split()
"""In the order of PointNet, mmdetection3d, OneFormer3D, Pointcept and Mask3D; the files hold names, no numbers."""
OPTIONS = (
    ROWS,
    Option("area", "1", "number of the area"),
    Option(
        "others", "clutter", "classes that S3DIS lacks: clutter, or their own name, which trainers take for clutter",
        ("clutter", "keep"),
    ),
)  # fmt: skip


def write_s3dis(document: ScanDocument, export: Export) -> None:
    """Write the room in the source's order and each instance apart; what is in no box is one clutter."""
    if not export.options["area"].isdigit():
        raise InputError(f"--option area={export.options['area']}: is no number; S3DIS has areas 1 to 6")
    names = _names(export)
    rows = export.rows(document)
    room = re.sub(r"[^A-Za-z0-9]", "_", rows.name)
    if room != rows.name:
        export.change(f"the room is called {room}: S3DIS takes names apart at other letters")
    where = (f"Area_{export.options['area']}", room)
    path = export.new_file(*where, f"{room}.txt")
    lines = _lines(rows.xyz, byte_colors(rows))
    export.write_lines(path, lines)
    counts: dict[str, int] = {}

    def write(name: str, mine: Bool) -> str:
        counts[name] = counts.get(name, 0) + 1
        file = export.new_file(*where, "Annotations", f"{name}_{counts[name]}.txt")
        export.write_lines(file, [lines[row] for row in np.flatnonzero(mine).tolist()])
        return file.name

    for number, one in enumerate(rows.objects):
        export.scan.instances[number]["file"] = write(names[one.class_id], rows.instance == number)
    rest = (rows.instance < 0) & rows.kept
    if rest.any():
        export.change(f"points in no box are one clutter ({write('clutter', rest)}): S3DIS has no background")
    if rows.dropped:
        export.change("rows that the import had dropped are in the room's file only, as the point before them")


def finish_s3dis(export: Export) -> None:
    """Say what the names mean."""
    _names(export)
    export.report.values = {
        "background": "clutter, all of it one instance",
        "order A of the trainers": " ".join(NAMES),
        "order B (SoftGroup's CLASSES)": "chair table bookcase sofa in the places of table chair sofa bookcase",
    }


def _names(export: Export) -> dict[int, str]:
    """Class id → name in the files, noted in the report."""
    found: dict[int, str] = {}
    for class_id, name in zip(export.classes.id.tolist(), export.classes.name, strict=True):
        plain = {"bookshelf": "bookcase", "whiteboard": "board"}.get(canonical(name), canonical(name))
        if plain not in NAMES and export.options["others"] == "clutter":
            plain = "clutter"
        # The class of a file is what stands before the underscore.
        found[class_id] = re.sub(r"[^A-Za-z0-9]", "-", plain)
    export.report.classes = [
        {"project_id": class_id, "project_class": export.classes.name_of(class_id), "s3dis": name}
        for class_id, name in found.items()
    ]
    return found


def _lines(xyz: Float64, rgb: UInt8) -> list[str]:
    return [
        f"{x:.4f} {y:.4f} {z:.4f} {r} {g} {b}" for (x, y, z), (r, g, b) in zip(xyz.tolist(), rgb.tolist(), strict=True)
    ]
