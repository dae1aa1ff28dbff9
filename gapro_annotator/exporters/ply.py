"""PLY: the points in the source's row order with labels and uncertainty as properties, and the mesh."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from plyfile import PlyData, PlyElement

from gapro_annotator import __version__
from gapro_annotator.arrays import Float32
from gapro_annotator.document import ScanDocument
from gapro_annotator.labels import BACKGROUND, Origin
from gapro_annotator.store.atomic import replacing


def export_ply(document: ScanDocument, folder: Path) -> Path:
    """Write ``<name>.ply``, binary, little endian.

    Rows lie where they lay in the source. Rows that the import dropped (their coordinates were not finite) are there
    again up to the last kept one: coordinates NaN, instance and semantic -1, probability 0, uncertainty 1.
    """
    path = folder / f"{document.scan.name}.ply"
    elements = [PlyElement.describe(_vertices(document), "vertex")]
    faces = _faces(document)
    if faces is not None:
        elements.append(PlyElement.describe(faces, "face", len_types={"vertex_indices": "u1"}))
    # The header is ASCII by definition; other letters of class names are escaped.
    names = [f"class {number} {document.classes.name_of(number)}" for number in document.classes.id.tolist()]
    comments = [f"made by gapro-annotator {__version__}", "units m", *(_ascii(name) for name in names)]
    with replacing(path) as temporary:
        PlyData(elements, byte_order="<", comments=comments).write(temporary)
    return path


def uncertainty_columns(document: ScanDocument) -> dict[str, Float32]:
    """(N,) float32 each: probability that the label is right, variance of the latent, and 1 - probability.

    A person's label has probability 1 and variance 0. Points that nobody and nothing labelled have probability 0.
    """
    rows = len(document.scan)
    probability, variance = np.zeros(rows, np.float32), np.zeros(rows, np.float32)
    if document.pseudo is not None:
        probability, variance = document.pseudo.probability.copy(), document.pseudo.variance.copy()
    if document.annotation is not None:
        person = document.annotation.origin == Origin.PERSON
        probability[person], variance[person] = 1, 0
    return {"probability": probability, "variance": variance, "uncertainty": 1 - probability}


def _vertices(document: ScanDocument) -> npt.NDArray[Any]:
    scan, labels = document.scan, document.annotation
    world = scan.xyz.astype(np.float64) + scan.origin
    columns: dict[str, npt.NDArray[Any]] = dict(zip("xyz", world.T, strict=True))
    if scan.rgb is not None:
        columns |= dict(zip(("red", "green", "blue"), scan.rgb.T, strict=True))
    if scan.normal is not None:
        columns |= dict(zip(("nx", "ny", "nz"), scan.normal.T, strict=True))
    if labels is not None:
        columns |= {"instance": labels.instance, "semantic": labels.semantic, "origin": labels.origin}
    columns |= uncertainty_columns(document)
    row = np.arange(len(scan)) if scan.source_row is None else scan.source_row
    table = np.zeros(int(row.max(initial=-1)) + 1, [(name, values.dtype.str) for name, values in columns.items()])
    for name in columns:
        if name in ("instance", "semantic"):
            table[name] = BACKGROUND
        elif name in ("x", "y", "z"):
            table[name] = np.nan
        elif name == "uncertainty":
            table[name] = 1
        table[name][row] = columns[name]
    return table


def _faces(document: ScanDocument) -> npt.NDArray[Any] | None:
    faces, row = document.scan.faces, document.scan.source_row
    if faces is None:
        return None
    table = np.zeros(len(faces), [("vertex_indices", "<i4", (3,))])
    table["vertex_indices"] = faces if row is None else row[faces]
    return table


def _ascii(text: str) -> str:
    return text.encode("ascii", "backslashreplace").decode().replace("\n", " ").replace("\r", " ")
