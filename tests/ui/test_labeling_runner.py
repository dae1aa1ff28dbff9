"""Labelling in the background: stale answers are dropped, the latest request wins, cancelling changes nothing."""

import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gapro_annotator.arrays import Float32, Int32
from gapro_annotator.document import ScanDocument
from gapro_annotator.errors import CancelledError, LabelingError
from gapro_annotator.labeling.experience import Experience
from gapro_annotator.labeling.request import LabelRequest, LabelResponse, Progress
from gapro_annotator.scan import Scan
from gapro_annotator.session import Session
from gapro_annotator.ui.labeling_runner import REFIT_AFTER, LabelRunner
from gapro_annotator.ui.labeling_work import LabelWork
from gapro_annotator.ui.naming import what_was_learnt


class Gate(LabelWork):
    """A labeler that answers with the labels it knows, when the test lets it."""

    def __init__(self, document: ScanDocument) -> None:
        super().__init__()
        assert document.pseudo is not None
        self.pseudo = document.pseudo
        self.requests: list[LabelRequest] = []
        self.open = threading.Event()
        self.begun = threading.Event()
        self.error: Exception | None = None
        self.warm = threading.Event()
        self.warm.set()
        self.warmed: list[LabelRequest] = []

    def load(self) -> None:
        assert self.warm.wait(20)

    def ready(self, request: LabelRequest, progress: Progress) -> Float32:
        progress(0, 1, "superpoints")
        self.warmed.append(request)
        assert self.warm.wait(20)
        return np.full(request.scan.superpoint_count, 3, np.float32)

    def experience(self, scan: Scan, correction: Int32) -> Experience | None:
        del scan, correction
        return None

    def label(self, request: LabelRequest, progress: Progress) -> LabelResponse:
        self.requests.append(request)
        self.begun.set()
        progress(0, 2, "chair 1 and table 2")
        assert self.open.wait(20)
        if not progress(1, 2, "chair 1 and table 2"):
            raise CancelledError("stopped")
        if self.error is not None:
            raise self.error
        return LabelResponse(self.pseudo, request.revision, 0.1, 1, 10)


@pytest.fixture
def gate(labelled_room: ScanDocument) -> Gate:
    return Gate(labelled_room)


@pytest.fixture
def session(bare_room: ScanDocument) -> Session:
    return Session(bare_room)


@pytest.fixture
def runner(qapp: QApplication, session: Session, gate: Gate) -> Iterator[LabelRunner]:
    assert qapp.thread().isCurrentThread()
    made = LabelRunner(delay=0, idle=0)
    made.work = gate
    made.attach(session)
    yield made
    gate.open.set()
    made.join()


def correct(session: Session, first: int) -> None:
    session.assign(np.arange(first, first + 5), int(session.boxes.id[0]), "test")


@pytest.fixture
def begun(qtbot: QtBot, gate: Gate) -> Callable[[int], None]:
    return lambda count: qtbot.waitUntil(lambda: len(gate.requests) == count)


def test_the_answer_is_installed_on_the_gui_thread(
    runner: LabelRunner, session: Session, gate: Gate, qtbot: QtBot
) -> None:
    threads: list[threading.Thread] = []
    session.subscribe(lambda _: threads.append(threading.current_thread()))
    gate.open.set()
    with qtbot.waitSignal(runner.finished):
        runner.label()
    assert session.pseudo is gate.pseudo
    assert threads == [threading.main_thread()]


def test_an_edit_during_a_run_makes_its_answer_stale_and_the_run_begins_again(
    runner: LabelRunner, session: Session, gate: Gate, qtbot: QtBot, begun: Callable[[int], None]
) -> None:
    runner.label()
    begun(1)
    correct(session, 0)
    runner.correction_made()
    assert session.pseudo is None
    gate.open.set()
    qtbot.waitUntil(lambda: not runner.busy)
    assert [request.revision for request in gate.requests] == [0, 1]
    assert (gate.requests[1].correction[:5] == session.boxes.id[0]).all()
    assert session.pseudo is gate.pseudo


def test_a_stale_answer_is_never_installed(
    runner: LabelRunner, session: Session, gate: Gate, qtbot: QtBot, begun: Callable[[int], None]
) -> None:
    runner.label()
    begun(1)
    correct(session, 0)  # and nobody told the runner
    gate.open.set()
    qtbot.waitUntil(lambda: not runner.busy)
    assert session.pseudo is None


def test_fast_corrections_end_in_one_run_about_the_last(
    runner: LabelRunner, session: Session, gate: Gate, qtbot: QtBot, begun: Callable[[int], None]
) -> None:
    session.install(gate.pseudo, 0)
    correct(session, 0)
    runner.correction_made()
    begun(1)
    for first in (10, 20, 30):
        correct(session, first)
        runner.correction_made()
    gate.open.set()
    qtbot.waitUntil(lambda: not runner.busy)
    assert [request.revision for request in gate.requests] == [1, 4]
    assert gate.requests[1].fitted == gate.pseudo.provenance, "it reuses what was fitted"


def test_cancelling_changes_nothing(
    runner: LabelRunner, session: Session, gate: Gate, qtbot: QtBot, begun: Callable[[int], None]
) -> None:
    runner.label()
    begun(1)
    runner.cancel()
    gate.open.set()
    with qtbot.waitSignal(runner.finished) as finished:
        pass
    assert "stopped" in finished.args[0]
    assert session.pseudo is None
    assert not session.dirty
    assert not runner.busy


def test_learning_can_be_switched_off(runner: LabelRunner, session: Session, gate: Gate) -> None:
    session.install(gate.pseudo, 0)
    runner.learn = False
    correct(session, 0)
    runner.correction_made()
    assert not runner.busy


def test_a_failure_is_announced_and_the_next_run_works(
    runner: LabelRunner, session: Session, gate: Gate, qtbot: QtBot
) -> None:
    gate.open.set()
    gate.error = LabelingError("room: the numbers broke down; label it with --method linear")
    with qtbot.waitSignal(runner.failed) as failed:
        runner.label()
    assert failed.args[0] is gate.error
    gate.error = None
    with qtbot.waitSignal(runner.finished):
        runner.label()
    assert session.pseudo is gate.pseudo


def test_joining_waits_for_the_thread_and_drops_the_answer(
    runner: LabelRunner, session: Session, gate: Gate, qtbot: QtBot, begun: Callable[[int], None]
) -> None:
    runner.label()
    begun(1)
    gate.open.set()
    runner.join()
    qtbot.wait(20)
    assert session.pseudo is None
    assert not [t for t in threading.enumerate() if t.name == "gapro-label"]


def test_a_request_waits_for_the_warm_up(runner: LabelRunner, session: Session, gate: Gate, qtbot: QtBot) -> None:
    gate.warm.clear()
    runner.warm_up()
    runner.label()
    qtbot.wait(20)
    assert not gate.requests
    gate.open.set()
    gate.warm.set()
    qtbot.waitUntil(lambda: not runner.busy)
    assert session.pseudo is gate.pseudo


@pytest.fixture
def labelled(session: Session, gate: Gate, runner: LabelRunner) -> Session:
    """The session with labels, as after opening a labelled scan."""
    session.install(gate.pseudo, 0)
    runner.attach(session)
    return session


def test_getting_ready_changes_no_label_and_brings_what_labels_would_teach(
    runner: LabelRunner, labelled: Session, gate: Gate, qtbot: QtBot
) -> None:
    labelled.mark_saved()
    before = labelled.instance.copy()
    with qtbot.waitSignal(runner.became_ready):
        runner.warm_up()
    assert labelled.pseudo is not None
    assert labelled.pseudo.teaches is not None
    assert (labelled.pseudo.teaches == 3).all()
    assert (labelled.instance == before).all()
    assert not labelled.dirty
    assert not gate.requests
    assert gate.warmed[0].fitted == gate.pseudo.provenance, "it gets ready with what was fitted"


def test_a_correction_while_getting_ready_is_learnt_right_after_and_breaks_nothing_off(
    runner: LabelRunner, labelled: Session, gate: Gate, qtbot: QtBot
) -> None:
    gate.warm.clear()
    gate.open.set()
    runner.warm_up()
    qtbot.waitUntil(lambda: len(gate.warmed) == 1)
    correct(labelled, 0)
    runner.correction_made()
    runner.drop()
    correct(labelled, 10)
    runner.correction_made()
    gate.warm.set()
    qtbot.waitUntil(lambda: not runner.busy)
    assert len(gate.warmed) == 1
    assert [request.revision for request in gate.requests] == [labelled.revision]
    assert labelled.pseudo is gate.pseudo, "what it would have taught before the correction is stale"


def test_a_failure_to_get_ready_is_kept_for_whoever_needs_it(
    runner: LabelRunner, labelled: Session, gate: Gate, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(request: LabelRequest, progress: Progress) -> Float32:
        raise LabelingError(f"{request.scan.name}: the numbers broke down; {progress}")

    monkeypatch.setattr(gate, "ready", broken)
    gate.open.set()
    with qtbot.assertNotEmitted(runner.failed):
        runner.warm_up()
        correct(labelled, 0)
        runner.correction_made()
        qtbot.waitUntil(lambda: not runner.busy)
    assert len(gate.requests) == 1


def correct_regions(session: Session, count: int) -> None:
    superpoint = session.scan.superpoint
    session.assign(np.flatnonzero(superpoint < count), int(session.boxes.id[0]), "test")


def test_hyper_parameters_are_learnt_anew_once_enough_was_corrected(
    runner: LabelRunner, labelled: Session, gate: Gate, qtbot: QtBot
) -> None:
    gate.open.set()
    correct_regions(labelled, REFIT_AFTER - 1)
    runner.correction_made()
    qtbot.waitUntil(lambda: len(gate.requests) == 1)
    qtbot.waitUntil(lambda: not runner.busy)
    qtbot.wait(30)
    assert len(gate.requests) == 1, "not yet"
    correct_regions(labelled, REFIT_AFTER)
    runner.correction_made()
    qtbot.waitUntil(lambda: len(gate.requests) == 3)
    qtbot.waitUntil(lambda: not runner.busy)
    assert [request.fitted is None for request in gate.requests] == [False, False, True]
    assert [request.learn_with_corrections for request in gate.requests] == [False, False, True]
    assert labelled.undo_text == "test", "its answer belongs to the correction"


def test_hyper_parameters_stay_while_something_can_be_redone(
    runner: LabelRunner, labelled: Session, gate: Gate, qtbot: QtBot
) -> None:
    gate.open.set()
    correct_regions(labelled, REFIT_AFTER)
    correct_regions(labelled, REFIT_AFTER + 1)
    labelled.undo()
    runner.correction_made()
    qtbot.waitUntil(lambda: len(gate.requests) == 1)
    qtbot.waitUntil(lambda: not runner.busy)
    qtbot.wait(30)
    assert len(gate.requests) == 1
    assert labelled.redo_text


def test_what_was_learnt_is_said_in_points_regions_and_instances(labelled: Session) -> None:
    before = labelled.instance.copy()
    assert what_was_learnt(labelled, before) == "Learnt: no label changed"
    correct(labelled, 0)
    changed = int((labelled.instance != before).sum())
    regions = len(np.unique(labelled.scan.superpoint[labelled.instance != before]))
    said = what_was_learnt(labelled, before)
    assert said.startswith(f"Learnt: {changed} point")
    assert f"of {regions} region" in said
