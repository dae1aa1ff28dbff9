"""A path → what it holds: finds the reader, adds boxes and ground truth, checks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gapro_annotator.classes import Classes
from gapro_annotator.errors import InputError
from gapro_annotator.readers.arrays_file import holds_points
from gapro_annotator.readers.assemble import assemble
from gapro_annotator.readers.box_files import read_box_file
from gapro_annotator.readers.boxes_file import boxes_beside
from gapro_annotator.readers.formats import FORMATS, SourceFormat
from gapro_annotator.readers.frame import in_our_frame
from gapro_annotator.readers.frame_check import Cure, apply_cure, find_cure
from gapro_annotator.readers.ground_truth_file import read_ground_truth
from gapro_annotator.readers.imported import ImportedScan, Source
from gapro_annotator.readers.pseudo_label_file import read_pseudo_labels, with_pseudo_labels
from gapro_annotator.readers.safe_numpy import npy_shape
from gapro_annotator.readers.superpoint_file import read_superpoints

_PROJECT = "project.toml"
"""What makes a folder a project of ours; its scans are copied, not read (docs/file-format.md)."""


def find_sources(path: Path | str) -> list[Path]:
    """List the scans that a path stands for: itself, the readable files and scan folders of a folder, a project's."""
    path = Path(path)
    if (path / _PROJECT).is_file():
        ours = sorted((path / "scans").glob("*.h5"))
        if not ours:
            raise InputError(f"{path}: is a project without scans; there is nothing to import")
        return ours
    if not path.is_dir() or detect(path) is not None:
        return [path]
    found = sorted(p for p in path.iterdir() if not p.name.startswith(".") and _is_scan(p))
    if not found:
        raise InputError(f"{path}: holds no scan that can be read; {_readable()}")
    return found


def _is_scan(path: Path) -> bool:
    """Whether a file of a folder is a scan, and no labels or boxes that lie beside one in the same format."""
    if path.name.endswith(("_bbox.npy", ".boxes.csv")) or detect(path) is None:
        return False
    if path.suffix.casefold() == ".npz" and not holds_points(path):
        return False
    header = npy_shape(path) if path.suffix.casefold() == ".npy" else None
    return header is None or header[1].names is not None or (len(header[0]) == 2 and header[0][1] >= 3)


def detect(path: Path | str) -> SourceFormat | None:
    """Find the format of a path; None where no reader fits."""
    return next((one for one in FORMATS.values() if one.fits(Path(path))), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """What may be said about a source that it does not say itself; see `read_source`."""

    format: str | None = None
    boxes: Path | str | None = None
    ground_truth: Path | str | None = None
    superpoints: Path | str | None = None
    pseudo_labels: Path | str | None = None
    columns: Sequence[str] | None = None
    up: str | None = None
    unit: str | None = None
    cure: bool = False


def read_source(
    path: Path | str,
    *,
    format: str | None = None,  # noqa: A002 - the option's name
    boxes: Path | str | None = None,
    ground_truth: Path | str | None = None,
    superpoints: Path | str | None = None,
    pseudo_labels: Path | str | None = None,
    classes: Sequence[str] | Classes | None = None,
    columns: Sequence[str] | None = None,
    up: str | None = None,
    unit: str | None = None,
    cure: bool = False,
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
    superpoints
        npy, npz, pth or segs.json with one number a point; None: those of the source, if any.
    pseudo_labels
        GaPro's 5-tuple of the scan.
    classes
        The class table to keep to: a box of any other class is an error.
    columns
        What the columns of a table of points are, for example x y z r g b; "-" leaves one out.
    up, unit
        Up axis and unit of the scan where it is not z and metres. Boxes of a file of their own are not changed.
    cure
        Whether boxes that miss the cloud are moved by the change that puts most of them on points; it is only
        proposed in the notes otherwise.

    Returns
    -------
    ImportedScan

    Raises
    ------
    InputError
        One sentence: what, where, what to do.
    """
    options = ReadOptions(
        format=format,
        boxes=boxes,
        ground_truth=ground_truth,
        superpoints=superpoints,
        pseudo_labels=pseudo_labels,
        columns=columns,
        up=up,
        unit=unit,
        cure=cure,
    )
    source, _ = load_source(path, options)
    return assemble(source, classes.name if isinstance(classes, Classes) else classes)


def load_source(path: Path | str, options: ReadOptions) -> tuple[Source, Cure | None]:
    """Read a source with its boxes as `read_source` does, and look whether they lie on points."""
    return finish_source(path, read_points(path, options), options)


def read_points(path: Path | str, options: ReadOptions) -> Source:
    """Read what the source itself holds, in its own frame: the slow half; only `format` and `columns` matter."""
    path = Path(path)
    return _format_of(path, options.format).read(path, options.columns)


def finish_source(path: Path | str, source: Source, options: ReadOptions) -> tuple[Source, Cure | None]:
    """Turn what was read into our frame, add what lies beside it, and look whether its boxes lie on points."""
    path = Path(path)
    source = in_our_frame(source, options.up, options.unit)
    beside = boxes_beside(path) if source.boxes is None and path.is_file() else None
    chosen = options.boxes or beside
    if chosen is not None:
        found = read_box_file(chosen)
        told = (f"boxes from {beside.name} beside it",) if beside is not None and options.boxes is None else ()
        source = replace(source, boxes=found.boxes, notes=(*source.notes, *told, *found.notes))
    if options.ground_truth is not None:
        source = replace(source, truth=read_ground_truth(options.ground_truth))
    if options.superpoints is not None:
        source = replace(source, segment=read_superpoints(options.superpoints, len(source.xyz)))
    if options.pseudo_labels is not None:
        source = with_pseudo_labels(source, read_pseudo_labels(options.pseudo_labels, len(source.xyz)))
    cure = find_cure(source) if chosen is not None else None
    if cure is None:
        return source, None
    if options.cure:
        return apply_cure(source, cure), cure
    return replace(source, notes=(*source.notes, f"{cure.sentence}; --cure does that")), cure


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
