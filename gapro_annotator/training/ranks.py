"""One process or several under ``torchrun``: device, precision, and what they must agree on (Lightning Fabric)."""

import os
import random
from datetime import timedelta
from typing import Any

import numpy as np
import torch
from lightning_fabric import Fabric
from lightning_fabric.plugins.environments.lightning import LightningEnvironment
from lightning_fabric.plugins.environments.torchelastic import TorchElasticEnvironment
from lightning_fabric.strategies.ddp import DDPStrategy
from torch import Tensor, nn

from gapro_annotator.errors import InputError
from gapro_annotator.training.config import RunConfig
from gapro_annotator.training.launch import processes_here
from gapro_annotator.training.run_folder import Wish

_WISHES: tuple[Wish, ...] = ("go", "stop", "cancel")
# The others wait while the first evaluates.
_PATIENCE = timedelta(hours=6)


def start_fabric(config: RunConfig) -> Fabric:
    """Connect the processes of a run, or be the only one."""
    device = config.device
    if device == "cuda" and not torch.cuda.is_available():
        raise InputError("there is no CUDA device that torch can use; train with --device cpu or auto")
    accelerator = "cuda" if device != "cpu" and torch.cuda.is_available() else "cpu"
    if "WORLD_SIZE" not in os.environ:
        # Named, because Fabric would take a shell within a SLURM job for one of several processes.
        fabric = Fabric(accelerator=accelerator, devices=1, precision=config.precision, plugins=LightningEnvironment())
    else:
        here = processes_here()
        fabric = Fabric(
            accelerator=accelerator,
            devices=here,
            num_nodes=int(os.environ["WORLD_SIZE"]) // here,
            # A batch without instances leaves parameters of a head without a gradient.
            strategy=DDPStrategy(find_unused_parameters=True, timeout=_PATIENCE),
            precision=config.precision,
            plugins=TorchElasticEnvironment(),
        )
    fabric.launch()
    return fabric


def seed(*numbers: int) -> None:
    """Make what is random depend on these numbers alone: a resumed run draws what it would have drawn."""
    value = int(np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0])
    torch.manual_seed(value)
    random.seed(value)


def agreed(fabric: Fabric, wish: Wish, seconds: float, *, has_batch: bool) -> tuple[Wish, float, bool]:
    """Return what all processes do next: the strongest wish, the longest time, and whether all have a batch."""
    if fabric.world_size == 1:
        return wish, seconds, has_batch
    said = torch.tensor([_WISHES.index(wish), seconds, not has_batch], dtype=torch.float64, device=fabric.device)
    torch.distributed.all_reduce(said, torch.distributed.ReduceOp.MAX)
    strongest, longest, without = said.tolist()
    return _WISHES[int(strongest)], longest, not without


def mean_over_ranks(fabric: Fabric, values: Tensor) -> Tensor:
    """Average over the processes; not finite where one is not."""
    if fabric.world_size == 1:
        return values
    total = values.double()  # also those that were computed at half precision
    torch.distributed.all_reduce(total)
    return total / fabric.world_size


class Loss(nn.Module):
    """The loss of a network as the one thing that Fabric and DistributedDataParallel see.

    Parameters
    ----------
    network
        Called with a batch, returns the parts of the loss by name.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, sealed: "Sealed") -> dict[str, Tensor]:
        """Return the parts of the loss."""
        return self.network(sealed.batch)


class Sealed:
    """A batch that Fabric does not look into: it would cast coordinates and fail on frozen values.

    Parameters
    ----------
    batch
        See there.
    """

    def __init__(self, batch: Any) -> None:
        self.batch = batch
