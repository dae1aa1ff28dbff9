"""Scores as a plain-text table."""

from collections.abc import Mapping

from gapro_annotator.evaluation.coverage import COVERAGE_MEASURES
from gapro_annotator.evaluation.precision import BOX_MEASURES, MEASURES
from gapro_annotator.evaluation.scores import Scores, pool_scores

_MEAN = "mean of classes"
_AGNOSTIC = "class-agnostic"
_HEADS = {"box_ap50": "BOX50", "box_ap25": "BOX25"}
_COVERAGE_NAMES = ("mCov", "mWCov", "mPrec", "mRec")


def format_table(scores: Mapping[str, Scores]) -> str:
    """Lay the pooled scores out for people: per cent with one decimal, a row a class, their mean, class-agnostic.

    Classes without an object in the ground truth are left out. With several scans, each gets a class-agnostic row.
    The columns of boxes are there where places were known.
    """
    pooled = pool_scores(list(scores.values()))
    overall = pooled.to_dict()
    objects = pooled.class_agnostic.objects
    rows = [(name, one.objects, overall["per_class"][name]) for name, one in pooled.per_class.items() if one.objects]
    groups = [rows, [(_MEAN, objects, overall), (_AGNOSTIC, objects, overall["class_agnostic"])]]
    if len(scores) > 1:
        groups.append([(n, s.class_agnostic.objects, s.class_agnostic.measures()) for n, s in scores.items()])
    width = max(len(name) for group in groups for name, _, _ in group)
    keys = MEASURES if pooled.class_agnostic.boxes is None else (*MEASURES, *BOX_MEASURES)
    head = f"{'':{width}}  objects" + "".join(f"  {_HEADS.get(key, key.upper()):>5}" for key in keys)
    lines = [head]
    for group in groups:
        lines.append("-" * len(head))
        lines += [_row(name, width, count, measures, keys) for name, count, measures in group]
    lines.append("")
    lines.append(f"mean IoU {_percent(overall['mean_iou'])} %")
    covered = zip(_COVERAGE_NAMES, COVERAGE_MEASURES, strict=True)
    lines.append("  ".join(f"{name} {_percent(overall[key])} %" for name, key in covered))
    if "wrong_in_boxes" in overall:
        lines.append(f"wrong points inside boxes {_percent(overall['wrong_in_boxes'])} %")
    return "\n".join(lines)


def _row(name: str, width: int, count: int, measures: Mapping[str, float | None], keys: tuple[str, ...]) -> str:
    return f"{name:{width}}  {count:7d}" + "".join(f"  {_percent(measures[key]):>5}" for key in keys)


def _percent(fraction: float | None) -> str:
    return "-" if fraction is None else f"{100 * fraction:.1f}"
