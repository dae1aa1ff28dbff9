"""`none`: what several boxes share is background (the paper's lower end)."""

from gapro_annotator.labeling.paper.membership import Membership
from gapro_annotator.labeling.paper.verdicts import UNDECIDED, Verdicts
from gapro_annotator.labels import BACKGROUND, Decision


def put_none(points: Verdicts, membership: Membership) -> None:
    """Leave shared points to background, with the smallest of their boxes as rival."""
    for rows, shared in membership.groups():
        rival = int(membership.boxes.id[rows[0]])
        points.put(shared, instance=BACKGROUND, rival=rival, probability=UNDECIDED, decision=Decision.FALLBACK)
