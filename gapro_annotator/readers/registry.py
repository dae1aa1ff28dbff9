"""A path → what it holds: finds the reader, adds boxes and ground truth, checks."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from gapro_annotator.classes import Classes
from gapro_annotator.errors import InputError
from gapro_annotator.readers.assemble import assemble
from gapro_annotator.readers.boxes_file import boxes_beside, read_boxes
from gapro_annotator.readers.formats import FORMATS, SourceFormat
from gapro_annotator.readers.ground_truth_file import read_ground_truth
from gapro_annotator.readers.imported import ImportedScan


def find_sources(path: Path | str) -> list[Path]:
    """List the scans that a path stands for: itself, or the readable files and scan folders of a folder."""
    path = Path(path)
    if not path.is_dir() or detect(path) is not None:
        return [path]
    found = sorted(p for p in path.iterdir() if not p.name.startswith(".") and detect(p) is not None)
    if not found:
        raise InputError(f"{path}: holds no scan that can be read; {_readable()}")
    return found


def detect(path: Path | str) -> SourceFormat | None:
    """Find the format of a path; None where no reader fits."""
    return next((one for one in FORMATS.values() if one.fits(Path(path))), None)


def read_source(
    path: Path | str,
    *,
    format: str | None = None,  # noqa: A002 - the option's name
    boxes: Path | str | None = None,
    ground_truth: Path | str | None = None,
    classes: Sequence[str] | Classes | None = None,
    columns: Sequence[str] | None = None,
) -> ImportedScan:
    """Read a foreign scan with its boxes.

    Parameters
    ----------
    path
        A file or a scan folder.
    format
        One of `FORMATS`; None: told from the path.
    boxes
        A boxes file; None: the boxes of the source, else ``<stem>.boxes.json`` beside it, else none.
    ground_truth
        An npz; None: what the source itself has. It is never searched for.
    classes
        The class table to keep to: a box of any other class is an error.
    columns
        What the columns of a table of points are, for example x y z r g b; "-" leaves one out.

    Returns
    -------
    ImportedScan

    Raises
    ------
    InputError
        One sentence: what, where, what to do.
    """
    path = Path(path)
    source = _format_of(path, format).read(path, columns)
    beside = boxes_beside(path) if source.boxes is None and path.is_file() else None
    if boxes is not None:
        source = replace(source, boxes=read_boxes(boxes))
    elif beside is not None:
        source = replace(source, boxes=read_boxes(beside), notes=(*source.notes, f"boxes from {beside.name} beside it"))
    if ground_truth is not None:
        source = replace(source, truth=read_ground_truth(ground_truth))
    return assemble(source, classes.name if isinstance(classes, Classes) else classes)


def _format_of(path: Path, name: str | None) -> SourceFormat:
    if not path.exists():
        raise InputError(f"{path}: there is no such file or folder; check the path")
    if name is not None:
        if name not in FORMATS:
            raise InputError(f"{path}: there is no format {name!r}; choose one of {', '.join(FORMATS)}")
        return FORMATS[name]
    found = detect(path)
    if found is None:
        if path.suffix.casefold() == ".h5":
            raise InputError(f"{path}: is no foreign scan; open it directly instead of importing it")
        raise InputError(f"{path}: is in no format that can be read; {_readable()}")
    return found


def _readable() -> str:
    return "readable are: " + ", ".join(one.text for one in FORMATS.values())
