"""Which device a run or a trained network computes on."""

import torch

from gapro_annotator.errors import InputError
from gapro_annotator.training.sparse import engine_of


def choose_device(wanted: str) -> torch.device:
    """Return the device for 'auto', 'cpu' or 'cuda'.

    Raises
    ------
    InputError
        CUDA was asked for and there is none.
    TrainingError
        No sparse convolution that is installed runs there; it says what to install.
    """
    if wanted == "cuda" and not torch.cuda.is_available():
        raise InputError("there is no CUDA device that torch can use; take --device cpu or auto")
    device = torch.device("cuda" if wanted != "cpu" and torch.cuda.is_available() else "cpu")
    engine_of(device)
    return device
