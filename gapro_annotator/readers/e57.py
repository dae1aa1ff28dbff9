"""E57, through pye57: every station in the common frame, in the order of the file."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gapro_annotator.arrays import Float64
from gapro_annotator.errors import InputError, reason_of
from gapro_annotator.readers.columns import table_source
from gapro_annotator.readers.imported import Source

_COLORS = ("colorRed", "colorGreen", "colorBlue")
_MOST_STATIONS = 10_000


def read_e57(path: Path) -> Source:
    """Read the points of every station; those that the scanner marks as invalid keep their rows and are dropped later.

    Raises
    ------
    InputError
        pye57 is missing (no wheel for Macs with Intel), or the file is damaged: every page has a checksum.
    """
    try:
        import pye57
    except ImportError as error:
        raise InputError(
            f"{path}: reading E57 needs the package pye57; install it, or convert the file to LAS or PLY"
        ) from error
    try:
        with path.open("rb") as file:
            file.read(1)
        size = path.stat().st_size
        archive = pye57.E57(str(path))
        try:
            if archive.scan_count > _MOST_STATIONS:
                raise ValueError(f"{archive.scan_count:,} stations")
            stations = [_station(archive, number, size) for number in range(archive.scan_count)]
        finally:
            archive.close()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({reason_of(error)}); check the path and its rights") from error
    except Exception as error:  # libE57 and pye57 have errors of their own
        reason = reason_of(error).partition("****")[0].strip()[:120]
        raise InputError(f"{path}: is no whole E57 file ({reason}); copy or export it again") from error
    if not stations:
        raise InputError(f"{path}: holds no station; export it again")
    colored = all(set(_COLORS) <= set(station) for station in stations)
    names = (*"xyz", *(_COLORS if colored else ()))
    columns = {name: np.concatenate([station[name] for station in stations]) for name in names}
    sizes = ", ".join(f"{len(station['x']):,}" for station in stations[:8])
    notes = [f"{len(stations)} stations of {sizes} points were joined"]
    if any(set(_COLORS) <= set(station) for station in stations) and not colored:
        notes.append("only some of its stations have colours, which were left out")
    return table_source(path, columns, notes=notes if len(stations) > 1 else notes[1:])


def _station(archive: Any, number: int, size: int) -> dict[str, npt.NDArray[Any]]:
    """Coordinates in the common frame, NaN where invalid, and colours."""
    header = archive.get_header(number)
    # A point takes a bit at the least; more are promised than can be there.
    if header.point_count > 8 * size:
        raise ValueError(f"station {number + 1} announces {header.point_count:,} points")
    raw = archive.read_scan_raw(number, ignore_unsupported_fields=True)
    spherical = "cartesianX" not in raw
    xyz = _from_angles(raw) if spherical else np.stack([raw[f"cartesian{axis}"] for axis in "XYZ"], axis=1)
    state = raw.get("sphericalInvalidState" if spherical else "cartesianInvalidState")
    xyz = xyz.astype(np.float64)
    if state is not None:
        xyz[state != 0] = np.nan
    if header.has_pose():
        xyz = archive.to_global(xyz, header.rotation, header.translation)
    return dict(zip("xyz", xyz.T, strict=True)) | {name: raw[name] for name in _COLORS if name in raw}


def _from_angles(raw: dict[str, npt.NDArray[Any]]) -> Float64:
    distance, azimuth, elevation = (raw[f"spherical{name}"] for name in ("Range", "Azimuth", "Elevation"))
    flat = distance * np.cos(elevation)
    return np.stack([flat * np.cos(azimuth), flat * np.sin(azimuth), distance * np.sin(elevation)], axis=1)
