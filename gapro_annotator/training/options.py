"""The options of each network, with their usual values: what ``[options]`` may say. Loads no torch."""

from gapro_annotator.errors import InputError
from gapro_annotator.training.config import RunConfig

_BACKBONE = {"width": 16, "levels": 5, "blocks": 1}
OPTIONS: dict[str, dict[str, float]] = {
    "box-vote": {**_BACKBONE, "agreement": 0.5, "least_points": 30, "superpoints": 1},
    "spformer": {
        **_BACKBONE,
        "queries": 400,
        "dim": 256,
        "attention_heads": 8,
        "layers": 6,
        "hidden": 1024,
        "most": 100,
        "least_points": 100,
    },
    "pointgroup": {
        **_BACKBONE,
        "radius": 0.03,
        "foreground": 0.75,
        "background": 0.25,
        "most_iou": 0.3,
        "least_score": 0.09,
        "cluster_points": 50,
        "least_points": 100,
        "prepare_epochs": 0,
        "prepare_steps": 0,
        "extent": 14,
    },
}
"""By network; a whole number takes whole numbers alone. What they mean stands with each network."""
_ABOVE_ZERO = {*_BACKBONE, "queries", "dim", "attention_heads", "layers", "hidden", "most", "radius", "extent"}


def check_options(config: RunConfig) -> None:
    """Check that the network of a run is there and has the options that are set.

    Raises
    ------
    InputError
        It names what is unknown, or what a number cannot be.
    """
    if config.network not in OPTIONS:
        raise InputError(f"there is no network {config.network!r}; use one of {', '.join(OPTIONS)}")
    known = OPTIONS[config.network]
    for name, value in config.options.items():
        if name not in known:
            raise InputError(f"{config.network} has no option {name!r}; it has {', '.join(sorted(known))}")
        whole = isinstance(known[name], int)
        if not isinstance(value, int if whole else int | float):
            raise InputError(f"options.{name} must be {'a whole number' if whole else 'a number'}, not {value!r}")
        fits = value > 0 if name in _ABOVE_ZERO else value >= 0
        if not fits or value == float("inf"):
            least = "above 0" if name in _ABOVE_ZERO else "0 or more"
            raise InputError(f"options.{name} must be {least}, not {value!r}")
