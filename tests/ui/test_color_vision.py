"""What colours say is said to colour-blind eyes, too."""

from itertools import combinations

import numpy as np
import pytest
from PySide6.QtGui import QColor
from windows import OpenWindow

from gapro_annotator.arrays import Float64
from gapro_annotator.classes import default_color
from gapro_annotator.project import Project
from gapro_annotator.ui import colors
from gapro_annotator.ui.instance_colors import safe_color
from gapro_annotator.ui.prediction import BACKGROUND_COLOR

# What eyes see of linear RGB: Machado, Oliveira and Fernandes 2009, severity 1.
VISIONS = {
    "usual": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def lab(rgb: tuple[int, int, int], vision: str) -> Float64:
    """CIELAB (D65) of what these eyes see."""
    share = np.asarray(rgb, np.float64) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    xyz = _XYZ @ np.clip(VISIONS[vision] @ linear, 0, 1) / np.array([0.9505, 1.0, 1.089])
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def nearest(palette: list[tuple[int, int, int]], vision: str) -> float:
    return min(float(np.linalg.norm(lab(a, vision) - lab(b, vision))) for a, b in combinations(palette, 2))


@pytest.mark.parametrize("vision", VISIONS)
def test_meanings_differ_for_every_eye(vision: str) -> None:
    changes = [colors.CHANGED_COLOR, colors.CONFIRMED_COLOR, colors.FOLLOWED_COLOR, BACKGROUND_COLOR]
    assert nearest(changes, vision) > 30
    for step in colors.DOUBT_RAMP[::4].tolist():
        assert nearest([colors.CORRECTED_COLOR, tuple(step)], vision) > 30


@pytest.mark.parametrize("vision", VISIONS)
def test_twelve_instances_differ_for_every_eye(vision: str) -> None:
    assert nearest([*(safe_color(number) for number in range(12)), BACKGROUND_COLOR], vision) > 20
    if vision != "usual":
        assert nearest([default_color(number) for number in range(12)], vision) < 20, "or the choice would be needless"


def test_the_choice_reaches_the_view_the_list_and_the_next_window(open_window: OpenWindow, project: Project) -> None:
    window = open_window(project.folder)
    window.actions_by_id["color_instance"].trigger()
    session = window.bench.session
    assert session is not None
    number = int(session.boxes.id[0])
    row = int(np.flatnonzero(session.instance == number)[0])
    model = window.instances.table.model()

    def shown() -> tuple[tuple[int, ...], set[str]]:
        drawn = colors.colors_for(colors.ColorMode.INSTANCE, session, np.array([row]))[0, :3]
        icons = [model.index(each, 0).data(1) for each in range(model.rowCount())]
        return tuple(drawn.tolist()), {QColor(icon.toImage().pixelColor(4, 4)).name() for icon in icons if icon}

    assert shown()[0] == default_color(number)
    window.actions_by_id["safe_colors"].trigger()
    drawn, listed = shown()
    assert drawn == safe_color(number)
    assert QColor(*safe_color(number)).name() in listed
    assert open_window().actions_by_id["safe_colors"].isChecked()
    window.actions_by_id["safe_colors"].trigger()
