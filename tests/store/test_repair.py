"""`repair` saves what can be saved, says what could not, and leaves the damaged file as it is."""

import sys
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
from documents import make_document

from gapro_annotator.arrays import equal_fields
from gapro_annotator.cli import main
from gapro_annotator.errors import StoreError
from gapro_annotator.instance_edits import delete, new_instance, reshape
from gapro_annotator.project import Project
from gapro_annotator.repair import repair
from gapro_annotator.scan_session import open_for_editing
from gapro_annotator.session import Session
from gapro_annotator.store import salvage as salvages
from gapro_annotator.store.scan_file import read_scan
from gapro_annotator.validation import validate


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A scan with one edit in its file and one in its journal, and no backup."""
    project = Project.create(tmp_path / "p")
    project.save(make_document())
    project.open_session("room", "Ann")[0].assign(np.array([0]), -1, "In the journal")
    return project.scan_path("room")


def spoil(path: Path, *names: str) -> None:
    """Change the bytes of these arrays in the file, as a bad sector would, wherever they lie."""
    with h5py.File(path) as file:
        chunks = [file[name].id.get_chunk_info(0) for name in names]
    raw = bytearray(path.read_bytes())
    for chunk in chunks:
        raw[chunk.byte_offset + chunk.size // 2] ^= 0x55
    path.write_bytes(raw)


def test_a_whole_file_comes_out_equal_with_the_edits_of_its_journal(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["repair", str(path)]) == 0
    assert "everything could be read" in capsys.readouterr().out
    found = read_scan(path.with_name("room.repaired.h5"))
    assert [record.edit.text for record in found.edits] == ["Give to chair", "In the journal"]
    assert equal_fields(found.boxes, make_document().boxes)
    assert found.annotation is not None
    assert found.annotation.instance.tolist() == [-1, 4, 4, 7, 4, -1]


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (["labels/instance"], "labels: made anew from the pseudo labels and the log of edits"),
        (["pseudo/mean"], "pseudo labels: pseudo/mean cannot be read"),
        (["pseudo/instance", "pseudo/decision"], "pseudo labels: pseudo/instance cannot be read"),
        (["edits/points"], "log of edits: edits/points cannot be read"),
        (["classes/color"], "classes: classes/color cannot be read"),
        (["ground_truth/instance"], "ground truth: ground_truth/instance cannot be read"),
        (["labels/origin", "ground_truth/semantic"], "labels: labels/origin cannot be read"),
    ],
)
def test_what_is_damaged_is_named_and_the_annotation_survives(path: Path, names: list[str], says: str) -> None:
    spoil(path, *names)
    damaged = path.read_bytes()
    with pytest.raises(StoreError, match="gapro-annotator repair"):
        read_scan(path)
    document, said = repair(path)
    assert any(one.startswith(says) for one in said), said
    assert document.annotation is not None
    assert document.annotation.instance.tolist() == [-1, 4, 4, 7, 4, -1]
    assert document.annotation.origin.tolist() == [1, 0, 0, 0, 1, 1]
    assert document.edits[-1].edit.text == "In the journal"
    assert path.read_bytes() == damaged
    assert main(["repair", str(path)]) == 0
    output = path.with_name("room.repaired.h5")
    assert [f.text for f in validate(output) if f.severity == "error"] == []


def test_points_come_from_a_backup_and_without_one_it_says_so(path: Path) -> None:
    spoil(path, "points/xyz")
    with pytest.raises(StoreError, match="no backup has them; import the scan again"):
        repair(path)
    (path.parent / ".backups").mkdir()
    project = Project.create(path.parent / "other")
    project.save(make_document())
    project.scan_path("room").rename(path.parent / ".backups" / "room.h5.bak1")
    document, said = repair(path)
    assert np.array_equal(document.scan.xyz, make_document().scan.xyz)
    assert any("points/xyz cannot be read" in one and "taken from backup bak1" in one for one in said), said
    assert document.edits[-1].edit.text == "In the journal", "what is newer than the backup is kept"


def test_edits_behind_a_damaged_line_of_the_journal_are_kept_where_they_follow(path: Path) -> None:
    project = Project.open(path.parent.parent)
    session, _ = project.open_session("room", "Ann")
    for row, instance in ((1, -1), (2, -1), (1, 7)):
        session.assign(np.array([row]), instance, f"{row} to {instance}")
    journal = project.journal_path("room")
    lines = journal.read_bytes().splitlines(keepends=True)
    lines[1] = lines[1][:40] + b"\n"
    journal.write_bytes(b"".join(lines))
    document, said = repair(path)
    texts = [record.edit.text for record in document.edits]
    assert texts == ["Give to chair", "In the journal", "2 to -1"], "the last one follows from the lost one"
    assert said == ["journal: 2 edits are damaged or do not follow from the rest; they are lost"]


def test_a_truncated_file_comes_back_from_its_backup_with_its_journal(path: Path) -> None:
    project = Project.open(path.parent.parent)
    session, _ = project.open_session("room", "Ann")
    project.save_session(session)
    session.assign(np.array([1]), -1, "Later")
    path.write_bytes(path.read_bytes()[:20_000])
    document, said = repair(path)
    assert any(one.startswith("the file itself") for one in said)
    assert document.annotation is not None
    assert document.edits, said


@pytest.mark.parametrize("how", ["hangs", "crashes"])
def test_what_hdf5_hangs_or_dies_on_is_left_out(path: Path, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    """The reading process is replaced by one that does so at one array: no file that makes HDF5 hang is at hand."""
    act = "import time; time.sleep(600)" if how == "hangs" else "import os; os.abort()"
    program = f"""
import sys
from gapro_annotator.store import salvage
read = salvage._read_one
def read_one(file, name, folder, say):
    if name == "pseudo/mean":
        {act}
    read(file, name, folder, say)
salvage._read_one = read_one
salvage._read_all(salvage.Path(sys.argv[1]), salvage.Path(sys.argv[2]), set(sys.argv[3:]))
"""
    run: Callable[..., object] = salvages.subprocess.run
    monkeypatch.setattr(
        salvages.subprocess,
        "run",
        lambda command, **options: run([sys.executable, "-c", program, *command[4:]], **options),
    )
    found = salvages.salvage(path, patience=4 if how == "hangs" else 60)
    assert {name for name, why in found.problems.items() if why != "is missing"} == {"pseudo/mean"}
    assert how in found.problems["pseudo/mean"]
    assert "labels/instance" in found.whole
    salvages.check_without_seal(path)  # what has a seal was compared with it
    path.write_bytes(path.read_bytes() + b"\n")  # no seal any more
    with pytest.raises(StoreError, match=f"HDF5 {how} on it.*gapro-annotator repair"):
        salvages.check_without_seal(path, patience=4 if how == "hangs" else 60)
    if how == "crashes":
        with pytest.raises(StoreError, match="HDF5 crashes on it"):
            open_for_editing(path, "Ann")


def with_boxes_edited(tmp_path: Path) -> tuple[Path, Session]:
    """A scan whose file knows of a box that was made and then moved, and whose journal of one that was deleted."""
    project = Project.create(tmp_path / "edited")
    project.save(make_document())
    session, _ = project.open_session("room", "Ann")
    made, number = new_instance(session, np.array([0, 1]), int(session.classes.id[0]))
    session.perform(made)
    low = session.boxes.lower[-1]
    session.perform(reshape(session, number, low - 1, session.boxes.upper[-1] + 1, "Resize"))
    project.save_session(session)
    session.perform(delete(session, [int(session.boxes.id[0])]))
    return project.scan_path("room"), session


def test_edits_of_boxes_come_out_too_from_the_file_and_from_the_journal(tmp_path: Path) -> None:
    path, session = with_boxes_edited(tmp_path)
    spoil(path, "pseudo/mean")
    document, _ = repair(path)
    assert equal_fields(document.boxes, session.boxes)
    np.testing.assert_array_equal(document.annotation.instance, session.instance)
    assert len(document.edits) == len(session.edits) == 4
    for found, was in zip(document.edits, session.edits, strict=True):
        assert equal_fields(found, was)
    again = Session(document)
    again.recall_history()
    for _ in range(3):
        again.undo()
    assert equal_fields(again.boxes, make_document().boxes), "undo reaches back over what was saved"


def test_a_log_whose_boxes_are_damaged_is_named_and_labels_stay(tmp_path: Path) -> None:
    path, session = with_boxes_edited(tmp_path)
    spoil(path, "edits/boxes/id")
    document, said = repair(path)
    assert any(one.startswith("log of edits: edits/boxes/id cannot be read") for one in said), said
    np.testing.assert_array_equal(document.annotation.instance, session.instance)
    assert equal_fields(document.boxes, session.boxes)
