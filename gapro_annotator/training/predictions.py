"""What a network found in scans: ``RUN/predictions/<scan>.safetensors``. Loads no torch."""

from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from gapro_annotator.errors import InputError, reason_of
from gapro_annotator.evaluation.masks import MaskPrediction
from gapro_annotator.store.atomic import replacing

FOLDER = "predictions"


def write_prediction(run: Path, scan: str, prediction: MaskPrediction) -> None:
    """Keep what was found in a scan."""
    (run / FOLDER).mkdir(exist_ok=True)
    lengths = np.array([len(mask) for mask in prediction.rows], np.int64)
    rows = np.concatenate([np.empty(0, np.int64), *prediction.rows])
    tensors = {
        "points": np.array([prediction.points], np.int64),
        "rows": rows,
        "lengths": lengths,
        "class_id": np.ascontiguousarray(prediction.class_id),
        "confidence": np.ascontiguousarray(prediction.confidence),
    }
    with replacing(_path(run, scan)) as temporary:
        save_file(tensors, temporary)


def read_prediction(run: Path, scan: str) -> MaskPrediction:
    """Read what was found in a scan; InputError where the run has nothing of it, or it is damaged."""
    path = _path(run, scan)
    if not path.is_file():
        raise InputError(f"{run.name}: has no predictions of {scan}; it did not know this scan")
    try:
        held = load_file(path)
        rows = tuple(np.split(held["rows"], np.cumsum(held["lengths"])[:-1])) if len(held["lengths"]) else ()
        return MaskPrediction(int(held["points"][0]), rows, held["class_id"], held["confidence"])
    except (OSError, SafetensorError, ValueError, TypeError, KeyError, IndexError) as error:
        raise InputError(f"{path}: cannot be read ({reason_of(error)}); evaluate the run again") from error


def predicted_scans(run: Path) -> list[str]:
    """Names of the scans of which the run has predictions."""
    return sorted(path.stem for path in (run / FOLDER).glob("*.safetensors") if not path.name.startswith("."))


def _path(run: Path, scan: str) -> Path:
    return run / FOLDER / f"{scan}.safetensors"
