"""The smallest thing that trains: real loop, process and files, with a network of a few weights and numbers as data."""

import os
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from gapro_annotator.training.config import RunConfig
from gapro_annotator.training.loop import Job, Outcome, train
from gapro_annotator.training.process import Desk, work_on
from gapro_annotator.training.run_folder import RunFolder

STEPS = 20


@dataclass(frozen=True)
class TinyBatch:
    x: Tensor
    y: Tensor

    def to(self, _device: object) -> "TinyBatch":
        return self


class TinyNetwork(nn.Module):
    """A line through the points; `ballast` makes its checkpoints take a while."""

    def __init__(self, config: RunConfig) -> None:
        super().__init__()
        self.line = nn.Linear(4, 1)
        self.unused = nn.Linear(2, 2)  # as a head's parameters are in a batch without instances
        self.noise = float(config.options.get("noise", 0.1))
        self.register_buffer("mean", torch.zeros(4))  # moves in the forward pass, as batch norm's do
        self.register_buffer("ballast", torch.zeros(int(config.options.get("ballast", 1))))

    def forward(self, batch: TinyBatch) -> dict[str, Tensor]:
        self.mean = self.mean.lerp(batch.x.mean(dim=0), 0.1)
        guess = self.line(batch.x + self.noise * torch.randn_like(batch.x))[:, 0]
        return {"squared": (guess - batch.y).square().mean(), "size": 0.01 * self.line.weight.square().sum()}


class TinyData:
    """Batches of numbers, each from seed, epoch and its own number; ranks share a batch."""

    def __init__(self, config: RunConfig) -> None:
        self.config = config
        self.delay = float(config.options.get("delay", 0))
        self.bad = set(config.options.get("bad", ()))  # batches of an epoch that hold a NaN
        self.seen: list[tuple[int, int]] = []

    @property
    def steps_per_epoch(self) -> int:
        return STEPS * int(os.environ.get("WORLD_SIZE", "1"))  # as many for each rank, of half the size

    def batches(self, epoch: int, skip: int = 0, rank: int = 0, ranks: int = 1) -> Iterator[TinyBatch]:
        for number in range(skip, STEPS):
            time.sleep(self.delay)
            self.seen.append((epoch, number))
            random = np.random.default_rng([self.config.seed, epoch, number])
            x = torch.from_numpy(random.normal(size=(16, 4)).astype(np.float32))
            if number in self.bad:
                x[0, 0] = torch.nan
            y = x @ torch.tensor([1.0, -2.0, 0.5, 0.0])
            yield TinyBatch(x[rank::ranks], y[rank::ranks])


def tiny_evaluate(network: Any, *_: object) -> Mapping[str, Any]:
    off = float((network.line.weight[0].detach() - torch.tensor([1.0, -2.0, 0.5, 0.0])).norm())
    return {"scores": {"ap50": 1 / (1 + off), "ap": 0.5 / (1 + off)}, "against": "labels", "scans": ["one"]}


def tiny_config(**changes: Any) -> RunConfig:
    usual: dict[str, Any] = {"epochs": 2, "threads": 1, "evaluate_minutes": 0.0}
    return RunConfig(**{**usual, **changes})


def tiny_job(desk: Desk, data: TinyData, evaluate: Any = tiny_evaluate, number: int = 0) -> Job:
    return Job(
        run=desk.run,
        config=desk.config,
        data=data,
        evaluate=evaluate,
        build=TinyNetwork,
        status=desk.status,
        wish=desk.wish,
        round=number,
    )


def tiny_work(desk: Desk) -> Outcome:
    torch.set_num_threads(1)
    return train(tiny_job(desk, TinyData(desk.config)))


if __name__ == "__main__":  # under torchrun
    sys.exit(work_on(RunFolder(Path(sys.argv[1])), tiny_work))
