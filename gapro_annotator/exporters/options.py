"""What a format lets the user choose: ``--option KEY=VALUE``."""

from collections.abc import Sequence
from dataclasses import dataclass

from gapro_annotator.errors import InputError


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a format: free text where `choices` is empty."""

    name: str
    default: str
    text: str
    choices: tuple[str, ...] = ()

    def __str__(self) -> str:
        allowed = "|".join(self.choices) or self.default or "…"
        return f"{self.name}={allowed} ({self.text}{f'; default {self.default}' if self.choices else ''})"


ROWS = Option("rows", "source", "every row of the source, or only the points that the import kept", ("source", "kept"))
VAL = Option("val", "", "names of the scans for validation, with commas between them")
TEST = Option("test", "", "names of the scans for testing, with commas between them")
CLASSES = Option(
    "classes", "scannet", "ScanNet's numbers by name, or the project's classes in their order", ("scannet", "project")
)
OTHERS = Option(
    "others", "number", "what becomes of classes that ScanNet's 20 lack", ("number", "ignore", "otherfurniture")
)
BACKGROUND = Option(
    "background",
    "wall",
    "points in no object: class wall, so that a network learns what is no object, or the ignore value",
    ("wall", "ignore"),
)
SPLITS = (VAL, TEST)
TRAINING = (ROWS, VAL, TEST, CLASSES, OTHERS, BACKGROUND)


def parse_options(format_name: str, options: Sequence[Option], given: Sequence[str]) -> dict[str, str]:
    """Read ``KEY=VALUE`` texts over the defaults.

    Raises
    ------
    InputError
        A key is unknown, or a value is none of its choices.
    """
    values = {option.name: option.default for option in options}
    known = {option.name: option for option in options}
    for text in given:
        key, equals, value = text.partition("=")
        if not equals or key not in known:
            have = "; ".join(map(str, options)) or "none"
            raise InputError(f"--option {text}: {format_name} has no such option; it has {have}")
        if known[key].choices and value not in known[key].choices:
            raise InputError(f"--option {text}: choose one of {', '.join(known[key].choices)}")
        values[key] = value
    return values
