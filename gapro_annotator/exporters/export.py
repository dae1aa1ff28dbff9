"""One export under way: where it goes, what was chosen, what it has written, and its report."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gapro_annotator.classes import Classes
from gapro_annotator.document import ScanDocument
from gapro_annotator.errors import InputError, StoreError, reason_of
from gapro_annotator.exporters.class_map import ClassMap, class_map
from gapro_annotator.exporters.options import Option, parse_options
from gapro_annotator.exporters.report import FormatReport, ScanReport, read_reports, write_reports
from gapro_annotator.exporters.rows import ExportRows, Frame, annotation_of, rows_of
from gapro_annotator.store.atomic import replacing


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """One format that annotations are written in.

    Parameters
    ----------
    name, text
        For the command line.
    write
        Gets a labelled document and the export, writes with `Export.new_file`; the first file is the main one.
    frame
        The default.
    frames
        Those that the format can hold.
    options
        What can be chosen.
    finish
        Writes what all scans of the folder have in common.
    """

    name: str
    text: str
    write: Callable[[ScanDocument, "Export"], None]
    frame: Frame = "source"
    frames: tuple[Frame, ...] = ("source", "aligned")
    options: tuple[Option, ...] = ()
    finish: "Callable[[Export], None] | None" = None


class Export:
    """Scans on their way into one folder in one format.

    Scans that were exported there before stay, if they were written with the same choices; a scan that comes again
    replaces itself.

    Parameters
    ----------
    export_format, folder
        What and where; the folder is made.
    frame
        None: the format's default.
    options
        ``KEY=VALUE`` texts.

    Raises
    ------
    InputError
        The format has no such frame or option, or the folder holds an export that was made otherwise.
    """

    def __init__(
        self,
        export_format: ExportFormat,
        folder: Path,
        frame: Frame | None = None,
        options: Sequence[str] = (),
    ) -> None:
        if frame is not None and frame not in export_format.frames:
            raise InputError(f"--frame {frame}: {export_format.name} is always {export_format.frames[0]}")
        self.format = export_format
        self.folder = folder
        self.frame: Frame = frame or export_format.frame
        self.options = parse_options(export_format.name, export_format.options, options)
        _make_folder(folder)
        self._reports = read_reports(folder)
        before = self._reports.get(export_format.name)
        choices = {key: value for key, value in self.options.items() if key not in ("val", "test")}
        self.report = FormatReport(export_format.name, self.frame, choices)
        if before is not None:
            if (before.frame, before.options) != (self.frame, choices):
                raise InputError(
                    f"{folder}: holds an export made with --frame {before.frame} and the options {before.options}; "
                    "choose the same or another folder"
                )
            self.report.scans = before.scans
            self.report.classes = before.classes
        self._owners = {file: scan.name for scan in self.report.scans.values() for file in scan.files}
        self._classes: Classes | None = None
        self.scan = ScanReport("")

    def add(self, document: ScanDocument) -> Path:
        """Write one scan; return its main file.

        Raises
        ------
        InputError
            The scan has no labels yet, or what it holds does not go into this format.
        StoreError
            A file cannot be written.
        """
        annotation_of(document)
        self._take_classes(document.classes)
        before = self.report.scans.get(document.scan.name)
        self.scan = ScanReport(document.scan.name, split=self._split_of(document.scan.name))
        self.scan.points = len(document.scan)
        try:
            self.format.write(document, self)
            if before is not None:
                self._remove(set(before.files) - set(self.scan.files))
        except OSError as error:
            raise StoreError(f"{self.folder}: cannot be written ({reason_of(error)}); check rights and room") from error
        self.report.scans[self.scan.name] = self.scan
        return self.folder / self.scan.files[0]

    def finish(self) -> None:
        """Write what the scans have in common, and the reports."""
        self.report.scans = dict(sorted(self.report.scans.items()))
        try:
            if self.format.finish is not None:
                self.format.finish(self)
            write_reports(self.folder, self._reports | {self.format.name: self.report})
        except OSError as error:
            raise StoreError(f"{self.folder}: cannot be written ({reason_of(error)}); check rights and room") from error

    @property
    def classes(self) -> Classes:
        """The class table of the scans."""
        return self._classes or Classes.of([])

    def rows(self, document: ScanDocument) -> ExportRows:
        """Lay out the scan in the chosen frame, and note in the report what is in it."""
        rows = rows_of(document, self.frame, dropped_rows=self.options.get("rows") != "kept")
        self.scan.rows, self.scan.dropped, self.scan.rows_known = len(rows), rows.dropped, rows.rows_known
        self.scan.instances = [
            {"instance": k, "box": one.box, "class": self.classes.name_of(one.class_id), "points": one.points}
            for k, one in enumerate(rows.objects)
        ]
        if rows.rgb is None:
            self.change("the scan has no colours: grey was written where the format wants some")
        return rows

    def scannet_classes(self) -> ClassMap:
        """Map the classes to ScanNet's numbers as the options say, and note it in the report."""
        found = class_map(self.classes, self.options.get("classes", "scannet"), self.options.get("others", "number"))
        self.report.classes = found.to_json()
        return found

    def own_classes(self, first: int | None = None) -> dict[int, int]:
        """Number the project's classes from `first` in their order, by default as they are; note it in the report."""
        ids: list[int] = self.classes.id.tolist()
        number = dict(zip(ids, ids if first is None else range(first, first + len(ids)), strict=True))
        self.report.classes = [
            {"project_id": class_id, "project_class": self.classes.name_of(class_id), "number": number[class_id]}
            for class_id in number
        ]
        return number

    def write_json(self, path: Path, content: Any) -> None:
        """Write a JSON file, replaced as a whole."""
        self.write_lines(path, [json.dumps(content, ensure_ascii=False, allow_nan=False)])

    def new_file(self, *parts: str) -> Path:
        """Where to write a file of the scan; its folder is made."""
        path = self.folder.joinpath(*parts)
        owner = self._owners.setdefault(path.relative_to(self.folder).as_posix(), self.scan.name)
        if owner != self.scan.name:
            raise InputError(f"{self.scan.name}: its file {path} is that of {owner}; export them to different folders")
        path.parent.mkdir(parents=True, exist_ok=True)
        self.scan.files.append(path.relative_to(self.folder).as_posix())
        return path

    def change(self, sentence: str) -> None:
        """Note what did not fit and was changed."""
        if sentence not in self.scan.changed:
            self.scan.changed.append(sentence)

    def write_lines(self, path: Path, lines: Sequence[str]) -> None:
        """Write a text file, replaced as a whole."""
        with replacing(path) as temporary:
            temporary.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")

    def _split_of(self, name: str) -> str:
        if "val" not in self.options:
            return ""
        named = {split: [n.strip() for n in self.options[split].split(",")] for split in ("val", "test")}
        if name in named["val"] and name in named["test"]:
            raise InputError(f"{name}: cannot be in val and in test; name it once")
        return next((split for split, names in named.items() if name in names), "train")

    def _take_classes(self, classes: Classes) -> None:
        if self._classes is None:
            self._classes = classes
            before = {row["project_id"]: row["project_class"] for row in self.report.classes}
            now = dict(zip(classes.id.tolist(), classes.name, strict=True))
            if any(now.get(number, name) != name for number, name in before.items()):
                raise InputError(f"{self.folder}: holds scans with other classes; choose another folder")
        elif dict(zip(classes.id.tolist(), classes.name, strict=True)) != dict(
            zip(self._classes.id.tolist(), self._classes.name, strict=True)
        ):
            raise InputError(f"{self.folder}: the scans have different classes; export them to different folders")

    def _remove(self, files: set[str]) -> None:
        """Remove what an earlier export of the same scan left: it may lie in another split."""
        root = self.folder.resolve()
        for file in files:
            path = (self.folder / file).resolve()
            if path.is_relative_to(root) and path.is_file():
                path.unlink()


def _make_folder(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder}: is a file; give a folder for the exports")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"{folder}: cannot be written ({reason_of(error)}); check rights and room") from error
