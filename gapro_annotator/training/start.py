"""What a network begins with: its newest checkpoint, the weights of another run, or nothing."""

from collections.abc import Mapping
from pathlib import Path

from torch import Tensor, nn

from gapro_annotator.errors import InputError
from gapro_annotator.training.checkpoint import Checkpoint, Place, load_checkpoint, weights_of
from gapro_annotator.training.config import RunConfig
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
        taken = take_over(network, weights_of(other))
        total = len(network.state_dict())
        if taken == 0:
            raise InputError(f"none of the weights of {other.path} fit this network; train without a warm start")
        return Place(round=number), None, f"Took over {taken} of {total} weights from {other.id}"
    return Place(round=number), None, "Begins with fresh weights"


def take_over(network: nn.Module, weights: Mapping[str, Tensor]) -> int:
    """Copy the weights that fit by name and shape; return how many."""
    own = network.state_dict()
    fitting = {name: value for name, value in weights.items() if name in own and own[name].shape == value.shape}
    network.load_state_dict(fitting, strict=False)
    return len(fitting)


def _load_all(run: RunFolder, network: nn.Module, checkpoint: Checkpoint) -> None:
    try:
        network.load_state_dict(checkpoint.model)
    except RuntimeError as error:
        raise InputError(
            f"{run.last}: does not fit the network of {run.config}; put its settings back or start a new run"
        ) from error
