"""What corrections taught: stored is loaded, a damaged file is ignored in one sentence, forgotten is gone."""

from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest

from gapro_annotator.errors import StoreError
from gapro_annotator.labeling.experience import Experience
from gapro_annotator.labeling.prior import shipped_prior
from gapro_annotator.store.experience_file import FILE, forget_experience, keep_experience, read_experience


def taught(seed: int, corrections: int = 3) -> Experience:
    rng = np.random.default_rng(seed)
    design = rng.normal(size=(corrections, len(shipped_prior().mean)))
    return Experience(design.T @ design, design.sum(axis=0), 1, corrections)


def test_what_is_kept_is_read_again(tmp_path: Path) -> None:
    parts = {"hall": taught(1), "ünder the roof": taught(2, 4)}
    keep_experience(tmp_path, parts)
    kept = read_experience(tmp_path)
    assert kept.problem == ""
    assert str(kept) == "7 answers from 2 scans"
    for name, part in parts.items():
        np.testing.assert_array_equal(kept.parts[name].precision, part.precision)
        np.testing.assert_array_equal(kept.parts[name].shift, part.shift)
        assert kept.parts[name].corrections == part.corrections


def test_a_scan_does_not_teach_itself(tmp_path: Path) -> None:
    kept = keep_experience(tmp_path, {"hall": taught(1), "room": taught(2)})
    for_hall = kept.without("hall")
    assert for_hall is not None
    np.testing.assert_array_equal(for_hall.precision, kept.parts["room"].precision)
    assert keep_experience(tmp_path, {"room": Experience.none()}).without("hall") is None


def test_a_scan_replaces_only_what_it_taught_before_and_drops_out_without_corrections(tmp_path: Path) -> None:
    keep_experience(tmp_path, {"hall": taught(1), "room": taught(2)})
    keep_experience(tmp_path, {"hall": taught(3, 9)})
    assert {name: part.corrections for name, part in read_experience(tmp_path).parts.items()} == {"hall": 9, "room": 3}
    keep_experience(tmp_path, {"hall": Experience.none()})
    assert list(read_experience(tmp_path).parts) == ["room"]


def test_nothing_taught_makes_no_file(tmp_path: Path) -> None:
    assert not keep_experience(tmp_path, {"hall": Experience.none()}).scans
    assert not (tmp_path / FILE).exists()
    assert read_experience(tmp_path).parts == {}


def test_forgetting_leaves_nothing_and_says_what_there_was(tmp_path: Path) -> None:
    keep_experience(tmp_path, {"hall": taught(1)})
    assert str(forget_experience(tmp_path)) == "3 answers from 1 scan"
    assert list(tmp_path.iterdir()) == []
    assert forget_experience(tmp_path).scans == 0


def test_a_damaged_file_is_ignored_in_one_sentence(tmp_path: Path) -> None:
    keep_experience(tmp_path, {"hall": taught(1)})
    path = tmp_path / FILE
    path.write_bytes(path.read_bytes()[:500])
    kept = read_experience(tmp_path)
    assert not kept.parts
    assert str(path) in kept.problem
    assert "\n" not in kept.problem
    keep_experience(tmp_path, {"room": taught(2)})
    assert read_experience(tmp_path).problem == "", "it is renewed"


@pytest.mark.parametrize("what", ["shape", "nan", "no information", "missing", "format"])
def test_what_breaks_the_contract_is_ignored(tmp_path: Path, what: str) -> None:
    keep_experience(tmp_path, {"hall": taught(1)})
    with h5py.File(tmp_path / FILE, "r+") as file:
        if what == "shape":
            del file["hall/shift"]
            file["hall/shift"] = np.zeros(3)
        elif what == "nan":
            file["hall/shift"][0] = np.nan
        elif what == "no information":
            file["hall/precision"][...] = -np.eye(len(shipped_prior().mean))
        elif what == "missing":
            del file["hall/precision"]
        else:
            file.attrs["format_version"] = 99
    kept = read_experience(tmp_path)
    assert not kept.parts
    assert kept.problem


def test_what_another_version_of_the_traits_learnt_is_ignored_not_misread(tmp_path: Path) -> None:
    keep_experience(tmp_path, {"hall": taught(1), "room": taught(2)})
    with h5py.File(tmp_path / FILE, "r+") as file:
        file["hall"].attrs["prior"] = "of other units"
    kept = read_experience(tmp_path)
    assert list(kept.parts) == ["room"]
    assert "1 of 2 scans" in kept.problem


def test_priors_of_other_names_or_units_are_others() -> None:
    prior = shipped_prior()
    assert replace(prior, mean=prior.mean + 1).identity == prior.identity, "weights may be fitted anew"
    assert replace(prior, scale=prior.scale * 2).identity != prior.identity
    assert replace(prior, names=prior.names[::-1]).identity != prior.identity


def test_where_it_cannot_be_written_one_sentence_says_so(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be written"):
        keep_experience(tmp_path / "gone", {"hall": taught(1)})
