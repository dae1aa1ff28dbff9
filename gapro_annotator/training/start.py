"""What a network begins with: its newest checkpoint, the weights of another run, or nothing."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from torch import Tensor, nn

from gapro_annotator.errors import InputError
from gapro_annotator.training.checkpoint import Checkpoint, Place, load_checkpoint, weights_of
from gapro_annotator.training.config import RunConfig
from gapro_annotator.training.networks.network import Network
from gapro_annotator.training.run_folder import RunFolder


def take_up(
    run: RunFolder, config: RunConfig, network: nn.Module, number: int = 0
) -> tuple[Place, Checkpoint | None, str]:
    """Load the weights that a round begins with.

    Parameters
    ----------
    run, config, network
        See there.
    number
        Of the round.

    Returns
    -------
    place
        Where to go on.
    checkpoint
        Of which the optimizer goes on; None for a fresh one.
    text
        One sentence on what was done.

    Raises
    ------
    InputError
        A checkpoint or the weights of the other run cannot be used.
    """
    checkpoint = load_checkpoint(run)
    if checkpoint is not None:
        _load_all(run, network, checkpoint)
        if checkpoint.place.round == number:
            return checkpoint.place, checkpoint, f"Resumed after step {checkpoint.place.step:,}"
        return checkpoint.place.next_round(number), None, f"Round {number} begins with the weights of the one before"
    if config.warm_start:
        other = RunFolder(Path(config.warm_start))
        taken = take_over(network, weights_of(other), config.classes, _classes_of(other))
        total = sum(value.is_floating_point() for value in network.state_dict().values())
        if taken == 0:
            raise InputError(f"none of the weights of {other.path} fit this network; train without a warm start")
        return Place(round=number), None, f"Took over {taken} of {total} weights from {other.id}"
    return Place(round=number), None, "Begins with fresh weights"


def take_over(
    network: nn.Module, weights: Mapping[str, Tensor], classes: Sequence[str] = (), theirs: Sequence[str] = ()
) -> int:
    """Copy the weights of another network that fit by name and shape; return how many.

    Parameters
    ----------
    network
        Gets them.
    weights
        Of the other.
    classes, theirs
        Class tables of the two: the rows of a class go to the class of the same name, whatever its number; without a
        common class they stay fresh.
    """
    own = network.state_dict()
    # Whole numbers count steps, which are the other run's.
    offered = {name: value for name, value in weights.items() if name in own and value.is_floating_point()}
    fitting: dict[str, Tensor] = {}
    for name, value in offered.items():
        if isinstance(network, Network) and name.rpartition(".")[0] == f"head.{network.head.class_layer}":
            rows = _rows_of_classes(own[name], value, classes, theirs)
            if rows is not None:
                fitting[name] = rows
        elif own[name].shape == value.shape:
            fitting[name] = value
    network.load_state_dict(fitting, strict=False)
    return len(fitting)


def _rows_of_classes(own: Tensor, other: Tensor, classes: Sequence[str], theirs: Sequence[str]) -> Tensor | None:
    """Lay the other's rows over our own, class by class and the one for none of them; None without a common class."""
    common = [name for name in classes if name in theirs]
    if not common or own.shape[1:] != other.shape[1:] or (len(own), len(other)) != (len(classes) + 1, len(theirs) + 1):
        return None
    rows = own.clone()
    from_rows = [*(theirs.index(name) for name in common), -1]
    rows[[*(classes.index(name) for name in common), -1]] = other[from_rows].to(own)
    return rows


def _classes_of(run: RunFolder) -> tuple[str, ...]:
    try:
        return run.read_config().classes
    except InputError:
        return ()


def _load_all(run: RunFolder, network: nn.Module, checkpoint: Checkpoint) -> None:
    try:
        network.load_state_dict(checkpoint.model)
    except RuntimeError as error:
        raise InputError(
            f"{run.last}: does not fit the network of {run.config}; put its settings back or start a new run"
        ) from error
