"""What instances and regions are called wherever the window names them."""

import shlex
from pathlib import Path

import numpy as np

from gapro_annotator.labeling.review import Reason, Region
from gapro_annotator.labels import BACKGROUND, NO_RIVAL, UNCORRECTED, Decision
from gapro_annotator.session import Session

NO_BOXES = "Labels are made from boxes, and this scan has none: the review panel says how to add them"


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
    if region.decision == Decision.PERSON:
        return "A person labelled it; another decision replaces that."
    if region.rival == NO_RIVAL:
        return "Nobody else claims it."
    proposal, rival = instance_name(session, region.instance), instance_name(session, region.rival)
    boxed = proposal if region.instance >= 0 else rival
    sentences: dict[Reason, str] = {
        "overlap": f"The boxes of {proposal} and {rival} overlap here.",
        "nested": f"One box lies inside the other; {proposal} has the inner one.",
        "fallback": f"The boxes of {proposal} and {rival} overlap too much to learn from; the smaller one got it.",
        "clutter": f"Only the box of {boxed} holds it, but boxes also hold floor, wall and clutter.",
        "partly": f"It sticks out of the box of {boxed}.",
        "structure": f"It looks like floor or wall inside the box of {boxed}.",
        "alike": f"It is in the box of {boxed}, but like what is background elsewhere.",
    }
    return sentences[region.reason]


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
