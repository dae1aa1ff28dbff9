"""Which boxes file is read how: JSON by what is in it, the rest by ending."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gapro_annotator.errors import InputError, reason_of
from gapro_annotator.readers.box_files.arkitscenes import is_arkitscenes, read_arkitscenes
from gapro_annotator.readers.box_files.kitti import read_kitti
from gapro_annotator.readers.box_files.labelcloud import is_labelcloud, read_labelcloud
from gapro_annotator.readers.box_files.openlabel import is_openlabel, read_openlabel
from gapro_annotator.readers.box_files.segments_ai import is_segments_ai, read_segments_ai
from gapro_annotator.readers.box_files.solids import Solid, hulls
from gapro_annotator.readers.box_files.supervisely import is_supervisely, read_supervisely
from gapro_annotator.readers.box_files.sustech import is_sustech, read_sustech
from gapro_annotator.readers.box_files.table import read_csv_boxes
from gapro_annotator.readers.box_files.votenet import read_votenet
from gapro_annotator.readers.boxes_file import read_boxes
from gapro_annotator.readers.imported import SourceBox

Read = tuple[list[Solid], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class BoxFile:
    """What a boxes file held."""

    format: str
    boxes: tuple[SourceBox, ...]
    notes: tuple[str, ...] = ()


_JSON: dict[str, tuple[Callable[[Any], bool], Callable[[Any], Read]]] = {
    "openlabel": (is_openlabel, read_openlabel),
    "sustechpoints": (is_sustech, read_sustech),
    "supervisely": (is_supervisely, read_supervisely),
    "arkitscenes": (is_arkitscenes, read_arkitscenes),
    "segments.ai": (is_segments_ai, read_segments_ai),
}
_OTHER: dict[str, tuple[str, Callable[[Path], Read]]] = {
    "votenet": (".npy", read_votenet),
    "csv": (".csv", read_csv_boxes),
    "kitti": (".txt", read_kitti),
}
BOX_FORMATS = ("json", "labelcloud", *_JSON, *_OTHER)
"""Names of the formats; json is our own."""


def read_box_file(path: Path | str) -> BoxFile:
    """Read boxes; the format is told from the file.

    Raises
    ------
    InputError
        One sentence: what, where, what to do.
    """
    path = Path(path)
    for name, (ending, read) in _OTHER.items():
        if path.suffix.casefold() == ending:
            if not path.is_file():
                raise InputError(f"{path}: cannot be read (there is no such file); check the path of the boxes file")
            boxes, notes = _hulls_of(path, name, lambda read=read: read(path))
            return BoxFile(name, boxes, notes)
    content = _json(path)
    if is_labelcloud(content):
        boxes, notes = _hulls_of(path, "labelcloud", lambda: read_labelcloud(path, content))
        return BoxFile("labelcloud", boxes, notes)
    for name, (fits, parse) in _JSON.items():
        if fits(content):
            boxes, notes = _hulls_of(path, name, lambda parse=parse: parse(content))
            return BoxFile(name, boxes, notes)
    return BoxFile("json", read_boxes(path))


def _hulls_of(path: Path, name: str, read: Callable[[], Read]) -> tuple[tuple[SourceBox, ...], tuple[str, ...]]:
    try:
        solids, notes = read()
    except KeyError as error:
        raise InputError(f"{path}: a box of {name} lacks {error.args[0]!r}; export it again") from error
    except (ValueError, TypeError, AttributeError, IndexError, OverflowError) as error:
        raise InputError(f"{path}: a box of {name} is damaged ({reason_of(error)}); export it again") from error
    boxes, more = hulls(path, solids)
    return boxes, (*notes, *more)


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({reason_of(error)}); check the path of the boxes file") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: is not JSON ({reason_of(error)}); write one as in docs/imports.md") from error
