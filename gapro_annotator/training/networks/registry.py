"""Which networks there are."""

from importlib import import_module

from gapro_annotator.training.config import RunConfig
from gapro_annotator.training.networks.network import Head, Network, options_of
from gapro_annotator.training.networks.unet import UNet
from gapro_annotator.training.options import check_options

_HEADS = {
    "box-vote": ("box_vote", "BoxVote"),
    "spformer": ("spformer", "SPFormer"),
    "pointgroup": ("pointgroup", "PointGroup"),
}
_CHANNELS = {"rgb": 3, "xyz": 3, "normal": 3, "height": 1}


def build_network(config: RunConfig) -> Network:
    """Make the network of a run, with fresh weights from torch's generator.

    Backbone options: `width` (channels of the first level, 16), `levels` (5), `blocks` (residual blocks a stage, 1).
    """
    check_options(config)
    module, name = _HEADS[config.network]
    kind: type[Head] = getattr(import_module(f"gapro_annotator.training.networks.{module}"), name)
    shape = options_of(config, width=16, levels=5, blocks=1)
    channels = sum(_CHANNELS[feature] for feature in config.data.features)
    backbone = UNet(channels, width=int(shape["width"]), levels=int(shape["levels"]), blocks=int(shape["blocks"]))
    return Network(backbone, kind(backbone.out_channels, len(config.classes), config))
