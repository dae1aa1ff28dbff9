"""Figures for a paper or a report: reliability and risk over coverage, as PNG and SVG. Loads matplotlib."""

import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.typing import RcKeyType

from gapro_annotator.errors import InputError, reason_of
from gapro_annotator.evaluation.calibration import JudgedPoints, pool_judged, reliability_curve, risk_coverage
from gapro_annotator.evaluation.calibration_table import write_by_decision

# Okabe and Ito's colours, which the colour-blind can tell apart and which differ in grey as well.
_BLUE, _ORANGE, _GREY = "#0072B2", "#E69F00", "#555555"
_STYLE: dict[RcKeyType, Any] = {
    "font.size": 11,
    "axes.titlesize": 12,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "svg.hashsalt": "gapro-annotator",  # the same figures make the same file
}
_LEGEND: dict[str, Any] = {
    "loc": "lower center",
    "bbox_to_anchor": (0.5, 1.0),
    "ncols": 3,
    "frameon": False,
    "columnspacing": 1.2,
}
"""Above the axes, where no bar or curve can lie behind it."""
_FORMATS = (".png", ".svg")
_LONGEST_NAME = 48


def write_plots(folder: Path, judged: Mapping[str, JudgedPoints]) -> list[Path]:
    """Draw every scan and all of them pooled.

    Parameters
    ----------
    folder
        Gets `reliability` and `risk_coverage` of the pooled points, each as .png and .svg, and
        `calibration_by_decision.csv`; its `scans/` gets the two for each scan, the scan's name before theirs.
    judged
        By scan name. A scan without a judged point is left out.

    Returns
    -------
    list of Path
        What was written.

    Raises
    ------
    InputError
        The folder cannot be written, or there is no point to judge.
    """
    known = {name: one for name, one in judged.items() if len(one)}
    if not known:
        raise InputError(f"{', '.join(judged)}: no points in boxes to judge, so there is nothing to plot; draw boxes")
    pooled = pool_judged(list(known.values()))
    pages = [(folder, "", "1 scan" if len(known) == 1 else f"{len(known)} scans pooled", pooled)]
    pages += [(folder / "scans", f"{name}_", name, one) for name, one in known.items()]
    written: list[Path] = []
    try:
        (folder / "scans").mkdir(parents=True, exist_ok=True)
        for place, prefix, title, one in pages:
            written += _save(draw_reliability, one, title, place / f"{prefix}reliability")
            written += _save(draw_risk_coverage, one, title, place / f"{prefix}risk_coverage")
        table = folder / "calibration_by_decision.csv"
        write_by_decision(table, known)
    except OSError as error:
        raise _unwritable(folder, error) from error
    return [*written, table]


def draw_reliability(judged: JudgedPoints, title: str) -> Figure:
    """Draw what was said against what came true, bin by bin, and below how many points each bin has."""
    curve = reliability_curve(judged.right, judged.probability)
    used = curve.count > 0
    middle, width = (curve.edge[:-1] + curve.edge[1:])[used] / 2, curve.edge[1] - curve.edge[0]
    figure = Figure(figsize=(5.2, 6.2), layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    upper.bar(middle, curve.right[used], width * 0.94, color=_BLUE, label="share right")
    upper.plot(curve.said[used], curve.said[used], "D", color=_ORANGE, markeredgecolor="black", label="said (mean)")
    upper.plot([0, 1], [0, 1], "--", color=_GREY, linewidth=1.2, label="honest")
    upper.set(xlim=(0, 1), ylim=(0, 1.02), ylabel="share of right points")
    upper.legend(**_LEGEND)
    lower.bar(middle, curve.count[used], width * 0.94, color=_GREY)
    # Nearly all points lie in the last bins: on a linear scale the others would not be seen.
    lower.set(
        yscale="log",
        ylim=(0.8, max(20, 2 * curve.count.max())),
        xlabel="probability said of the label",
        ylabel="points",
    )
    figures = judged.calibration()
    _entitle(figure, title, f"AUROC {_number(figures['auroc'])} · ECE {_number(figures['ece'])} · N = {len(judged):,}")
    return figure


def draw_risk_coverage(judged: JudgedPoints, title: str) -> Figure:
    """Draw the share of wrong points among the most certain ones, between no order at all and a perfect one."""
    coverage, risk = risk_coverage(judged.right, judged.probability)
    _, least = risk_coverage(judged.right, judged.right.astype(np.float64))
    figure = Figure(figsize=(5.2, 4.2), layout="constrained")
    axes = figure.subplots()
    axes.fill_between(100 * coverage, 0, 100 * risk, color=_BLUE, alpha=0.15, linewidth=0)
    axes.plot(100 * coverage, 100 * risk, color=_BLUE, linewidth=2, label="by probability")
    axes.axhline(100 * risk[-1], color=_GREY, linestyle=":", label="in no order")
    axes.plot(100 * coverage, 100 * least, color=_ORANGE, linestyle="--", linewidth=2, label="perfect order")
    axes.set(
        xlim=(0, 100),
        ylim=(0, max(1, 105 * risk.max())),
        xlabel="most certain points taken, %",
        ylabel="wrong among them, %",
    )
    axes.legend(**_LEGEND)
    auroc, wrong = judged.calibration()["auroc"], 100 * risk[-1]
    _entitle(figure, title, f"AUROC {_number(auroc)} · wrong {wrong:.1f} % · N = {len(judged):,}")
    return figure


def _entitle(figure: Figure, title: str, figures: str) -> None:
    name = title if len(title) <= _LONGEST_NAME else f"{title[: _LONGEST_NAME - 1]}…"
    # A scan may be called anything: '$' in its name is no formula.
    figure.suptitle(f"{name}\n{figures}").set_parse_math(False)


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _save(draw: Callable[[JudgedPoints, str], Figure], judged: JudgedPoints, title: str, stem: Path) -> list[Path]:
    """Draw once and write every format; the backend is named, so that no display and no window is asked for."""
    paths = [stem.with_name(stem.name + ending) for ending in _FORMATS]
    with mpl.rc_context(_STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")  # a name in a script that the font lacks shows as boxes
        figure = draw(judged, title)
        for path in paths:
            metadata = {"Date": None} if path.suffix == ".svg" else None
            FigureCanvasAgg(figure).print_figure(path, dpi=160, bbox_inches="tight", metadata=metadata)
    return paths


def _unwritable(folder: Path, error: OSError) -> InputError:
    return InputError(f"{folder}: plots cannot be written there ({reason_of(error)}); choose another folder")
