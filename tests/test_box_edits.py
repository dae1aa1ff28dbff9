"""Laws of box edits: undo, redo, crash and save agree with a plain table, and ids are never used twice."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from documents import make_document
from hypothesis import given, settings
from hypothesis import strategies as st

from gapro_annotator.arrays import equal_fields
from gapro_annotator.box_edits import BoxEdit, one_box, take
from gapro_annotator.boxes import Boxes
from gapro_annotator.document_checks import check_document
from gapro_annotator.errors import InvalidValueError
from gapro_annotator.labels import EditRecord, LabelEdit
from gapro_annotator.project import Project
from gapro_annotator.session import Change, Session


def box(number: int, low: float = 0, high: float = 1, class_id: int = 0) -> Boxes:
    return one_box(number, class_id, np.full(3, low, np.float32), np.full(3, high, np.float32))


def gesture(boxes: BoxEdit, points: tuple[int, ...] = (), before: int = -2, after: int = -2) -> LabelEdit:
    rows = len(points)
    return LabelEdit(
        "Boxes", np.array(points, np.int64), np.full(rows, before, np.int32), np.full(rows, after, np.int32), boxes
    )


def add(session: Session, high: float = 2) -> int:
    number = session.next_box_id
    session.perform(gesture(BoxEdit(Boxes.empty(), box(number, 0, high))))
    return number


def remove(session: Session, number: int, heir: int = -1) -> None:
    row = int(session.boxes.row_of(np.array([number], np.int32))[0])
    points = np.flatnonzero(session.correction == number)
    after = np.full(len(points), heir if heir >= 0 else -2, np.int32)
    edit = BoxEdit(take(session.boxes, [row]), Boxes.empty(), heir)
    session.perform(LabelEdit("Delete", points, session.correction[points].copy(), after, edit))


def errors(session: Session) -> list[str]:
    return [finding.text for finding in check_document(session.document(), "room") if finding.severity == "error"]


def test_an_edit_and_its_inverse_are_nothing() -> None:
    boxes = make_document().boxes
    for edit in (
        BoxEdit(Boxes.empty(), box(5)),
        BoxEdit(take(boxes, [0]), Boxes.empty()),
        BoxEdit(take(boxes, [0, 1]), box(7, 0, 3, 1)),
        BoxEdit(take(boxes, [1]), box(7, 2, 3)),
    ):
        assert equal_fields(edit.inverse().apply(edit.apply(boxes)), boxes)


def test_an_edit_that_does_not_follow_is_refused() -> None:
    boxes = make_document().boxes
    for edit in (BoxEdit(Boxes.empty(), box(4)), BoxEdit(box(9), Boxes.empty()), BoxEdit(box(4, 0, 5), box(4))):
        with pytest.raises(InvalidValueError):
            edit.apply(boxes)


def test_a_removed_box_gives_its_labels_back_and_undo_restores_them_to_the_last_bit() -> None:
    session = Session(make_document())
    before, boxes, pseudo = session.instance.copy(), session.boxes, session.pseudo
    heard: list[Change] = []
    session.subscribe(heard.append)
    remove(session, 4)
    assert heard[-1].boxes
    assert not (session.instance == 4).any()
    assert not (session.correction == 4).any(), "a person's label of it is the labeler's again"
    assert not session.is_learnt
    assert errors(session) == []
    session.undo()
    assert equal_fields(session.boxes, boxes)
    assert np.array_equal(session.instance, before)
    assert session.pseudo is pseudo
    session.redo()
    assert session.boxes.id.tolist() == [7]
    assert errors(session) == []


def test_an_heir_takes_over_labels_and_corrections() -> None:
    session = Session(make_document())
    mine = session.instance == 4
    remove(session, 4, heir=7)
    assert (session.instance[mine] == 7).all()
    assert session.correction[4] == 7
    assert errors(session) == []


def test_a_box_with_a_persons_labels_does_not_go_without_them() -> None:
    session = Session(make_document())
    with pytest.raises(InvalidValueError, match="labels of boxes that are not there"):
        session.perform(gesture(BoxEdit(take(session.boxes, [0]), Boxes.empty())))
    assert len(session.boxes) == 2
    assert not session.dirty


def test_nothing_shows_a_box_that_could_not_be_recorded() -> None:
    def full_disk(_: EditRecord) -> None:
        raise OSError(28, "No space left on device")

    session = Session(make_document(), record=full_disk)
    with pytest.raises(OSError, match="No space"):
        add(session)
    assert len(session.boxes) == 2
    assert session.undo_text is None


def test_an_answer_about_other_boxes_is_stale() -> None:
    session = Session(make_document())
    pseudo, asked_at = session.pseudo, session.revision
    assert pseudo is not None
    add(session)
    assert not session.install(pseudo, asked_at, learnt=True)


def test_one_undo_takes_back_a_box_and_what_the_labeler_made_of_it() -> None:
    session = Session(make_document())
    first, shown = session.pseudo, session.instance.copy()
    remove(session, 7)
    answer = make_document().pseudo
    assert answer is not None
    relabelled = answer.after_boxes(BoxEdit(box(7), Boxes.empty()))
    assert session.install(relabelled, session.revision, learnt=True)
    session.undo()
    assert session.pseudo is first
    assert np.array_equal(session.instance, shown)
    session.redo()
    assert session.pseudo is relabelled


def test_ids_are_never_used_twice_not_even_after_undo_save_and_open(tmp_path: Path) -> None:
    project = Project.create(tmp_path / "p")
    project.save(make_document())
    session, _ = project.open_session("room", "Ann")
    first = add(session)
    assert first == 8
    session.undo()
    assert add(session) == 9
    remove(session, 9)
    project.save_session(session)
    again, _ = project.open_session("room", "Ann")
    assert again.boxes.id.tolist() == [4, 7]
    assert again.next_box_id == 10


def test_boxes_come_back_from_the_journal_and_from_the_file(tmp_path: Path) -> None:
    project = Project.create(tmp_path / "p")
    project.save(make_document())
    session, _ = project.open_session("room", "Ann")
    number = add(session, 1 / 3)
    session.assign(np.array([0, 1]), number, "Give")
    remove(session, 4, heir=7)
    session.undo()
    remove(session, 7)
    crashed, recovered = project.open_session("room", "Ann")
    assert recovered.edits == 5
    assert equal_fields(crashed.boxes, session.boxes)
    assert np.array_equal(crashed.correction, session.correction)
    assert errors(crashed) == []
    project.save_session(crashed)
    assert not project.journal_path("room").exists()
    saved = project.load("room")
    assert equal_fields(saved.boxes, session.boxes)
    assert len(saved.edits) == len(crashed.edits) == 1 + 5
    assert all(equal_fields(a, b) for a, b in zip(saved.edits, crashed.edits, strict=True))
    assert [finding for finding in check_document(saved, "room") if finding.severity == "error"] == []


def test_a_log_that_does_not_lead_to_the_boxes_is_an_error() -> None:
    session = Session(make_document())
    add(session)
    document = session.document()
    wrong = Session(make_document()).document()
    found = [f.text for f in check_document(replace(document, boxes=wrong.boxes), "room") if f.severity == "error"]
    assert any("left other boxes" in text for text in found)


steps = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["add", "undo", "redo"])),
        st.tuples(st.sampled_from(["remove", "move", "give", "merge"]), st.integers(0, 5)),
    ),
    max_size=20,
)


def act(session: Session, step: tuple[str, int]) -> None:
    name, which = step
    boxes = session.boxes
    if name != "add" and not len(boxes):
        return
    row = which % max(len(boxes), 1)
    number = int(boxes.id[row]) if len(boxes) else -1
    if name == "add":
        add(session)
    elif name == "remove":
        remove(session, number)
    elif name == "merge" and len(boxes) > 1:
        remove(session, number, heir=int(boxes.id[row - 1]))
    elif name == "move":
        moved = one_box(number, 1, boxes.lower[row] + 1, boxes.upper[row] + 1)
        session.perform(gesture(BoxEdit(take(boxes, [row]), moved)))
    elif name == "give":
        session.assign(np.array([which]), number, "Give")


@settings(max_examples=100, deadline=None)
@given(steps)
def test_any_sequence_agrees_with_a_list_of_states_and_can_be_replayed(taken: list[tuple[str, int]]) -> None:
    records: list[EditRecord] = []
    session = Session(make_document(), record=records.append)
    states, place = [(session.boxes, session.instance.copy())], 0
    for step in taken:
        edits = len(session.edits)
        if step[0] == "undo":
            session.undo()
            place = max(place - 1, 0)
        elif step[0] == "redo":
            session.redo()
            place = min(place + 1, len(states) - 1)
        else:
            act(session, (step[0], step[1] if len(step) > 1 else 0))
            if len(session.edits) > edits:
                states = [*states[: place + 1], (session.boxes, session.instance.copy())]
                place += 1
        assert equal_fields(session.boxes, states[place][0])
        assert np.array_equal(session.instance, states[place][1])
        assert errors(session) == []
    again = Session(make_document())
    again.replay(records)
    assert equal_fields(again.boxes, session.boxes)
    assert np.array_equal(again.correction, session.correction)
    assert again.next_box_id == session.next_box_id
    assert errors(again) == []
