"""A network: the U-Net backbone and a head.

A new head is a file with a subclass of `Head`, a line in `registry`, and its options in `training.options`.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn

from gapro_annotator.training.config import RunConfig
from gapro_annotator.training.data.batch import Batch
from gapro_annotator.training.networks.unet import UNet
from gapro_annotator.training.sparse import sparse_tensor


@dataclass(frozen=True, eq=False, slots=True)
class Found:
    """Objects that a head found in one scan of a batch.

    Parameters
    ----------
    masks : (K, n) bool
        Over the n points that the batch holds of the scan, in their order; masks may overlap.
    class_row : (K,) int64
        Row of the class table.
    confidence : (K,) float32
        Higher is surer.
    """

    masks: Tensor
    class_row: Tensor
    confidence: Tensor


class Head(nn.Module, ABC):
    """What makes instances of the backbone's features.

    Subclasses are made with ``(channels, class_count, config)``: C of the features, the number of classes without
    background, and the `RunConfig`, of which they read `options` and `loss`. All methods get the backbone's output,
    (V, C) float32, and the batch that it belongs to.
    """

    class_branch: ClassVar[str] = "semantic"
    """The submodule of which the last linear layer has a row for each class, in the order of the class table, and one
    for none of them at the end."""

    @property
    def class_layer(self) -> str:
        """Name of that layer within the head."""
        branch = self.get_submodule(self.class_branch)
        layers = [name for name, module in branch.named_modules() if isinstance(module, nn.Linear)]
        return f"{self.class_branch}.{layers[-1]}" if layers[-1] else self.class_branch

    @abstractmethod
    def loss(self, features: Tensor, batch: Batch) -> dict[str, Tensor]:
        """Return the parts of the loss by name, scalars that are summed; `batch.targets` is given.

        A batch without any instance must give a finite loss of the same parts: several processes average them one by
        one, in their order.
        """

    @abstractmethod
    def predict(self, features: Tensor, batch: Batch) -> list[Found]:
        """Return what is found in each scan of the batch, surest first."""

    @abstractmethod
    def point_features(self, features: Tensor, batch: Batch) -> Tensor:
        """Return the deep features (N, D) that the labeler is to see."""


class Network(nn.Module):
    """Backbone and head.

    Parameters
    ----------
    backbone, head
        See there.
    """

    def __init__(self, backbone: UNet, head: Head) -> None:
        super().__init__()
        self.backbone = backbone
        self.head = head

    def features(self, batch: Batch) -> Tensor:
        """(V, C) features of the voxels."""
        return self.backbone(sparse_tensor(batch.voxel_features, batch.coordinates, len(batch), batch.pairs))

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Return the parts of the loss by name."""
        return self.head.loss(self.features(batch), batch)

    # Under DistributedDataParallel only `forward` synchronises gradients.
    forward = loss

    @torch.no_grad()
    def predict(self, batch: Batch) -> list[Found]:
        """Return what is found in each scan of the batch, surest first."""
        return self.head.predict(self.features(batch), batch)

    @torch.no_grad()
    def point_features(self, batch: Batch) -> Tensor:
        """(N, D) deep features of the points."""
        return self.head.point_features(self.features(batch), batch)


def options_of(config: RunConfig, **usual: float) -> dict[str, float]:
    """Return the network's options, those that the run leaves out at their usual values."""
    return {name: type(value)(config.options.get(name, value)) for name, value in usual.items()}
