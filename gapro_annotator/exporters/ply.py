"""PLY: the points in the source's row order with labels and uncertainty as properties, and the mesh."""

from typing import Any

import numpy as np
import numpy.typing as npt
from plyfile import PlyData, PlyElement

from gapro_annotator import __version__
from gapro_annotator.document import ScanDocument
from gapro_annotator.exporters.export import Export
from gapro_annotator.exporters.rows import ExportRows
from gapro_annotator.labels import BACKGROUND
from gapro_annotator.store.atomic import replacing


def write_ply(document: ScanDocument, export: Export) -> None:
    """Write ``<name>.ply``, binary, little endian.

    Rows lie where they lay in the source. Rows that the import dropped (their coordinates were not finite) are there
    again up to the last kept one: coordinates NaN, instance and semantic -1, probability 0, uncertainty 1.
    """
    export.own_classes()
    rows = export.rows(document)
    path = export.new_file(f"{document.scan.name}.ply")
    elements = [PlyElement.describe(_vertices(rows), "vertex")]
    faces = _faces(rows)
    if faces is not None:
        elements.append(PlyElement.describe(faces, "face", len_types={"vertex_indices": "u1"}))
    # The header is ASCII by definition; other letters of class names are escaped.
    names = [f"class {number} {document.classes.name_of(number)}" for number in document.classes.id.tolist()]
    comments = [f"made by gapro-annotator {__version__}", "units m", *(_ascii(name) for name in names)]
    with replacing(path) as temporary:
        PlyData(elements, byte_order="<", comments=comments).write(temporary)


def finish_ply(export: Export) -> None:
    """Say what the numbers mean."""
    export.own_classes()
    export.report.values = {
        "instance": "box id; -1 background",
        "semantic": "class id of the project; -1 background",
        "origin": "0 pseudo label, 1 person",
        "row that the import had dropped": "coordinates NaN, instance and semantic -1, probability 0, uncertainty 1",
    }


def _vertices(rows: ExportRows) -> npt.NDArray[Any]:
    box = np.array([one.box for one in rows.objects] + [BACKGROUND], np.int32)
    columns: dict[str, npt.NDArray[Any]] = dict(
        zip("xyz", np.where(rows.kept[:, None], rows.xyz, np.nan).T, strict=True)
    )
    if rows.rgb is not None:
        columns |= dict(zip(("red", "green", "blue"), rows.rgb.T, strict=True))
    if rows.normal is not None:
        columns |= dict(zip(("nx", "ny", "nz"), rows.normal.T, strict=True))
    columns |= {
        "instance": box[rows.instance],
        "semantic": rows.class_id.astype(np.int32),
        "origin": rows.origin,
        "probability": rows.probability,
        "variance": rows.variance,
        "uncertainty": 1 - rows.probability,
    }
    table = np.zeros(len(rows), [(name, values.dtype.str) for name, values in columns.items()])
    for name, values in columns.items():
        table[name] = values
    return table


def _faces(rows: ExportRows) -> npt.NDArray[Any] | None:
    if rows.faces is None:
        return None
    table = np.zeros(len(rows.faces), [("vertex_indices", "<i4", (3,))])
    table["vertex_indices"] = rows.faces
    return table


def _ascii(text: str) -> str:
    return text.encode("ascii", "backslashreplace").decode().replace("\n", " ").replace("\r", " ")
