"""Graph kernels of blocks that were solved before: a box that is moved, removed or put back changes few of them."""

from collections import OrderedDict
from collections.abc import Callable

from gapro_annotator.arrays import Float64, Int64

_MOST_BYTES = 128_000_000


class KeptKernels:
    """Graph kernels of one scan by the superpoints that they are between; the latest, up to 128 MB of them.

    A kernel is a function of its superpoints alone, as contacts are the scan's: whoever gets a kept one gets what would
    be worked out anew, to the last bit.
    """

    def __init__(self) -> None:
        self._kernels: OrderedDict[bytes, Float64] = OrderedDict()

    def of(self, superpoints: Int64, work_out: Callable[[], Float64]) -> Float64:
        """Return the (n, n) kernel between these superpoints, (n,) sorted."""
        key = superpoints.tobytes()
        kernel = self._kernels.pop(key, None)
        if kernel is None:
            kernel = work_out()
        self._kernels[key] = kernel
        while len(self._kernels) > 1 and sum(kept.nbytes for kept in self._kernels.values()) > _MOST_BYTES:
            self._kernels.popitem(last=False)
        return kernel
