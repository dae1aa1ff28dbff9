"""What an export says of itself: ``export-report.json`` for programs, ``export-report.txt`` for people."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from gapro_annotator import __version__
from gapro_annotator.errors import InputError, StoreError, reason_of
from gapro_annotator.store.atomic import replacing

REPORT = "export-report.json"
TEXT = "export-report.txt"
FORMAT = "gapro-annotator/export-report"
FORMAT_VERSION = 1


@dataclass(slots=True)
class ScanReport:
    """What became of one scan.

    Parameters
    ----------
    name, split
        Which scan, and what it is for: "train", "val", "test", or "" where a format knows no splits.
    rows, points, dropped
        Rows written, points of the scan, rows that the import had dropped and that were filled.
    rows_known
        False where the source may have had more rows after the last kept one.
    shift
        What was taken off the coordinates: file + shift = world, metres.
    instances
        For each number in the files: box id, class, points.
    files
        Relative to the folder; the first is the main one.
    changed
        What did not fit and was changed, one sentence each.
    facts
        What the format keeps to make its common files from.
    """

    name: str
    split: str = ""
    rows: int = 0
    points: int = 0
    dropped: int = 0
    rows_known: bool = True
    shift: list[float] = field(default_factory=list[float])
    instances: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    files: list[str] = field(default_factory=list[str])
    changed: list[str] = field(default_factory=list[str])
    facts: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass(slots=True)
class FormatReport:
    """What one format wrote into a folder.

    Parameters
    ----------
    format, frame, options
        What was asked for.
    classes
        One row for each class of the project, with its number in the files.
    values
        Meaning of the numbers that are no class: ignore values, background, filled rows.
    settings
        What the trainer's configuration must say.
    scans
        By name.
    """

    format: str
    frame: str
    options: dict[str, str] = field(default_factory=dict[str, str])
    classes: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    values: dict[str, str] = field(default_factory=dict[str, str])
    settings: dict[str, Any] = field(default_factory=dict[str, Any])
    scans: dict[str, ScanReport] = field(default_factory=dict[str, ScanReport])


def read_reports(folder: Path) -> dict[str, FormatReport]:
    """Read what was exported into a folder before; nothing where there is no report.

    Raises
    ------
    InputError
        The report is damaged or of a newer version.
    """
    path = folder / REPORT
    if not path.is_file():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["format"] != FORMAT or content["format_version"] > FORMAT_VERSION:
            raise ValueError("it is of another program or of a newer version")
        return {name: _format_report(one) for name, one in content["exports"].items()}
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({reason_of(error)}); check its rights") from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputError(f"{path}: is no whole report ({reason_of(error)}); choose another folder") from error


def write_reports(folder: Path, reports: Mapping[str, FormatReport]) -> None:
    """Write both reports of a folder."""
    content = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "software": f"gapro-annotator {__version__}",
        "exports": {name: asdict(report) for name, report in reports.items()},
    }
    write_text(folder / REPORT, json.dumps(content, indent=1, ensure_ascii=False) + "\n")
    lines = [line for report in reports.values() for line in _lines(report)]
    write_text(folder / TEXT, "\n".join([f"Written by gapro-annotator {__version__}.", *lines]) + "\n")


def write_text(path: Path, text: str) -> None:
    """Replace a text file as a whole."""
    try:
        with replacing(path) as temporary:
            temporary.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise StoreError(f"{path}: cannot be written ({reason_of(error)}); check rights and room") from error


def _format_report(content: dict[str, Any]) -> FormatReport:
    known = {one.name for one in fields(FormatReport)}
    report = FormatReport(**{key: value for key, value in content.items() if key in known})
    report.scans = {name: ScanReport(**scan) for name, scan in content["scans"].items()}
    return report


def _lines(report: FormatReport) -> Iterator[str]:
    yield ""
    yield f"== {report.format} =="
    yield f"Frame: {report.frame}. Options: {_pairs(report.options) or 'none'}."
    yield "Classes:"
    for row in report.classes:
        yield "  " + _pairs(row)
    if report.values:
        yield "Other values:"
        yield from (f"  {name}: {text}" for name, text in report.values.items())
    if report.settings:
        yield "The trainer's configuration must say:"
        yield from (f"  {name}: {json.dumps(value, ensure_ascii=False)}" for name, value in report.settings.items())
    for scan in report.scans.values():
        yield from _scan_lines(scan)


def _scan_lines(scan: ScanReport) -> Iterator[str]:
    split = f" ({scan.split})" if scan.split else ""
    yield f"{scan.name}{split}: {scan.rows:,} rows of {scan.points:,} points, {len(scan.instances)} instances"
    if scan.dropped:
        yield f"  {scan.dropped:,} rows that the import had dropped stand in their places, without a label"
    if not scan.rows_known:
        yield "  the source's number of rows is not known: rows after the last kept one may be missing"
    if any(scan.shift):
        yield f"  taken off the coordinates (file + shift = world): {', '.join(f'{v:.4f}' for v in scan.shift)} m"
    yield from (f"  changed: {text}" for text in scan.changed)
    for row in scan.instances:
        yield "  " + _pairs(row)


def _pairs(row: Mapping[str, Any]) -> str:
    return ", ".join(f"{key} {value}" for key, value in row.items() if value != "")
