"""Edits since the last save, one line each, on disk before the window shows them as done."""

import base64
import json
import os
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gapro_annotator.errors import StoreError, reason_of
from gapro_annotator.labels import EditRecord, LabelEdit
from gapro_annotator.store.atomic import replacing, sync_folder
from gapro_annotator.store.box_rows import box_edit_of, described
from gapro_annotator.store.remark_rows import remark_edit_of, said
from gapro_annotator.store.scan_file import read_edit_times


@dataclass(frozen=True, slots=True)
class _Line:
    """One whole line: what it says, which scan it belongs to, and the place of the edit in the scan's log."""

    sequence: int
    scan: str
    record: EditRecord


class Journal:
    """The edits of one scan since its last save.

    Every line carries a checksum and the place of its edit in the scan's whole log (`/edits`), so that an edit that
    is in the scan file already is not done twice after a crash between saving and clearing.

    Parameters
    ----------
    path
        ``scans/<name>.h5.journal``; absent while there is nothing to keep.
    saved
        How many edits the scan file holds: the journal's first edit follows them.
    scan
        Identifies the scan (its creation time), so that a journal is never applied to another scan of the same name.
    """

    def __init__(self, path: Path | str, *, saved: int = 0, scan: str = "") -> None:
        self._path = Path(path)
        self._saved = saved
        self._scan = scan
        self._next = saved
        self._mark: tuple[int, int] | None = None
        self._damaged: list[bytes] = []

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self._path

    @property
    def lost(self) -> int:
        """How many lines the last `read` could not use (a crash may cut the last one)."""
        return len(self._damaged)

    def append(self, record: EditRecord) -> None:
        """Make an edit durable; it is on disk when this returns.

        Raises
        ------
        StoreError
            It cannot be written; the journal is as it was before.
        """
        line = _encode(_Line(self._next, self._scan, record))
        if self._damaged:
            self._set_damaged_aside()
        self._check_nobody_else_edits()
        try:
            is_new = not self._path.exists()
            with self._path.open("ab", buffering=0) as file:
                size = file.tell()
                try:
                    if file.write(line) != len(line):
                        raise OSError("no room left")
                    os.fsync(file.fileno())
                except OSError:
                    file.truncate(size)  # half a line would hide every later one
                    raise
            if is_new:
                sync_folder(self._path.parent)
            self._mark = self._mark_on_disk()
        except OSError as error:
            raise StoreError(
                f"{self._path}: the edit cannot be kept ({reason_of(error)}); mend that, then do it again"
            ) from error
        self._next += 1

    def read(self) -> list[EditRecord]:
        """Return the edits that the scan file lacks, oldest first; call it before the first `append`.

        Reading changes nothing. It stops at the first damaged line, and `lost` says how many lines that costs. The next
        `append` moves them to ``<journal>.damaged`` first, so that whole lines only stand before it.

        Raises
        ------
        StoreError
            It cannot be read, or belongs to another scan.
        """
        raw = self._raw_lines()
        whole: list[_Line] = []
        for text in raw:
            line = _decode(text)
            if line is None or (whole and line.sequence != whole[-1].sequence + 1):
                break
            whole.append(line)
        self._damaged = raw[len(whole) :]
        self._mark = self._mark_on_disk()
        if any(line.scan != self._scan for line in whole):
            raise StoreError(
                f"{self._path}: these edits were made on another version of the scan; move the journal away to go on"
            )
        missing = [line for line in whole if line.sequence >= self._saved]
        if missing and missing[0].sequence != self._saved:
            raise StoreError(
                f"{self._path}: the edits follow number {missing[0].sequence} but the scan file holds {self._saved}; "
                "restore the newest backup of the scan file or move the journal away"
            )
        self._next = self._saved + len(missing)
        return [line.record for line in missing]

    def clear(self) -> None:
        """Forget the edits, once the scan file holds them."""
        try:
            if self._path.exists():
                self._path.unlink()
                sync_folder(self._path.parent)
        except OSError as error:
            raise StoreError(f"{self._path}: cannot be removed ({reason_of(error)}); remove it by hand") from error

    def _check_nobody_else_edits(self) -> None:
        """Refuse an edit beside those of another program: opening the scan again would drop one or the other."""
        mark = self._mark_on_disk()
        if mark is not None:
            if mark != self._mark:
                raise StoreError(
                    f"{self._path}: another window is editing this scan, so the edit was not made; "
                    "open the scan again (F5)"
                )
            return
        times = read_edit_times(self._path.with_suffix(""), self._scan)
        if times is not None and len(times) != self._next:
            raise StoreError(
                f"{self._path.with_suffix('')}: another program saved corrections since this was opened, so the edit "
                "was not made; open the scan again (F5)"
            )

    def _mark_on_disk(self) -> tuple[int, int] | None:
        """Which file the journal is and how long, to notice that somebody else wrote it; None where there is none."""
        try:
            status = self._path.stat()
        except FileNotFoundError:
            return None
        return status.st_ino, status.st_size

    def _raw_lines(self) -> list[bytes]:
        try:
            return self._path.read_bytes().splitlines(keepends=True) if self._path.exists() else []
        except OSError as error:
            raise StoreError(f"{self._path}: cannot be read ({reason_of(error)}); check the rights") from error

    def _set_damaged_aside(self) -> None:
        damaged = b"".join(self._damaged)
        try:
            with self._path.with_name(f"{self._path.name}.damaged").open("ab") as file:
                file.write(damaged)
            with replacing(self._path) as temporary:
                temporary.write_bytes(self._path.read_bytes().removesuffix(damaged))
            self._damaged = []
            self._mark = self._mark_on_disk()
        except OSError as error:
            raise StoreError(
                f"{self._path}: its damaged end cannot be cut off ({reason_of(error)}); check the rights"
            ) from error


def readable_edits(path: Path, scan: str, saved: int) -> tuple[list[EditRecord], int]:
    """Read every whole line of a journal, also behind damaged ones, for a repair.

    Parameters
    ----------
    path, scan
        The journal, and the creation time of its scan; empty where that is not known any more.
    saved
        How many edits the scan file holds: those of the journal are passed over.

    Returns
    -------
    records, damaged
        Edits in their order, and how many lines could not be read or are of another scan.
    """
    try:
        raw = path.read_bytes().splitlines(keepends=True) if path.exists() else []
    except OSError as error:
        raise StoreError(f"{path}: cannot be read ({reason_of(error)}); check the rights") from error
    lines = [_decode(text) for text in raw]
    whole = [line for line in lines if line is not None and scan in ("", line.scan)]
    missing = [line.record for line in sorted(whole, key=lambda line: line.sequence) if line.sequence >= saved]
    return missing, len(lines) - len(whole)


def _encode(line: _Line) -> bytes:
    edit = line.record.edit
    body = json.dumps(
        {
            "sequence": line.sequence,
            "scan": line.scan,
            "time": line.record.time,
            "annotator": line.record.annotator,
            "text": edit.text,
            "points": _pack(edit.points, "<i8"),
            "before": _pack(edit.before, "<i4"),
            "after": _pack(edit.after, "<i4"),
            **({"boxes": described(edit.boxes)} if edit.boxes else {}),
            **({"remarks": said(edit.remarks)} if edit.remarks else {}),
        }
    ).encode()
    return b"%08x %s\n" % (zlib.crc32(body), body)


def _decode(text: bytes) -> _Line | None:
    """Return the line, or None where it is damaged."""
    checksum, _, body = text.partition(b" ")
    if not body.endswith(b"\n") or checksum != b"%08x" % zlib.crc32(body[:-1]):
        return None
    value: dict[str, Any] = json.loads(body)
    edit = LabelEdit(
        value["text"],
        _unpack(value["points"], "<i8").astype(np.int64),
        _unpack(value["before"], "<i4").astype(np.int32),
        _unpack(value["after"], "<i4").astype(np.int32),
        box_edit_of(value["boxes"]) if "boxes" in value else None,
        remark_edit_of(value["remarks"]) if "remarks" in value else None,
    )
    return _Line(value["sequence"], value["scan"], EditRecord(value["time"], value["annotator"], edit))


def _pack(array: npt.NDArray[Any], dtype: str) -> str:
    return base64.b64encode(array.astype(dtype).tobytes()).decode()


def _unpack(text: str, dtype: str) -> npt.NDArray[Any]:
    return np.frombuffer(base64.b64decode(text), dtype)
