"""Named columns of a table of points → a source. Shared by the formats that are tables: text, PCD, arrays."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gapro_annotator.arrays import Int64
from gapro_annotator.errors import InputError
from gapro_annotator.readers.colors import range_of, to_bytes
from gapro_annotator.readers.imported import Source

SKIPPED = ("-", "_", "skip", "")
"""Names for a column that is not wanted."""
_ROLES: dict[str, tuple[str, ...]] = {
    "x": ("x", "pos_x", "posx", "px", "coord_x", "point_x", "cartesianx", "easting"),
    "y": ("y", "pos_y", "posy", "py", "coord_y", "point_y", "cartesiany", "northing"),
    "z": ("z", "pos_z", "posz", "pz", "coord_z", "point_z", "cartesianz", "elevation"),
    "r": ("r", "red", "diffuse_red", "color_red", "scalar_red", "colorred", "color_r"),
    "g": ("g", "green", "diffuse_green", "color_green", "scalar_green", "colorgreen", "color_g"),
    "b": ("b", "blue", "diffuse_blue", "color_blue", "scalar_blue", "colorblue", "color_b"),
    "nx": ("nx", "normal_x", "normalx"),
    "ny": ("ny", "normal_y", "normaly"),
    "nz": ("nz", "normal_z", "normalz"),
    "instance": ("instance", "instance_id", "instance_label", "instanceid", "object_id", "objectid", "inst"),
    "superpoint": ("superpoint", "superpoint_id", "segment_id", "segmentid", "spp"),
}
_ROLE_OF = {name: role for role, names in _ROLES.items() for name in names}
# What columns mean where nothing names them, by their number.
UNNAMED: dict[int, tuple[str, ...]] = {
    3: ("x", "y", "z"),
    4: ("x", "y", "z", "intensity"),
    6: ("x", "y", "z", "r", "g", "b"),
    7: ("x", "y", "z", "intensity", "r", "g", "b"),
    9: ("x", "y", "z", "r", "g", "b", "nx", "ny", "nz"),
}


def role_of(name: str) -> str:
    """What a column of this name is; its plain name where it plays no part here."""
    plain = re.sub(r"[\[(].*?[\])]", "", name).strip().strip("\"'#/ ").casefold()
    return _ROLE_OF.get(plain, plain)


def is_wanted(name: str) -> bool:
    """Whether a column of this name is read."""
    return role_of(name) in _ROLES


def names_for(where: Path, width: int, asked: Sequence[str] | None) -> tuple[str, ...]:
    """Names of the columns of a table without a header: those that were asked for, else the usual ones.

    Raises
    ------
    InputError
        Nothing says what that many columns mean, or the names that were given do not fit.
    """
    if asked is not None:
        if len(asked) > width:
            raise InputError(f"{where}: has {width} columns but --columns names {len(asked)}; name at most {width}")
        return (*asked, *("-" for _ in range(width - len(asked))))
    if width in UNNAMED:
        return UNNAMED[width]
    raise InputError(
        f"{where}: has {width} columns without names; say what they are, for example "
        f"--columns {','.join((*UNNAMED[6], '-')[: max(width, 3)])} (- leaves one out)"
    )


def table_source(
    where: Path, columns: Mapping[str, npt.NDArray[Any]], *, name: str | None = None, notes: Sequence[str] = ()
) -> Source:
    """Make a source of named columns of one length.

    Raises
    ------
    InputError
        A coordinate is missing or a column is no column of numbers.
    """
    found: dict[str, npt.NDArray[Any]] = {}
    for title, values in columns.items():
        role = role_of(title)
        if role in _ROLES and values.ndim == 1 and values.dtype.kind in "iufb":
            found.setdefault(role, values)
    lacking = [axis for axis in "xyz" if axis not in found]
    if lacking:
        raise InputError(
            f"{where}: has no column {' nor '.join(lacking)} (it has {', '.join(map(str, columns)) or 'none'}); "
            "name its columns with --columns x,y,z,…"
        )
    rgb, said = to_bytes(_stacked(found, "rgb")) if set("rgb") <= set(found) else (None, ())
    normals = ("nx", "ny", "nz")
    normal = _stacked(found, normals).astype(np.float32) if set(normals) <= set(found) else None
    return Source(
        where=where,
        name=name or where.stem,
        xyz=_stacked(found, "xyz").astype(np.float64),
        rgb=rgb,
        normal=None if normal is None else np.nan_to_num(normal, posinf=0, neginf=0),
        instance_property=_whole(found.get("instance")),
        segment=_whole(found.get("superpoint")),
        columns=tuple(columns),
        color_range=_range(found),
        notes=(*notes, *said),
    )


def _stacked(found: Mapping[str, npt.NDArray[Any]], names: Sequence[str]) -> npt.NDArray[Any]:
    return np.stack([found[name] for name in names], axis=1)


def _whole(values: npt.NDArray[Any] | None) -> Int64 | None:
    """Whole numbers, also where a text file wrote them as 3.0; None where they are none."""
    if values is None:
        return None
    if values.dtype.kind in "iub":
        return values.astype(np.int64)
    if not np.isfinite(values).all() or not (values == np.rint(values)).all() or np.abs(values).max(initial=0) >= 2**31:
        return None
    return values.astype(np.int64)


def _range(found: Mapping[str, npt.NDArray[Any]]) -> tuple[float, float] | None:
    if not set("rgb") <= set(found) or not len(found["r"]):
        return None
    colors = _stacked(found, "rgb").astype(np.float64)
    return range_of(colors)
