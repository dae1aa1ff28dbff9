"""The merges of a cloud as a tree, and the cut that leaves a wanted number of groups."""

from dataclasses import dataclass

import numpy as np
from numba import njit

from gapro_annotator.arrays import Bool, Int64
from gapro_annotator.superpoints.regions import Merges


@dataclass(frozen=True, eq=False, slots=True)
class MergeTree:
    """Every merge of the points of a cloud, in the order they were made.

    Parameters
    ----------
    points
        N, the number of leaves: nodes 0..N-1.
    merges
        M of them; merge m makes node N + m.
    """

    points: int
    merges: Merges

    def cut(self, count: int) -> Int64:
        """Undo the highest merges until there are `count` groups; a node for each point's group, (N,).

        More groups are left where the cloud is in more separate pieces.
        """
        order = np.argsort(self.merges.height, kind="stable")  # of equal heights the parts come before their union
        kept = np.zeros(len(order), np.bool_)
        kept[order[: max(0, self.points - count)]] = True
        return _name_groups(self.merges.left, self.merges.right, kept, self.points)


@njit(cache=True)
def _name_groups(left: Int64, right: Int64, kept: Bool, points: int) -> Int64:
    """Hand the name of each kept merge down to its points, from the root on."""
    group = np.arange(points + len(kept))
    for merge in range(len(kept) - 1, -1, -1):
        if kept[merge]:
            group[left[merge]] = group[points + merge]
            group[right[merge]] = group[points + merge]
    return group[:points].copy()
