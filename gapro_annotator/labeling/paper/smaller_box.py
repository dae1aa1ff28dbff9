"""`smaller-box`: a point in several boxes belongs to the smallest of them."""

from gapro_annotator.labeling.paper.membership import Membership
from gapro_annotator.labeling.paper.verdicts import SMALLER_BOX, Verdicts
from gapro_annotator.labels import Decision


def put_smaller_box(points: Verdicts, membership: Membership) -> None:
    """Give shared points to the smallest box, equal volumes to the smaller id; the next one is the rival."""
    ids = membership.boxes.id
    for rows, shared in membership.groups():
        points.put(
            shared,
            instance=int(ids[rows[0]]),
            rival=int(ids[rows[1]]),
            probability=SMALLER_BOX,
            decision=Decision.FALLBACK,
        )
