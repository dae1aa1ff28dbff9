"""The colour of each instance, wherever the window shows it: in the view, the list, the outline of its box."""

from gapro_annotator.classes import default_color

Color = tuple[int, int, int]

_SAFE = (
    "FF5000 AAC8E1 6E00FF 00FF50 FFFFFF C80000 FF6EFF C8AA8C AA00AA 50C850 8C6E50 AA50FF"
).split()  # fmt: skip
"""Any two of them, and the grey of background, are more than 20 apart in CIELAB for normal eyes and for each kind of
colour blindness (tests/ui/test_color_vision.py); found by a farthest-point search over RGB."""

_safe = [False]


def use_safe_colors(on: bool) -> None:  # noqa: FBT001 - a state
    """Choose the few colours that colour-blind eyes can tell apart, or the usual 72; for the whole program."""
    _safe[0] = on


def instance_color(number: int) -> Color:
    """Colour of the instance with this id, 0..255 each."""
    return safe_color(number) if _safe[0] else default_color(number)


def safe_color(number: int) -> Color:
    """Colour of an instance for colour-blind eyes; further rounds are darker."""
    red, green, blue = bytes.fromhex(_SAFE[number % len(_SAFE)])
    scale = (1.0, 0.75)[number // len(_SAFE) % 2]
    return round(red * scale), round(green * scale), round(blue * scale)
