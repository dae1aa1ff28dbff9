"""Remarks are edits: what the log leads to, its inverse, what a file and a journal give back, and verdicts."""

import json
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest
from documents import make_document

from gapro_annotator.arrays import equal_fields
from gapro_annotator.errors import InputError, InvalidValueError
from gapro_annotator.instance_edits import new_instance
from gapro_annotator.labels import UNCORRECTED
from gapro_annotator.project import Project
from gapro_annotator.remark_edits import accept, can_be_judged, comment, delete_comment, mark, note, reject, resolve
from gapro_annotator.remarks import RemarkEdit, Remarks, Status
from gapro_annotator.repair import repair
from gapro_annotator.session import Session
from gapro_annotator.store.scan_file import read_scan


@pytest.fixture
def session() -> Session:
    return Session(make_document(), annotator="Ann")


def full(session: Session) -> None:
    box = int(session.boxes.id[0])
    session.perform(mark(session, box, Status.REVIEWED))
    session.perform(note(session, box, 'größer "als" gedacht'))
    session.perform(comment(session, "why?", (1.0, 2.0, 0.5), "Ann")[0])
    session.assign(np.array([0, 1]), -1, "Give away")
    session.perform(resolve(session, 1, resolved=True))


def test_undo_and_redo_go_through_remarks_like_labels(session: Session) -> None:
    states = [dict(session.remarks.said)]
    full(session)
    end = dict(session.remarks.said)
    assert len(end) == 3
    for _ in range(5):
        session.undo()
    assert dict(session.remarks.said) == states[0] == {}
    for _ in range(5):
        session.redo()
    assert dict(session.remarks.said) == end


def test_file_journal_and_history_give_them_back(tmp_path: Path) -> None:
    project = Project.create(tmp_path / "p")
    project.save(make_document())
    session, _ = project.open_session("room", "Ann")
    full(session)
    replayed, recovered = project.open_session("room", "Ann")
    assert recovered.edits == 5
    assert replayed.remarks == session.remarks
    project.save_session(session)
    document = read_scan(project.scan_path("room"))
    assert all(equal_fields(a, b) for a, b in zip(document.edits, session.edits, strict=True))
    again = Session(document)
    again.recall_history()
    assert again.undo() == "Comment 1 is settled"
    assert not again.remarks.comments()[0].resolved
    found, said = repair(project.scan_path("room"))
    assert said == []
    assert Session(found).remarks == session.remarks


def test_the_file_is_read_as_its_page_says(tmp_path: Path) -> None:
    project = Project.create(tmp_path / "p")
    project.save(make_document())
    session, _ = project.open_session("room", "Ann")
    full(session)
    project.save_session(session)
    page = (Path(__file__).parents[1] / "docs" / "file-format.md").read_text(encoding="utf-8")
    blocks = [part.split("```")[0] for part in page.split("```python\n")[1:]]
    code = next(block for block in blocks if "edits/remarks" in block)
    found: dict[str, object] = {}
    exec(code.replace("my_project/scans/room_1.h5", str(project.scan_path("room"))), found)  # noqa: S102 - the page's
    assert found["said"] == {subject: json.loads(text) for subject, text in session.remarks.said.items()}


def test_a_log_without_remarks_gains_nothing(tmp_path: Path) -> None:
    project = Project.create(tmp_path / "p")
    project.save(make_document())
    with h5py.File(project.scan_path("room")) as file:
        assert "remarks" not in file["edits"]


def test_what_does_not_fit_is_refused(session: Session) -> None:
    wrong = RemarkEdit((("status 4", '"reviewed"', None),))
    with pytest.raises(InvalidValueError, match="status 4"):
        session.perform(replace(mark(session, int(session.boxes.id[0]), Status.REVIEWED), remarks=wrong))
    assert len(session.edits) == len(make_document().edits)
    assert dict(session.remarks.said) == {}
    with pytest.raises(InputError, match="no instance 99"):
        mark(session, 99, Status.REVIEWED)
    with pytest.raises(InputError, match="needs a text"):
        comment(session, "  ", (0, 0, 0), "Ann")
    with pytest.raises(InputError, match="no comment 5"):
        resolve(session, 5, resolved=True)


@pytest.mark.parametrize("text", ["{", "[]", '{"place": [1], "text": "x"}', '{"place": "abc", "text": "x"}', "null"])
def test_what_another_program_wrote_is_passed_over(text: str) -> None:
    remarks = Remarks({"comment 1": text, "status 3": text, "note 3": text, "verdict 0": text, "comment x": "1"})
    assert remarks.comments() == []
    assert remarks.status_of(3) is Status.UNTOUCHED
    assert remarks.note_of(3) == ""
    assert all(not verdict.accepted for verdict in remarks.verdicts().values())


def test_numbers_of_comments_never_come_back(session: Session) -> None:
    session.perform(comment(session, "a", (0, 0, 0), "Ann")[0])
    session.perform(delete_comment(session, 1))
    assert comment(session, "b", (0, 0, 0), "Ann")[1] == 2


def test_rejecting_takes_back_what_still_stands(session: Session) -> None:
    before = session.correction.copy()
    free = np.flatnonzero(before == UNCORRECTED)[:3]
    session.assign(free, -1, "First person")
    number = len(session.edits) - 1
    session.assign(free[:1], int(session.boxes.id[0]), "Later")
    edit, stayed = reject(session, number, "Bob")
    session.perform(edit)
    assert stayed == 1
    assert (session.correction[free[1:]] == UNCORRECTED).all()
    assert session.correction[free[0]] == int(session.boxes.id[0])
    assert not session.remarks.verdicts()[number].accepted
    assert not can_be_judged(session, len(session.edits) - 1)
    with pytest.raises(InputError, match="nothing of this edit stands"):
        reject(session, number, "Bob")
    session.undo()
    assert (session.correction[free[1:]] == -1).all()


def test_rejecting_a_new_instance_removes_its_box_unless_labels_need_it(session: Session) -> None:
    made, number = new_instance(session, np.array([0, 1]), int(session.classes.id[0]))
    session.perform(made)
    where = len(session.edits) - 1
    session.assign(np.array([2]), number, "More of it")
    with pytest.raises(InputError, match="by hand"):
        reject(session, where, "Bob")
    session.undo()
    session.perform(reject(session, where, "Bob")[0])
    assert number not in session.boxes.id
    session.perform(accept(session, where, "Cem"))
    assert session.remarks.verdicts()[where].accepted, "the newest verdict counts"
