"""Checkpoints: whole at every moment, checked when read, and never code."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from tiny_runs import TinyNetwork, tiny_config

from gapro_annotator.errors import InputError
from gapro_annotator.training import checkpoint as module
from gapro_annotator.training.checkpoint import (
    Place,
    load_checkpoint,
    load_model,
    save_checkpoint,
    save_model,
    weights_of,
)
from gapro_annotator.training.config import RunConfig
from gapro_annotator.training.networks.registry import build_network
from gapro_annotator.training.run_folder import RunFolder, create_run
from gapro_annotator.training.start import take_over, take_up


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    return create_run(tmp_path, tiny_config())


def trained(steps: int = 3) -> tuple[TinyNetwork, torch.optim.AdamW]:
    network = TinyNetwork(tiny_config())
    optimizer = torch.optim.AdamW(network.parameters(), lr=0.1)
    for _ in range(steps):
        optimizer.zero_grad()
        network.line(torch.ones(2, 4)).sum().backward()
        optimizer.step()
    return network, optimizer


def test_what_is_saved_is_what_is_loaded(run: RunFolder) -> None:
    network, optimizer = trained()
    place = Place(step=7, epoch=1, batch=2, seconds=1 / 3, round=2, evaluated=5, skipped=1)
    save_checkpoint(run, place, network, optimizer, {"scale": 65536.0})
    loaded = load_checkpoint(run)
    assert loaded is not None
    assert loaded.place == place
    assert loaded.precision == {"scale": 65536.0}
    fresh, other = trained(0)
    fresh.load_state_dict(loaded.model)
    other.load_state_dict(loaded.optimizer)
    for one in ((network, optimizer), (fresh, other)):
        one[1].zero_grad()
        one[0].line(torch.ones(2, 4)).sum().backward()
        one[1].step()
    assert torch.equal(network.line.weight, fresh.line.weight)


def test_wherever_saving_breaks_off_a_checkpoint_can_be_read(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    network, optimizer = trained()
    save_checkpoint(run, Place(step=1), network, optimizer, {})
    counted = 0
    limit = 0

    def breaking(call: Any) -> Any:
        def run_or_break(*args: Any, **settings: Any) -> Any:
            nonlocal counted
            counted += 1
            if counted > limit:
                raise OSError(28, "No space left on device")
            return call(*args, **settings)

        return run_or_break

    steps = [(module, "save_file"), (Path, "replace"), (Path, "hardlink_to"), (os, "fsync"), (module.shutil, "copy2")]
    broken = 0
    with monkeypatch.context() as patch:
        for owner, name in steps:
            patch.setattr(owner, name, breaking(getattr(owner, name)))
        for limit in range(12):
            counted = 0
            try:
                save_checkpoint(run, Place(step=limit + 2), network, optimizer, {})
            except OSError:
                broken += 1
            found = load_checkpoint(run)
            assert found is not None
            assert run.last.exists()
    assert 4 <= broken < 12


def test_without_hard_links_the_checkpoint_before_is_copied(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    network, optimizer = trained()
    for step in (1, 2):
        save_checkpoint(run, Place(step=step), network, optimizer, {})
    run.last.unlink()
    loaded = load_checkpoint(run)
    assert loaded is not None
    assert loaded.place.step == 1


def test_a_damaged_checkpoint_is_noticed_and_the_one_before_is_taken(run: RunFolder) -> None:
    assert load_checkpoint(run) is None
    network, optimizer = trained()
    for step in (1, 2):
        save_checkpoint(run, Place(step=step), network, optimizer, {})
    raw = bytearray(run.last.read_bytes())
    raw[-3] ^= 1  # one bit of one weight
    run.last.write_bytes(raw)
    loaded = load_checkpoint(run)
    assert loaded is not None
    assert loaded.place.step == 1
    for text in (b"", b"\x80\x04torn", raw[:200]):
        run.last.write_bytes(text)
        run.previous.write_bytes(text)
        with pytest.raises(InputError, match=r"last\.safetensors: cannot be used"):
            load_checkpoint(run)


def test_foreign_and_newer_files_are_refused_in_a_sentence(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    network, optimizer = trained()
    save_file({"a": torch.ones(1)}, run.best)
    with pytest.raises(InputError, match="cannot be used"):
        load_model(run.best)
    save_checkpoint(run, Place(), network, optimizer, {})
    with pytest.raises(InputError, match="it is a gapro-annotator/checkpoint"):
        load_model(run.last)
    with monkeypatch.context() as patch:
        patch.setattr(module, "FORMAT_VERSION", 2)
        save_model(run.best, network, tiny_config(), Place(), {})
    with pytest.raises(InputError, match="newer version"):
        load_model(run.best)
    with pytest.raises(InputError, match="cannot be used"):
        load_model(run.path / "none.safetensors")


def test_half_precision_and_shared_weights_can_be_saved(run: RunFolder) -> None:
    network, optimizer = trained()
    network.twin = network.line
    network.short = torch.nn.Parameter(torch.ones(3, dtype=torch.bfloat16))
    save_checkpoint(run, Place(), network, optimizer, {})
    save_model(run.best, network, tiny_config(), Place(step=4), {"ap50": 0.5})
    assert torch.equal(load_model(run.best).weights["short"], network.short)
    assert load_model(run.best).config["epochs"] == 2


def test_a_warm_start_takes_what_fits_and_says_how_much(tmp_path: Path, run: RunFolder) -> None:
    network, optimizer = trained()
    save_checkpoint(run, Place(step=3), network, optimizer, {})
    config = tiny_config(warm_start=str(run.path))
    other = create_run(tmp_path, config)
    fresh = TinyNetwork(config)
    fresh.unused = torch.nn.Linear(3, 3)
    place, checkpoint, text = take_up(other, config, fresh)
    assert (place, checkpoint, text) == (Place(), None, f"Took over 4 of 6 weights from {run.id}")
    assert torch.equal(fresh.line.weight, network.line.weight)
    with pytest.raises(InputError, match="none of the weights"):
        take_up(other, config, torch.nn.Sequential(torch.nn.Linear(3, 3)))
    assert take_over(fresh, {}) == 0
    with pytest.raises(InputError, match="has no weights yet"):
        weights_of(other)


@pytest.mark.parametrize("network", ["box-vote", "spformer", "pointgroup"])
def test_a_warm_start_gives_the_rows_of_a_class_to_the_class_of_that_name(tmp_path: Path, network: str) -> None:
    options = {"width": 8, "levels": 2} | ({"dim": 16, "layers": 1, "hidden": 8} if network == "spformer" else {})
    tables = {"other": ("chair", "table", "lamp"), "moved": ("lamp", "chair", "sofa"), "none": ("a", "b", "c")}
    configs = {
        name: RunConfig(network=network, options=options, epochs=1, classes=table, class_ids=(0, 1, 2))
        for name, table in tables.items()
    }
    torch.manual_seed(0)
    built = {name: build_network(config) for name, config in configs.items()}
    other = create_run(tmp_path, configs["other"])
    built["other"].head.register_buffer("steps", torch.tensor(900))
    save_checkpoint(other, Place(step=3), built["other"], torch.optim.AdamW(built["other"].parameters()), {})

    layer = built["other"].head.class_layer
    before = {name: one.head.get_submodule(layer).weight.clone() for name, one in built.items()}
    for name in ("moved", "none"):
        config = replace(configs[name], warm_start=str(other.path))
        _, _, text = take_up(create_run(tmp_path, config), config, built[name])
        assert text.startswith("Took over ")
        assert torch.equal(built[name].backbone.stem.weight, built["other"].backbone.stem.weight)
        assert int(getattr(built[name].head, "steps", 0)) == 0, "it has made no step yet"
    rows = built["moved"].head.get_submodule(layer).weight
    assert torch.equal(rows[[0, 1, 3]], before["other"][[2, 0, 3]])
    assert torch.equal(rows[2], before["moved"][2]), "a sofa is nothing that the other knew"
    assert torch.equal(built["none"].head.get_submodule(layer).weight, before["none"])


def test_a_checkpoint_of_another_network_is_refused(run: RunFolder) -> None:
    network, optimizer = trained()
    save_checkpoint(run, Place(step=3), network, optimizer, {})
    with pytest.raises(InputError, match="does not fit the network"):
        take_up(run, tiny_config(), torch.nn.Linear(3, 3))
