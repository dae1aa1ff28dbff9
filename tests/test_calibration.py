"""How honest probabilities are, against cases worked by hand and against scipy."""

import csv
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu

from gapro_annotator.errors import InputError, InvalidValueError
from gapro_annotator.evaluation import JudgedPoints, format_calibration, judge, pool_judged
from gapro_annotator.evaluation.calibration import (
    area_under_curve,
    brier_score,
    calibration_error,
    reliability_curve,
    risk_coverage,
)
from gapro_annotator.evaluation.plots import draw_reliability, draw_risk_coverage, write_plots
from gapro_annotator.labels import Decision, GroundTruth, PseudoLabels

points = st.lists(st.tuples(st.booleans(), st.sampled_from([0.0, 0.25, 0.5, 0.6, 0.75, 0.999, 1.0])), min_size=1)


def columns(rows: list[tuple[bool, float]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([r for r, _ in rows], np.bool_), np.array([p for _, p in rows], np.float64)


def judged(rows: list[tuple[bool, float]], decision: int = Decision.ONE_BOX) -> JudgedPoints:
    right, said = columns(rows)
    return JudgedPoints(said, right, np.full(len(rows), decision, np.uint8))


@given(points)
def test_area_under_curve_is_the_rank_statistic_with_ties_by_average_rank(rows: list[tuple[bool, float]]):
    right, said = columns(rows)
    if right.all() or not right.any():
        assert np.isnan(area_under_curve(right, said))
        return
    statistic = mannwhitneyu(1 - said[~right], 1 - said[right]).statistic
    assert area_under_curve(right, said) == pytest.approx(statistic / (right.sum() * (~right).sum()))


def test_calibration_error_weighs_the_gap_of_each_bin_by_its_points():
    # Bin 0.6-0.667: said .6, one of two right, gap .1; bin 0.933-1: said .95, three of three right, gap .05.
    right, said = columns([(True, 0.6), (False, 0.6), (True, 0.95), (True, 0.95), (True, 0.95)])
    assert calibration_error(right, said) == pytest.approx((2 * 0.1 + 3 * 0.05) / 5)
    assert brier_score(right, said) == pytest.approx((0.4**2 + 0.6**2 + 3 * 0.05**2) / 5)


@given(points)
def test_no_figure_depends_on_the_order_of_the_points(rows: list[tuple[bool, float]]):
    forth, back = judged(rows).calibration(), judged(rows[::-1]).calibration()
    assert forth == pytest.approx(back, nan_ok=True)


@given(points)
def test_bins_hold_every_point_once_and_their_means_are_those_of_all(rows: list[tuple[bool, float]]):
    right, said = columns(rows)
    curve = reliability_curve(right, said)
    used = curve.count > 0
    assert curve.count.sum() == len(rows)
    assert (curve.said[used] * curve.count[used]).sum() == pytest.approx(said.sum())
    assert (curve.right[used] * curve.count[used]).sum() == pytest.approx(right.sum())
    assert np.isnan(curve.said[~used]).all()


def test_risk_over_coverage_takes_the_most_certain_first_and_ties_in_no_order():
    right, said = columns([(True, 0.9), (True, 0.9), (True, 0.5), (False, 0.5)])
    coverage, risk = risk_coverage(right, said, steps=4)
    assert coverage.tolist() == [0.25, 0.5, 0.75, 1.0]
    assert risk == pytest.approx([0, 0, 0.5 / 3, 0.25])
    with pytest.raises(InvalidValueError, match="no points"):
        risk_coverage(right[:0], said[:0])


def test_judged_are_the_points_in_boxes_that_no_person_labelled():
    pseudo = PseudoLabels(
        instance=np.array([4, 4, 7, -1, -1], np.int32),
        rival=np.array([-1, 7, 4, 4, -2], np.int32),
        probability=np.array([0.75, 0.5, 1.0, 0.625, 0.999], np.float32),
        mean=np.zeros(5, np.float32),
        variance=np.ones(5, np.float32),
        decision=np.array([Decision.ONE_BOX, 2, Decision.PERSON, 5, Decision.NO_BOX], np.uint8),
    )
    truth = GroundTruth(np.array([4, 7, 4, -1, -1], np.int32), np.zeros(5, np.int32))
    in_boxes = np.array([True, True, True, True, False])
    found = judge(pseudo, truth, in_boxes)
    assert found.probability.tolist() == [0.75, 0.5, 0.625]
    assert found.right.tolist() == [True, False, True]
    assert found.corrected == 1
    figures = found.calibration()
    assert list(figures) == ["auroc", "ece", "brier", "expected_wrong", "true_wrong", "points"]
    assert figures["expected_wrong"] == pytest.approx(0.375)
    assert (figures["auroc"], figures["true_wrong"], figures["points"]) == (1.0, pytest.approx(1 / 3), 3)
    assert found.by_decision() == [
        (Decision.ONE_BOX, 1, 0.75, 1.0),
        (Decision.GAUSSIAN_PROCESS, 1, 0.5, 0.0),
        (Decision.PARTLY_IN_BOX, 1, 0.625, 1.0),
    ]
    with pytest.raises(InvalidValueError, match="do not fit"):
        judge(pseudo, GroundTruth(truth.instance[:4].copy(), truth.semantic[:4].copy()), in_boxes)


def test_pooling_counts_points_and_not_scans():
    small, large = judged([(False, 0.5)]), judged([(True, 0.75)] * 3)
    pooled = pool_judged([small, large])
    assert len(pooled) == 4
    assert pooled.calibration()["true_wrong"] == 0.25


def test_without_points_every_figure_is_undefined_and_the_table_still_stands():
    nothing = judged([])
    assert nothing.calibration() == {
        **dict.fromkeys(["auroc", "ece", "brier", "expected_wrong", "true_wrong"]),
        "points": 0,
    }
    table = format_calibration({"void": nothing, "room": judged([(True, 0.75), (False, 0.5)], Decision.NESTED)})
    row = next(line for line in table.splitlines() if line.startswith("void"))
    assert row.split() == ["void", "-", "-", "-", "-", "-", "0"]
    assert "nested" in table
    assert "0 that a person labelled are left out" in table


def test_a_reliability_diagram_shows_the_curve_and_its_figures():
    one = judged([(True, 0.6), (False, 0.6), (True, 0.95), (True, 0.95)])
    figure = draw_reliability(one, "room_1")
    upper, lower = figure.axes
    assert [bar.get_height() for bar in upper.containers[0]] == [0.5, 1.0]
    assert [bar.get_height() for bar in lower.containers[0]] == [2, 2]
    assert figure.get_suptitle() == "room_1\nAUROC 0.833 · ECE 0.075 · N = 4"


def test_a_risk_coverage_curve_ends_at_the_share_of_wrong_points():
    figure = draw_risk_coverage(judged([(True, 0.6), (False, 0.5)]), "a" * 80)
    curve = next(line for line in figure.axes[0].lines if line.get_label() == "by probability")
    assert curve.get_ydata()[-1] == 50
    assert len(figure.get_suptitle().splitlines()[0]) == 48


def test_plots_are_written_for_each_scan_and_pooled_whatever_the_scans_are_called(tmp_path: Path):
    scans = {"all": judged([(True, 0.9), (False, 0.6)]), "$x$ 室": judged([(True, 0.9)]), "void": judged([])}
    written = write_plots(tmp_path / "new" / "plots", scans)
    stems = ["", "scans/all_", "scans/$x$ 室_"]
    names = [f"{stem}{kind}.{form}" for stem in stems for kind in ("reliability", "risk_coverage") for form in PNG_SVG]
    folder = tmp_path / "new" / "plots"
    assert [str(path.relative_to(folder)) for path in written] == [*names, "calibration_by_decision.csv"]
    for path in written:
        if path.suffix == ".png":
            assert path.read_bytes().startswith(b"\x89PNG\r\n")
        elif path.suffix == ".svg":
            assert ElementTree.parse(path).getroot().tag.endswith("svg")  # noqa: S314 - our own file
    with written[-1].open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(r["scan"], r["decision"], r["name"], r["points"]) for r in rows] == [
        ("all", "0", "one box only", "2"),
        ("$x$ 室", "0", "one box only", "1"),
        ("", "0", "one box only", "3"),
    ]


PNG_SVG = ("png", "svg")


def test_the_same_points_make_the_same_files(tmp_path: Path):
    scans = {"room": judged([(True, 0.9), (False, 0.6)])}
    first, second = write_plots(tmp_path / "a", scans), write_plots(tmp_path / "b", scans)
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_a_place_that_cannot_be_written_and_nothing_to_plot_end_in_a_sentence(tmp_path: Path):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(InputError, match=r"file: plots cannot be written there \(.+\); choose another folder"):
        write_plots(tmp_path / "file", {"room": judged([(True, 0.9)])})
    (tmp_path / "taken" / "reliability.png").mkdir(parents=True)
    with pytest.raises(InputError, match="taken: plots cannot be written"):
        write_plots(tmp_path / "taken", {"room": judged([(True, 0.9)])})
    with pytest.raises(InputError, match="void: no points in boxes"):
        write_plots(tmp_path / "new", {"void": judged([])})
    assert not (tmp_path / "new").exists()


def test_scores_load_without_matplotlib():
    code = "import sys, gapro_annotator.commands.evaluate; print('matplotlib' in sys.modules)"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "False"
