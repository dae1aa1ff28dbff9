"""When a run ends, and how fast it learns on the way there."""

from gapro_annotator.training.checkpoint import Place
from gapro_annotator.training.config import RunConfig


def progress(config: RunConfig, place: Place, steps_per_epoch: int) -> float:
    """Return how much of a round is done, 0..1: by epochs or by minutes, whichever is further."""
    shares = [0.0]
    if config.epochs:
        shares.append((place.epoch + min(1.0, place.batch / max(1, steps_per_epoch))) / config.epochs)
    if config.minutes:
        shares.append((place.seconds - place.first_seconds) / (60 * config.minutes))
    return min(1.0, max(shares))


def learning_rate(config: RunConfig, place: Place, done: float) -> float:
    """Return the rate of the next step: linear warm-up times polynomial decay."""
    steps = place.step - place.first_step + 1
    warm = min(1.0, steps / config.optimizer.warm_up) if config.optimizer.warm_up else 1.0
    return config.optimizer.rate * warm * (1 - done) ** config.optimizer.power


def seconds_left(place: Place, done: float) -> float | None:
    """Return the training time that is left of a round; None before anything is known."""
    seconds = place.seconds - place.first_seconds
    return seconds * (1 - done) / done if done > 0 and seconds > 0 else None
