"""Calibration as a plain-text table and as CSV."""

import csv
from collections.abc import Mapping
from pathlib import Path

from gapro_annotator.evaluation.calibration import JudgedPoints, pool_judged
from gapro_annotator.labels import Decision

_HEADS = {
    "auroc": "AUROC",
    "ece": "ECE",
    "brier": "BRIER",
    "expected_wrong": "said wrong %",
    "true_wrong": "true wrong %",
    "points": "points",
}
_PER_CENT = ("expected_wrong", "true_wrong")
_NAMES = {
    Decision.ONE_BOX: "one box only",
    Decision.NESTED: "nested",
    Decision.GAUSSIAN_PROCESS: "Gaussian Process",
    Decision.FALLBACK: "fallback rule",
    Decision.NO_BOX: "in no box",
    Decision.PARTLY_IN_BOX: "partly in a box",
    Decision.STRUCTURE: "structure",
    Decision.PERSON: "person",
}


def format_calibration(judged: Mapping[str, JudgedPoints]) -> str:
    """Lay out how honest the probabilities are: a row a scan, all pooled, then one for each decision that occurs."""
    pooled = pool_judged(list(judged.values()))
    rows = [*judged.items(), ("all", pooled)] if len(judged) > 1 else list(judged.items())
    width = max(len("probability"), *map(len, _NAMES.values()), *map(len, judged))
    head = f"{'probability':{width}}" + "".join(f"  {title:>{_width(title)}}" for title in _HEADS.values())
    lines = [head, "-" * len(head), *(_row(name, width, one) for name, one in rows), ""]
    head = f"{'decision':{width}}  {'points':>9}  said right %  true right %"
    lines += [head, "-" * len(head)]
    for code, points, said, right in pooled.by_decision():
        lines.append(f"{_NAMES[code]:{width}}  {points:>9,}  {100 * said:12.1f}  {100 * right:12.1f}")
    lines += ["", f"Of all points inside boxes; {pooled.corrected:,} that a person labelled are left out."]
    return "\n".join(lines)


def write_by_decision(path: Path, judged: Mapping[str, JudgedPoints]) -> None:
    """Write one row for each scan and decision, then those of all scans pooled, their scan left empty."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["scan", "decision", "name", "points", "said", "right"])
        for scan, one in [*judged.items(), ("", pool_judged(list(judged.values())))]:
            for code, points, said, right in one.by_decision():
                writer.writerow([scan, int(code), _NAMES[code], points, f"{said:.6f}", f"{right:.6f}"])


def _row(name: str, width: int, judged: JudgedPoints) -> str:
    figures = judged.calibration()
    cells = [f"  {_cell(key, figures[key]):>{_width(title)}}" for key, title in _HEADS.items()]
    return f"{name:{width}}" + "".join(cells)


def _width(title: str) -> int:
    return max(9, len(title))


def _cell(key: str, value: float | None) -> str:
    if value is None:
        return "-"
    if key == "points":
        return f"{value:,}"
    return f"{100 * value:.1f}" if key in _PER_CENT else f"{value:.3f}"
