"""SemanticKITTI: ``velodyne/<scan>.bin`` with ``labels/<scan>.label`` beside (semantic-kitti.org/dataset.html)."""

import re
from pathlib import Path

import numpy as np

from gapro_annotator.errors import InputError, reason_of
from gapro_annotator.readers.float_bin import read_bin
from gapro_annotator.readers.imported import Source
from gapro_annotator.readers.objects import PointLabels, generic_names, with_objects

_COLUMNS = ("x", "y", "z", "intensity")
_CONFIG = "semantic-kitti.yaml"
_UP = 4
"""Folders above the scan in which the names of the classes are looked for."""
_MOST_CONFIG = 1 << 20
_NAME = re.compile(r"""^\s+(\d{1,5})\s*:\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^#\n]+?))\s*(?:#.*)?$""")


def is_semantickitti(path: Path) -> bool:
    """Whether these are points with labels in the folder beside."""
    return path.suffix.casefold() == ".bin" and path.is_file() and _labels_of(path).is_file()


def read_semantickitti(path: Path) -> Source:
    """Read points with their labels: the lower 16 bits are the class, the upper 16 the instance, 0 none.

    Raises
    ------
    InputError
        The labels are missing or do not fit the points.
    """
    source = read_bin(path, _COLUMNS)
    where = _labels_of(path)
    try:
        content = where.read_bytes()
    except OSError as error:
        raise InputError(f"{where}: cannot be read ({reason_of(error)}); check the path and its rights") from error
    rows = len(source.xyz)
    if len(content) != 4 * rows:
        raise InputError(
            f"{where}: has {len(content):,} bytes but {rows:,} points need {4 * rows:,}; take the files of one scan"
        )
    label = np.frombuffer(content, "<u4")
    semantic, number = (label & 0xFFFF).astype(np.int64), (label >> 16).astype(np.int64)
    # Numbers of instances are counted for each class, so only both together name an object.
    objects = np.unique(label[number > 0])
    instance = np.where(number > 0, np.searchsorted(objects, label), -1).astype(np.int64)
    names = _names(path, semantic)
    return with_objects(source, PointLabels(where, instance, semantic, names))


def _labels_of(path: Path) -> Path:
    return path.resolve().parent.parent / "labels" / f"{path.stem}.label"


def _names(path: Path, semantic: np.ndarray) -> tuple[str, ...]:  # pyright: ignore[reportMissingTypeArgument]
    """Names of the classes by number, as the dataset's own file says; numbers where there is none."""
    names = list(generic_names(semantic))
    for folder in path.resolve().parents[:_UP]:
        config = folder / _CONFIG
        try:
            text = config.read_text(encoding="utf-8") if config.is_file() else ""
        except (OSError, UnicodeDecodeError):
            continue
        if text and len(text) <= _MOST_CONFIG:
            for number, name in _labels_in(text).items():
                if number < len(names):
                    names[number] = name
            break
    return tuple(names)


def _labels_in(text: str) -> dict[int, str]:
    """The block `labels:` of the file, number by number; all else of it is about training."""
    found: dict[int, str] = {}
    inside = False
    for line in text.splitlines():
        if not line[:1].isspace():
            inside = line.split("#")[0].strip() == "labels:"
        elif inside and (match := _NAME.match(line)) is not None:
            quoted = match[2]
            name = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else match[3] or match[4] or ""
            found[int(match[1])] = name.strip()
    return found
