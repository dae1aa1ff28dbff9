"""Format version 1 is frozen: its samples open for ever, and a reader written from docs/file-format.md reads them."""

import base64
import json
import re
import shutil
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from documents import make_document

from gapro_annotator.arrays import equal_fields
from gapro_annotator.scan_session import open_scan_session
from gapro_annotator.store import layout, migrations, scan_file
from gapro_annotator.store.checksums import is_sealed
from gapro_annotator.store.hdf5 import read_array, write_array
from gapro_annotator.store.scan_file import read_scan, write_scan

SAMPLES = Path(__file__).with_name("samples")
PLAIN, CHECKED = SAMPLES / "room-v1.h5", SAMPLES / "room-v1-checked.h5"
"""As the first version of the program wrote it, without checksums; as version 1 is written since."""


@pytest.mark.parametrize("sample", [PLAIN, CHECKED], ids=lambda path: path.stem)
def test_samples_of_version_1_open_as_what_they_were(sample: Path) -> None:
    found = read_scan(sample)
    assert equal_fields(found, replace(make_document(), created=found.created))
    assert is_sealed(sample) == (sample is CHECKED)


def test_the_journal_of_version_1_is_replayed_and_undone(tmp_path: Path) -> None:
    shutil.copy(PLAIN, tmp_path / "room.h5")
    shutil.copy(SAMPLES / "room-v1.h5.journal", tmp_path / "room.h5.journal")
    session, recovered = open_scan_session(tmp_path / "room.h5", "Ann")
    assert recovered == (3, 0)
    assert session.correction.tolist() == [-2, 7, -2, -2, 4, -1]
    assert session.edits[-1].annotator == "Änne"
    assert session.undo() == "Give 1 point to Tisch, größer 7"


def test_what_is_written_now_has_the_same_layout_as_the_sample(tmp_path: Path) -> None:
    write_scan(tmp_path / "room.h5", make_document())

    def layout_of(path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}

        def note(name: str, item: Any) -> None:
            shape = (item.dtype, item.shape) if isinstance(item, h5py.Dataset) else None
            found[name] = (shape, sorted(item.attrs))

        with h5py.File(path) as file:
            file.visititems(note)
            found["/"] = sorted(file.attrs)
        return found

    assert layout_of(tmp_path / "room.h5") == layout_of(CHECKED)


def crc(dataset: h5py.Dataset) -> int:
    """As docs/file-format.md says it."""
    if h5py.check_string_dtype(dataset.dtype):
        return zlib.crc32(b"".join(text + b"\0" for text in dataset[()]))
    return zlib.crc32(dataset[()].astype(dataset.dtype.newbyteorder("<")).tobytes())


def test_a_reader_written_from_the_page_agrees_with_every_checksum() -> None:
    raw = CHECKED.read_bytes()
    seal = re.fullmatch(rb"\ngapro-annotator seal crc32=([0-9a-f]{8}) bytes=([0-9]{16})\n", raw[-60:])
    assert seal is not None
    assert int(seal[2]) == len(raw) - 60
    assert int(seal[1], 16) == zlib.crc32(raw[:-60])
    checked: list[str] = []

    def check(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset):
            assert item.attrs["crc32"] == crc(item), name
            checked.append(name)

    with h5py.File(CHECKED) as file:
        assert file.attrs["checksums"] == "crc32"
        file.visititems(check)
    assert len(checked) == 32


def test_a_reader_written_from_the_page_reads_the_journal() -> None:
    for line in (SAMPLES / "room-v1.h5.journal").read_bytes().splitlines():
        body = line[9:]
        assert line[:9] == b"%08x " % zlib.crc32(body)
        said = json.loads(body)
        points = np.frombuffer(base64.b64decode(said["points"]), "<i8")
        after = np.frombuffer(base64.b64decode(said["after"]), "<i4")
        assert len(points) == len(after)
        assert {"sequence", "scan", "time", "annotator", "text", "before"} <= set(said)


def test_an_older_version_is_migrated_in_memory_one_version_after_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two versions that do not exist: 2 doubles the probability's complement, 3 names the scan anew."""

    def to_2(file: h5py.File) -> None:
        doubt = 1 - read_array(file, "pseudo/probability")
        del file["pseudo/probability"]
        write_array(file, "pseudo/probability", (1 - 2 * doubt).astype(np.float32))

    def to_3(file: h5py.File) -> None:
        assert file.attrs["format_version"] == 2
        file.attrs["name"] = "renamed"

    monkeypatch.setattr(migrations, "MIGRATIONS", {1: to_2, 2: to_3})
    monkeypatch.setattr(scan_file, "FORMAT_VERSION", 3)
    monkeypatch.setattr(layout, "FORMAT_VERSION", 3)
    for sample in (PLAIN, CHECKED):
        path = tmp_path / sample.name
        shutil.copy(sample, path)
        found = read_scan(path)
        assert found.scan.name == "renamed"
        assert found.pseudo is not None
        assert found.pseudo.probability.tolist() == [0.5] * 6
        assert path.read_bytes() == sample.read_bytes(), "a file is only changed by saving it"
    write_scan(tmp_path / "new.h5", found)
    with h5py.File(tmp_path / "new.h5") as file:
        assert file.attrs["format_version"] == 3


def test_every_older_version_has_a_migration_and_a_sample() -> None:
    assert set(migrations.MIGRATIONS) == set(range(1, layout.FORMAT_VERSION))
    for version in range(1, layout.FORMAT_VERSION + 1):
        assert (SAMPLES / f"room-v{version}-checked.h5").exists()
