"""Checkpoints and models as safetensors: nothing that is loaded can run code, and one always is readable."""

import json
import os
import shutil
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save_file
from torch import Tensor, nn

from gapro_annotator.errors import InputError, reason_of
from gapro_annotator.store.atomic import replacing
from gapro_annotator.training.config import RunConfig
from gapro_annotator.training.run_folder import RunFolder

FORMAT_VERSION = 1
_CHECKPOINT = "gapro-annotator/checkpoint"
_MODEL = "gapro-annotator/model"
_KEY = "gapro-annotator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """How far a run is.

    Parameters
    ----------
    step
        Steps taken, over all rounds.
    epoch, batch
        Epochs done in this round, and batches of the next one.
    seconds
        Training time, over all rounds.
    round
        Of self-training, 0 outside it.
    first_step, first_seconds
        Where this round began.
    evaluated
        The step of the last evaluation, 0 before any.
    evaluated_seconds
        Training time then.
    skipped
        Batches of which loss or gradient was not finite.
    """

    step: int = 0
    epoch: int = 0
    batch: int = 0
    seconds: float = 0.0
    round: int = 0
    first_step: int = 0
    first_seconds: float = 0.0
    evaluated: int = 0
    evaluated_seconds: float = 0.0
    skipped: int = 0

    def next_round(self, number: int) -> "Place":
        """Return the start of another round: steps and seconds count on."""
        return replace(
            self, epoch=0, batch=0, round=number, first_step=self.step, first_seconds=self.seconds, skipped=0
        )


@dataclass(frozen=True, eq=False, slots=True)
class Checkpoint:
    """What was read of a checkpoint.

    Parameters
    ----------
    place
        How far it was.
    model
        Weights by name.
    optimizer
        For `torch.optim.Optimizer.load_state_dict`.
    precision
        State of the loss scaler, empty without one.
    """

    place: Place
    model: dict[str, Tensor]
    optimizer: dict[str, Any]
    precision: dict[str, Any]


@dataclass(frozen=True, eq=False, slots=True)
class Model:
    """What was read of an exported model: ``best.safetensors``.

    Parameters
    ----------
    weights
        By name.
    config
        How it was trained; names and ids of the classes are in it.
    scores
        Of the evaluation, empty where none was made.
    step, round
        When.
    """

    weights: dict[str, Tensor]
    config: dict[str, Any]
    scores: dict[str, Any]
    step: int
    round: int


def save_checkpoint(
    run: RunFolder, place: Place, network: nn.Module, optimizer: torch.optim.Optimizer, precision: Mapping[str, Any]
) -> None:
    """Write the newest checkpoint; the one before stays as ``last.previous.safetensors``."""
    saved: dict[str, Any] = optimizer.state_dict()
    tensors = {f"model/{name}": value for name, value in network.state_dict().items()}
    plain: dict[str, dict[str, Any]] = {}
    for index, entries in saved["state"].items():
        for name, value in entries.items():
            if isinstance(value, Tensor):
                tensors[f"optimizer/{index}/{name}"] = value
            else:
                plain.setdefault(str(index), {})[name] = value
    rest = {
        "place": asdict(place),
        "precision": dict(precision),
        "groups": saved["param_groups"],
        "plain": plain,
    }
    _write(run.last, _CHECKPOINT, tensors, rest, previous=run.previous)


def load_checkpoint(run: RunFolder) -> Checkpoint | None:
    """Read the newest checkpoint that is whole; None where there is none yet.

    Raises
    ------
    InputError
        There are some, and none can be read.
    """
    problem: InputError | None = None
    for path in (run.last, run.previous):
        if path.exists():
            try:
                return _checkpoint_of(path)
            except InputError as error:
                problem = problem or error
    if problem is not None:
        raise problem
    return None


def save_model(path: Path, network: nn.Module, config: RunConfig, place: Place, scores: Mapping[str, Any]) -> None:
    """Write weights that can be used without the run."""
    rest = {"config": asdict(config), "scores": dict(scores), "step": place.step, "round": place.round}
    _write(path, _MODEL, network.state_dict(), rest)


def load_model(path: Path) -> Model:
    """Read an exported model; InputError where it is missing or damaged."""
    tensors, rest = _read(path, _MODEL)
    try:
        return Model(tensors, rest["config"], rest["scores"], rest["step"], rest["round"])
    except KeyError as error:
        raise _damaged(path, f"{error.args[0]} is missing") from error


def weights_of(run: RunFolder) -> dict[str, Tensor]:
    """Return the weights of a run: of its best evaluation, else the newest; InputError where it has none."""
    if run.best.exists():
        return load_model(run.best).weights
    checkpoint = load_checkpoint(run)
    if checkpoint is None:
        raise InputError(f"{run.path}: has no weights yet; name a run that has trained")
    return checkpoint.model


def _checkpoint_of(path: Path) -> Checkpoint:
    tensors, rest = _read(path, _CHECKPOINT)
    model: dict[str, Tensor] = {}
    try:
        state: dict[int, dict[str, Any]] = {int(index): dict(values) for index, values in rest["plain"].items()}
        for key, value in tensors.items():
            kind, _, name = key.partition("/")
            if kind == "model":
                model[name] = value
            else:
                index, _, entry = name.partition("/")
                state.setdefault(int(index), {})[entry] = value
        optimizer = {"state": state, "param_groups": rest["groups"]}
        return Checkpoint(Place(**rest["place"]), model, optimizer, rest["precision"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _damaged(path, reason_of(error)) from error


def _write(
    path: Path, kind: str, tensors: Mapping[str, Tensor], rest: Mapping[str, Any], previous: Path | None = None
) -> None:
    # Cloned, because safetensors refuses tensors that share memory.
    held = {name: value.detach().cpu().clone().contiguous() for name, value in tensors.items()}
    told = {"format": kind, "format_version": FORMAT_VERSION, "checksum": _checksum(held), **rest}
    with replacing(path) as temporary:
        save_file(held, temporary, {_KEY: json.dumps(told)})
        if previous is not None and path.exists():
            _keep(path, previous)


def _keep(path: Path, previous: Path) -> None:
    """Give a file a second name, in the place of an older one; the first name never vanishes."""
    second = previous.with_name(f".{previous.name}.{os.getpid()}.tmp")
    second.unlink(missing_ok=True)
    try:
        second.hardlink_to(path)
    except OSError:
        shutil.copy2(path, second)  # file systems without hard links
    second.replace(previous)


def _read(path: Path, kind: str) -> tuple[dict[str, Tensor], dict[str, Any]]:
    try:
        # Read in one go: safe_open opens the file twice, and a run may put a newer one in its place in between.
        content = path.read_bytes()
        tensors: dict[str, Tensor] = load(content)
        header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
        told: dict[str, Any] = json.loads(header["__metadata__"][_KEY])
        if told["format"] != kind:
            raise _damaged(path, f"it is a {told['format']}")
        if told["format_version"] > FORMAT_VERSION:
            raise InputError(f"{path}: was written by a newer version of this program; update gapro-annotator")
        if told["checksum"] != _checksum(tensors):
            raise _damaged(path, "its checksum differs")
    except (OSError, SafetensorError, ValueError, TypeError, KeyError) as error:
        raise _damaged(path, reason_of(error)) from error
    return tensors, told


def _checksum(tensors: Mapping[str, Tensor]) -> int:
    total = 0
    for name in sorted(tensors):
        raw = tensors[name].reshape(-1).view(torch.uint8).numpy()
        total = zlib.crc32(raw.data, zlib.crc32(name.encode(), total))
    return total


def _damaged(path: Path, why: str) -> InputError:
    return InputError(f"{path}: cannot be used ({why}); take another run, or start a new one")
