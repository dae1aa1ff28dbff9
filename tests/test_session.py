"""Laws of the session: what an edit, an undo and a labelling run do to the labels."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gapro_annotator.boxes import Boxes
from gapro_annotator.classes import Classes
from gapro_annotator.document import ScanDocument
from gapro_annotator.errors import InvalidValueError
from gapro_annotator.history import History, Step
from gapro_annotator.labels import Annotation, EditRecord, Origin, PseudoLabels
from gapro_annotator.scan import Scan
from gapro_annotator.session import Change, Session

ROWS = 12


def pseudo_labels(instance: list[int] | np.ndarray) -> PseudoLabels:
    rows = len(instance)
    return PseudoLabels(
        np.asarray(instance, np.int32),
        np.full(rows, -1, np.int32),
        np.full(rows, 0.7, np.float32),
        np.zeros(rows, np.float32),
        np.ones(rows, np.float32),
        np.full(rows, 2, np.uint8),
    )


def make_document(pseudo: PseudoLabels | None = None) -> ScanDocument:
    xyz = np.arange(ROWS * 3, dtype=np.float32).reshape(ROWS, 3)
    scan = Scan(name="room", xyz=xyz, origin=np.zeros(3), superpoint=np.arange(ROWS, dtype=np.int32) // 3)
    boxes = Boxes(
        np.array([3, 7], np.int32),
        np.array([1, 0], np.int32),
        np.zeros((2, 3), np.float32),
        np.full((2, 3), 40, np.float32),
    )
    return ScanDocument(scan=scan, boxes=boxes, classes=Classes.of(["chair", "table"]), pseudo=pseudo)


def rows(*numbers: int) -> np.ndarray:
    return np.array(numbers, np.int64)


def test_a_correction_shows_above_the_pseudo_label_and_has_its_class_and_origin() -> None:
    session = Session(make_document(pseudo_labels([3] * ROWS)))
    session.assign(rows(4, 5), 7, "Give to table 7")
    annotation = session.annotation
    assert annotation.instance.tolist() == [3, 3, 3, 3, 7, 7, 3, 3, 3, 3, 3, 3]
    assert annotation.semantic[[0, 4]].tolist() == [1, 0]
    assert np.flatnonzero(annotation.origin == Origin.PERSON).tolist() == [4, 5]


def test_undo_restores_labels_and_redo_brings_them_back() -> None:
    session = Session(make_document(pseudo_labels([3] * ROWS)))
    session.assign(rows(0, 1), -1, "Background")
    changed = session.instance.copy()
    assert session.undo() == "Background"
    assert (session.instance == 3).all()
    assert (session.origin == Origin.PSEUDO_LABEL).all()
    assert session.redo() == "Background"
    assert np.array_equal(session.instance, changed)


def test_accepting_a_proposal_is_an_edit_although_the_label_stays() -> None:
    session = Session(make_document(pseudo_labels([3] * ROWS)))
    assert session.assign(rows(2), 3, "Accept") is not None
    assert session.origin[2] == Origin.PERSON
    assert session.assign(rows(2), 3, "Accept again") is None
    assert session.undo_text == "Accept"


def test_a_later_labelling_run_never_overwrites_a_correction() -> None:
    session = Session(make_document(pseudo_labels([3] * ROWS)))
    session.assign(rows(1), 7, "Give to table 7")
    assert session.install(pseudo_labels([-1] * ROWS), session.revision)
    assert session.instance[1] == 7
    assert session.instance[0] == -1


def test_a_stale_answer_is_dropped() -> None:
    session = Session(make_document(pseudo_labels([3] * ROWS)))
    asked_at = session.revision
    session.assign(rows(1), 7, "Give to table 7")
    assert not session.install(pseudo_labels([-1] * ROWS), asked_at)
    assert session.instance[0] == 3


def test_one_undo_takes_back_a_correction_and_the_labelling_that_it_caused() -> None:
    first = pseudo_labels([3] * ROWS)
    session = Session(make_document(first))
    session.assign(rows(1), 7, "Give to table 7")
    session.install(pseudo_labels([7] * ROWS), session.revision, learnt=True)
    session.undo()
    assert session.pseudo is first
    assert (session.instance == 3).all()
    session.redo()
    assert (session.instance == 7).all()


def test_a_labelling_run_by_itself_is_one_undo() -> None:
    session = Session(make_document())
    session.install(pseudo_labels([7] * ROWS), session.revision, text="Label")
    session.install(pseudo_labels([3] * ROWS), session.revision, text="Label again")
    assert session.undo() == "Label again"
    assert (session.instance == 7).all()
    session.undo()
    assert session.pseudo is None
    assert (session.instance == -1).all()


def test_a_labelling_run_that_the_user_asked_for_never_joins_an_older_correction() -> None:
    session = Session(make_document(pseudo_labels([3] * ROWS)))
    session.assign(rows(1), 7, "Give to table 7")
    session.install(pseudo_labels([-1] * ROWS), session.revision, text="Label")
    assert session.undo() == "Label"
    assert session.instance[1] == 7
    assert session.instance[0] == 3


def test_what_is_learnt_after_an_undo_belongs_to_the_correction_before_and_redo_still_works() -> None:
    session = Session(make_document(pseudo_labels([3] * ROWS)))
    session.assign(rows(1), 7, "First")
    session.assign(rows(2), 7, "Second")
    session.install(learnt_labels([7] * ROWS, session), session.revision, learnt=True)
    assert session.is_learnt
    session.undo()
    assert not session.is_learnt  # the run was dropped with the second; the first is not learnt yet
    after_first = learnt_labels([-1] * ROWS, session)
    session.install(after_first, session.revision, learnt=True)
    assert session.is_learnt
    assert session.redo_text == "Second"
    session.redo()
    assert session.is_learnt
    assert session.instance[0] == 7
    session.undo()
    assert session.pseudo is after_first
    session.undo()
    assert (session.instance == 3).all()


def test_what_is_given_back_to_the_labeler_is_no_certain_label_and_undo_and_redo_know_it() -> None:
    first = Session(make_document(pseudo_labels([3] * ROWS)))
    first.assign(rows(1, 2), 7, "Give to table 7")
    first.install(learnt_labels([3] * ROWS, first), first.revision, learnt=True)
    session = Session(first.document())  # opened again: there is nothing to undo
    certain = session.pseudo
    session.assign(rows(1, 2), -2, "Give back")
    withdrawn = session.pseudo
    assert withdrawn is not None
    assert (withdrawn.decision != 7).all()
    assert withdrawn.probability[[1, 2]].tolist() == [0.5, 0.5]
    assert (session.origin == Origin.PSEUDO_LABEL).all()
    assert not session.is_learnt, "what the labeler alone says of it is not known yet"
    assert session.undo() == "Give back"
    assert session.is_learnt
    assert session.pseudo is certain
    assert session.correction[[1, 2]].tolist() == [7, 7]
    assert session.redo() == "Give back"
    assert session.pseudo is withdrawn
    assert session.correction[[1, 2]].tolist() == [-2, -2]


def test_learning_after_a_label_was_given_back_belongs_to_that_step() -> None:
    first = Session(make_document(pseudo_labels([3] * ROWS)))
    first.assign(rows(1), 7, "Give to table 7")
    first.install(learnt_labels([3] * ROWS, first), first.revision, learnt=True)
    session = Session(first.document())
    certain = session.pseudo
    session.assign(rows(1), -2, "Give back")
    learnt = learnt_labels([3] * ROWS, session)
    assert session.install(learnt, session.revision, learnt=True)
    assert session.instance[1] == 3
    session.undo()
    assert session.pseudo is certain
    assert session.instance[1] == 7
    session.redo()
    assert session.pseudo is learnt
    assert session.is_learnt
    assert session.undo_text == "Give back"


def test_learning_what_a_scan_was_opened_with_is_nothing_to_undo_and_keeps_the_redo() -> None:
    first = Session(make_document(pseudo_labels([3] * ROWS)))
    first.assign(rows(1), 7, "Saved before it was learnt")
    session = Session(first.document())
    assert not session.is_learnt
    session.assign(rows(2), 7, "Second")
    session.install(learnt_labels([7] * ROWS, session), session.revision, learnt=True)
    session.undo()
    assert not session.is_learnt
    session.install(learnt_labels([3] * ROWS, session), session.revision, learnt=True)
    assert session.is_learnt
    assert session.undo_text is None
    assert session.redo() == "Second"
    assert session.is_learnt
    session.undo()
    assert session.is_learnt


def learnt_labels(instance: list[int], session: Session) -> PseudoLabels:
    """What a labeler gives that knows the corrections of the session."""
    person = session.correction != -2
    plain = pseudo_labels(instance)
    return PseudoLabels(
        np.where(person, session.correction, plain.instance).astype(np.int32),
        plain.rival,
        np.where(person, 1, plain.probability).astype(np.float32),
        plain.mean,
        np.where(person, 0, plain.variance).astype(np.float32),
        np.where(person, 7, plain.decision).astype(np.uint8),
    )


def test_a_correction_that_was_withdrawn_before_a_crash_is_no_certain_label_afterwards() -> None:
    records: list[EditRecord] = []
    session = Session(make_document(pseudo_labels([3] * ROWS)), record=records.append)
    session.assign(rows(1), 7, "Give to table 7")
    session.install(learnt_labels([3] * ROWS, session), session.revision, learnt=True)
    saved = session.document()
    records.clear()
    session.undo()
    reopened = Session(saved)
    reopened.replay(records)
    assert reopened.pseudo is not None
    assert reopened.pseudo.decision[1] != 7
    assert reopened.pseudo.probability[1] == 0.5
    assert reopened.pseudo.variance[1] > 0
    assert not reopened.is_learnt
    assert not (reopened.pseudo.probability == 1).any()


def test_labels_that_came_without_pseudo_labels_stay_until_they_are_labelled() -> None:
    instance = np.full(ROWS, 7, np.int32)
    labels = Annotation(instance, np.zeros(ROWS, np.int32), np.zeros(ROWS, np.uint8))
    session = Session(replace(make_document(), annotation=labels))
    assert (session.instance == 7).all()
    session.assign(rows(0), 3, "Give")
    document = session.document()
    assert document.annotation is not None
    assert document.annotation.instance.tolist() == [3] + [7] * (ROWS - 1)


def test_old_labelling_runs_are_forgotten_before_they_fill_the_memory() -> None:
    size = pseudo_labels([3] * ROWS).nbytes
    history = History(most_bytes=3 * size)
    for number in range(10):
        history.push(Step(str(number), after=pseudo_labels([3] * ROWS)))
    texts = []
    while history.last is not None:
        texts.append(history.last.text)
        history.take_undo()
    assert texts == ["9", "8", "7"]


def test_listeners_hear_which_points_changed_and_who_changed_them() -> None:
    session = Session(make_document(pseudo_labels([3] * ROWS)))
    heard: list[Change] = []
    stop = session.subscribe(heard.append)
    session.assign(rows(5, 4, 4), 7, "Give", initiator="review")
    assert heard[0].initiator == "review"
    assert heard[0].points is not None
    assert heard[0].points.tolist() == [4, 5]
    stop()
    session.undo()
    assert len(heard) == 1


def test_nothing_shows_an_edit_that_could_not_be_recorded() -> None:
    def full_disk(_: EditRecord) -> None:
        raise OSError(28, "No space left on device")

    session = Session(make_document(pseudo_labels([3] * ROWS)), record=full_disk)
    heard: list[Change] = []
    session.subscribe(heard.append)
    with pytest.raises(OSError, match="No space"):
        session.assign(rows(1), 7, "Give to table 7")
    assert (session.instance == 3).all()
    assert not heard
    assert session.undo_text is None
    assert not session.dirty


def test_an_undo_that_could_not_be_recorded_changes_nothing_and_can_be_tried_again() -> None:
    disk_is_full = False

    def record(_: EditRecord) -> None:
        if disk_is_full:
            raise OSError(28, "No space left on device")

    session = Session(make_document(pseudo_labels([3] * ROWS)), record=record)
    session.assign(rows(1), 7, "Give to table 7")
    disk_is_full = True
    with pytest.raises(OSError, match="No space"):
        session.undo()
    assert session.instance[1] == 7
    disk_is_full = False
    assert session.undo() == "Give to table 7"
    assert session.instance[1] == 3


@pytest.mark.parametrize(("points", "instance"), [([1], 99), ([ROWS], 7), ([-1], 7)])
def test_edits_of_what_is_not_there_are_refused(points: list[int], instance: int) -> None:
    session = Session(make_document())
    with pytest.raises(InvalidValueError):
        session.assign(rows(*points), instance, "Wrong")


def test_replayed_records_give_the_labels_and_the_log_of_the_lost_session() -> None:
    records: list[EditRecord] = []
    first = Session(make_document(pseudo_labels([3] * ROWS)), record=records.append, annotator="Ann")
    first.assign(rows(1, 2), 7, "Give")
    first.assign(rows(2, 3), -1, "Background")
    first.undo()
    again = Session(make_document(pseudo_labels([3] * ROWS)))
    again.replay(records)
    assert np.array_equal(again.instance, first.instance)
    assert np.array_equal(again.origin, first.origin)
    assert len(again.edits) == 3
    assert again.edits[0].annotator == "Ann"


actions = st.lists(
    st.one_of(
        st.tuples(
            st.just("assign"),
            st.lists(st.integers(0, ROWS - 1), min_size=1, max_size=5),
            st.sampled_from([-2, -1, 3, 7]),
        ),
        st.tuples(st.just("undo")),
        st.tuples(st.just("redo")),
    ),
    max_size=25,
)


@settings(max_examples=200, deadline=None)
@given(actions)
def test_any_sequence_of_edits_agrees_with_a_plain_list(steps: list[tuple[object, ...]]) -> None:
    session = Session(make_document(pseudo_labels([3] * ROWS)))
    states, position = [[-2] * ROWS], 0
    for step in steps:
        if step[0] == "assign":
            new = list(states[position])
            for row in step[1]:  # type: ignore[attr-defined]
                new[row] = step[2]  # type: ignore[call-overload]
            edit = session.assign(np.array(step[1], np.int64), step[2], "Edit")  # type: ignore[arg-type]
            assert (edit is not None) == (new != states[position])
            if edit is not None:
                states = [*states[: position + 1], new]
                position += 1
        elif step[0] == "undo":
            assert (session.undo() is not None) == (position > 0)
            position = max(position - 1, 0)
        else:
            assert (session.redo() is not None) == (position < len(states) - 1)
            position = min(position + 1, len(states) - 1)
        assert session.correction.tolist() == states[position]
        assert session.instance.tolist() == [3 if c == -2 else c for c in states[position]]
