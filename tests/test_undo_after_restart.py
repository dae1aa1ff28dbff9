"""Undo and redo survive a restart: the stacks are built anew from the log of edits."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from documents import make_document
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gapro_annotator.project import Project
from gapro_annotator.session import Session

ROWS = 6
STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.just("assign"),
            st.lists(st.integers(0, ROWS - 1), min_size=1, max_size=3),
            st.sampled_from([-2, -1, 4, 7]),
            st.sampled_from(["Give", "Take"]),  # no text of the program begins like an undo's
        ),
        st.tuples(st.just("undo")),
        st.tuples(st.just("redo")),
    ),
    max_size=20,
)


def walk(session: Session, step: tuple[object, ...]) -> None:
    if step[0] == "assign":
        session.assign(np.array(step[1]), step[2], step[3])  # type: ignore[arg-type]
    elif step[0] == "undo":
        session.undo()
    else:
        session.redo()


def opened_again(session: Session) -> Session:
    again = Session(session.document())
    again.recall_history()
    return again


def all_undone(session: Session) -> list[list[int]]:
    states = [session.correction.tolist()]
    while session.undo() is not None:
        states.append(session.correction.tolist())
    return states


def all_redone(session: Session) -> list[list[int]]:
    states = [session.correction.tolist()]
    while session.redo() is not None:
        states.append(session.correction.tolist())
    return states


@settings(max_examples=200, deadline=None)
@given(STEPS, st.integers(0, 20))
def test_a_session_that_was_opened_again_undoes_and_redoes_as_if_it_had_never_been_closed(
    steps: list[tuple[object, ...]], restart: int
) -> None:
    start = replace(make_document(), edits=(), annotation=None)
    stayed, closed = Session(start), Session(start)
    for number, step in enumerate(steps):
        if number == restart:
            closed = opened_again(closed)
        walk(stayed, step)
        walk(closed, step)
        assert closed.correction.tolist() == stayed.correction.tolist()
    for walked in (all_redone, all_undone, all_redone):
        assert walked(opened_again(closed)) == walked(opened_again(stayed)) == walked(stayed)
        closed = opened_again(closed)
        walked(closed)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_it_survives_the_file_and_the_journal(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[object, ...]]
) -> None:
    project = Project.create(tmp_path_factory.mktemp("made") / "p")
    project.save(replace(make_document(), edits=(), annotation=None))
    session, _ = project.open_session("room", "Ann")
    for number, step in enumerate(steps):
        walk(session, step)
        if number == len(steps) // 2:
            project.save_session(session)  # what follows is in the journal only
    again, _ = project.open_session("room", "Bob")
    assert (again.undo_text, again.redo_text) == (session.undo_text, session.redo_text)
    assert all_undone(opened_again(again)) == all_undone(opened_again(session))  # copies: the journal is one window's


def learnt(session: Session) -> None:
    """Labels as of a labeler that knows every correction."""
    pseudo, person = session.pseudo, session.correction != -2
    assert pseudo is not None
    decision = np.where(person, 7, 2).astype(np.uint8)
    instance = np.where(person, session.correction, 4).astype(np.int32)
    probability = np.where(person, 1, 0.8).astype(np.float32)
    made = replace(pseudo, instance=instance, decision=decision, probability=probability, provenance={})
    assert session.install(made, session.revision, learnt=True)


def test_undo_after_a_restart_takes_the_certainty_of_what_was_learnt_away_and_redo_gives_it_back(
    tmp_path: Path,
) -> None:
    project = Project.create(tmp_path / "p")
    project.save(replace(make_document(), edits=(), annotation=None))
    session, _ = project.open_session("room", "Ann")
    session.assign(np.array([1, 2]), 7, "Give to table 7")
    learnt(session)
    project.save_session(session)

    session, _ = project.open_session("room", "Ann")
    certain = session.pseudo
    assert session.is_learnt
    assert session.undo() == "Give to table 7"
    assert session.pseudo is not None
    assert (session.pseudo.decision != 7).all()
    assert session.pseudo.probability[[1, 2]].tolist() == [0.5, 0.5]
    assert not session.is_learnt, "the window asks the labeler now"
    assert session.redo() == "Give to table 7"
    assert session.pseudo is certain
    assert session.is_learnt


def test_what_the_labeler_says_after_that_undo_belongs_to_the_step_before_and_certainty_is_never_wrong(
    tmp_path: Path,
) -> None:
    project = Project.create(tmp_path / "p")
    project.save(replace(make_document(), edits=(), annotation=None))
    session, _ = project.open_session("room", "Ann")
    for row in (0, 1, 2):
        session.assign(np.array([row]), 7, f"Give {row}")
        learnt(session)
    project.save_session(session)
    session, _ = project.open_session("room", "Ann")
    session.undo()
    learnt(session)
    session.undo()
    learnt(session)
    for step in (session.undo, session.redo, session.redo, session.redo, session.undo, session.undo, session.undo):
        step()
        assert session.pseudo is not None
        certain = session.pseudo.decision == 7
        assert (session.correction[certain] != -2).all()
        assert (session.instance[session.correction != -2] == 7).all()


def test_labels_that_no_log_leads_to_cannot_be_undone_but_what_follows_can() -> None:
    document = make_document()
    first = document.edits[0]
    wrong = replace(first, edit=replace(first.edit, after=np.array([7, 7], np.int32)))
    session = Session(replace(document, edits=(wrong,)))
    session.recall_history()
    assert session.undo_text is None
    session.assign(np.array([0]), -1, "New")
    again = opened_again(session)
    assert again.undo() == "New"
    assert again.undo() is None
