"""A file never opens as something that it was not: flipped bits, cuts, arrays that another program changed."""

import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from documents import make_document

from gapro_annotator.arrays import equal_fields
from gapro_annotator.errors import AnnotatorError
from gapro_annotator.labels import EditRecord, LabelEdit
from gapro_annotator.store.checksums import ChecksumError, crc_of_array, is_sealed
from gapro_annotator.store.journal import Journal
from gapro_annotator.store.scan_file import read_scan, write_scan

FLIPS = 1_500


@pytest.fixture
def path(tmp_path: Path) -> Path:
    write_scan(tmp_path / "room.h5", make_document())
    return tmp_path / "room.h5"


def opens_as_it_was_or_is_refused(path: Path) -> bool:
    """Whether it was refused; a silent wrong load fails the test."""
    found, said = outcome(read_scan, path)
    assert equal_fields(found, make_document()) if found is not None else str(path) in said
    assert "\n" not in said
    return found is None


def outcome(read: Callable[..., Any], *arguments: Any) -> tuple[Any, str]:
    """What a reader gave, or the sentence that it refused with."""
    try:
        return read(*arguments), ""
    except AnnotatorError as error:
        return None, str(error)


def test_no_flipped_bit_loads_silently(path: Path) -> None:
    whole, chance = path.read_bytes(), np.random.default_rng(7)
    refused = 0
    for _ in range(FLIPS):
        raw = bytearray(whole)
        raw[chance.integers(len(raw))] ^= 1 << int(chance.integers(8))
        path.write_bytes(raw)
        refused += opens_as_it_was_or_is_refused(path)
    assert refused > FLIPS * 0.99  # a flip in the seal's own words leaves all else as it was


def test_every_bit_of_the_seal_may_flip(path: Path) -> None:
    whole = path.read_bytes()
    for place in range(len(whole) - 60, len(whole)):
        for bit in (0, 5):
            raw = bytearray(whole)
            raw[place] ^= 1 << bit
            path.write_bytes(raw)
            opens_as_it_was_or_is_refused(path)


def test_no_cut_loads_silently(path: Path) -> None:
    whole = path.read_bytes()
    cuts = [*range(0, len(whole) - 200, 499), *range(len(whole) - 200, len(whole))]
    for cut in cuts:
        path.write_bytes(whole[:cut])
        opens_as_it_was_or_is_refused(path)


@pytest.mark.parametrize("tail", [b"x", b"\n" * 100])
def test_what_was_appended_to_a_file_is_no_reason_to_misread_it(path: Path, tail: bytes) -> None:
    path.write_bytes(path.read_bytes() + tail)
    assert not opens_as_it_was_or_is_refused(path)


@pytest.mark.parametrize(
    "name",
    ["labels/instance", "labels/origin", "pseudo/probability", "points/xyz", "boxes/upper", "ground_truth/semantic"],
)
def test_an_array_that_another_program_changed_is_told_by_name(path: Path, name: str) -> None:
    with h5py.File(path, "r+") as file:
        file[name][0] = 0.5 if file[name].dtype.kind == "f" else 1
    assert not is_sealed(path), "HDF5 cut the seal off"
    with pytest.raises(ChecksumError, match=f"{name} is not what was saved"):
        read_scan(path)


def test_an_array_that_another_program_replaced_is_told_by_name(path: Path) -> None:
    with h5py.File(path, "r+") as file:
        del file["labels/instance"]
        file["labels/instance"] = np.full(6, 7, np.int32)
    with pytest.raises(ChecksumError, match="labels/instance"):
        read_scan(path)
    with h5py.File(path, "r+") as file:  # the way that docs/file-format.md gives to programs that mean it
        file["labels/instance"].attrs["crc32"] = np.uint32(crc_of_array(np.full(6, 7, np.int32)))
    assert read_scan(path).annotation.instance.tolist() == [7] * 6


def test_a_text_that_another_program_changed_is_told_by_name(path: Path) -> None:
    with h5py.File(path, "r+") as file:
        file["edits/annotator"][0] = "Bob"
    with pytest.raises(ChecksumError, match="edits/annotator"):
        read_scan(path)


@pytest.mark.parametrize("array", [np.zeros(0, np.int32), np.ones((3, 2)), np.arange(6, dtype=">i4")[::2]])
def test_a_checksum_is_of_the_values_not_of_how_they_lie_in_memory(array: np.ndarray) -> None:
    little = array.astype(array.dtype.newbyteorder("<"))
    assert crc_of_array(array) == zlib.crc32(little.tobytes()) == crc_of_array(np.asfortranarray(array))


def journal_of(path: Path, count: int) -> list[str]:
    journal = Journal(path, scan="x")
    for number in range(count):
        same = np.array([number], np.int32)
        journal.append(EditRecord("t", "Ann", LabelEdit(f"edit {number}", np.array([number]), same, same + 1)))
    return [f"edit {number}" for number in range(count)]


def test_a_journal_that_was_cut_or_flipped_anywhere_gives_its_first_edits_or_a_sentence(tmp_path: Path) -> None:
    path, chance = tmp_path / "j", np.random.default_rng(3)
    texts = journal_of(path, 5)
    whole = path.read_bytes()
    broken = [whole[:cut] for cut in range(0, len(whole), 7)]
    for _ in range(600):
        raw = bytearray(whole)
        raw[chance.integers(len(raw))] ^= 1 << int(chance.integers(8))
        broken.append(bytes(raw))
    for raw in broken:
        path.write_bytes(raw)
        journal = Journal(path, scan="x")
        records, said = outcome(journal.read)
        read = [record.edit.text for record in records or ()]
        assert read == texts[: len(read)]
        assert str(path) in said if records is None else len(read) + journal.lost == len(raw.splitlines())
