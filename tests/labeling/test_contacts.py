import numpy as np
import pytest
from labeling_scenes import random_scan

from gapro_annotator.labeling.contacts import Contacts, contacts_of
from gapro_annotator.labeling.superpoint_statistics import superpoint_statistics
from gapro_annotator.scan import Scan


def contacts(scan: Scan, spacing: float = 0.05) -> Contacts:
    return contacts_of(scan.xyz, scan.superpoint, spacing, superpoint_statistics(scan))


def by_brute_force(scan: Scan, edge: float) -> dict[tuple[int, int], int]:
    """Count the pairs of neighbouring voxels of each two superpoints; a voxel that both are in counts twice."""
    middle = (scan.xyz.min(axis=0).astype(float) + scan.xyz.max(axis=0)) / 2
    cells = np.rint((scan.xyz - middle) / edge).astype(int)
    occupied = sorted({(*cell, owner) for cell, owner in zip(cells.tolist(), scan.superpoint.tolist(), strict=True)})
    found: dict[tuple[int, int], int] = {}
    for *here, one in occupied:
        for *there, other in occupied:
            if one < other and max(abs(a - b) for a, b in zip(here, there, strict=True)) <= 1:
                found[one, other] = found.get((one, other), 0) + (2 if here == there else 1)
    return found


def test_contacts_are_those_of_brute_force():
    scan = random_scan(1, points=250, superpoints=12)
    found = contacts(scan)
    expected = by_brute_force(scan, 2.5 * 0.05)
    pairs = zip(found.first.tolist(), found.second.tolist(), strict=True)
    assert dict(zip(pairs, found.weight.tolist(), strict=True)) == expected


def test_each_pair_is_named_once_and_none_touches_itself():
    found = contacts(random_scan(2))
    assert (found.first < found.second).all()
    assert len({*zip(found.first.tolist(), found.second.tolist(), strict=True)}) == len(found.first)
    one, other, weight, _ = found.both_ways()
    assert sorted(zip(one.tolist(), other.tolist(), strict=True)) == sorted(
        zip(other.tolist(), one.tolist(), strict=True)
    )
    assert weight.sum() == 2 * found.weight.sum()


def test_a_wide_gap_changes_no_contact():
    scan = random_scan(3, points=400)
    far = scan.xyz.copy()
    far[0] += np.float32(2e6)
    apart = Scan(name="apart", xyz=far, origin=np.zeros(3), superpoint=scan.superpoint, rgb=scan.rgb)
    near = contacts(Scan(name="near", xyz=scan.xyz + np.float32(0), origin=np.zeros(3), superpoint=scan.superpoint))
    found = contacts(apart, spacing=1e-4)
    assert (found.first < found.second).all()
    assert len(found.first) < len(near.first)


def test_what_looks_alike_touches_more():
    line = np.arange(40)
    scan = Scan(
        name="line",
        xyz=np.stack([line * 0.05, line * 0, line * 0], axis=1).astype(np.float32),
        origin=np.zeros(3),
        rgb=np.repeat(np.uint8([[200, 0, 0], [200, 0, 0], [0, 0, 200], [0, 0, 200]]), 10, axis=0),
        superpoint=np.repeat(np.arange(4, dtype=np.int32), 10),
    )
    found = contacts(scan)
    likeness = dict(zip(found.first.tolist(), (found.alike / found.weight).tolist(), strict=True))
    assert likeness[0] == pytest.approx(1, abs=0.01)
    assert likeness[2] == pytest.approx(1, abs=0.01)
    assert likeness[1] < 0.01


def test_a_scan_without_points_has_no_contacts():
    empty = Scan(name="empty", xyz=np.zeros((0, 3), np.float32), origin=np.zeros(3), superpoint=np.zeros(0, np.int32))
    assert not len(contacts(empty).first)
