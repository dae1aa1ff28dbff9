"""ScanNet's label table: from what annotators typed to the names of the NYU40 classes."""

import csv
from dataclasses import dataclass
from pathlib import Path

from gapro_annotator.errors import InputError, reason_of

_FILE = "scannetv2-labels.combined.tsv"
# The table's own spelling; every other tool writes the word correctly.
_SPELLING = {"refridgerator": "refrigerator"}


@dataclass(frozen=True, slots=True)
class LabelTable:
    """Class name of each raw category; '' where the table maps it to nothing."""

    names: dict[str, str]

    @classmethod
    def find(cls, folder: Path) -> "LabelTable | None":
        """Look in the scan's folder and up to three folders above it; None where there is no table."""
        folder = folder.resolve()
        for place in [folder, *folder.parents][:4]:
            if (place / _FILE).is_file():
                return cls.read(place / _FILE)
        return None

    @classmethod
    def read(cls, path: Path) -> "LabelTable":
        """Read the table; columns are found by name."""
        try:
            with path.open(encoding="utf-8", newline="") as file:
                rows = list(csv.DictReader(file, delimiter="\t"))
        except (OSError, ValueError, csv.Error) as error:
            raise InputError(f"{path}: cannot be read ({reason_of(error)}); download the label table again") from error
        if not rows or not {"raw_category", "nyu40id", "nyu40class"} <= set(rows[0]):
            raise InputError(f"{path}: lacks the columns raw_category, nyu40id and nyu40class; download it again")
        names: dict[str, str] = {}
        for row in rows:
            name = (row["nyu40class"] or "").strip()
            number = (row["nyu40id"] or "").strip()
            known = number not in ("", "0") and name.casefold() not in ("", "void", "unannotated", "unlabeled")
            names[(row["raw_category"] or "").strip()] = _SPELLING.get(name, name) if known else ""
        return cls(names)

    def class_of(self, raw_category: str) -> str | None:
        """Class name, or None where the table lacks the category or maps it to nothing."""
        return self.names.get(raw_category.strip()) or None
