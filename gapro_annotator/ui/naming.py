"""What instances and regions are called wherever the window names them."""

import shlex
from pathlib import Path

import numpy as np

from gapro_annotator.arrays import Int32
from gapro_annotator.labeling.gain import gain_of
from gapro_annotator.labeling.review import Reason, Region
from gapro_annotator.labels import BACKGROUND, NO_RIVAL, UNCORRECTED, Decision, PseudoLabels
from gapro_annotator.session import Session
from gapro_annotator.ui.selected_region import SELECTION, most_common_labels

NO_BOXES = "Labels are made from boxes, and this scan has none: the review panel says how to add them"

_NOTABLE = 0.1
"""From this share of what a region holds itself on, the card says what an answer teaches elsewhere."""


def instance_name(session: Session, instance: int) -> str:
    """'chair 3', 'background', or 'nobody' where there is no rival."""
    if instance == BACKGROUND:
        return "background"
    if instance in (NO_RIVAL, UNCORRECTED):
        return "nobody"
    row = int(session.boxes.row_of(np.array([instance], np.int32))[0])
    if row < 0:
        return f"instance {instance}"
    return f"{session.classes.name_of(int(session.boxes.class_id[row]))} {instance}"


def candidates(session: Session, region: Region) -> str:
    """'chair 3 or table 7': who may own the region."""
    proposal = instance_name(session, region.instance)
    return proposal if region.rival == NO_RIVAL else f"{proposal} or {instance_name(session, region.rival)}"


def why(session: Session, region: Region) -> str:
    """Say in one sentence why the region is in doubt."""
    if region.superpoint == SELECTION:
        return f"You selected it: {_labels_in(session, region)}."
    if region.decision == Decision.PERSON:
        return "A person labelled it; another decision replaces that."
    if region.rival == NO_RIVAL:
        return "Nobody else claims it."
    proposal, rival = instance_name(session, region.instance), instance_name(session, region.rival)
    boxed = proposal if region.instance >= 0 else rival
    sentences: dict[Reason, str] = {
        "overlap": f"The boxes of {proposal} and {rival} overlap here.",
        "nested": f"One of the boxes of {proposal} and {rival} lies inside the other.",
        "fallback": f"The boxes of {proposal} and {rival} are almost one place.",
        "clutter": f"The box of {boxed} holds it, but boxes also hold floor, wall and clutter.",
        "partly": f"It sticks out of the box of {boxed}.",
        "structure": f"It looks like floor or wall inside the box of {boxed}.",
        "alike": f"It is in the box of {boxed}, but looks more like background.",
    }
    return sentences[region.reason]


def _labels_in(session: Session, region: Region) -> str:
    """'412 points of chair 3, 30 of background'."""
    parts = [
        (instance_name(session, instance), count) for instance, count in most_common_labels(session, region.points)
    ]
    return ", ".join(
        f"{points_in_words(count) if not row else f'{count:,}'} of {name}" for row, (name, count) in enumerate(parts)
    )


def chance_of_rival(region: Region) -> str:
    """What is left for the rival; where two boxes contest a region, background has a part in it too."""
    left = percent(1 - region.probability)
    return f"≤ {left}" if BACKGROUND not in (region.instance, region.rival) else left


def worth(session: Session, region: Region) -> str:
    """Say what an answer is worth: 'About 120 points wrong here; teaches as much as 40 more.' Empty where unknown."""
    if session.pseudo is None or region.decision == Decision.PERSON or region.rival == NO_RIVAL:
        return ""
    here = f"About {_rounded(region.worth)} wrong here" if region.worth >= 0.5 else "Hardly a point wrong here"
    elsewhere = _taught_elsewhere(session.pseudo, region)
    notable = elsewhere >= max(1.0, _NOTABLE * region.worth)
    return f"{here}; teaches as much as {_rounded(elsewhere, 'more')}." if notable else f"{here}."


def _taught_elsewhere(pseudo: PseudoLabels, region: Region) -> float:
    """What an answer mends elsewhere, as points of this region's own instance that would be worth the same."""
    if pseudo.teaches is None or region.superpoint == SELECTION:
        return 0.0
    box = region.instance if region.instance >= 0 else region.rival
    size = np.array([np.count_nonzero(pseudo.instance == box)], np.int64)
    return float(pseudo.teaches[region.superpoint]) / float(gain_of(np.ones(1), size)[0])


def _rounded(points: float, unit: str = "") -> str:
    """A number of points with two digits that mean something: '120 points', '1 point'."""
    digits = max(len(str(round(points))) - 2, 0)
    number = max(round(round(points), -digits), 1)
    return f"{number:,} {unit}" if unit else points_in_words(number)


def what_was_learnt(session: Session, before: Int32) -> str:
    """Say what changed since these (N,) int32 labels: 'Learnt: 412 points of 9 regions changed; 3 instances'."""
    changed = np.flatnonzero(before != session.instance)
    if not len(changed):
        return "Learnt: no label changed"
    ids = np.union1d(before[changed], session.instance[changed])
    regions, instances = len(np.unique(session.scan.superpoint[changed])), int((ids >= 0).sum())
    parts = ((len(changed), "point"), (regions, "region"), (instances, "instance"))
    points, places, objects = (f"{count:,} {what}{'' if count == 1 else 's'}" for count, what in parts)
    return f"Learnt: {points} of {places} changed; {objects}"


def how_to_add_boxes(session: Session, folder: Path | None) -> str:
    """Say what to do about a scan without boxes; `folder` is its project's, None where it has none."""
    command = [
        *("gapro-annotator", "import", "SCAN", "--boxes", "BOXES", "--name", shlex.quote(session.scan.name)),
        *("--project", shlex.quote(str(folder)) if folder else "FOLDER", *(["--replace"] if folder else [])),
    ]
    return (
        "This scan has no boxes, and labels are made from boxes. Import it again with its boxes, where SCAN is its "
        f"source file and BOXES the file with its boxes:\n\n{' '.join(command)}"
    )


def points_in_words(count: int) -> str:
    """'1 point', '1,200 points'."""
    return "1 point" if count == 1 else f"{count:,} points"


def percent(share: float) -> str:
    """A share as whole per cent, never rounded up to a certainty that it does not have."""
    return f"{min(round(100 * share), 99 if share < 1 else 100)} %"
