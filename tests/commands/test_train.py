"""`train`, `train --resume` and `label --features RUN`, with a network that learns for a moment."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from gapro_annotator.cli import main
from gapro_annotator.demo import generate_room
from gapro_annotator.project import Project
from gapro_annotator.self_training.process import main as self_training_main
from gapro_annotator.training.config import changed, read_config, write_config
from gapro_annotator.training.metrics import MetricsTail
from gapro_annotator.training.progress import StepMetrics
from gapro_annotator.training.run_folder import RunFolder, create_run, runs_of

SMALL = ["--epochs", "1", "--device", "cpu", "--threads", "1", "--set", "data.voxel=0.2", "--set", "data.batch=1"]
SMALL += ["--set", "options.width=8", "--set", "options.levels=2"]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of two labelled rooms and a run that learnt from the first; the second is no part of the run."""
    folder = tmp_path_factory.mktemp("train") / "project"
    first = generate_room(3, "first", 3_000)
    project = Project.create(folder, first.classes)
    project.save(first)
    project.save(generate_room(4, "second", 3_000))
    assert main(["label", str(folder)]) == 0
    assert main(["train", str(folder), "--scan", "first", *SMALL]) == 0
    return folder


def run_of(folder: Path) -> RunFolder:
    (run,) = [run for run in runs_of(folder) if run.best.exists()]
    return run


def steps_of(run: RunFolder) -> list[int]:
    return [one.step for one in MetricsTail(run.metrics).read().records if isinstance(one, StepMetrics)]


def test_train_leaves_a_run_with_model_features_and_predictions(trained: Path):
    run = run_of(trained)
    assert run.condition() == "ended"
    config = run.read_config()
    assert (config.scans, config.epochs, config.minutes) == (("first",), 1, 0.0)
    assert [path.stem for path in run.features.glob("*.safetensors")] == ["first"]
    assert steps_of(run) == [1]


def test_resume_goes_on_to_another_end(trained: Path, capsys: pytest.CaptureFixture[str]):
    run = run_of(trained)
    end = run.read_config().epochs + 2
    assert main(["train", str(trained), "--resume", run.id, "--epochs", str(end), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["run"], said["phase"], said["step"]) == (run.id, "done", end)
    assert steps_of(run) == list(range(1, end + 1)), "no step twice"
    assert run.read_config().epochs == end


def test_label_sees_the_features_of_a_run_also_in_a_scan_that_it_did_not_know(trained: Path):
    run = run_of(trained)
    assert main(["label", str(trained), "--features", run.id]) == 0
    project = Project.open(trained)
    for name in ("first", "second"):
        pseudo = project.load(name).pseudo
        assert pseudo is not None
        assert pseudo.provenance["run"] == run.id
        assert "deep" in pseudo.provenance["features"]
    assert not (run.features / "second.safetensors").exists(), "the run is left as it was"
    assert main(["label", str(trained), "--features", "input"]) == 0
    pseudo = Project.open(trained).load("second").pseudo
    assert pseudo is not None
    assert "deep" not in pseudo.provenance["features"]


def test_features_of_a_run_of_another_project_label_too(trained: Path, tmp_path: Path):
    other = Project.create(tmp_path / "other", Project.open(trained).classes)
    other.save(generate_room(5, "third", 3_000))
    assert main(["label", str(other.folder), "--features", str(run_of(trained).path)]) == 0
    pseudo = other.load("third").pseudo
    assert pseudo is not None
    assert "deep" in pseudo.provenance["features"]
    assert np.isfinite(pseudo.probability).all()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--set", "options.wdith=64"], "box-vote has no option 'wdith'"),
        (["--set", "data=3", "--set", "data.voxel=0.1"], "--set data.voxel=0.1: data was set to 3 before"),
        (["--set", "data=3"], "run.data must be a table, not 3"),
        (["--set", "data.voxel.edge=1"], "data.voxel must be float"),
        (["--seed", "-1"], "run.seed must be from 0"),
        (["--minutes", "inf"], "run.minutes must be 0 or more"),
        (["--scan", "../../evil"], "../../evil: is not in the project"),
    ],
)
def test_what_makes_no_sense_ends_in_a_sentence_and_leaves_no_run(
    trained: Path, capsys: pytest.CaptureFixture[str], options: list[str], said: str
):
    before = runs_of(trained)
    assert main(["train", str(trained), "--network", "box-vote", *options]) == 1
    assert said in capsys.readouterr().err
    assert runs_of(trained) == before


def test_resume_changes_the_number_of_rounds(
    trained: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    project = Project.open(trained)
    run = create_run(project.folder, changed(run_of(trained).read_config(), {"rounds": 1}))
    monkeypatch.setattr("gapro_annotator.commands.self_train.train_and_follow", _not_started)
    assert main(["self-train", str(trained), "--resume", run.id, "--rounds", "3"]) == 1
    assert read_config(run.config).rounds == 3
    capsys.readouterr()
    write_config(run.config, changed(run.read_config(), {"rounds": 0}))
    assert main(["self-train", str(trained), "--resume", run.id]) == 1
    assert "was made without rounds; say how many with --rounds N" in capsys.readouterr().err


def _not_started(*_: object, **__: object) -> None:
    from gapro_annotator.errors import InputError

    raise InputError("it would be started now")


def test_the_module_of_training_sends_a_run_with_rounds_to_its_own(trained: Path):
    run = create_run(trained, changed(run_of(trained).read_config(), {"rounds": 2}))
    command = [sys.executable, "-P", "-m", "gapro_annotator.training", str(run.path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "start it with python -P -m gapro_annotator.self_training" in done.stderr
    assert run.condition() == "new"


def test_rounds_are_refused_on_several_machines(trained: Path, monkeypatch: pytest.MonkeyPatch):
    run = create_run(trained, changed(run_of(trained).read_config(), {"rounds": 1}))
    for name, value in {"WORLD_SIZE": "2", "LOCAL_WORLD_SIZE": "1", "RANK": "0", "LOCAL_RANK": "0"}.items():
        monkeypatch.setenv(name, value)
    for name in ("OMP", "MKL", "OPENBLAS", "NUMBA"):
        monkeypatch.setenv(f"{name}_NUM_THREADS", "1")
    assert self_training_main([str(run.path)]) == 1
    state = run.read_state()
    assert state is not None
    assert "start them without torchrun" in state.message
