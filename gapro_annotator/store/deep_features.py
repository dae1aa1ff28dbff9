"""Deep features of superpoints, as a training run leaves them: ``RUN/features/<scan>.safetensors``."""

from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import load_file, save_file

from gapro_annotator.arrays import Float32, check_array, check_finite
from gapro_annotator.errors import InputError, InvalidValueError, reason_of
from gapro_annotator.store.atomic import replacing

FOLDER = "features"
TENSOR = "features"
_MADE_FOR = "scan"


def find_features(project: Path, run: str) -> Path:
    """Return the folder of the features of a run.

    Parameters
    ----------
    project
        Its folder; a run's id names one of its runs.
    run
        A run's id, or the folder of a run, also of another project.

    Raises
    ------
    InputError
        There is no such run, or it has no features.
    """
    for folder in (project / "runs" / run, Path(run)):
        if (folder / FOLDER).is_dir():
            return folder / FOLDER
    raise InputError(
        f"--features {run}: neither {project / 'runs' / run} nor {run} is a folder that holds {FOLDER}/; "
        "name a run that has features"
    )


def features_path(folder: Path, scan: str) -> Path:
    """Where the features of a scan lie."""
    return folder / f"{scan}.safetensors"


def read_features(folder: Path, scan: str, superpoints: int, fingerprint: str = "") -> Float32:
    """Read the features of one scan.

    Parameters
    ----------
    folder
        Holds ``<scan>.safetensors`` with one tensor ``features``.
    scan, superpoints
        The scan's name and how many superpoints it has.
    fingerprint
        `scan_fingerprint` of the scan; features that say that they were made for another are refused.

    Returns
    -------
    (S, C) float32
        One row per superpoint, finite.

    Raises
    ------
    InputError
        The file is missing, damaged or belongs to other superpoints.
    """
    path = features_path(folder, scan)
    remedy = "extract the features of this scan again"
    try:
        tensors: dict[str, np.ndarray] = load_file(path)
        with safe_open(path, "numpy") as file:
            made_for = (file.metadata() or {}).get(_MADE_FOR, fingerprint)
    except (OSError, SafetensorError, ValueError, TypeError, KeyError) as error:
        raise InputError(f"{path}: cannot be read ({reason_of(error)}); {remedy}") from error
    if TENSOR not in tensors:
        raise InputError(f"{path}: has no tensor {TENSOR!r}; {remedy}")
    features = tensors[TENSOR]
    try:
        check_array("features", features, np.float32, (None, None))
        check_finite("features", features)
    except InvalidValueError as error:
        raise InputError(f"{path}: {error.args[0].split(';')[0]}; {remedy}") from error
    if fingerprint and made_for != fingerprint:
        raise InputError(f"{path}: was made for other points or superpoints than {scan} has now; {remedy}")
    if len(features) != superpoints:
        raise InputError(f"{path}: has {len(features)} rows but {scan} has {superpoints} superpoints; {remedy}")
    return features


def write_features(run: Path, scan: str, features: Float32, fingerprint: str) -> None:
    """Keep the (S, C) features of one scan in a run's folder; `fingerprint` as for `read_features`."""
    check_array("features", features, np.float32, (None, None))
    (run / FOLDER).mkdir(exist_ok=True)
    with replacing(run / FOLDER / f"{scan}.safetensors") as temporary:
        save_file({TENSOR: np.ascontiguousarray(features)}, temporary, {_MADE_FOR: fingerprint})
