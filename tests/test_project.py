"""Laws of the project: it opens as it was left, and edits outlive a crash."""

from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest
from documents import make_document

from gapro_annotator.arrays import equal_fields
from gapro_annotator.classes import Classes
from gapro_annotator.errors import AnnotatorError, InputError, NewerVersionError, StoreError
from gapro_annotator.labeling.outlook import ReviewConfig
from gapro_annotator.labeling.request import LabelerConfig
from gapro_annotator.project import Project, is_project
from gapro_annotator.store.scan_file import read_scan, write_scan


def make_project(folder: Path) -> Project:
    project = Project.create(folder, make_document().classes)
    project.save(make_document())
    return project


def test_a_project_opens_as_it_was_left(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    project.set_labeler(LabelerConfig(method="linear", seed=7))
    opened = Project.open(tmp_path / "p")
    assert is_project(tmp_path / "p")
    assert opened.scan_names() == ["room"]
    assert equal_fields(opened.classes, project.classes)
    assert opened.labeler == LabelerConfig(method="linear", seed=7)
    assert equal_fields(opened.load("room"), make_document())


def test_added_classes_keep_their_ids_and_reach_every_scan(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    assert project.add_classes(["lamp", "chair"]).name == ("chair", "Tisch, größer", "lamp")
    assert Project.open(tmp_path / "p").load("room").classes.name[2] == "lamp"


def test_saving_a_scan_adds_the_classes_that_the_project_lacks(tmp_path: Path) -> None:
    project = Project.create(tmp_path / "p")
    project.save(make_document())
    assert Project.open(tmp_path / "p").classes.name == ("chair", "Tisch, größer")


def test_a_scan_whose_class_ids_mean_something_else_is_refused(tmp_path: Path) -> None:
    project = Project.create(tmp_path / "p", Classes.of(["lamp"]))
    with pytest.raises(InputError, match="'chair'"):
        project.save(make_document())
    assert project.scan_names() == []


def test_a_renamed_file_is_the_scan_of_its_new_name(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    project.scan_path("room").rename(project.scan_path("hall"))
    project.save(project.load("hall"))
    assert project.scan_names() == ["hall"]


def test_edits_outlive_a_crash(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    session, recovered = project.open_session("room", "Ann")
    assert recovered.edits == 0
    session.assign(np.array([0]), -1, "To background")
    session.assign(np.array([1]), 7, "To table")
    session.undo()
    del session

    session, recovered = Project.open(tmp_path / "p").open_session("room", "Ann")
    assert recovered.edits == 3
    assert session.correction[:2].tolist() == [-1, -2]
    assert session.dirty
    assert Project.open(tmp_path / "p").load("room").annotation.origin[0] == 1


def test_saving_clears_the_journal_and_keeps_the_edits(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    session, _ = project.open_session("room", "Ann")
    session.assign(np.array([0]), -1, "To background")
    assert project.journal_path("room").exists()
    project.save_session(session)
    assert not project.journal_path("room").exists()
    assert not session.dirty
    session.assign(np.array([1]), 7, "To table")
    again, recovered = project.open_session("room", "Bob")
    assert recovered.edits == 1
    assert [r.edit.text for r in again.edits] == ["Give to chair", "To background", "To table"]


def test_a_crash_between_saving_and_clearing_does_nothing_twice(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    session, _ = project.open_session("room", "Ann")
    session.assign(np.array([0]), -1, "To background")
    write_scan(project.scan_path("room"), session.document())  # saved; the journal was not cleared

    session, recovered = project.open_session("room", "Ann")
    assert recovered.edits == 0
    assert len(session.edits) == 2
    session.assign(np.array([1]), 7, "To table")
    session, recovered = project.open_session("room", "Ann")
    assert recovered.edits == 1
    assert [r.edit.text for r in session.edits][1:] == ["To background", "To table"]


def test_a_failed_save_keeps_the_journal_and_the_session_dirty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = make_project(tmp_path / "p")
    session, _ = project.open_session("room", "Ann")
    session.assign(np.array([0]), -1, "To background")

    def fail(*_: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr("gapro_annotator.store.scan_file.write_document", fail)
        with pytest.raises(StoreError):
            project.save_session(session)
    assert session.dirty
    assert project.open_session("room", "Ann")[1].edits == 1


def test_saving_what_load_gave_settles_the_journal(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    project.open_session("room", "Ann")[0].assign(np.array([0]), -1, "To background")
    project.save(project.load("room"))
    assert not project.journal_path("room").exists()
    assert project.open_session("room", "Ann")[1].edits == 0
    assert len(project.load("room").edits) == 2


def test_a_replaced_scan_never_gets_the_edits_of_the_old_one(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    project.open_session("room", "Ann")[0].assign(np.array([0]), -1, "To background")
    left = project.journal_path("room").read_bytes()
    project.replace(replace(make_document(), edits=(), annotation=None))
    assert project.load("room").annotation is None
    project.journal_path("room").write_bytes(left)  # as after a crash before it was cleared
    with pytest.raises(StoreError, match="another version"):
        project.load("room")


def test_backups_and_temporary_files_are_no_scans(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    project.save(make_document())
    (tmp_path / "p" / "scans" / ".room.h5.1.tmp").touch()
    assert project.scan_names() == ["room"]
    assert read_scan(tmp_path / "p" / "scans" / ".backups" / "room.h5.bak1").scan.name == "room"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('format = "gapro-annotator/project"', 'format = "cake"'),
        ('name = "chair"', ""),
        ('color = "#', 'color = "red'),
        ("[labeler]", "[labeler]\nmodel = 1"),
        ('method = "gp"', 'method = "guess"'),
        ("id = 1", "id = 0"),
        ("format_version = 1", "format_version = ="),
    ],
)
def test_a_wrong_settings_file_ends_in_one_sentence(tmp_path: Path, before: str, after: str) -> None:
    make_project(tmp_path / "p")
    path = tmp_path / "p" / "project.toml"
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after))
    with pytest.raises(StoreError, match=r"project\.toml"):
        Project.open(tmp_path / "p")


def test_a_newer_project_is_refused(tmp_path: Path) -> None:
    make_project(tmp_path / "p")
    path = tmp_path / "p" / "project.toml"
    path.write_text(path.read_text().replace("format_version = 1", "format_version = 9"))
    with pytest.raises(NewerVersionError):
        Project.open(tmp_path / "p")


def test_wrong_folders_and_names_end_in_one_sentence(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    with pytest.raises(InputError, match="is no project"):
        Project.open(tmp_path)
    with pytest.raises(InputError, match="is a project already"):
        Project.create(tmp_path / "p")
    with pytest.raises(InputError, match="it has room"):
        project.load("hall")
    (tmp_path / "file").touch()
    with pytest.raises(AnnotatorError, match="cannot be made"):
        Project.create(tmp_path / "file" / "p")


def test_labels_are_read_with_three_lines_of_h5py(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    with h5py.File(project.scan_path("room")) as file:
        instance = file["labels/instance"][:]
    assert instance.tolist() == [4, 4, 4, 7, 4, -1]


def test_two_windows_never_lose_each_other_s_edits(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    first, _ = project.open_session("room", "Ann")
    second, _ = project.open_session("room", "Bob")
    first.assign(np.array([0]), -1, "Ann's")
    with pytest.raises(StoreError, match="another window"):
        second.assign(np.array([1]), -1, "Bob's")
    assert second.correction[1] == -2
    project.save_session(first)
    for _ in range(2):
        with pytest.raises(StoreError, match="another program saved corrections"):
            second.assign(np.array([1]), -1, "Bob's")
    assert second.correction[1] == -2  # what is shown as done would come back
    with pytest.raises(StoreError, match="another program saved corrections"):
        project.save_session(second)
    again, recovered = project.open_session("room", "Bob")
    assert recovered == (0, 0)
    again.assign(np.array([1]), -1, "Bob's")
    project.save_session(again)
    texts = [record.edit.text for record in read_scan(project.scan_path("room")).edits]
    assert texts == ["Give to chair", "Ann's", "Bob's"]


def test_edits_go_on_after_a_save(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    session, _ = project.open_session("room", "Ann")
    for row in range(3):
        session.assign(np.array([row]), -1, f"Edit {row}")
        project.save_session(session)
        assert not project.journal_path("room").exists()
    session.assign(np.array([4]), -1, "Not saved")
    assert project.open_session("room", "Ann")[1].edits == 1


def test_a_scan_that_was_imported_anew_is_not_overwritten_by_an_older_window(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    session, _ = project.open_session("room", "Ann")
    project.replace(replace(make_document(), edits=(), annotation=None, pseudo=None))
    with pytest.raises(StoreError, match="another scan was imported"):
        session.assign(np.array([0]), -1, "Edit of what is gone")
    with pytest.raises(StoreError, match="another scan was imported"):
        project.save_session(session)
    assert read_scan(project.scan_path("room")).annotation is None


def test_replacing_a_scan_keeps_its_unsaved_edits_in_the_backup(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    session, _ = project.open_session("room", "Ann")
    session.assign(np.array([0]), -1, "Not saved before the crash")
    project.replace(replace(make_document(), edits=(), annotation=None, pseudo=None))
    backup = read_scan(project.scan_path("room").parent / ".backups" / "room.h5.bak1")
    assert backup.edits[-1].edit.text == "Not saved before the crash"
    assert not project.journal_path("room").exists()


def test_a_journal_that_fits_nothing_is_moved_to_the_backups_before_its_scan_is_replaced(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    session, _ = project.open_session("room", "Ann")
    session.assign(np.array([0]), -1, "Edit")
    project.scan_path("room").write_bytes(b"damaged")
    kept = project.journal_path("room").read_bytes()
    project.replace(replace(make_document(), edits=(), annotation=None, pseudo=None))
    assert (project.scan_path("room").parent / ".backups" / "room.h5.journal.1").read_bytes() == kept
    assert project.open_session("room", "Ann")[1] == (0, 0)


def test_an_edit_beside_another_window_s_fresh_journal_is_refused(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    first, _ = project.open_session("room", "Ann")
    first.assign(np.array([0]), -1, "Ann's")
    project.replace(replace(make_document(), edits=(), annotation=None, pseudo=None))
    other, _ = project.open_session("room", "Bob")
    other.assign(np.array([0]), -1, "Bob")  # a journal of about the same length in the same place
    with pytest.raises(StoreError, match="another window"):
        first.assign(np.array([1]), -1, "Ann's second")
    assert project.open_session("room", "Bob")[1].edits == 1


def test_classes_added_by_another_program_are_kept(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    Project.open(tmp_path / "p").add_classes(["lamp"])
    project.add_classes(["sofa"])
    assert Project.open(tmp_path / "p").classes.name == ("chair", "Tisch, größer", "lamp", "sofa")


def test_a_damaged_scan_file_can_be_saved_over(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    session, _ = project.open_session("room", "Ann")
    project.scan_path("room").write_bytes(b"damaged while it was open")
    project.save_session(session)
    assert equal_fields(project.load("room").scan, make_document().scan)


def test_an_undo_that_cannot_be_kept_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = make_project(tmp_path / "p")
    session, _ = project.open_session("room", "Ann")
    session.assign(np.array([0]), -1, "To background")

    def fail(_: int) -> None:
        raise OSError("disk full")

    for step, text in ((session.undo, session.undo_text), (session.redo, "To background")):
        before = session.correction.copy()
        with monkeypatch.context() as patched:
            patched.setattr("os.fsync", fail)
            with pytest.raises(StoreError, match="disk full"):
                step()
        assert session.correction.tolist() == before.tolist()
        assert step() == text
    assert project.open_session("room", "Ann")[1].edits == 3


def test_what_is_good_enough_is_a_setting_of_the_project(tmp_path: Path) -> None:
    project = Project.create(tmp_path / "p")
    assert project.review == ReviewConfig(good_enough=0.02)
    settings = project.folder / "project.toml"
    written = settings.read_text()
    assert "[review]\ngood_enough = 0.02\n" in written
    settings.write_text(written.replace("0.02", "0.05"))
    project = Project.open(project.folder)
    assert project.review.good_enough == 0.05
    project.add_classes(["harp"])
    assert Project.open(project.folder).review.good_enough == 0.05
    settings.write_text(written.replace("[review]\ngood_enough = 0.02\n", ""))
    assert Project.open(project.folder).review == ReviewConfig()


@pytest.mark.parametrize("line", ["good_enough = 2", "good_enough = -0.1", "good_enough = true", "good_enuf = 0.1"])
def test_review_settings_that_mean_nothing_are_refused(tmp_path: Path, line: str) -> None:
    settings = Project.create(tmp_path / "p").folder / "project.toml"
    settings.write_text(settings.read_text().replace("good_enough = 0.02", line))
    with pytest.raises(StoreError, match="review"):
        Project.open(tmp_path / "p")
