"""Colours of the points: they mean what the legend says, and they come fast."""

import time

import numpy as np
import pytest

from gapro_annotator.boxes import Boxes
from gapro_annotator.classes import Classes, default_color
from gapro_annotator.document import ScanDocument
from gapro_annotator.labels import PseudoLabels
from gapro_annotator.scan import Scan
from gapro_annotator.session import Session
from gapro_annotator.ui import colors
from gapro_annotator.ui.colors import ColorMode, colors_for, doubt_place, legend_for


def make_session(
    instance: list[int], probability: list[float] | None = None, *, ids: tuple[int, ...] = (3, 8), rgb: bool = True
) -> Session:
    """Points in a row with these pseudo labels; boxes of a chair and a table."""
    count = len(instance)
    rng = np.random.default_rng(0)
    height = np.linspace(0, 2, count)
    scan = Scan(
        name="row",
        xyz=np.stack([np.arange(count), np.zeros(count), height], axis=1).astype(np.float32),
        origin=np.zeros(3),
        superpoint=np.zeros(count, np.int32),
        rgb=rng.integers(0, 255, (count, 3), np.uint8) if rgb else None,
    )
    corner = np.zeros((len(ids), 3), np.float32)
    boxes = Boxes(np.array(ids, np.int32), np.arange(len(ids), dtype=np.int32), corner, corner + np.float32(1))
    pseudo = None
    if probability is not None:
        zero = np.zeros(count, np.float32)
        pseudo = PseudoLabels(
            np.array(instance, np.int32), np.full(count, -2, np.int32), np.array(probability, np.float32),
            zero, zero.copy(), np.zeros(count, np.uint8),
        )  # fmt: skip
    return Session(ScanDocument(scan=scan, boxes=boxes, classes=Classes.of(["chair", "table"]), pseudo=pseudo))


def rgb_of(session: Session, mode: ColorMode, **options: object) -> list[tuple[int, ...]]:
    rgba = colors_for(mode, session, **options)
    assert rgba.dtype == np.uint8
    assert (rgba[:, 3] == 255).all()
    return [tuple(row) for row in rgba[:, :3].tolist()]


def test_rgb_shows_the_colours_of_the_scan() -> None:
    session = make_session([3, 8, -1], [1, 1, 1])
    assert rgb_of(session, ColorMode.RGB) == [tuple(row) for row in session.scan.rgb.tolist()]
    assert legend_for(ColorMode.RGB, session) is None


def test_a_scan_without_colours_is_shaded_by_height_and_says_so() -> None:
    session = make_session([3, 8, -1], [1, 1, 1], rgb=False)
    shades = [red for red, green, blue in rgb_of(session, ColorMode.RGB) if red == green == blue]
    assert len(shades) == 3
    assert shades == sorted(shades)
    assert [text for _, text in legend_for(ColorMode.RGB, session).ticks] == ["0.00 m", "1.00 m", "2.00 m"]


@pytest.mark.parametrize("ids", [(3, 8), (8, 3), (7, 2_000_000_000)])
def test_instances_have_the_colour_of_their_id_for_life(ids: tuple[int, int]) -> None:
    session = make_session([ids[0], -1, ids[1], ids[0]], [1, 1, 1, 1], ids=ids)
    first, second = default_color(ids[0]), default_color(ids[1])
    assert rgb_of(session, ColorMode.INSTANCE) == [first, colors.BACKGROUND_COLOR, second, first]


def test_classes_have_the_colours_of_the_class_table() -> None:
    session = make_session([8, -1, 3], [1, 1, 1])
    chair, table = (tuple(row) for row in session.classes.color.tolist())
    assert rgb_of(session, ColorMode.CLASS) == [table, colors.BACKGROUND_COLOR, chair]
    entries = {text: color for color, text in legend_for(ColorMode.CLASS, session).entries}
    assert entries == {"chair": chair, "table": table, "background": colors.BACKGROUND_COLOR}


def test_a_scan_without_boxes_is_all_background() -> None:
    session = make_session([-1, -1], [1, 1], ids=())
    assert set(rgb_of(session, ColorMode.INSTANCE) + rgb_of(session, ColorMode.CLASS)) == {colors.BACKGROUND_COLOR}


def test_more_doubt_is_brighter_and_no_doubt_is_quiet() -> None:
    doubt = [0, 0.05, 0.1, 0.2, 0.35, 0.5, 0.9]
    session = make_session([3] * 7, [1 - d for d in doubt])
    light = [0.30 * r + 0.59 * g + 0.11 * b for r, g, b in rgb_of(session, ColorMode.DOUBT)]
    assert light == sorted(light)
    assert light[0] < 0.4 * light[5]
    assert light[5] == light[6]


def test_the_ticks_of_the_legend_stand_where_their_colours_are() -> None:
    session = make_session([3] * 4, [1.0, 0.95, 0.8, 0.5])
    legend = legend_for(ColorMode.DOUBT, session)
    shown = dict(zip(["0%", "5%", "20%", "50%"], rgb_of(session, ColorMode.DOUBT), strict=True))
    for place, text in legend.ticks:
        if text in shown:
            at_tick = legend.ramp[round(place * 255)].astype(int)
            assert np.abs(at_tick - shown[text]).max() <= 2


def test_doubt_below_the_threshold_is_greyed() -> None:
    session = make_session([3, 3], [0.95, 0.6])
    below, above = rgb_of(session, ColorMode.DOUBT, threshold=0.1)
    assert below == colors.BELOW_THRESHOLD_COLOR
    assert above == rgb_of(session, ColorMode.DOUBT)[1]


def test_what_a_person_corrected_has_a_mark_of_its_own() -> None:
    session = make_session([3, 3], [0.6, 0.6])
    session.assign(np.array([1]), 8, "to table")
    assert rgb_of(session, ColorMode.DOUBT)[1] == colors.CORRECTED_COLOR
    ramp = colors.DOUBT_RAMP.astype(int)
    assert np.abs(ramp - colors.CORRECTED_COLOR).max(axis=1).min() > 40


def test_an_unlabelled_scan_has_no_doubt_to_show() -> None:
    session = make_session([-1, -1])
    assert set(rgb_of(session, ColorMode.DOUBT)) == {colors.UNKNOWN_COLOR}
    assert "not labelled yet" in [text for _, text in legend_for(ColorMode.DOUBT, session).entries]


@pytest.mark.parametrize("count", [12, 13, 15, 16, 30])
def test_the_class_legend_is_cut_off_only_where_that_saves_three_lines(count: int) -> None:
    session = make_session([3], ids=tuple(range(count)))
    texts = [text for _, text in legend_for(ColorMode.CLASS, session).entries]
    cut = [text for text in texts if text.endswith("more")]
    assert cut == ([] if count < 16 else [f"and {count - 12} more"])
    assert len(texts) == 1 + min(count, 13 if cut else count)


def test_changes_tell_corrected_confirmed_and_followed_apart() -> None:
    session = make_session([3, 3, 3, 8], [0.6] * 4)
    baseline = np.array([3, 3, 3, 3], np.int32)
    session.assign(np.array([0]), 8, "to table")
    session.assign(np.array([1]), 3, "confirm")
    expected = [colors.CHANGED_COLOR, colors.CONFIRMED_COLOR, colors.BACKGROUND_COLOR, colors.FOLLOWED_COLOR]
    assert rgb_of(session, ColorMode.CHANGES, baseline=baseline) == expected
    assert rgb_of(session, ColorMode.CHANGES)[3] == colors.BACKGROUND_COLOR
    legend = [color for color, _ in legend_for(ColorMode.CHANGES, session).entries]
    assert sorted(legend) == sorted(expected)


@pytest.mark.parametrize("mode", list(ColorMode))
def test_a_subset_has_the_colours_of_the_whole(mode: ColorMode) -> None:
    session = make_session([3, 8, -1, 8], [1, 0.7, 0.9, 0.51])
    points = np.array([3, 1])
    assert (colors_for(mode, session, points) == colors_for(mode, session)[points]).all()


def test_places_on_the_ramp_grow_from_0_to_1() -> None:
    place = doubt_place(np.linspace(0, 0.5, 100, dtype=np.float32))
    assert (np.diff(place) > 0).all()
    assert place[0] == 0
    assert place[-1] == pytest.approx(1)


@pytest.mark.parametrize("mode", list(ColorMode))
def test_a_room_is_coloured_within_a_frame(mode: ColorMode) -> None:
    rng = np.random.default_rng(0)
    session = make_session(rng.choice([-1, 3, 8], 150_000).tolist(), rng.random(150_000).tolist())
    taken: list[float] = []
    for _ in range(5):
        start = time.perf_counter()
        colors_for(mode, session)
        taken.append(time.perf_counter() - start)
    assert min(taken) < 0.03
