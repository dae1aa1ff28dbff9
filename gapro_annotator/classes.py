"""The classes of a project: id, name and colour."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from gapro_annotator.arrays import Int32, UInt8, check_array, freeze
from gapro_annotator.errors import InvalidValueError

# Chosen one after another in OKLab, each as far as can be from those before it, the last eleven above all: for normal
# sight and as deuteranopes and protanopes see them (Machado et al., 2009). Light enough for a dark background.
_COLORS = (
    "7FAFE2 C55123 F0D947 975AC0 00F9DB 398B72 ED86A7 70C35D B18E15 DDBDA4 D6449F 8184F1 "
    "C3BBFB 0AA0D2 B4EC76 B27EAD 7AD7D1 5DA37F 738242 FAB72A F98942 D3DDB8 B2AC88 5671D8"
).split()


@dataclass(frozen=True, eq=False, slots=True)
class Classes:
    """The class table of a project.

    Parameters
    ----------
    id : (C,) int32
        Distinct, not negative; -1 stands for background everywhere.
    name
        C distinct names.
    color : (C, 3) uint8
    """

    id: Int32
    name: tuple[str, ...]
    color: UInt8

    def __post_init__(self) -> None:
        rows = len(self.name)
        check_array("class id", self.id, np.int32, (rows,))
        check_array("class color", self.color, np.uint8, (rows, 3))
        if len(set(self.id.tolist())) != rows or (rows and self.id.min() < 0):
            raise InvalidValueError("class ids must be distinct and not negative")
        if len(set(self.name)) != rows or not all(self.name):
            raise InvalidValueError("class names must be distinct and not empty")
        freeze(self.id, self.color)

    @classmethod
    def of(cls, names: list[str] | tuple[str, ...]) -> "Classes":
        """Number the names from 0 and give each a colour."""
        ids = np.arange(len(names), dtype=np.int32)
        return cls(ids, tuple(names), np.array([default_color(i) for i in ids.tolist()], np.uint8).reshape(-1, 3))

    def __len__(self) -> int:
        return len(self.name)

    def name_of(self, class_id: int) -> str:
        """Name of a class id; 'background' for -1, 'class 7' for an id that the table lacks."""
        if class_id < 0:
            return "background"
        rows = np.flatnonzero(self.id == class_id)
        return self.name[int(rows[0])] if rows.size else f"class {class_id}"

    def id_of(self, name: str) -> int | None:
        """Id of the class with this name, ignoring case; None where there is none."""
        wanted = name.casefold()
        return next((int(i) for i, n in zip(self.id, self.name, strict=True) if n.casefold() == wanted), None)

    def with_names(self, names: list[str]) -> "Classes":
        """Return this table with the missing names added at its end."""
        added: list[str] = []
        for name in names:
            if self.id_of(name) is None and name.casefold() not in {a.casefold() for a in added}:
                added.append(name)
        if not added:
            return self
        first = int(self.id.max()) + 1 if len(self) else 0
        ids = np.arange(first, first + len(added), dtype=np.int32)
        colors = np.array([default_color(i) for i in ids.tolist()], np.uint8)
        return Classes(np.concatenate([self.id, ids]), self.name + tuple(added), np.concatenate([self.color, colors]))

    def with_changed(
        self, number: int, *, name: str | None = None, color: tuple[int, int, int] | None = None
    ) -> "Classes":
        """Return this table with another name or colour of one class."""
        rows = np.flatnonzero(self.id == number)
        other = self.id_of(name) if name is not None else None
        if not rows.size or (name is not None and (not name.strip() or other not in (None, number))):
            taken = (
                f"there is a class {name!r} already" if other is not None else f"class {number} cannot be changed so"
            )
            raise InvalidValueError(f"{taken}; choose another name")
        names, colors = list(self.name), self.color.copy()
        names[int(rows[0])] = name.strip() if name is not None else names[int(rows[0])]
        colors[int(rows[0])] = color if color is not None else colors[int(rows[0])]
        return Classes(self.id.copy(), tuple(names), colors)


@dataclass(frozen=True, slots=True)
class FormerNames:
    """Names that classes had before they were renamed: scan files that were saved before then still hold them.

    `by_class` has the class id of each renamed class with its former names.
    """

    by_class: dict[int, tuple[str, ...]]

    def knows(self, number: int, name: str) -> bool:
        """Whether this class was called so once."""
        return name in self.by_class.get(number, ())

    def renamed(self, number: int, before: str, after: str) -> "FormerNames":
        """Return these names and one more."""
        names = dict.fromkeys((*self.by_class.get(number, ()), before))
        names.pop(after, None)
        return FormerNames({**self.by_class, number: tuple(names)})

    def as_setting(self, number: int) -> dict[str, list[str]]:
        """What project.toml says of a class; nothing of one that was never renamed."""
        names = self.by_class.get(number)
        return {"formerly": list(names)} if names else {}

    @classmethod
    def read(cls, rows: list[dict[str, Any]]) -> "FormerNames":
        """Read them from the classes of project.toml."""
        return cls({row["id"]: tuple(map(str, row["formerly"])) for row in rows if row.get("formerly")})


def default_color(number: int) -> tuple[int, int, int]:
    """Colour of the class or instance with this number: stable, neighbours clearly different."""
    text = _COLORS[number % len(_COLORS)]
    red, green, blue = bytes.fromhex(text)
    # The second and third time round the palette is darker and lighter, so that 72 numbers differ.
    scale = (1.0, 0.72, 0.86)[number // len(_COLORS) % 3]
    return round(red * scale), round(green * scale), round(blue * scale)
