"""What the panel says of runs, in words."""

from gapro_annotator.training.config import RunConfig
from gapro_annotator.ui.naming import percent
from gapro_annotator.ui.training.run_reader import RunView

_PHASES = {
    "starting": "starting",
    "preparing": "reading scans",
    "training": "training",
    "evaluating": "evaluating",
    "features": "working out features",
    "labeling": "labelling scans",
    "done": "done",
    "stopped": "stopped, its model is kept",
    "cancelled": "cancelled",
    "failed": "failed",
}
_CONDITIONS = {
    "new": "not started",
    "dead": "ended unexpectedly",
    "silent": "not heard of, on another machine",
    "unreadable": "its state cannot be read",
}


def condition_of(view: RunView) -> str:
    """'training', 'stopped unexpectedly', 'done': one word or two."""
    if view.condition in _CONDITIONS:
        return _CONDITIONS[view.condition]
    return _PHASES[view.state.phase] if view.state is not None else "starting"


def summary_of(view: RunView) -> str:
    """One line: 'box-vote · training · step 412 of 2,000 · AP50 61 % · 4 min left'."""
    parts = [view.network or view.id, condition_of(view)]
    state = view.state
    if state is not None and state.round:
        parts.append(f"round {state.round}")
    if view.last is not None:
        parts.append(f"epoch {view.last.epoch}")
    if view.evaluations:
        parts.append(f"AP50 {share(view.evaluations[-1].scores.get('ap50'))}")
    if view.running and state is not None and state.seconds_left is not None:
        parts.append(f"{duration(state.seconds_left)} left")
    if view.condition == "dead":
        parts.append("Resume goes on from its last checkpoint")
    elif state is not None and state.message and (view.running or state.phase == "failed"):
        parts.append(state.message)
    return " · ".join(parts)


def facts_of(view: RunView) -> list[tuple[str, str]]:
    """Return the figures of a run, name and value."""
    last, state = view.last, view.state
    facts: list[tuple[str, str]] = []
    if state is not None and (state.step or state.total):
        facts.append(("Step", f"{state.step:,} of {state.total:,}" if state.total else f"{state.step:,}"))
    if last is not None:
        facts += [
            ("Epoch", f"{last.epoch:,}"),
            ("Loss", f"{last.loss:.3f}"),
            ("Speed", f"{last.steps_per_second:.2f} steps/s"),
            ("Waits for data", percent(last.data_share)),
            ("Memory", memory(last.memory_mb)),
            ("Trained for", duration(last.seconds)),
        ]
    if view.running and state is not None and state.seconds_left is not None:
        facts.append(("Time left", duration(state.seconds_left)))
    if state is not None and state.round:
        rounds = view.config.rounds if view.config else 0
        facts.append(("Round", f"{state.round} of {rounds}" if rounds else str(state.round)))
    return facts


def duration(seconds: float) -> str:
    """'40 s', '4 min', '1 h 20 min'."""
    seconds = max(round(seconds), 0)
    if seconds < 100:
        return f"{seconds} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min"


def memory(megabytes: float) -> str:
    """'812 MB', '3.2 GB'."""
    return f"{megabytes:.0f} MB" if megabytes < 1000 else f"{megabytes / 1024:.1f} GB"


def share(value: object) -> str:
    """'61 %'; a dash where it is undefined."""
    return percent(float(value)) if isinstance(value, int | float) else "–"


def settings_of(config: RunConfig) -> str:
    """'voxels 6 cm · 2 scans a step · ends after 10 min': what a preset means."""
    end = f"{config.epochs:,} epochs" if config.epochs else f"{config.minutes:g} min"
    return f"voxels {100 * config.data.voxel:g} cm · {config.data.batch} scans a step · usually {end}"
