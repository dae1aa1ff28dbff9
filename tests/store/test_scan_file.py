"""Laws of the scan file: what is saved comes back, and a failed save loses nothing."""

from dataclasses import fields, replace
from pathlib import Path

import h5py
import numpy as np
import pytest
from documents import make_document
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gapro_annotator.arrays import equal_fields
from gapro_annotator.boxes import Boxes
from gapro_annotator.classes import Classes
from gapro_annotator.document import ScanDocument
from gapro_annotator.errors import NewerVersionError, StoreError
from gapro_annotator.labels import Annotation, EditRecord, GroundTruth, LabelEdit, PseudoLabels
from gapro_annotator.oriented_boxes import OrientedBoxes
from gapro_annotator.scan import Scan
from gapro_annotator.store import hdf5
from gapro_annotator.store.atomic import backup_paths
from gapro_annotator.store.layout import holds, write_document
from gapro_annotator.store.scan_file import read_scan, write_scan
from gapro_annotator.store.watching import watched

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)


@st.composite
def documents(draw: st.DrawFn) -> ScanDocument:
    rows = draw(st.integers(1, 30))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    boxes = draw(st.integers(0, 4))
    some = st.booleans()

    def numbers(low: int, high: int, *shape: int, dtype: type = np.int32) -> np.ndarray:
        return rng.integers(low, high, shape).astype(dtype)

    def reals(*shape: int) -> np.ndarray:
        return rng.normal(size=shape).astype(np.float32)

    lower = reals(boxes, 3)
    edits = [
        EditRecord(draw(TEXT), draw(TEXT), LabelEdit(draw(TEXT), np.arange(m), numbers(-2, 4, m), numbers(-2, 4, m)))
        for m in draw(st.lists(st.integers(0, rows), max_size=4))
    ]
    return ScanDocument(
        scan=Scan(
            name="room",
            xyz=reals(rows, 3),
            origin=rng.normal(size=3) * 1e6,
            superpoint=np.unique(numbers(0, 5, rows), return_inverse=True)[1].astype(np.int32),
            rgb=numbers(0, 256, rows, 3, dtype=np.uint8) if draw(some) else None,
            normal=reals(rows, 3) if draw(some) else None,
            faces=numbers(0, rows, draw(st.integers(0, 4)), 3) if draw(some) else None,
            source_row=np.arange(rows, dtype=np.int64) if draw(some) else None,
            axis_alignment=rng.normal(size=(4, 4)) if draw(some) else None,
        ),
        boxes=Boxes(np.arange(boxes, dtype=np.int32), numbers(0, 3, boxes), lower, lower + 1),
        classes=Classes.of(draw(st.lists(TEXT.filter(bool), unique=True, max_size=3))),
        pseudo=PseudoLabels(
            numbers(-1, 4, rows),
            numbers(-2, 4, rows),
            rng.random(rows).astype(np.float32),
            reals(rows),
            rng.random(rows).astype(np.float32),
            numbers(0, 8, rows, dtype=np.uint8),
            {"method": draw(TEXT), "seconds": 1.5, "pairs": [1, None, {"x": True}]},
        )
        if draw(some)
        else None,
        annotation=Annotation(numbers(-1, 4, rows), numbers(-1, 3, rows), numbers(0, 2, rows, dtype=np.uint8))
        if draw(some)
        else None,
        ground_truth=GroundTruth(numbers(-1, 4, rows), numbers(-1, 3, rows)) if draw(some) else None,
        edits=tuple(edits),
        created="2026-11-22T09:00:00+00:00",
    )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(document=documents())
def test_a_document_saved_and_opened_again_is_equal_in_every_field(tmp_path: Path, document: ScanDocument) -> None:
    write_scan(tmp_path / "room.h5", document)
    assert equal_fields(read_scan(tmp_path / "room.h5"), document)


def test_the_file_has_the_documented_layout(tmp_path: Path) -> None:
    document = make_document()
    write_scan(tmp_path / "room.h5", document)
    with h5py.File(tmp_path / "room.h5") as file:
        assert file.attrs["format"] == "gapro-annotator/scan"
        assert file.attrs["format_version"] == 1
        assert {"name", "created", "modified", "software"} <= set(file.attrs)
        xyz = file["points/xyz"]
        assert xyz.dtype == np.float32
        assert xyz.compression == "gzip"
        assert xyz.shuffle
        assert xyz.attrs["units"] == "m"
        assert xyz.attrs["origin"].dtype == np.float64
        assert file["labels"].attrs["signal"] == "instance"
        assert file["labels/instance"][:].tolist() == document.annotation.instance.tolist()
        assert file["edits/text"].asstr()[:].tolist() == ["Give to chair"]
        assert file["edits/start"][:].tolist() == [0, 2]
        assert file["edits/points"].dtype == np.int64
        assert file["classes/name"].asstr()[1] == "Tisch, größer"


def test_an_unlabelled_scan_has_no_labels_in_its_file(tmp_path: Path) -> None:
    write_scan(
        tmp_path / "room.h5", replace(make_document(), pseudo=None, annotation=None, ground_truth=None, edits=())
    )
    with h5py.File(tmp_path / "room.h5") as file:
        assert not {"labels", "pseudo", "ground_truth"} & set(file)
    assert read_scan(tmp_path / "room.h5").annotation is None


def test_provenance_larger_than_an_attribute_may_be_is_kept(tmp_path: Path) -> None:
    document = make_document()
    pairs = [{"pair": [n, n + 1], "lengthscale": np.float32(0.25)} for n in range(5000)]
    document = replace(document, pseudo=replace(document.pseudo, provenance={"pairs": pairs}))
    write_scan(tmp_path / "room.h5", document)
    assert read_scan(tmp_path / "room.h5").pseudo.provenance["pairs"][4999] == {
        "pair": [4999, 5000],
        "lengthscale": 0.25,
    }


def test_creation_time_is_given_once(tmp_path: Path) -> None:
    document = replace(make_document(), created="")
    write_scan(tmp_path / "room.h5", document)
    first = read_scan(tmp_path / "room.h5").created
    write_scan(tmp_path / "room.h5", document)
    assert first
    assert read_scan(tmp_path / "room.h5").created == first


def test_the_last_five_versions_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "room.h5"
    for number in range(8):
        write_scan(path, replace(make_document(), classes=Classes.of([f"class {number}", "b"])))
    names = [read_scan(p).classes.name[0] for p in [path, *backup_paths(path)]]
    assert names == [f"class {number}" for number in (7, 6, 5, 4, 3, 2)]
    assert sorted(p.name for p in tmp_path.iterdir()) == [".backups", "room.h5"]


@pytest.mark.parametrize("step", ["write_document", "_check_written", "replace"])
def test_a_failed_save_leaves_the_old_file_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    path = tmp_path / "room.h5"
    write_scan(path, make_document())
    before = path.read_bytes()

    def fail(*_: object) -> None:
        raise OSError("disk full")

    target = "pathlib.Path.replace" if step == "replace" else f"gapro_annotator.store.scan_file.{step}"
    monkeypatch.setattr(target, fail)
    with pytest.raises(StoreError, match="disk full"):
        write_scan(path, replace(make_document(), annotation=None))
    assert path.read_bytes() == before
    assert not list(tmp_path.glob(".*.tmp"))


def test_what_reads_back_differently_is_not_put_in_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def another(file: h5py.File, _document: ScanDocument) -> None:
        write_document(file, make_document(rows=8))

    monkeypatch.setattr("gapro_annotator.store.scan_file.write_document", another)
    with pytest.raises(StoreError, match="read back"):
        write_scan(tmp_path / "room.h5", make_document())
    assert not (tmp_path / "room.h5").exists()


def changed_parts() -> dict[str, object]:
    """A document's fields, each a little different."""
    document = make_document()
    xyz = document.scan.xyz.copy()
    xyz[-1, 2] += np.float32(1e-6)
    pseudo, labels, truth = document.pseudo, document.annotation, document.ground_truth
    assert pseudo is not None
    assert labels is not None
    assert truth is not None
    turned = OrientedBoxes(
        np.array([4], np.int32),
        np.zeros((1, 3), np.float32),
        np.ones((1, 3), np.float32),
        np.eye(3, dtype=np.float32)[None],
    )
    return {
        "scan": replace(document.scan, xyz=xyz),
        "boxes": replace(document.boxes, upper=document.boxes.upper + np.float32(1)),
        "classes": Classes.of(["chair", "Tisch"]),
        "pseudo": replace(pseudo, mean=pseudo.mean + np.float32(1)),
        "annotation": replace(labels, instance=np.full_like(labels.instance, 7)),
        "ground_truth": None,
        "oriented": turned,
        "edits": (),
        "created": "2026-11-22T09:00:00.000001+00:00",
    }


@pytest.mark.parametrize("part", [field.name for field in fields(ScanDocument)])
def test_a_file_holds_its_document_and_none_that_differs_in_one_part(tmp_path: Path, part: str) -> None:
    document = make_document()
    write_scan(tmp_path / "room.h5", document)
    with h5py.File(tmp_path / "room.h5") as file:
        assert holds(file, document)
        assert not holds(file, replace(document, **{part: changed_parts()[part]}))


def test_large_arrays_are_written_and_read_in_pieces_that_can_be_watched(tmp_path: Path) -> None:
    rows = 2 * hdf5._PIECE + 7
    array = np.random.default_rng(0).integers(0, 9, (rows, 2)).astype(np.uint8)
    heard: list[int] = []
    with h5py.File(tmp_path / "large.h5", "w") as file, watched(lambda done, _: heard.append(done) or True):
        hdf5.write_array(file, "a", array)
        hdf5.write_array(file, "b", array[:5])
        written = len(heard)
        np.testing.assert_array_equal(hdf5.read_array(file, "a"), array)
        np.testing.assert_array_equal(hdf5.read_array(file, "b"), array[:5])
    assert (written, len(heard)) == (4, 8)
    with h5py.File(tmp_path / "large.h5") as file:
        np.testing.assert_array_equal(file["a"][:], array)
        assert file["a"].chunks == (hdf5.CHUNK_ROWS, 2)


def damage(path: Path, how: str) -> None:
    if how == "cut off":
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    elif how == "text":
        path.write_text("not a scan")
    elif how == "missing":
        path.unlink()
    else:
        with h5py.File(path, "r+") as file:
            if how == "foreign":
                del file.attrs["format"]
            elif how == "version":
                file.attrs["format_version"] = "one"
            elif how == "no xyz":
                del file["points/xyz"]
            elif how == "dtype":
                del file["points/xyz"]
                file["points/xyz"] = np.zeros((6, 3))
                file["points/xyz"].attrs["origin"] = np.zeros(3)
            elif how == "rows":
                del file["labels/instance"]
                file["labels/instance"] = np.zeros(5, np.int32)
            elif how == "edits":
                del file["edits/start"]
                file["edits/start"] = np.array([0, 1], np.int64)
            elif how == "provenance":
                file["pseudo"].attrs["provenance"] = "{"


@pytest.mark.parametrize(
    "how",
    "cut_off text missing foreign version no_xyz dtype rows edits provenance".split(),
)
def test_a_damaged_file_ends_in_one_sentence_with_its_path(tmp_path: Path, how: str) -> None:
    path = tmp_path / "room.h5"
    write_scan(path, make_document())
    damage(path, how.replace("_", " "))
    with pytest.raises(StoreError) as caught:
        read_scan(path)
    assert str(path) in str(caught.value)
    assert ";" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_newer_file_is_refused_by_name(tmp_path: Path) -> None:
    write_scan(tmp_path / "room.h5", make_document())
    with h5py.File(tmp_path / "room.h5", "r+") as file:
        file.attrs["format_version"] = 2
    with pytest.raises(NewerVersionError, match="format version 2"):
        read_scan(tmp_path / "room.h5")
