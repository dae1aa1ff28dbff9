"""An annotator who knows the truth and touches nothing but mouse and keys of the window."""

from collections import Counter
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from windows import click_point, place_of, press, wait_for_labels

from gapro_annotator.document import ScanDocument
from gapro_annotator.evaluation import InstancePrediction
from gapro_annotator.evaluation.overlap import MIN_POINTS, Overlap
from gapro_annotator.labeling.labeler import Labeler
from gapro_annotator.labeling.request import LabelRequest
from gapro_annotator.labeling.review import Region, rank_regions
from gapro_annotator.labels import BACKGROUND, NO_RIVAL, UNCORRECTED, GroundTruth
from gapro_annotator.ui.main_window import MainWindow

Instances = npt.NDArray[np.int32]


def agnostic_ap(instance: Instances, truth: Instances) -> float:
    """ScanNet's AP (0.50 to 0.95) of labels (N,), whatever their classes."""
    one_class = [np.where(labels >= 0, 0, BACKGROUND).astype(np.int32) for labels in (instance, truth)]
    prediction = InstancePrediction.from_labels(instance, one_class[0], None)
    return Overlap.count(prediction, GroundTruth(truth, one_class[1])).score(MIN_POINTS).measures()["ap"] or 0.0


def superpoint_exact(superpoint: Instances, truth: Instances) -> Instances:
    """(N,) int32, the best labels that are whole superpoints: each is what most of its points are."""
    exact = np.empty_like(truth)
    for each in np.unique(superpoint):
        rows = superpoint == each
        exact[rows] = most_common(truth[rows])
    return exact


def most_common(labels: Instances) -> int:
    """The label that most of these points have."""
    found, votes = np.unique(labels, return_counts=True)
    return int(found[votes.argmax()])


class ScriptedAnnotator:
    """Walks the review queue, answers with keys, and counts what it pressed and clicked.

    It looks at the region as a person does, who sees what it really is; nothing but events of mouse and keyboard
    changes anything.
    """

    def __init__(self, window: MainWindow, qtbot: QtBot, truth: Instances) -> None:
        assert window.bench.session is not None
        self.window, self.qtbot, self.truth = window, qtbot, truth
        self.session = window.bench.session
        self.actions: Counter[str] = Counter()

    @property
    def ap(self) -> float:
        """How good the labels are that the window would save now."""
        return agnostic_ap(self.session.instance, self.truth)

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key, and let the window do what follows."""
        self.actions["keys"] += 1
        press(self.window, key, modifiers)
        wait_for_labels(self.window, self.qtbot)

    def correct_until(self, goal: float, *, most: int) -> None:
        """Answer region after region until the labels are good enough; after so many answers something is wrong."""
        for _ in range(most):
            if self.ap >= goal:
                return
            if not self.window.bench.review.left:
                break
            self.key(Qt.Key.Key_N)
            self.answer()
        assert self.ap >= goal, f"AP {self.ap:.3f} of {goal:.3f} after {sum(self.actions.values())} actions"

    def answer(self) -> None:
        """Say whose the region is."""
        region = self.window.bench.review.region
        assert region is not None
        true = most_common(self.truth[region.points])
        if true == region.instance:
            self.key(Qt.Key.Key_Space)
        elif true == region.rival != NO_RIVAL:
            self.key(Qt.Key.Key_R)
        elif true == BACKGROUND:
            self.key(Qt.Key.Key_X)
        else:
            self.choose(true)
            self.key(Qt.Key.Key_G)

    def click(self, row: int, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Click a point of the scan in the view."""
        self.actions["clicks"] += 1
        click_point(self.window, row, modifiers)

    def make_instance_of(self, instance: int) -> None:
        """Make an instance of an object that has no box: take its superpoints with the lasso's clicks, then I."""
        self.key(Qt.Key.Key_E)
        taken: set[int] = set()
        for row in self._in_sight(instance):
            superpoint = int(self.session.scan.superpoint[row])
            if superpoint not in taken:
                shift = Qt.KeyboardModifier.ShiftModifier
                self.click(row, shift if taken else Qt.KeyboardModifier.NoModifier)
                taken.add(superpoint)
        assert taken, f"nothing of {instance} is in sight"
        number = self.session.next_box_id
        self.key(Qt.Key.Key_I)
        self.key(Qt.Key.Key_Escape)
        self.truth = np.where(self.truth == instance, number, self.truth).astype(np.int32)

    def _in_sight(self, instance: int) -> Iterator[int]:
        """A point in sight of each superpoint that is mostly this object's."""
        scan, view = self.session.scan, self.window.view
        for superpoint in np.unique(scan.superpoint[self.truth == instance]):
            rows = np.flatnonzero(scan.superpoint == superpoint)
            if most_common(self.truth[rows]) != instance:
                continue
            for row in rows.tolist():
                place = place_of(self.window, row)
                hit = view.pick(place.x(), place.y()) if view.rect().contains(place) else -1
                if hit >= 0 and scan.superpoint[hit] == superpoint:
                    yield row
                    break

    def choose(self, instance: int) -> None:
        """Click an instance in the table."""
        table, model = self.window.instances.table, self.window.instances.model
        index = self.window.instances.filtered.mapFromSource(model.index(model.row_of(instance), 1))
        table.scrollTo(index)
        self.actions["clicks"] += 1
        QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=table.visualRect(index).center())
        assert self.window.instances.chosen == instance


def simulated_answers(document: ScanDocument, truth: Instances, goal: float, *, most: int) -> int:
    """How many answers the same annotator gives where there is no window, as benchmarks/annotator.py counts them."""
    labeler, scan = Labeler(), document.scan
    correction = np.full(len(scan), UNCORRECTED, np.int32)
    for done in range(most):
        pseudo = labeler.label(LabelRequest(scan=scan, boxes=document.boxes, correction=correction.copy())).pseudo
        regions: list[Region] = rank_regions(scan, pseudo, correction)
        if agnostic_ap(pseudo.instance, truth) >= goal or not regions:
            return done
        correction[regions[0].points] = most_common(truth[regions[0].points])
    raise AssertionError(f"not good enough after {most} answers")
