"""The superpoints of a batch laid out scan by scan: one row a scan, padded to the longest (P places)."""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, eq=False, slots=True)
class ScanRows:
    """S superpoints of B scans in rows of P places.

    Parameters
    ----------
    place : (S,) int64
        Of each superpoint in the row of its scan.
    superpoint : (B, P) int64
        Which superpoint is at a place; 0 where none is.
    valid : (B, P) bool
        Whether one is.
    """

    place: Tensor
    superpoint: Tensor
    valid: Tensor

    @classmethod
    def of(cls, superpoint_scan: Tensor, scans: int) -> "ScanRows":
        """Lay out superpoints, given the scan of each, (S,) int64, in any order."""
        size = torch.bincount(superpoint_scan, minlength=scans)
        order = torch.argsort(superpoint_scan, stable=True)
        number = torch.arange(len(order), device=order.device)
        place = torch.empty_like(order)
        place[order] = number - (size.cumsum(0) - size)[superpoint_scan[order]]
        places = torch.arange(int(size.max()), device=order.device)
        valid = places < size[:, None]
        superpoint = torch.zeros(valid.shape, dtype=torch.int64, device=order.device)
        superpoint[superpoint_scan, place] = number
        return cls(place, superpoint, valid)

    def of_superpoints(self, values: Tensor) -> Tensor:
        """Turn (S, C) values of superpoints into (B, P, C), 0 where none is."""
        return values[self.superpoint] * self.valid[..., None]

    def of_instances(self, values: Tensor, scan: Tensor) -> Tensor:
        """Turn (K, S) values of instances into (K, P), given the scan of each, (K,); 0 where no superpoint is."""
        return values.gather(1, self.superpoint[scan]) * self.valid[scan]
