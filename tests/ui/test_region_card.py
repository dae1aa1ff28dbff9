"""What the card says of a region's candidates is true."""

import numpy as np
from windows import OpenWindow

from gapro_annotator.labeling.review import Region
from gapro_annotator.project import Project


def test_the_rival_of_two_boxes_gets_at_most_what_is_left_for_background_has_a_part_in_it(
    open_window: OpenWindow, project: Project
) -> None:
    window = open_window(project.folder)
    session = window.bench.session
    assert session is not None
    first, second = (int(i) for i in session.boxes.id[:2])
    for rival, said in ((second, "≤ 53 %"), (-1, "53 %")):
        window.bench.review.region = Region(0, np.array([0]), first, rival, 0.47, 0.53, 2, "overlap")
        window.review.card.show_region(window.bench.review)
        choices = window.review.card.choices
        assert choices["rival"].share.text() == said
        assert choices["accept"].share.text() == "47 %"
        assert choices["background"].isVisible() == (rival != -1), "one row for one answer"
        assert choices["rival"].key.text() == ("R X" if rival == -1 else "R")
