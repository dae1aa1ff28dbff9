"""How a run trains: the values of ``RUN/config.toml``. Loads no torch."""

import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from importlib import resources
from operator import attrgetter
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args, get_origin, get_type_hints

import tomli_w

from gapro_annotator.errors import InputError, InvalidValueError, reason_of
from gapro_annotator.scan import check_scan_name
from gapro_annotator.store.atomic import replacing

Precision: TypeAlias = Literal["32-true", "bf16-mixed", "16-mixed"]
KlForm: TypeAlias = Literal["stable", "literal", "mse", "none"]
Rotation: TypeAlias = Literal["any", "quarters", "none"]
Feature: TypeAlias = Literal["rgb", "xyz", "normal", "height"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DataConfig:
    """What the network sees of a scan.

    Parameters
    ----------
    voxel
        Edge of a voxel, metres.
    features
        Columns of a point: colour (3), place (3), normal (3), height above the lowest point (1). What a scan lacks is
        zero.
    most_voxels
        Of one scan in a training step; a larger one is cropped around one of its instances.
    batch
        Scans a step.
    """

    voxel: float = 0.02
    features: tuple[Feature, ...] = ("rgb", "xyz")
    most_voxels: int = 100_000
    batch: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class AugmentationConfig:
    """How a scan is changed before each step, as PointGroup and SPFormer do.

    Parameters
    ----------
    jitter
        Standard deviation of the entries added to the 3×3 matrix.
    flip
        Mirror x.
    rotate
        Turn about z: by any angle; by quarters, which keeps boxes and rooms along the axes; or not.
    elastic
        Pairs of (granularity, magnitude) in voxels; empty for none.
    color
        Standard deviation of the shift of each colour channel, channels being -1..1.
    drop
        Largest share of the points that is left out.
    scale
        Size changes by up to this share.
    """

    jitter: float = 0.1
    flip: bool = True
    rotate: Rotation = "any"
    elastic: tuple[tuple[float, float], ...] = ((6.0, 40.0), (20.0, 160.0))
    color: float = 0.1
    drop: float = 0.0
    scale: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimizerConfig:
    """AdamW with linear warm-up and polynomial decay.

    Parameters
    ----------
    rate, weight_decay
        Of AdamW.
    warm_up
        Steps.
    power
        Of the decay over the whole run.
    clip
        Largest norm of the gradient; 0 for no limit.
    """

    rate: float = 2e-4
    weight_decay: float = 0.05
    warm_up: int = 0
    power: float = 0.9
    clip: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LossConfig:
    """How far labels are believed.

    Parameters
    ----------
    by_probability
        A point of a pseudo label counts by the probability that it is right; a person's label counts 1.
    fallback
        Weight of points that were decided by a fallback rule, on top of that.
    kl
        GaPro's Eq. 3 for heads that predict masks: the right and stable form, the form as printed, squared error of
        the mean alone, or none.
    kl_weight
        Of that loss.
    """

    by_probability: bool = True
    fallback: float = 0.5
    kl: KlForm = "stable"
    kl_weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RunConfig:
    """One run; saved as ``config.toml``.

    Parameters
    ----------
    network
        Name of a network (`networks.registry`).
    options
        Of its backbone and head, by name; each network documents its own.
    data, augmentation, optimizer, loss
        See there.
    scans, validation
        Names: what is learnt from, and what the evaluations score.
    classes, class_ids
        Of the project when the run was made.
    epochs, minutes
        The run ends with whichever comes first; 0 for no limit. Minutes count training, not waiting.
    evaluate_minutes
        Between evaluations; 0: at the end only.
    checkpoint_seconds
        Between checkpoints.
    device
        'auto' takes CUDA where there is one.
    precision
        Of the forward pass: float32, or bfloat16 or float16 where torch deems it safe (with weights in float32).
    threads
        0: all cores but one.
    seed
        Of initial weights, order and augmentation.
    warm_start
        Run folder of which the weights are taken over where they fit; empty for none.
    rounds
        0: train once. Otherwise rounds of self-training.
    features
        Columns of the deep features that the labeler gets.
    """

    network: str = "box-vote"
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])
    data: DataConfig = field(default_factory=DataConfig)
    augmentation: AugmentationConfig = field(default_factory=AugmentationConfig)
    optimizer: OptimizerConfig = field(default_factory=OptimizerConfig)
    loss: LossConfig = field(default_factory=LossConfig)
    scans: tuple[str, ...] = ()
    validation: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    class_ids: tuple[int, ...] = ()
    epochs: int = 0
    minutes: float = 0.0
    evaluate_minutes: float = 2.0
    checkpoint_seconds: float = 120.0
    device: Literal["auto", "cpu", "cuda"] = "auto"
    precision: Precision = "32-true"
    threads: int = 0
    seed: int = 0
    warm_start: str = ""
    rounds: int = 0
    features: int = 16

    def __post_init__(self) -> None:
        for name in (*self.scans, *self.validation):
            check_scan_name(name)
        for name, value, (least, most, what) in _limited(self):
            if not (least <= value <= most and math.isfinite(value)):  # NaN is between no two numbers
                raise InvalidValueError(f"run.{name} must be {what}, not {value!r}")
        if self.epochs == 0 and self.minutes == 0:
            raise InvalidValueError("a run needs an end; give --epochs or --minutes above 0")
        if not self.data.features:
            raise InvalidValueError("run.data.features names nothing that the network sees; name one, such as 'rgb'")


_TINY = 1e-9
_ABOVE_0 = (_TINY, math.inf, "above 0")
_FROM_0 = (0, math.inf, "0 or more")
_FROM_1 = (1, math.inf, "1 or more")
_SHARE = (0, 1, "from 0 to 1")
_LIMITS: dict[str, tuple[float, float, str]] = {
    "data.voxel": _ABOVE_0,
    "data.most_voxels": _FROM_1,
    "data.batch": _FROM_1,
    "augmentation.jitter": _FROM_0,
    "augmentation.color": _FROM_0,
    "augmentation.drop": (0, 0.99, "from 0 to 0.99"),
    "augmentation.scale": (0, 0.99, "from 0 to 0.99"),
    "optimizer.rate": _ABOVE_0,
    "optimizer.weight_decay": _FROM_0,
    "optimizer.warm_up": _FROM_0,
    "optimizer.power": _FROM_0,
    "optimizer.clip": _FROM_0,
    "loss.fallback": _SHARE,
    "loss.kl_weight": _FROM_0,
    "epochs": _FROM_0,
    "minutes": _FROM_0,
    "evaluate_minutes": _FROM_0,
    "checkpoint_seconds": _FROM_0,
    "threads": _FROM_0,
    "seed": (0, 2**63 - 1, "from 0 to 2⁶³ - 1"),
    "rounds": _FROM_0,
    "features": _FROM_1,
}
"""Least and most of every number, and these in words."""


def _limited(config: RunConfig) -> Iterable[tuple[str, float, tuple[float, float, str]]]:
    for name, limits in _LIMITS.items():
        yield name, attrgetter(name)(config), limits
    for number, (granularity, magnitude) in enumerate(config.augmentation.elastic):
        yield f"augmentation.elastic[{number}][0]", granularity, _ABOVE_0
        yield f"augmentation.elastic[{number}][1]", magnitude, _FROM_0


def preset_names() -> list[str]:
    """Names of the configurations that come with the package: each network as published, and a small one."""
    folder = resources.files("gapro_annotator.training") / "presets"
    return sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml"))


def preset(name: str) -> RunConfig:
    """Read a configuration that comes with the package.

    Raises
    ------
    InputError
        There is none of this name.
    """
    if name not in preset_names():
        raise InputError(f"there is no network {name!r}; use one of {', '.join(preset_names())}")
    text = (resources.files("gapro_annotator.training") / "presets" / f"{name}.toml").read_text(encoding="utf-8")
    return config_of(tomllib.loads(text))


def read_config(path: Path) -> RunConfig:
    """Read a run's ``config.toml``; InputError where it is missing or wrong."""
    try:
        return config_of(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise InputError(f"{path}: cannot be read ({reason_of(error)}); start a new run") from error


def write_config(path: Path, config: RunConfig) -> None:
    """Write a run's ``config.toml``."""
    with replacing(path) as temporary:
        temporary.write_text(tomli_w.dumps(asdict(config)), encoding="utf-8")


def config_of(settings: Mapping[str, Any]) -> RunConfig:
    """Make the value of what a file says; InvalidValueError names a setting that is unknown or of another kind."""
    return _value_of(RunConfig, settings, "run")


def changed(config: RunConfig, settings: Mapping[str, Any]) -> RunConfig:
    """Lay settings over a configuration, tables key by key."""
    return config_of(_merged(asdict(config), settings))


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    both = dict(below)
    for key, value in above.items():
        old = both.get(key)
        both[key] = _merged(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return both


def _value_of(kind: type[Any], settings: Mapping[str, Any], what: str) -> Any:
    hints = get_type_hints(kind)
    known = {one.name for one in fields(kind)}
    values: dict[str, Any] = {}
    for key, value in settings.items():
        if key not in known:
            raise InvalidValueError(f"{what} has no setting {key!r}; it has {', '.join(sorted(known))}")
        values[key] = _checked(hints[key], value, f"{what}.{key}")
    return kind(**values)


def _checked(hint: Any, value: Any, what: str) -> Any:
    """Return the value as the field wants it; tables become dataclasses, lists tuples."""
    if isinstance(hint, type) and is_dataclass(hint):
        if not isinstance(value, Mapping):
            raise InvalidValueError(f"{what} must be a table, not {value!r}")
        return _value_of(hint, value, what)
    if get_origin(hint) is Literal:
        if value not in get_args(hint):
            raise InvalidValueError(f"{what} must be one of {', '.join(map(str, get_args(hint)))}, not {value!r}")
        return value
    if get_origin(hint) is tuple:
        if not isinstance(value, list | tuple):
            raise InvalidValueError(f"{what} must be a list, not {value!r}")
        kinds = get_args(hint)
        if kinds[-1] is not Ellipsis and len(value) != len(kinds):
            raise InvalidValueError(f"{what} must be a list of {len(kinds)}, not {value!r}")
        return tuple(_checked(kinds[0], item, what) for item in value)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    wanted = hint if isinstance(hint, type) else Mapping
    if not isinstance(value, wanted) or (isinstance(value, bool) and wanted is not bool):
        raise InvalidValueError(f"{what} must be {wanted.__name__}, not {value!r}")
    return value
