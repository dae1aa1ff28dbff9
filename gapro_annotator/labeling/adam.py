"""Adam (Kingma and Ba 2015), step by step as `torch.optim.Adam`, which imports torch's compiler: a second."""

from collections.abc import Iterable

import torch

_DECAY, _SQUARED_DECAY, _LEAST = 0.9, 0.999, 1e-8


class Adam:
    """Moves parameters against their gradients.

    Parameters
    ----------
    parameters
        Those without a gradient stay as they are.
    rate
        Of learning.
    """

    def __init__(self, parameters: Iterable[torch.nn.Parameter | torch.Tensor], rate: float) -> None:
        self._parameters = list(parameters)
        self._mean = [torch.zeros_like(one) for one in self._parameters]
        self._square = [torch.zeros_like(one) for one in self._parameters]
        self._rate = rate
        self._steps = 0

    def zero_grad(self) -> None:
        """Forget the gradients of the last step."""
        for one in self._parameters:
            one.grad = None

    @torch.no_grad()
    def step(self) -> None:
        """Move every parameter that has a gradient."""
        self._steps += 1
        rate = self._rate / (1 - _DECAY**self._steps)
        correction = (1 - _SQUARED_DECAY**self._steps) ** 0.5
        for one, mean, square in zip(self._parameters, self._mean, self._square, strict=True):
            if one.grad is None:
                continue
            mean.lerp_(one.grad, 1 - _DECAY)
            square.mul_(_SQUARED_DECAY).addcmul_(one.grad, one.grad, value=1 - _SQUARED_DECAY)
            one.addcdiv_(mean, (square.sqrt() / correction).add_(_LEAST), value=-rate)
