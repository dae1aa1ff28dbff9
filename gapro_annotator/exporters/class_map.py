"""The project's classes in ScanNet's numbers: by name where they match, others after them or as the user chose."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from gapro_annotator.arrays import Int64
from gapro_annotator.classes import Classes
from gapro_annotator.labels import BACKGROUND

_NYU40 = (
    "wall,floor,cabinet,bed,chair,sofa,table,door,window,bookshelf,picture,counter,blinds,desk,shelves,curtain,dresser,"
    "pillow,mirror,floor mat,clothes,ceiling,books,refrigerator,television,paper,towel,shower curtain,box,whiteboard,"
    "person,night stand,toilet,sink,lamp,bathtub,bag,otherstructure,otherfurniture,otherprop"
).split(",")
NYU40: dict[str, int] = {name: number for number, name in enumerate(_NYU40, 1)}
SCANNET20: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 16, 24, 28, 33, 34, 36, 39)
"""NYU40 id of each train index: 0 wall, 1 floor, 2 cabinet … 19 otherfurniture."""
_OTHERFURNITURE = 39
# The same class as other tools spell it.
_SPELLING = {
    "refridgerator": "refrigerator",
    "showercurtain": "shower curtain",
    "showercurtrain": "shower curtain",
    "bookcase": "bookshelf",
    "garbagebin": "otherfurniture",
    "other furniture": "otherfurniture",
    "nightstand": "night stand",
}
STUFF = 2
"""Train indices below this are wall and floor: background, never instances."""


@dataclass(frozen=True, slots=True)
class MappedClass:
    """One class of the project.

    Parameters
    ----------
    id, name
        In the project.
    train
        Train index: 0 wall, 1 floor, from 2 on instances; -1 ignored.
    nyu
        Id on the scale of NYU40, from 41 on for classes that it lacks; 0 ignored.
    said
        How it was mapped, for the report.
    """

    id: int
    name: str
    train: int
    nyu: int
    said: str


@dataclass(frozen=True, slots=True)
class ClassMap:
    """All classes of a project in the numbers of a trainer.

    Parameters
    ----------
    rows
        One for each class of the project.
    names
        Of each train index; the length is the trainer's number of semantic classes.
    nyu
        NYU40 id of each train index.
    """

    rows: tuple[MappedClass, ...]
    names: tuple[str, ...]
    nyu: tuple[int, ...]

    @property
    def instance_names(self) -> tuple[str, ...]:
        """Names of the classes that have instances, in their order."""
        return self.names[STUFF:]

    def train_of(self, class_id: Int64, *, background: int, ignored: int) -> Int64:
        """Train index of each class id; `background` for -1, `ignored` for a class that is left out."""
        return self._look_up(class_id, lambda row: row.train if row.train >= 0 else ignored, background, ignored)

    def nyu_of(self, class_id: Int64, *, background: int = 0) -> Int64:
        """NYU40 id of each class id; `background` for -1, 0 for a class that is left out."""
        return self._look_up(class_id, lambda row: row.nyu, background, 0)

    def is_stuff(self, class_id: int) -> bool:
        """Say whether a class is wall, floor or ceiling, which are never instances."""
        return any(row.id == class_id and 0 <= row.train < STUFF for row in self.rows)

    def to_json(self) -> list[dict[str, Any]]:
        """Rows for the report."""
        return [
            {"project_id": r.id, "project_class": r.name, "train_index": r.train, "nyu40": r.nyu, "how": r.said}
            for r in self.rows
        ]

    def _look_up(
        self, class_id: Int64, number_of: Callable[[MappedClass], int], background: int, ignored: int
    ) -> Int64:
        # The last place answers for background: index -1.
        table = np.full(max((row.id for row in self.rows), default=-1) + 2, ignored, np.int64)
        for row in self.rows:
            table[row.id] = number_of(row)
        table[BACKGROUND] = background
        known = np.where(class_id < len(table) - 1, class_id, BACKGROUND)
        return np.where(class_id >= len(table) - 1, ignored, table[known])


def canonical(name: str) -> str:
    """Write a class name as NYU40 spells it: case, underscores and the known misspellings make no difference."""
    plain = " ".join(name.casefold().replace("_", " ").replace("-", " ").split())
    return _SPELLING.get(plain, plain)


def class_map(classes: Classes, numbering: str = "scannet", others: str = "number") -> ClassMap:
    """Map a project's classes.

    Parameters
    ----------
    classes
        The project's table.
    numbering
        "scannet": ScanNet's 20 where names match; "project": instances are the project's classes in their order.
    others
        What becomes of classes that ScanNet's 20 lack: "number" after them, "ignore", or "otherfurniture".
    """
    names = ["wall", "floor"]
    nyu: list[int] = list(SCANNET20[:STUFF])
    if numbering == "scannet":
        names = [_NYU40[number - 1] for number in SCANNET20]
        nyu = list(SCANNET20)
    rows: list[MappedClass] = []
    for number, name in zip(classes.id.tolist(), classes.name, strict=True):
        known = NYU40.get(canonical(name))
        if known is not None and known in nyu:
            rows.append(MappedClass(number, name, nyu.index(known), known, f"ScanNet's {_NYU40[known - 1]}"))
        elif canonical(name) == "ceiling":
            rows.append(MappedClass(number, name, 0, NYU40["ceiling"], "structure: counts as wall"))
        elif others == "ignore" and numbering == "scannet":
            rows.append(MappedClass(number, name, -1, known or 0, "ignored: ScanNet's 20 classes lack it"))
        elif others == "otherfurniture" and numbering == "scannet":
            rows.append(MappedClass(number, name, 19, _OTHERFURNITURE, "ScanNet's otherfurniture, as chosen"))
        else:
            new = known or 41 + sum(other > 40 for other in nyu)
            said = "the project's own number" if numbering == "project" else "numbered after ScanNet's 20 classes"
            rows.append(MappedClass(number, name, len(names), new, said))
            names.append(name)
            nyu.append(new)
    return ClassMap(tuple(rows), tuple(names), tuple(nyu))
