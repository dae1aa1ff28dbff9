"""KITTI label files: type trunc occ alpha bbox4 h w l x y z ry [score]."""

from pathlib import Path

import numpy as np

from gapro_annotator.arrays import Float64
from gapro_annotator.errors import InputError, reason_of
from gapro_annotator.readers.box_files.solids import Solid, turn_of_angles


def read_kitti(path: Path) -> tuple[list[Solid], tuple[str, ...]]:
    """Read a label file. With `calib/<stem>.txt` beside its folder boxes go from the camera to the scanner.

    Without, they are taken as labelCloud's `kitti_untransformed`: in the frame of the cloud, z at the centre.

    Raises
    ------
    InputError
        A line is damaged.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read ({reason_of(error)}); check the boxes file") from error
    to_scanner = _to_scanner(path)
    solids: list[Solid] = []
    for place, line in enumerate(lines, 1):
        words = line.split()
        if not words or words[0] == "DontCare":
            continue
        try:
            numbers = np.array([float(word) for word in words[8:15]])
            if len(words) not in (15, 16) or not np.isfinite(numbers).all():
                raise ValueError(f"{len(words)} words")
        except ValueError as error:
            raise InputError(
                f"{path}: line {place} is no box of KITTI ({reason_of(error)}); boxes have 15 or 16 words"
            ) from error
        solids.append(_solid(words[0], numbers, to_scanner))
    note = "KITTI boxes were " + (
        "taken to be in the frame of the cloud, for there is no calib file"
        if to_scanner is None
        else "brought from the camera to the scanner by the calib file"
    )
    return solids, (note,)


def _solid(name: str, numbers: Float64, to_scanner: Float64 | None) -> Solid:
    height, width, length, x, y, z, angle = numbers.tolist()
    if to_scanner is None:
        return Solid(name, numbers[3:6], np.array([length, width, height]), turn_of_angles(0, 0, angle))
    # Camera: x right, y down, z forward; the location is the centre of the bottom.
    center = to_scanner[:3, :3] @ np.array([x, y - height / 2, z]) + to_scanner[:3, 3]
    turn = to_scanner[:3, :3] @ turn_of_angles(0, angle, 0)
    return Solid(name, center, np.array([length, height, width]), turn)


def _to_scanner(path: Path) -> Float64 | None:
    file = path.resolve().parent.parent / "calib" / path.name
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return None
    entries = {key.strip(): values.split() for key, _, values in (line.partition(":") for line in lines)}
    try:
        velo_to_cam, rectified = np.eye(4), np.eye(4)
        velo_to_cam[:3] = np.array(entries["Tr_velo_to_cam"], np.float64).reshape(3, 4)
        rectified[:3, :3] = np.array(
            entries.get("R0_rect", ["1", "0", "0", "0", "1", "0", "0", "0", "1"]), np.float64
        ).reshape(3, 3)
        return np.linalg.inv(rectified @ velo_to_cam).astype(np.float64)
    except (KeyError, ValueError, np.linalg.LinAlgError) as error:
        raise InputError(f"{file}: is no calibration of KITTI ({reason_of(error)}); mend or remove it") from error
