"""Makes a run of a project: which scans, which network, how long; the labels are copied. Loads no torch."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import metadata
from typing import Any

from gapro_annotator.errors import InputError
from gapro_annotator.project import Project
from gapro_annotator.store.scan_file import is_labelled
from gapro_annotator.training.config import RunConfig, changed, preset
from gapro_annotator.training.data.snapshot import snapshot_labels
from gapro_annotator.training.options import check_options
from gapro_annotator.training.run_folder import RunFolder, create_run

_FEWEST_TO_HOLD_OUT = 5
_ONE_HELD_OUT_OF = 8


def usual_network() -> str:
    """Name of the network that suits this machine: the published SPFormer needs a GPU, and what computes on it."""
    return "spformer" if shutil.which("nvidia-smi") and _has_gpu_engine() else "box-vote"


def _has_gpu_engine() -> bool:
    """Whether torch and a sparse convolution for GPUs are installed, of which nothing is loaded."""
    installed = _installed()
    sparse = any(name == "spconv-triton" or name.startswith("spconv-cu") for name in installed)
    return sparse and not installed.get("torch", "+cpu").endswith("+cpu")


@cache
def _installed() -> dict[str, str]:
    """Versions of what is installed, by name."""
    return {str(one.name).lower().replace("_", "-"): one.version for one in metadata.distributions()}


def labelled_scans(project: Project) -> list[str]:
    """Names of the scans that have labels to learn from."""
    return [name for name in project.scan_names() if is_labelled(project.scan_path(name))]


def held_out(names: Sequence[str]) -> list[str]:
    """Choose scans to score the network on: every eighth, none where fewer than five are there to learn from."""
    if len(names) < _FEWEST_TO_HOLD_OUT:
        return []
    return list(names[_ONE_HELD_OUT_OF // 2 :: _ONE_HELD_OUT_OF])


def plan_run(
    project: Project,
    network: str | None = None,
    *,
    scans: Sequence[str] = (),
    validation: Sequence[str] | None = None,
    epochs: int | None = None,
    minutes: float | None = None,
    settings: Mapping[str, Any] | None = None,
) -> RunConfig:
    """Choose the configuration of a run.

    Parameters
    ----------
    project
        Its labelled scans are learnt from.
    network
        Name of a preset; None for the one that suits this machine.
    scans
        Only these, held-out ones included; none means all that are labelled.
    validation
        Held out from learning; None chooses some.
    epochs, minutes
        When to end; one that is given alone replaces both of the preset.
    settings
        Laid over the preset, tables key by key.

    Raises
    ------
    InputError
        There is no such network, scan or option, or nothing to learn from.
    """
    have = labelled_scans(project)
    for name in (*scans, *(validation or ())):
        if name not in have:
            there = "is not labelled yet; label it first" if name in project.scan_names() else "is not in the project"
            raise InputError(f"{name}: {there}, or leave it out")
    chosen = [name for name in have if not scans or name in scans or name in (validation or ())]
    out = held_out(chosen) if validation is None else list(validation)
    learnt = [name for name in chosen if name not in out]
    if not learnt:
        raise InputError(f"{project.folder}: has no labelled scan to learn from; run gapro-annotator label first")
    ends: dict[str, Any] = {}
    if epochs is not None or minutes is not None:
        ends = {"epochs": epochs or 0, "minutes": float(minutes or 0)}
    fixed = {
        "scans": learnt,
        "validation": out,
        "classes": list(project.classes.name),
        "class_ids": project.classes.id.tolist(),
    }
    config = changed(preset(network or usual_network()), {**(settings or {}), **ends, **fixed})
    check_options(config)
    return config


def make_run(project: Project, config: RunConfig, progress: Callable[[int, int, str], bool] | None = None) -> RunFolder:
    """Make the run's folder and copy the labels; `launch` starts it. Whatever ends this early leaves no folder."""
    check_options(config)
    run = create_run(project.folder, config)
    try:
        snapshot_labels(project, run.labels, [*config.scans, *config.validation], progress)
    except BaseException:  # Ctrl+C as well
        shutil.rmtree(run.path, ignore_errors=True)
        raise
    return run
