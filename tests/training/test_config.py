"""What a configuration refuses, in one sentence and before a run is made."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from documents import make_document

from gapro_annotator.errors import InputError, InvalidValueError
from gapro_annotator.project import Project
from gapro_annotator.training import planning
from gapro_annotator.training.config import RunConfig, changed, config_of, preset, preset_names, read_config
from gapro_annotator.training.options import OPTIONS, check_options
from gapro_annotator.training.planning import make_run, plan_run, usual_network
from gapro_annotator.training.run_folder import runs_of

FINE = RunConfig(epochs=1)


@pytest.fixture
def labelled(tmp_path: Path) -> Project:
    """A project of one labelled scan."""
    project = Project.create(tmp_path / "project")
    project.save(make_document())
    return project


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("minutes", float("nan")),
        ("minutes", float("inf")),
        ("minutes", -1.0),
        ("epochs", -1),
        ("seed", -1),
        ("seed", 2**70),
        ("threads", -1),
        ("rounds", -2),
        ("features", 0),
        ("evaluate_minutes", float("nan")),
        ("checkpoint_seconds", -1.0),
        ("data.voxel", 0.0),
        ("data.voxel", float("nan")),
        ("data.batch", 0),
        ("data.most_voxels", 0),
        ("augmentation.drop", 1.0),
        ("augmentation.scale", -0.1),
        ("augmentation.elastic", [[0.0, 1.0]]),
        ("augmentation.elastic", [[1.0]]),
        ("optimizer.rate", 0.0),
        ("optimizer.clip", -1.0),
        ("loss.fallback", 1.5),
        ("data.features", []),
    ],
)
def test_a_number_that_makes_no_sense_is_named(key: str, value: Any):
    table, _, name = key.rpartition(".")
    settings = {table: {name: value}} if table else {name: value}
    with pytest.raises(InvalidValueError, match=key.replace(".", r"\.")):
        changed(FINE, settings)


def test_a_run_without_an_end_is_refused():
    with pytest.raises(InvalidValueError, match="needs an end"):
        RunConfig(epochs=0, minutes=0.0)


@pytest.mark.parametrize("name", ["../../../../tmp/evil", "a/b", "a\\b", ".hidden", "..", ""])
@pytest.mark.parametrize("key", ["scans", "validation"])
def test_a_scan_that_no_project_can_have_is_refused(tmp_path: Path, key: str, name: str):
    with pytest.raises(InvalidValueError, match="a scan cannot be named"):
        RunConfig(epochs=1, **{key: (name,)})
    (tmp_path / "config.toml").write_text(f"epochs = 1\n{key} = [{name!r}]\n")
    with pytest.raises(InputError, match="a scan cannot be named"):
        read_config(tmp_path / "config.toml")


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_has_options_of_its_network(name: str):
    check_options(preset(name))


@pytest.mark.parametrize(
    ("network", "options", "said"),
    [
        ("box-vote", {"wdith": 64}, "box-vote has no option 'wdith'; it has agreement, .* width"),
        ("box-vote", {"queries": 8}, "no option 'queries'"),
        ("spformer", {"dim": 64.5}, "options.dim must be a whole number, not 64.5"),
        ("spformer", {"dim": "64"}, "options.dim must be a whole number"),
        ("spformer", {"layers": 0}, "options.layers must be above 0"),
        ("pointgroup", {"radius": float("nan")}, "options.radius must be above 0"),
        ("pointgroup", {"least_score": -0.5}, "options.least_score must be 0 or more"),
        ("box_vote", {}, "no network 'box_vote'"),
    ],
)
def test_an_option_that_the_network_does_not_have_is_named(network: str, options: dict[str, Any], said: str):
    from gapro_annotator.training.networks.registry import build_network

    config = RunConfig(network=network, options=options, epochs=1, classes=("chair",), class_ids=(0,))
    for check in (check_options, build_network):
        with pytest.raises(InputError, match=said):
            check(config)


class Noted(Mapping[str, Any]):
    """Options that note which of them were looked for."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.usual: dict[str, float] = {}

    def get(self, key: str, default: Any = None) -> Any:
        self.names.add(key)
        self.usual[key] = default
        return 8 if key == "width" else default

    def __getitem__(self, key: str) -> Any:
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


@pytest.mark.parametrize("network", OPTIONS)
def test_the_table_of_options_is_what_the_networks_look_for(network: str):
    from gapro_annotator.training.networks.registry import build_network

    options = Noted()
    built = build_network(
        RunConfig(network=network, options=options, epochs=1, classes=("chair", "table"), class_ids=(0, 1))
    )
    assert options.usual == OPTIONS[network]
    assert {name: type(value) for name, value in options.usual.items()} == {
        name: type(value) for name, value in OPTIONS[network].items()
    }
    assert built.head.get_submodule(built.head.class_layer).out_features == 3


def test_planning_loads_no_torch():
    code = "import sys, gapro_annotator.training.planning; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_misspelt_option_makes_no_run(labelled: Project):
    with pytest.raises(InputError, match="no option 'wdith'"):
        plan_run(labelled, "box-vote", settings={"options": {"wdith": 64}})
    with pytest.raises(InputError, match="no option 'wdith'"):
        make_run(labelled, config_of({"options": {"wdith": 64}, "epochs": 1, "scans": ["room"]}))
    assert not runs_of(labelled.folder)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), InputError("no"), RuntimeError("odd")])
def test_whatever_ends_the_copying_leaves_no_run(
    labelled: Project, monkeypatch: pytest.MonkeyPatch, error: BaseException
):
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(planning, "snapshot_labels", fail)
    with pytest.raises(type(error)):
        make_run(labelled, plan_run(labelled))
    assert not list((labelled.folder / "runs").iterdir())


@pytest.mark.parametrize(
    ("driver", "installed", "usual"),
    [
        (None, {"spconv-cu120": "2.3", "torch": "2.13"}, "box-vote"),
        ("/usr/bin/nvidia-smi", {"spconv-cu120": "2.3", "torch": "2.13"}, "spformer"),
        ("/usr/bin/nvidia-smi", {"spconv_triton": "1.0", "torch": "2.13+cu130"}, "spformer"),
        ("/usr/bin/nvidia-smi", {"spconv": "2.3", "torch": "2.13"}, "box-vote"),
        ("/usr/bin/nvidia-smi", {"spconv-cu120": "2.3", "torch": "2.13+cpu"}, "box-vote"),
    ],
)
def test_the_published_network_is_usual_only_where_all_that_it_needs_is_there(
    monkeypatch: pytest.MonkeyPatch, driver: str | None, installed: dict[str, str], usual: str
):
    monkeypatch.setattr(planning.shutil, "which", lambda _: driver)
    monkeypatch.setattr(planning, "_installed", lambda: {name.replace("_", "-"): v for name, v in installed.items()})
    assert usual_network() == usual
