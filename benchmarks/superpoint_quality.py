"""What superpoints keep of the ground truth: purity, oracle, swallowed objects, flat things merged into walls.

    python benchmarks/superpoint_quality.py                        ten generated rooms
    python benchmarks/superpoint_quality.py FOLDER_OR_PLY...       scans with NAME.ply and NAME.gt.npz

A scan with NAME.boxes.json and NAME.furniture.boxes.json gets a row for each: what has no box is background there.
A mesh gets a row as mesh and one as cloud.

purity     share of the points that lie in the majority instance of their superpoint
oracle     mean IoU over the instances (and background) when each superpoint takes its majority
AP, AP90   class-agnostic, of that labeling, instances of 50 points or more, one confidence
least      smallest share of an instance that lies in superpoints of its majority
swallowed  instances that no superpoint's majority is
flat lost  share of the points of pictures, windows, doors and curtains that lie in superpoints of another majority
"""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from plyfile import PlyData

from gapro_annotator.arrays import Bool, Float32, Int32, UInt8
from gapro_annotator.classes import Classes
from gapro_annotator.demo import generate_room
from gapro_annotator.evaluation import Scores, pool_scores, score_labels
from gapro_annotator.superpoints import compute_superpoints

FLAT = frozenset(("picture", "photo frame", "window", "door", "curtain"))
FEWEST = 50
HEAD = (
    f"{'scan':22}{'boxed':>10}{'kind':>6}{'points':>9}{'count':>7}{'purity':>8}{'oracle':>8}"
    f"{'AP':>7}{'AP90':>7}{'least':>7}{'swallowed':>11}{'flat lost':>14}"
)


@dataclass(frozen=True, eq=False, slots=True)
class Measured:
    """One scan with its ground truth; `flat` (N,) marks the points of flat things on walls."""

    name: str
    boxed: str
    xyz: Float32
    rgb: UInt8 | None
    faces: Int32 | None
    instance: Int32
    flat: Bool


@dataclass(frozen=True, slots=True)
class Quality:
    """What the superpoints of one scan keep; swallowed and flat as (part, whole)."""

    purity: float
    oracle: float
    least: float
    swallowed: tuple[int, int]
    flat: tuple[int, int]
    scores: Scores


def majority(superpoint: Int32, instance: Int32) -> Int32:
    """The instance that most points of each superpoint have, at each point; of ties the larger number."""
    names, number = np.unique(instance, return_inverse=True)
    pair, votes = np.unique(superpoint.astype(np.int64) * len(names) + number, return_counts=True)
    order = np.argsort(votes, kind="stable")
    most = np.zeros(superpoint.max() + 1, np.int64)
    most[pair[order] // len(names)] = pair[order] % len(names)  # the last, largest vote stays
    return names[most[superpoint]]


def judge(superpoint: Int32, scan: Measured) -> Quality:
    true = scan.instance
    oracle = majority(superpoint, true)
    names, number = np.unique(true, return_inverse=True)
    size = np.bincount(number)
    hit = np.bincount(number[oracle == true], minlength=len(names))
    given = np.array([(oracle == name).sum() for name in names])
    asked = (names >= 0) & (size >= FEWEST)
    one_class = (np.where(labels >= 0, 0, -1).astype(np.int32) for labels in (oracle, true))
    given_class, true_class = one_class
    scores = score_labels(oracle, given_class, true, true_class, Classes.of(["object"]), min_points=FEWEST)
    return Quality(
        purity=float(hit.sum() / len(true)),
        oracle=float((hit / (size + given - hit)).mean()),
        least=float((hit / size)[asked].min(initial=1.0)),
        swallowed=(int((given[asked] == 0).sum()), int(asked.sum())),
        flat=(int((oracle != true)[scan.flat].sum()), int(scan.flat.sum())),
        scores=scores,
    )


def read(path: Path) -> Iterator[Measured]:
    """A PLY file with its ground truth, once for each boxes file beside it."""
    ply = PlyData.read(path)
    vertex = ply["vertex"]
    xyz = np.stack([vertex[name] for name in ("x", "y", "z")], axis=1).astype(np.float32)
    rgb = np.stack([vertex[name] for name in ("red", "green", "blue")], axis=1).astype(np.uint8)
    faces = np.vstack(ply["face"]["vertex_indices"]).astype(np.int32) if "face" in ply else None
    stem = path.stem.removesuffix("_vh_clean_2")
    with np.load(path.with_name(f"{stem}.gt.npz")) as truth:
        instance, semantic, class_names = truth["instance"], truth["semantic"], truth["class_names"]
    is_flat = np.array([name in FLAT for name in class_names] + [False])
    for suffix, boxed in ((".boxes.json", "all"), (".furniture.boxes.json", "furniture")):
        boxes = path.with_name(stem + suffix)
        if not boxes.exists():
            continue
        ids = [box["id"] for box in json.loads(boxes.read_text(encoding="utf-8"))["boxes"]]
        known = np.where(np.isin(instance, ids), instance, -1).astype(np.int32)
        yield Measured(stem, boxed, xyz, rgb, faces, known, is_flat[semantic] & (known >= 0))


def rooms(count: int, points: int) -> Iterator[Measured]:
    for seed in range(count):
        room = generate_room(seed, points=points)
        truth = room.ground_truth
        assert truth is not None
        picture = room.classes.id[list(room.classes.name).index("picture")]
        yield Measured(
            room.scan.name, "all", room.scan.xyz, room.scan.rgb, None, truth.instance, truth.semantic == picture
        )


def report(scan: Measured, superpoint: Int32, kind: str) -> Quality:
    quality = judge(superpoint, scan)
    ap = quality.scores.class_agnostic.measures()
    swallowed, flat = "{} of {}".format(*quality.swallowed), "{} of {}".format(*quality.flat)
    print(
        f"{scan.name:22}{scan.boxed:>10}{kind:>6}{len(scan.xyz):>9}{superpoint.max() + 1:>7}{quality.purity:>8.4f}"
        f"{quality.oracle:>8.3f}{100 * (ap['ap'] or 0):>7.1f}{100 * (ap['ap90'] or 0):>7.1f}{quality.least:>7.2f}"
        f"{swallowed:>11}{flat:>14}",
        flush=True,
    )
    return quality


def summarise(name: str, qualities: list[Quality]) -> None:
    ap = pool_scores([quality.scores for quality in qualities]).class_agnostic.measures()
    swallowed, objects = np.sum([quality.swallowed for quality in qualities], axis=0)
    lost, flat = np.sum([quality.flat for quality in qualities], axis=0)
    print(
        f"{name:54}{np.mean([q.purity for q in qualities]):>8.4f}{np.mean([q.oracle for q in qualities]):>8.3f}"
        f"{100 * (ap['ap'] or 0):>7.1f}{100 * (ap['ap90'] or 0):>7.1f}{min(q.least for q in qualities):>7.2f}"
        f"{f'{swallowed} of {objects}':>11}{lost / max(flat, 1):>14.3f}",
        flush=True,
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", nargs="*", type=Path, help="scans with ground truth, or folders of them")
    parser.add_argument("--count", type=int, help="superpoints wanted of a cloud (default: by its size)")
    parser.add_argument("--rooms", type=int, default=10, help="generated rooms where no path is given")
    parser.add_argument("--points", type=int, default=100_000, help="points of a generated room")
    parser.add_argument(
        "--keep", type=float, default=1.0, help="share of a cloud's points to measure on, as if sparser"
    )
    options = parser.parse_args()
    print(HEAD)
    files = [file for path in options.path for file in (sorted(path.rglob("*.ply")) if path.is_dir() else [path])]
    scans = (scan for file in files for scan in read(file)) if files else rooms(options.rooms, options.points)
    groups: dict[str, list[Quality]] = {}
    for scan in scans:
        if scan.faces is not None:
            groups.setdefault("mesh", []).append(report(scan, compute_superpoints(scan.xyz, faces=scan.faces), "mesh"))
        part = thinned(scan, options.keep)
        superpoint = compute_superpoints(part.xyz, rgb=part.rgb, count=options.count)
        groups.setdefault(f"cloud, {scan.boxed} boxed", []).append(report(part, superpoint, "cloud"))
    for name, qualities in groups.items():
        summarise(f"mean or pooled: {name}", qualities)
    return 0


def thinned(scan: Measured, keep: float) -> Measured:
    """Keep a random share of the points."""
    if keep >= 1:
        return scan
    rows = np.sort(np.random.default_rng(0).permutation(len(scan.xyz))[: int(keep * len(scan.xyz))])
    rgb = None if scan.rgb is None else scan.rgb[rows]
    return Measured(scan.name, scan.boxed, scan.xyz[rows], rgb, None, scan.instance[rows], scan.flat[rows])


if __name__ == "__main__":
    sys.exit(main())
