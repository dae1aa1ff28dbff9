"""Instances are made, deleted, merged and split with their boxes, and one undo takes each back."""

from collections.abc import Callable

import numpy as np
import pytest

from gapro_annotator.arrays import equal_fields
from gapro_annotator.box_edits import one_box
from gapro_annotator.boxes import Boxes
from gapro_annotator.classes import Classes
from gapro_annotator.document import ScanDocument
from gapro_annotator.document_checks import check_document
from gapro_annotator.errors import InputError
from gapro_annotator.instance_edits import delete, duplicate, merge, new_instance, reshape, set_class, split
from gapro_annotator.labels import PseudoLabels
from gapro_annotator.scan import Scan
from gapro_annotator.session import Session
from gapro_annotator.splitting import connected_parts

SIDE = 8


def cube(at: float) -> np.ndarray:
    """A solid block of points, 7 cm wide, with one centimetre between them."""
    grid = np.stack(np.meshgrid(*[np.arange(SIDE)] * 3, indexing="ij"), -1).reshape(-1, 3) * 0.01
    return (grid + np.array([at, 0, 0])).astype(np.float32)


@pytest.fixture
def session() -> Session:
    """Two blocks in box 2, one in box 5; the last block of all is in no box."""
    xyz = np.concatenate([cube(0), cube(0.3), cube(0.7), cube(1.2)])
    one = SIDE**3
    instance = np.repeat(np.array([2, 2, 5, -1], np.int32), one)
    boxes = Boxes(
        np.array([2, 5], np.int32),
        np.array([0, 1], np.int32),
        np.array([[0, 0, 0], [0.7, 0, 0]], np.float32),
        np.array([[0.4, 0.1, 0.1], [0.8, 0.1, 0.1]], np.float32),
    )
    n = len(xyz)
    pseudo = PseudoLabels(
        instance,
        np.full(n, -2, np.int32),
        np.full(n, 0.8, np.float32),
        np.zeros(n, np.float32),
        np.ones(n, np.float32),
        np.zeros(n, np.uint8),
    )
    scan = Scan(name="row", xyz=xyz, origin=np.zeros(3), superpoint=np.repeat(np.arange(4, dtype=np.int32), one))
    return Session(ScanDocument(scan=scan, boxes=boxes, classes=Classes.of(["chair", "table"]), pseudo=pseudo))


def block(number: int) -> np.ndarray:
    return np.arange(number * SIDE**3, (number + 1) * SIDE**3)


def errors(session: Session) -> list[str]:
    return [f.text for f in check_document(session.document(), "row") if f.severity == "error"]


def test_a_new_instance_takes_its_points_and_gets_a_box_around_them(session: Session) -> None:
    edit, number = new_instance(session, block(3), 1)
    session.perform(edit)
    assert number == 6
    assert (session.instance[block(3)] == 6).all()
    inside = session.boxes.members(session.scan.xyz)[-1]
    assert np.array_equal(inside, block(3))
    assert session.annotation.semantic[block(3)].tolist() == [1] * SIDE**3
    session.undo()
    assert session.boxes.id.tolist() == [2, 5]
    assert (session.instance[block(3)] == -1).all()


def test_a_flat_patch_gets_a_box_with_some_thickness(session: Session) -> None:
    flat = block(3)[np.isclose(session.scan.xyz[block(3), 2], 0)]
    session.perform(new_instance(session, flat, 0)[0])
    assert (session.boxes.upper[-1] - session.boxes.lower[-1] >= 0.0199).all()


def test_deleting_gives_points_back_and_undo_brings_everything_back(session: Session) -> None:
    session.assign(block(3), 5, "Give")
    before, boxes = session.instance.copy(), session.boxes
    session.perform(delete(session, [5, 2]))
    assert (session.instance == -1).all()
    assert (session.correction == -2).all()
    assert len(session.boxes) == 0
    assert errors(session) == []
    session.undo()
    assert np.array_equal(session.instance, before)
    assert equal_fields(session.boxes, boxes)


def test_merging_gives_labels_and_corrections_to_the_other_whose_box_holds_both(session: Session) -> None:
    session.assign(block(3)[:9], 5, "Give")
    session.perform(merge(session, 5, 2))
    assert session.boxes.id.tolist() == [2]
    assert np.allclose(session.boxes.upper[0], [0.8, 0.1, 0.1])
    assert (session.instance[block(2)] == 2).all()
    assert (session.correction[block(3)[:9]] == 2).all()
    assert errors(session) == []
    session.undo()
    assert (session.instance[block(2)] == 5).all()


def test_splitting_makes_an_instance_of_each_part(session: Session) -> None:
    parts = connected_parts(session.scan.xyz, np.flatnonzero(session.instance == 2))
    assert [part.tolist() for part in parts] == [block(0).tolist(), block(1).tolist()]
    edit, ids = split(session, 2, parts)
    session.perform(edit)
    assert ids == [6]
    assert (session.instance[block(0)] == 2).all()
    assert (session.instance[block(1)] == 6).all()
    assert [len(rows) for rows in session.boxes.members(session.scan.xyz)] == [SIDE**3] * 3
    session.undo()
    assert (session.instance[block(1)] == 2).all()
    session.redo()
    assert errors(session) == []


def test_splinters_stay_with_the_nearest_part() -> None:
    xyz = np.concatenate([cube(0), cube(0.3), [[0.15, 0, 0]], [[0.45, 0, 0]]]).astype(np.float32)
    parts = connected_parts(xyz, np.arange(len(xyz)))
    assert sorted(len(part) for part in parts) == [SIDE**3 + 1] * 2


def test_a_class_changes_with_one_undo(session: Session) -> None:
    session.perform(set_class(session, 2, 1))
    assert session.annotation.semantic[0] == 1
    assert session.undo_text == "chair 2 is a table"
    session.undo()
    assert session.annotation.semantic[0] == 0


def test_a_box_is_moved_and_duplicated(session: Session) -> None:
    session.perform(reshape(session, 2, np.zeros(3, np.float32), np.ones(3, np.float32), "Move"))
    edit, number = duplicate(session, 2, np.array([1, 0, 0], np.float32))
    session.perform(edit)
    assert np.allclose(session.boxes.lower[-1], [1, 0, 0])
    assert number == 6
    assert session.undo_text == "Duplicate chair 2"


@pytest.mark.parametrize(
    "change",
    [
        lambda s: delete(s, [2]),
        lambda s: merge(s, 2, 5),
        lambda s: merge(s, 5, 2),
        lambda s: split(s, 2, [block(0), block(1)]),
        lambda s: new_instance(s, block(0), 0),
        lambda s: reshape(s, 2, np.zeros(3, np.float32), np.ones(3, np.float32), "Move"),
    ],
)
def test_what_is_locked_stays(session: Session, change: Callable[[Session], object]) -> None:
    session.set_locked([2])
    with pytest.raises(InputError, match="locked"):
        change(session)


def test_boxes_that_are_not_there_are_named(session: Session) -> None:
    with pytest.raises(InputError, match="no instance 9"):
        delete(session, [9])
    with pytest.raises(InputError, match="itself"):
        merge(session, 2, 2)
    assert one_box(1, 0, np.ones(3, np.float32), np.zeros(3, np.float32)).upper.tolist() == [[1, 1, 1]]
