"""A short name for the contents of a scan and its boxes, to tell whether something was made for them."""

import hashlib

import numpy as np

from gapro_annotator.boxes import Boxes
from gapro_annotator.scan import Scan


def scan_fingerprint(scan: Scan) -> str:
    """Return 32 hexadecimal digits that depend on every coordinate and superpoint."""
    return _digest(scan.xyz, scan.superpoint)


def boxed_fingerprint(scan: Scan, boxes: Boxes) -> str:
    """Return the same of a scan with its boxes; their order counts, too."""
    return _digest(scan.xyz, scan.superpoint, boxes.id, boxes.class_id, boxes.lower, boxes.upper)


def _digest(*arrays: np.ndarray) -> str:
    found = hashlib.blake2b(digest_size=16)
    for array in arrays:
        found.update(np.ascontiguousarray(array).data)
    return found.hexdigest()
