"""Labelling in the background: stale answers are dropped, the latest request wins, cancelling changes nothing."""

import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gapro_annotator.document import ScanDocument
from gapro_annotator.errors import CancelledError, LabelingError
from gapro_annotator.labeling.request import LabelRequest, LabelResponse, Progress
from gapro_annotator.session import Session
from gapro_annotator.ui import labeling_runner
from gapro_annotator.ui.labeling_runner import LabelRunner


class Gate:
    """A labeler that answers with the labels it knows, when the test lets it."""

    def __init__(self, document: ScanDocument) -> None:
        assert document.pseudo is not None
        self.pseudo = document.pseudo
        self.requests: list[LabelRequest] = []
        self.open = threading.Event()
        self.begun = threading.Event()
        self.error: Exception | None = None

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
def gate(labelled_room: ScanDocument, monkeypatch: pytest.MonkeyPatch) -> Gate:
    made = Gate(labelled_room)
    monkeypatch.setattr(labeling_runner, "_label", made.label)
    return made


@pytest.fixture
def session(bare_room: ScanDocument) -> Session:
    return Session(bare_room)


@pytest.fixture
def runner(qapp: QApplication, session: Session, gate: Gate) -> Iterator[LabelRunner]:
    assert qapp.thread().isCurrentThread()
    made = LabelRunner(delay=0)
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


def test_a_request_waits_for_the_warm_up(
    runner: LabelRunner, session: Session, gate: Gate, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    warm = threading.Event()
    monkeypatch.setattr(labeling_runner, "_load", lambda: warm.wait(20) and None)
    runner.warm_up()
    runner.label()
    qtbot.wait(20)
    assert not gate.requests
    gate.open.set()
    warm.set()
    qtbot.waitUntil(lambda: not runner.busy)
    assert session.pseudo is gate.pseudo
