"""Reads what can be read of a damaged scan file, array by array, in a process that may hang or crash without harm."""

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from gapro_annotator.errors import StoreError, reason_of
from gapro_annotator.store.checksums import ChecksumError, is_sealed
from gapro_annotator.store.hdf5 import read_array, read_strings

PATIENCE = 60.0
"""Seconds after which HDF5 is taken to hang, and for each 100 MB of the file ten more."""
REMARKS = ("edits/remarks/subject", "edits/remarks/before", "edits/remarks/after")
TEXTS = ("classes/name", "edits/time", "edits/annotator", "edits/text", *REMARKS)
ARRAYS = tuple(
    "points/xyz points/rgb points/normal points/superpoint points/source_row mesh/faces transform/axis_alignment "
    "classes/id classes/color boxes/id boxes/class_id boxes/lower boxes/upper "
    "oriented_boxes/id oriented_boxes/center oriented_boxes/size oriented_boxes/turn pseudo/instance pseudo/rival "
    "pseudo/probability pseudo/mean pseudo/variance pseudo/decision labels/instance labels/semantic labels/origin "
    "ground_truth/instance ground_truth/semantic edits/start edits/points edits/before edits/after "
    "edits/boxes/edit edits/boxes/side edits/boxes/heir edits/boxes/id edits/boxes/class_id edits/boxes/lower "
    "edits/boxes/upper edits/remarks/edit".split()
)
_PROGRESS = "progress.jsonl"


@dataclass(frozen=True, eq=False, slots=True)
class Salvage:
    """What could be read.

    Parameters
    ----------
    whole
        What is as it was saved: arrays, tuples of texts, attributes ('@name', '@created', '@origin', '@provenance').
    problems
        Why others are not, by path.
    """

    whole: dict[str, Any] = field(default_factory=dict[str, Any])
    problems: dict[str, str] = field(default_factory=dict[str, str])


def salvage(path: Path, patience: float = PATIENCE) -> Salvage:
    """Read a damaged file; what HDF5 hangs or dies on is left out and named."""
    found = Salvage()
    patience += 10 * path.stat().st_size / 1e8
    with tempfile.TemporaryDirectory(prefix="gapro-repair-") as folder:
        skip: list[str] = []
        while True:
            command = [sys.executable, "-P", "-m", __name__, str(path), folder, *skip]
            try:
                ended = subprocess.run(command, timeout=patience, check=False, capture_output=True).returncode  # noqa: S603 - ourselves
            except subprocess.TimeoutExpired:
                ended = None
            reading = _collect(Path(folder), found)
            if ended == 0:
                return found
            why = f"HDF5 hangs on it ({patience:.0f} s)" if ended is None else "HDF5 crashes on it"
            if reading is None or reading in skip:
                found.problems["the file"] = why
                return found
            found.problems[reading] = why
            skip = [*found.whole, *found.problems]


def check_without_seal(path: Path, patience: float = PATIENCE) -> None:
    """Let another process read a file that has no seal, before this one does: HDF5 may hang or die on damage.

    A sealed file is compared with its seal, and costs nothing here.

    Raises
    ------
    ChecksumError
        It has a seal, and is not what was saved.
    StoreError
        HDF5 does not get through it.
    """
    try:
        if is_sealed(path):
            return
    except OSError:  # missing, or may not be read: whoever reads it next says so
        return
    for why in salvage(path, patience).problems.values():
        if why.startswith(("HDF5 hangs", "HDF5 crashes")):
            raise StoreError(f"{path}: {why}; run gapro-annotator repair {path}")


def _collect(folder: Path, found: Salvage) -> str | None:
    """Take over what the process wrote; return what it was reading when it ended, if anything."""
    progress = folder / _PROGRESS
    reading: str | None = None
    for line in progress.read_text(encoding="utf-8").splitlines() if progress.exists() else ():
        said: dict[str, Any] = json.loads(line)
        name = said["path"]
        if "reading" in said:
            reading = name
            continue
        reading = None
        if "problem" in said:
            found.problems[name] = said["problem"]
        elif "value" in said:
            found.whole[name] = tuple(said["value"]) if name in TEXTS else said["value"]
        elif name not in found.whole:
            found.whole[name] = np.load(folder / said["file"], allow_pickle=False)
    return reading


def _read_all(path: Path, folder: Path, skip: set[str]) -> None:
    with (folder / _PROGRESS).open("a", encoding="utf-8") as progress:

        def say(name: str, **more: Any) -> None:
            progress.write(json.dumps({"path": name, **more}) + "\n")
            progress.flush()

        say("the file", reading=True)
        try:
            file = h5py.File(path, "r")
        except (OSError, RuntimeError, ValueError) as error:
            say("the file", problem=reason_of(error))
            return
        with file:
            for name in ("@name", "@created", "@origin", "@provenance", *TEXTS, *ARRAYS):
                if name not in skip:
                    say(name, reading=True)
                    _read_one(file, name, folder, say)


def _read_one(file: h5py.File, name: str, folder: Path, say: Any) -> None:
    try:
        if name.startswith("@"):
            owner = {"@origin": "points/xyz", "@provenance": "pseudo"}.get(name, "/")
            value = file[owner].attrs[name[1:]]
            say(name, value=value.tolist() if isinstance(value, np.ndarray) else str(value))
        elif name in TEXTS:
            say(name, value=list(read_strings(file, name)))
        else:
            kept = f"{name.replace('/', '.')}.npy"
            np.save(folder / kept, read_array(file, name), allow_pickle=False)
            say(name, file=kept)
    except KeyError:
        say(name, problem="is missing")
    except ChecksumError:
        say(name, problem="its checksum differs")
    except (OSError, RuntimeError, ValueError, TypeError, StoreError, MemoryError) as error:
        say(name, problem=f"cannot be read ({reason_of(error)})")


if __name__ == "__main__":
    _read_all(Path(sys.argv[1]), Path(sys.argv[2]), set(sys.argv[3:]))
