"""Which reader reads what. A new format is one file and one row here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gapro_annotator.classes import Classes
from gapro_annotator.errors import InputError
from gapro_annotator.readers.assemble import assemble
from gapro_annotator.readers.boxes_file import boxes_beside, read_boxes
from gapro_annotator.readers.ground_truth_file import read_ground_truth
from gapro_annotator.readers.imported import ImportedScan, Source
from gapro_annotator.readers.ply import read_ply
from gapro_annotator.readers.scannet import is_scannet, read_scannet


@dataclass(frozen=True, slots=True)
class SourceFormat:
    """One readable format.

    `fits` looks at the path, and at the first bytes where it must, never at the whole file.
    """

    name: str
    text: str
    fits: Callable[[Path], bool]
    read: Callable[[Path], Source]


def _is_ply(path: Path) -> bool:
    return path.is_file() and (path.suffix.casefold() == ".ply" or _starts_with(path, b"ply\n", b"ply\r"))


def _starts_with(path: Path, *starts: bytes) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(8).startswith(starts)
    except OSError:
        return False  # reading it gives the reason


FORMATS: dict[str, SourceFormat] = {
    one.name: one
    for one in (
        # The more special first: the mesh of a ScanNet scan is a PLY too, but has labels beside it.
        SourceFormat("scannet", "raw ScanNet v2 scan folder", is_scannet, read_scannet),
        SourceFormat("ply", "PLY point cloud or mesh (.ply)", _is_ply, read_ply),
    )
}


def find_sources(path: Path | str) -> list[Path]:
    """List the scans that a path stands for: itself, or the readable files and scan folders of a folder."""
    path = Path(path)
    if not path.is_dir() or is_scannet(path):
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

    Returns
    -------
    ImportedScan

    Raises
    ------
    InputError
        One sentence: what, where, what to do.
    """
    path = Path(path)
    source = _format_of(path, format).read(path)
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
