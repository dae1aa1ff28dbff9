"""Where each field of a scan document lies in its HDF5 file (format version 1, docs/file-format.md)."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt

from gapro_annotator import __version__
from gapro_annotator.arrays import equal
from gapro_annotator.boxes import Boxes
from gapro_annotator.classes import Classes
from gapro_annotator.document import ScanDocument
from gapro_annotator.labels import Annotation, GroundTruth, PseudoLabels
from gapro_annotator.oriented_boxes import OrientedBoxes
from gapro_annotator.scan import Scan
from gapro_annotator.store.checksums import ATTRIBUTE, PROMISE
from gapro_annotator.store.edit_log import read_edits, write_edits
from gapro_annotator.store.hdf5 import attribute, read_array, read_optional, read_strings, write_array, write_strings

FORMAT = "gapro-annotator/scan"
FORMAT_VERSION = 1
_ORIENTED = ("id", "center", "size", "turn")


def write_document(file: h5py.File, document: ScanDocument) -> None:
    """Write every field of a document into an empty file."""
    now = datetime.now(UTC).isoformat(timespec="microseconds")
    file.attrs["format"] = FORMAT
    file.attrs["format_version"] = FORMAT_VERSION
    file.attrs["name"] = document.scan.name
    file.attrs["created"] = document.created or now
    file.attrs["modified"] = now
    file.attrs["software"] = f"gapro-annotator {__version__}"
    file.attrs[PROMISE] = ATTRIBUTE
    _write_scan(file, document.scan)
    write_array(file, "classes/id", document.classes.id)
    write_strings(file, "classes/name", document.classes.name)
    write_array(file, "classes/color", document.classes.color)
    for name in ("id", "class_id", "lower", "upper"):
        write_array(file, f"boxes/{name}", getattr(document.boxes, name))
    if document.oriented is not None:
        for name in _ORIENTED:
            write_array(file, f"oriented_boxes/{name}", getattr(document.oriented, name))
    _write_labels(file, document)
    write_edits(file, document.edits)


def read_document(file: h5py.File) -> ScanDocument:
    """Read every field back; the values check themselves."""
    return ScanDocument(**{name: read(file) for name, read in _parts().items()})


def holds(file: h5py.File, document: ScanDocument) -> bool:
    """Say whether a file gives back a document; it is read part by part, so that there are never two of all of it."""
    for name, read in _parts().items():
        found, wanted = read(file), getattr(document, name)
        if isinstance(found, PseudoLabels) and isinstance(wanted, PseudoLabels):
            # Provenance may hold tuples, which JSON gives back as lists, and what labels teach is not saved: only the
            # arrays are compared.
            found = replace(found, provenance=wanted.provenance, teaches=wanted.teaches)
        if not equal(found, wanted) and (name != "created" or wanted):
            return False
    return True


def _parts() -> dict[str, Callable[[h5py.File], Any]]:
    """How each field of a document is read."""
    return {
        "classes": lambda file: Classes(
            read_array(file, "classes/id"), read_strings(file, "classes/name"), read_array(file, "classes/color")
        ),
        "boxes": lambda file: Boxes(*_arrays(file, "boxes", "id", "class_id", "lower", "upper")),
        "oriented": lambda file: _if_there(file, "oriented_boxes", OrientedBoxes, *_ORIENTED),
        "annotation": lambda file: _if_there(file, "labels", Annotation, "instance", "semantic", "origin"),
        "ground_truth": lambda file: _if_there(file, "ground_truth", GroundTruth, "instance", "semantic"),
        "scan": _read_scan,
        "pseudo": _read_pseudo,
        "edits": read_edits,
        "created": lambda file: str(attribute(file, "created")),
    }


def _arrays(file: h5py.File, group: str, *names: str) -> list[npt.NDArray[Any]]:
    return [read_array(file, f"{group}/{name}") for name in names]


def _if_there(file: h5py.File, group: str, value: Callable[..., Any], *names: str) -> Any:
    return value(*_arrays(file, group, *names)) if group in file else None


def _write_scan(file: h5py.File, scan: Scan) -> None:
    xyz = write_array(file, "points/xyz", scan.xyz)
    xyz.attrs["units"] = "m"
    xyz.attrs["origin"] = scan.origin
    for name in ("rgb", "normal", "superpoint", "source_row"):
        if getattr(scan, name) is not None:
            write_array(file, f"points/{name}", getattr(scan, name))
    if scan.faces is not None:
        write_array(file, "mesh/faces", scan.faces)
    if scan.axis_alignment is not None:
        write_array(file, "transform/axis_alignment", scan.axis_alignment)


def _read_scan(file: h5py.File) -> Scan:
    return Scan(
        name=str(attribute(file, "name")),
        xyz=read_array(file, "points/xyz"),
        origin=np.array(attribute(file["points/xyz"], "origin"), np.float64),
        superpoint=read_array(file, "points/superpoint"),
        rgb=read_optional(file, "points/rgb"),
        normal=read_optional(file, "points/normal"),
        source_row=read_optional(file, "points/source_row"),
        faces=read_optional(file, "mesh/faces"),
        axis_alignment=read_optional(file, "transform/axis_alignment"),
    )


def _write_labels(file: h5py.File, document: ScanDocument) -> None:
    pseudo, labels, truth = document.pseudo, document.annotation, document.ground_truth
    if pseudo is not None:
        for name in ("instance", "rival", "probability", "mean", "variance", "decision"):
            write_array(file, f"pseudo/{name}", getattr(pseudo, name))
        file["pseudo"].attrs["provenance"] = json.dumps(pseudo.provenance, default=_plain)
    if labels is not None:
        for name in ("instance", "semantic", "origin"):
            write_array(file, f"labels/{name}", getattr(labels, name))
        file["labels"].attrs["signal"] = "instance"
    if truth is not None:
        write_array(file, "ground_truth/instance", truth.instance)
        write_array(file, "ground_truth/semantic", truth.semantic)


def _read_pseudo(file: h5py.File) -> PseudoLabels | None:
    if "pseudo" not in file:
        return None
    arrays = _arrays(file, "pseudo", "instance", "rival", "probability", "mean", "variance", "decision")
    provenance = json.loads(str(attribute(file["pseudo"], "provenance")))
    if not isinstance(provenance, dict):
        raise ValueError("pseudo provenance is not a JSON object")
    return PseudoLabels(*arrays, provenance=provenance)


def _plain(value: Any) -> Any:
    """Turn what numpy leaves in a provenance into what JSON knows."""
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    return str(value)
