"""What a source is taken for with the choices of the page; runs in a thread and changes no widget."""

from dataclasses import dataclass
from pathlib import Path

from gapro_annotator.readers.frame_check import Cure
from gapro_annotator.readers.imported import Source
from gapro_annotator.readers.preview import facts_in_words, preview_of
from gapro_annotator.readers.registry import ReadOptions, detect, finish_source, read_points
from gapro_annotator.ui.importing.order import is_ours
from gapro_annotator.ui.importing.sketch import Sketch, sketch_of

_TEXTS = (".xyz", ".txt", ".csv", ".pts", ".asc", ".tsv")
_LINES, _LONGEST = 4, 110


@dataclass(frozen=True, eq=False, slots=True)
class Look:
    """What one source is taken for.

    `points` is what was read of the file itself, kept so that another axis or unit needs no reading; `source` is
    finished and can be imported. Both are None for one of our own scans, which is copied as it is.
    """

    path: Path
    options: ReadOptions
    name: str
    rows: list[tuple[str, str]]
    notes: tuple[str, ...] = ()
    format: str = ""
    up_guess: str = "z"
    unit_guess: str = "m"
    first_lines: str = ""
    cure: Cure | None = None
    points: Source | None = None
    source: Source | None = None
    above: Sketch | None = None
    front: Sketch | None = None


def look_at(path: Path, options: ReadOptions, before: Look | None = None) -> Look:
    """Read a source as told; what `before` has read of the same file and columns is not read again.

    Raises
    ------
    InputError
        It cannot be read so: one sentence.
    """
    if is_ours(path):
        copied = [("scan", "one of ours: copied with its labels, corrections and edits")]
        return Look(path, options, path.stem, copied, format="h5")
    told = detect(path)
    known = before if before is not None and before.path == path else None
    if known is not None and known.points is not None and _reading(known.options) == _reading(options):
        points = known.points
    else:
        points = read_points(path, options)
    source, cure = finish_source(path, points, options)
    facts = preview_of(path, options.format or (told.name if told else ""), source, cure)
    return Look(
        path,
        options,
        source.name,
        facts_in_words(facts),
        # The command's way to the cure; the page has a button for it.
        tuple(note for note in source.notes if cure is None or options.cure or not note.startswith(cure.sentence)),
        str(facts["format"]),
        str(facts["up_guess"]),
        str(facts["unit_guess"]),
        first_lines(path),
        cure,
        points,
        source,
        sketch_of(source, 2),
        sketch_of(source, 1),
    )


def first_lines(path: Path) -> str:
    """Return the first lines of a text file, to see what its columns are; empty for other files."""
    if path.suffix.casefold() not in _TEXTS or not path.is_file():
        return ""
    with path.open(encoding="utf-8", errors="replace") as file:
        lines = [file.readline(1000).rstrip("\r\n") for _ in range(_LINES)]
    return "\n".join(line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…" for line in lines if line)


def _reading(options: ReadOptions) -> tuple[object, ...]:
    """Return the options that change what is read of the file itself."""
    return options.format, None if options.columns is None else tuple(options.columns)
