"""What `info` and `import` say about one scan: counts and shares, for programs and in words."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from gapro_annotator.commands.output import number_of
from gapro_annotator.document import ScanDocument
from gapro_annotator.labels import BACKGROUND, UNDO, EditRecord, Origin


def facts_of(document: ScanDocument) -> dict[str, Any]:
    """Count what a scan holds; shares are fractions of its points, lengths are metres."""
    scan, boxes, labels, truth = document.scan, document.boxes, document.annotation, document.ground_truth
    members = boxes.members(scan.xyz)
    count = np.zeros(len(scan), np.int32)
    for rows in members:
        count[rows] += 1
    extent = scan.xyz.max(axis=0) - scan.xyz.min(axis=0) if len(scan) else np.zeros(3)
    used = np.unique(boxes.class_id).tolist()
    return {
        "name": scan.name,
        "points": len(scan),
        "superpoints": scan.superpoint_count,
        "extent": [round(float(length), 3) for length in extent],
        "origin": scan.origin.tolist(),
        "faces": 0 if scan.faces is None else len(scan.faces),
        "colors": scan.rgb is not None,
        "boxes": len(boxes),
        "boxes_without_points": [int(i) for i, rows in zip(boxes.id, members, strict=True) if not len(rows)],
        "classes": [document.classes.name_of(number) for number in used],
        "share_in_no_box": _share(count == 0),
        "share_in_one_box": _share(count == 1),
        "undetermined_share": _share(count > 1),
        "labelled": labels is not None,
        "method": None if document.pseudo is None else document.pseudo.provenance.get("method"),
        "labelled_instances": None if labels is None else _instances(labels.instance),
        "corrected_share": 0.0 if labels is None else _share(labels.origin == Origin.PERSON),
        "edits": _standing(document.edits),
        "ground_truth_instances": None if truth is None else _instances(truth.instance),
        "created": document.created,
    }


def sentences_of(facts: dict[str, Any]) -> list[str]:
    """Say the facts in words, a few short lines."""
    x, y, z = facts["extent"]
    lines = [f"{number_of(facts['points'], 'point', 'points')}, {x:.2f} × {y:.2f} × {z:.2f} m"]
    if facts["superpoints"] is not None:
        lines[0] += f", {number_of(facts['superpoints'], 'superpoint', 'superpoints')}"
    if facts["faces"]:
        lines[0] += f", {number_of(facts['faces'], 'triangle', 'triangles')}"
    if facts["boxes"]:
        lines.append(
            f"{number_of(facts['boxes'], 'box', 'boxes')} of {number_of(len(facts['classes']), 'class', 'classes')}: "
        )
        lines[-1] += ", ".join(facts["classes"])
        lines.append(
            f"{facts['share_in_one_box']:.1%} of the points in one box, "
            f"{facts['undetermined_share']:.1%} in several, {facts['share_in_no_box']:.1%} in none"
        )
    else:
        lines.append("no boxes")
    empty = facts["boxes_without_points"]
    if empty:
        lines.append(f"{number_of(len(empty), 'box', 'boxes')} without a point: {_listed(empty)}")
    if facts["ground_truth_instances"] is not None:
        lines.append(f"ground truth of {number_of(facts['ground_truth_instances'], 'instance', 'instances')}")
    return lines


def suspicions_of(facts: dict[str, Any]) -> list[str]:
    """Name what looks like wrong units or a wrong frame."""
    found: list[str] = []
    longest = max(facts["extent"])
    if longest > 200:
        found.append(f"it is {longest:,.0f} m long: are its coordinates metres?")
    elif longest < 0.05:
        found.append(f"it is only {longest * 1000:.1f} mm long: are its coordinates metres?")
    if len(facts["boxes_without_points"]) * 2 > facts["boxes"]:
        found.append("most boxes hold no point: are scan and boxes in the same frame and units?")
    return found


def _standing(edits: Sequence[EditRecord]) -> int:
    """How many edits were not taken back; an undo is an edit in the log, too."""
    undone = sum(record.edit.text.startswith(UNDO) for record in edits)
    return max(len(edits) - 2 * undone, 0)


def _share(mask: Any) -> float:
    return round(float(np.mean(mask)), 6) if len(mask) else 0.0


def _instances(instance: Any) -> int:
    return len(np.unique(instance[instance > BACKGROUND]))


def _listed(ids: list[int]) -> str:
    return ", ".join(map(str, ids[:10])) + (", …" if len(ids) > 10 else "")
