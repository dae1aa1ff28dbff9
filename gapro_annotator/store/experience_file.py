"""What corrections taught, kept in the project: ``experience.h5``, one group a scan."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

from gapro_annotator.arrays import check_array, check_finite
from gapro_annotator.errors import InvalidValueError, StoreError, reason_of
from gapro_annotator.labeling.experience import Experience
from gapro_annotator.labeling.prior import shipped_prior
from gapro_annotator.store.atomic import replacing
from gapro_annotator.store.checksums import ChecksumError
from gapro_annotator.store.hdf5 import attribute, read_array, read_strings, write_array, write_file, write_strings

FILE = "experience.h5"
FORMAT = "gapro-annotator/experience"
FORMAT_VERSION = 1


@dataclass(frozen=True, eq=False, slots=True)
class KeptExperience:
    """What the corrected scans of a project taught.

    Parameters
    ----------
    parts
        By the name of the scan.
    problem
        Why the file, or some of it, was ignored, in one sentence; empty where nothing was.
    """

    parts: Mapping[str, Experience]
    problem: str = ""

    def without(self, scan: str) -> Experience | None:
        """All of it but what this scan taught: a scan does not teach itself. None where nothing is left."""
        rest = Experience.together(self.parts, but=scan)
        return rest if rest.scans else None

    @property
    def scans(self) -> int:
        """How many scans taught."""
        return len(self.parts)

    @property
    def corrections(self) -> int:
        """How many corrected regions they taught with."""
        return sum(part.corrections for part in self.parts.values())

    def __str__(self) -> str:
        answers = "1 answer" if self.corrections == 1 else f"{self.corrections:,} answers"
        return f"{answers} from {self.scans:,} scan{'' if self.scans == 1 else 's'}"


def read_experience(project: Path) -> KeptExperience:
    """Read what the corrections in a project taught.

    Nothing here is worth refusing a project for: a damaged file, or what another version of the labeler learnt, is
    ignored and named in `problem`.

    Parameters
    ----------
    project
        Its folder.
    """
    path = project / FILE
    if not path.exists():
        return KeptExperience({})
    try:
        with h5py.File(path) as file:
            if attribute(file, "format") != FORMAT or int(attribute(file, "format_version")) > FORMAT_VERSION:
                return KeptExperience({}, f"{path}: is of another format or a newer version; it is ignored")
            names = tuple(file)
            mine = {name: part for name in names if (part := _read_part(file, name)) is not None}
    except (OSError, KeyError, ValueError, TypeError, RuntimeError, ChecksumError) as error:
        return KeptExperience(
            {}, f"{path}: cannot be read ({reason_of(error)}); it is ignored, label again to renew it"
        )
    other = len(names) - len(mine)
    problem = f"{path}: {other} of {len(names)} scans were learnt by another version; label again to renew it"
    return KeptExperience(mine, problem if other else "")


def keep_experience(project: Path, parts: Mapping[str, Experience]) -> KeptExperience:
    """Take over what these scans taught in place of what they taught before; a scan without corrections drops out.

    Parameters
    ----------
    project
        Its folder.
    parts
        By the name of the scan.

    Returns
    -------
    KeptExperience
        All that the file holds now.

    Raises
    ------
    StoreError
        It cannot be written.
    """
    before = read_experience(project)
    if before.problem and (project / FILE).exists():
        # Another version or program may read what this one cannot: it is put aside, never written away.
        _put_aside(project / FILE)
    kept = {**before.parts, **parts}
    kept = {name: part for name, part in sorted(kept.items()) if part.precision is not None}
    if kept or (project / FILE).exists():
        _write(project / FILE, kept)
    return KeptExperience(kept)


def _put_aside(path: Path) -> None:
    """Rename a file that cannot be read, so that nothing of it is lost."""
    number = 1
    while (aside := path.with_name(f"{path.name}.unread{number}")).exists():
        number += 1
    try:
        path.rename(aside)
    except OSError as error:
        raise StoreError(f"{path}: cannot be put aside ({reason_of(error)}); check rights") from error


def forget_experience(project: Path) -> KeptExperience:
    """Remove all that corrections taught; return what it was."""
    before = read_experience(project)
    try:
        (project / FILE).unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(f"{project / FILE}: cannot be removed ({reason_of(error)}); check rights") from error
    return before


def _read_part(file: h5py.File, name: str) -> Experience | None:
    """Read what one scan taught; None where it is about other traits."""
    prior, group = shipped_prior(), file[name]
    if attribute(group, "prior") != prior.identity or read_strings(file, f"{name}/traits") != prior.names:
        return None
    precision, shift = read_array(file, f"{name}/precision"), read_array(file, f"{name}/shift")
    weights = len(prior.mean)
    check_array("precision", precision, np.float64, (weights, weights))
    check_array("shift", shift, np.float64, (weights,))
    check_finite("precision", precision)
    check_finite("shift", shift)
    # Rounding alone makes an eigenvalue of information negative; more would turn the prior inside out.
    if np.linalg.eigvalsh((precision + precision.T) / 2)[0] < -1e-6 * max(np.abs(precision).max(), 1e-12):
        raise InvalidValueError(f"the precision of {name} is none")
    return Experience(precision, shift, 1, int(attribute(group, "corrections")))


def _fill(file: h5py.File, parts: Mapping[str, Experience]) -> None:
    prior = shipped_prior()
    file.attrs["format"] = FORMAT
    file.attrs["format_version"] = FORMAT_VERSION
    for name, part in parts.items():
        group = file.create_group(name)
        group.attrs["corrections"] = part.corrections
        group.attrs["prior"] = prior.identity
        write_strings(file, f"{name}/traits", prior.names)
        write_array(file, f"{name}/precision", np.asarray(part.precision, np.float64))
        write_array(file, f"{name}/shift", np.asarray(part.shift, np.float64))


def _write(path: Path, parts: Mapping[str, Experience]) -> None:
    try:
        with replacing(path) as temporary:
            write_file(temporary, lambda file: _fill(file, parts))
    except (OSError, ValueError, RuntimeError) as error:
        raise StoreError(f"{path}: cannot be written ({reason_of(error)}); check rights and room") from error
