"""`label` with the paper's methods, their settings and a run's features."""

import json
from pathlib import Path

import h5py
import numpy as np
import pytest
from documents import make_document
from safetensors.numpy import save_file

from gapro_annotator.cli import main
from gapro_annotator.errors import InvalidValueError, StoreError
from gapro_annotator.labeling.request import LabelerConfig
from gapro_annotator.project import Project

SUPERPOINTS = make_document().scan.superpoint_count


@pytest.fixture
def project(tmp_path: Path) -> Path:
    document = make_document()
    Project.create(tmp_path / "p", document.classes).save(document)
    return tmp_path / "p"


def features(folder: Path, array: np.ndarray, name: str = "features") -> None:
    (folder / "features").mkdir(parents=True, exist_ok=True)
    save_file({name: array}, folder / "features" / "room.safetensors")


def provenance(project: Path) -> dict:
    with h5py.File(project / "scans" / "room.h5") as file:
        return json.loads(file["pseudo"].attrs["provenance"])


def random_features(rows: int = SUPERPOINTS) -> np.ndarray:
    return np.random.default_rng(1).normal(size=(rows, 4)).astype(np.float32)


def refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    assert main(arguments) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ")
    return line


def test_settings_reach_the_provenance(project: Path) -> None:
    options = ["--occupancy", "0.75", "--hyperparameters", "fixed", "--paper-features", "xyz"]
    assert main(["label", str(project), "--method", "gp-regression", *options]) == 0
    told = provenance(project)
    assert (told["method"], told["occupancy"], told["hyperparameters"]) == ("gp-regression", 0.75, "fixed")
    assert told["features"] == ["xyz"]


@pytest.mark.parametrize("by_id", [True, False])
def test_features_of_a_run_are_seen(project: Path, tmp_path: Path, *, by_id: bool) -> None:
    run = project / "runs" / "first" if by_id else tmp_path / "elsewhere"
    features(run, random_features())
    name = "first" if by_id else str(run)
    assert main(["label", str(project), "--method", "gp-regression", "--features", name]) == 0
    assert provenance(project)["features"] == ["deep"]
    assert provenance(project)["run"] == name


def test_our_own_method_sees_features_of_a_run_and_names_it(project: Path) -> None:
    features(project / "runs" / "first", random_features())
    assert main(["label", str(project)]) == 0
    assert "run" not in provenance(project)
    assert main(["label", str(project), "--features", "first"]) == 0
    told = provenance(project)
    assert (told["method"], told["run"]) == ("gp", "first")
    assert told["features"][-1] == "deep"
    assert told["process"]["lengthscales"]["deep"] > 0


@pytest.mark.parametrize(
    ("array", "name", "what"),
    [
        (random_features(SUPERPOINTS + 1), "features", f"has {SUPERPOINTS + 1} rows but room has {SUPERPOINTS}"),
        (np.full((SUPERPOINTS, 2), np.nan, np.float32), "features", "NaN or infinite"),
        (random_features().astype(np.float64), "features", "must be an array of float32"),
        (random_features(), "other", "has no tensor 'features'"),
    ],
    ids=["other superpoints", "not finite", "float64", "other tensor"],
)
def test_features_that_do_not_fit_are_refused(
    project: Path, array: np.ndarray, name: str, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    features(project / "runs" / "first", array, name)
    line = refused(["label", str(project), "--method", "gp-regression", "--features", "first"], capsys)
    assert what in line
    assert "extract the features of this scan again" in line


@pytest.mark.parametrize("content", [None, b"", b"no tensors at all"], ids=["missing", "empty", "damaged"])
def test_features_that_cannot_be_read_are_refused(
    project: Path, content: bytes | None, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "runs" / "first" / "features").mkdir(parents=True)
    if content is not None:
        (project / "runs" / "first" / "features" / "room.safetensors").write_bytes(content)
    line = refused(["label", str(project), "--method", "gp-regression", "--features", "first"], capsys)
    assert "room.safetensors: cannot be read" in line


@pytest.mark.parametrize(
    ("options", "what"),
    [
        (["--method", "gp-regression", "--features", "nowhere"], "name a run that has features"),
        (["--method", "linear", "--features", "first"], "linear does not look at features of a run"),
        (["--paper-features", "xyz"], "gp has no such choice"),
        (["--features", "first", "--paper-features", "deep"], "gp has no such choice"),
        (
            ["--method", "linear", "--hyperparameters", "fixed"],
            "fixed: the method linear has no such choice",
        ),
        (["--method", "gp-regression", "--features", "first", "--paper-features", "xyz"], "leave one of the two out"),
        (["--method", "gp-regression", "--paper-features", "deep"], "there are no deep features"),
        (
            ["--method", "gp-regression", "--occupancy", "1.5"],
            "occupancy must be a number above 0 and up to 1, not 1.5",
        ),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    project: Path, options: list[str], what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    features(project / "runs" / "first", random_features())
    assert what in refused(["label", str(project), *options], capsys)


def test_settings_of_the_paper_come_back_from_the_project(project: Path) -> None:
    config = LabelerConfig(
        method="gp-classification", occupancy=0.8, hyperparameters="fixed", paper_features="xyz+normal"
    )
    Project.open(project).set_labeler(config)
    assert Project.open(project).labeler == config
    Project.open(project).set_labeler(LabelerConfig())
    assert Project.open(project).labeler.occupancy is None


@pytest.mark.parametrize(
    "line", ['occupancy = "much"', "occupancy = 0", "occupancy = true", 'paper_features = "smell"']
)
def test_settings_that_mean_nothing_are_refused(project: Path, line: str) -> None:
    settings = project / "project.toml"
    key = line.split(" = ", maxsplit=1)[0]
    others = [row for row in settings.read_text().splitlines() if not row.startswith(key)]
    settings.write_text("\n".join([*others, line]))  # the table of the labeler is the last
    with pytest.raises(StoreError, match="labeler"):
        Project.open(project)


def test_occupancy_is_a_share() -> None:
    for share in (0.0, -1.0, 1.01, float("nan")):
        with pytest.raises(InvalidValueError, match="occupancy"):
            LabelerConfig(occupancy=share)
    assert LabelerConfig(occupancy=1.0).occupancy == 1.0
