"""What a lock and a person's label keep from being changed."""

import numpy as np
from test_session import ROWS, make_document, pseudo_labels, rows

from gapro_annotator.protection import free_points, off_limits
from gapro_annotator.session import Change, Session


def open_session() -> Session:
    """Half of the points chair 3, half table 7."""
    return Session(make_document(pseudo_labels([3] * 6 + [7] * 6)))


def test_an_edit_takes_nothing_from_a_locked_instance_and_gives_it_nothing() -> None:
    session = open_session()
    session.set_locked([3])
    edit = session.assign(np.arange(ROWS), -1, "Give to background")
    assert edit is not None
    assert edit.points.tolist() == [6, 7, 8, 9, 10, 11]
    assert session.instance.tolist() == [3] * 6 + [-1] * 6
    assert session.assign(rows(8, 9), 3, "Give to chair 3") is None
    assert len(session.edits) == 1
    session.set_locked([])
    assert session.assign(rows(8, 9), 3, "Give to chair 3") is not None


def test_a_locked_instance_can_be_confirmed_but_not_given_back_to_the_labeler() -> None:
    session = open_session()
    session.set_locked({3})
    assert session.assign(rows(0, 1), 3, "Accept") is not None
    assert session.assign(rows(0, 1), -2, "Give back") is None
    assert session.correction[:2].tolist() == [3, 3]


def test_undo_is_not_bound_by_a_lock_that_came_later() -> None:
    session = open_session()
    session.assign(rows(0, 1), 7, "Give to table 7")
    session.set_locked([3, 7])
    session.undo()
    assert session.instance[:2].tolist() == [3, 3]
    session.redo()
    assert session.instance[:2].tolist() == [7, 7]


def test_listeners_hear_of_a_lock_and_who_made_it() -> None:
    session = open_session()
    heard: list[Change] = []
    session.subscribe(heard.append)
    session.set_locked([7], initiator="table")
    assert [(change.initiator, len(change.points)) for change in heard] == [("table", 0)]
    assert session.locked == frozenset({7})
    assert not session.dirty


def test_every_point_is_free_locked_or_corrected_once() -> None:
    shown = np.array([3, 3, 7, 7, -1, -1], np.int32)
    person = np.array([-2, 3, -2, 7, -2, -1], np.int32)
    kept = free_points(np.arange(6), -1, (shown, person), {7}, keep_corrected=True)
    assert kept.points.tolist() == [0, 4, 5], "what is background already may be confirmed"
    assert (kept.locked, kept.corrected) == (2, 1)
    asked = free_points(np.arange(6), -1, (shown, person), {7}, keep_corrected=False)
    assert (asked.points.tolist(), asked.locked, asked.corrected) == ([0, 1, 4, 5], 2, 0)


def test_without_locks_nothing_is_off_limits() -> None:
    assert not off_limits(np.array([3, 7, -1], np.int32), 3, frozenset()).any()
