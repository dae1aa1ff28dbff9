"""SemanticKITTI: ``sequences/NN/velodyne/*.bin`` and ``labels/*.label``, with what point_labeler needs."""

from xml.sax.saxutils import escape

import numpy as np

from gapro_annotator.document import ScanDocument
from gapro_annotator.errors import InputError
from gapro_annotator.exporters.export import Export
from gapro_annotator.exporters.options import ROWS
from gapro_annotator.exporters.report import write_text
from gapro_annotator.exporters.trainer_arrays import byte_colors, shifted
from gapro_annotator.store.atomic import replacing

OPTIONS = (ROWS,)
_FRAME = "000000"


def write_semantickitti(document: ScanDocument, export: Export) -> None:
    """Write one sequence of one frame for each scan: frames of one sequence would lie in each other."""
    number = export.own_classes(1)
    rows = export.rows(document)
    if max(number.values(), default=0) > 0xFFFF or len(rows.objects) >= 0xFFFF:
        raise InputError(f"{rows.name}: has more classes or instances than 16 bits hold; split the scan")
    sequence = ("sequences", f"{_sequence_of(rows.name, export):02d}")
    xyz, _ = shifted(rows, export)
    # Brightness stands for the remission that an indoor scan lacks.
    brightness = byte_colors(rows).mean(axis=1, keepdims=True) / 255
    table = np.zeros(max(number, default=-1) + 2, np.uint32)
    for class_id, code in number.items():
        table[class_id] = code
    label = table[rows.class_id] | ((rows.instance + 1).astype(np.uint32) << np.uint32(16))
    for folder, suffix, array in (
        ("velodyne", "bin", np.concatenate([xyz, brightness], axis=1, dtype="<f4")),
        ("labels", "label", label.astype("<u4")),
    ):
        with replacing(export.new_file(*sequence, folder, f"{_FRAME}.{suffix}")) as temporary:
            array.tofile(temporary)
    export.write_lines(export.new_file(*sequence, "poses.txt"), ["1 0 0 0 0 1 0 0 0 0 1 0"])
    calibration = [f"{name}: 1 0 0 0 0 1 0 0 0 0 1 0" for name in ("P0", "P1", "P2", "P3", "Tr")]
    export.write_lines(export.new_file(*sequence, "calib.txt"), calibration)
    for row in export.scan.instances:
        row["instance"] += 1


def finish_semantickitti(export: Export) -> None:
    """Write labels.xml and semantic-kitti.yaml."""
    number = export.own_classes(1)
    names = {0: "unlabeled"} | {code: export.classes.name_of(class_id) for class_id, code in number.items()}
    colors = {0: [0, 0, 0]} | dict(zip(number.values(), export.classes.color.tolist(), strict=True))
    xml = "".join(
        f"  <label>\n    <id>{code}</id>\n    <name>{escape(name)}</name>\n    <description></description>\n"
        f"    <color>{' '.join(map(str, colors[code]))}</color>\n  </label>\n"
        for code, name in names.items()
    )
    write_text(export.folder / "labels.xml", f"<config>\n{xml}</config>\n")
    quoted = {code: name.replace("\\", "\\\\").replace('"', '\\"') for code, name in names.items()}
    lines = ["labels:", *(f'  {code}: "{name}"' for code, name in quoted.items()), "color_map: # bgr"]
    lines += [f"  {code}: {color[::-1]}" for code, color in colors.items()]
    lines += ["learning_map:", *(f"  {code}: {code}" for code in names)]
    lines += ["learning_map_inv:", *(f"  {code}: {code}" for code in names)]
    lines += ["learning_ignore:", *(f"  {code}: {code == 0!s}" for code in names)]
    by_split = ", ".join(str(scan.facts["sequence"]) for scan in export.report.scans.values())
    lines += ["split:", f"  train: [{by_split}]", "  valid: []", "  test: []"]
    write_text(export.folder / "semantic-kitti.yaml", "\n".join(lines) + "\n")
    export.report.values = {
        "label": "lower 16 bits class, upper 16 bits instance from 1",
        "background": "0 (unlabeled), instance 0",
        "remission": "brightness of the colour, 0..1; 0.5 where the scan has none",
        "row that the import had dropped": "label 0, the point before it again",
    }


def _sequence_of(name: str, export: Export) -> int:
    """Number of the scan's sequence; a scan keeps its number."""
    before = export.report.scans.get(name)
    taken = {scan.facts["sequence"] for scan in export.report.scans.values()}
    found = before.facts["sequence"] if before else next(n for n in range(len(taken) + 1) if n not in taken)
    export.scan.facts = {"sequence": found}
    export.change(f"it is sequence {found:02d} there")
    return int(found)
