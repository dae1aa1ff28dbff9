"""One scan in one style, from a seed."""

from dataclasses import replace

import numpy as np

from gapro_annotator.arrays import Bool, Float32
from gapro_annotator.demo.scanner import FLOOR, WALL
from gapro_annotator.demo.solids import turn
from gapro_annotator.demo.variety.appearance import colors
from gapro_annotator.demo.variety.casting import CEILING, PackedSolids
from gapro_annotator.demo.variety.protocol import annotate
from gapro_annotator.demo.variety.rooms import Place, furnish
from gapro_annotator.demo.variety.sensor import Seen, lose_patches, photograph, thin
from gapro_annotator.demo.variety.style import Style, draw_style
from gapro_annotator.demo.variety.tabletop import HEIGHT, lay_table
from gapro_annotator.demo.variety.views import aim
from gapro_annotator.document import ScanDocument
from gapro_annotator.scan import Scan
from gapro_annotator.superpoints import compute_superpoints


def style_of(seed: int) -> Style:
    """Return the style that the scan of this seed is made in."""
    return draw_style(np.random.default_rng([seed, 0]))


def generate_varied_scan(seed: int, superpoints: bool = True) -> ScanDocument:  # noqa: FBT001, FBT002 - called so
    """Make a scan whose kind, home, scanner and annotator are drawn from the seed.

    Whole rooms, single views of rooms, and table tops. Meant as training data for what must hold on real scans: no
    two seeds share the density, the noise, the colours, the furniture, what is boxed and how exactly.

    Parameters
    ----------
    seed
        The same seed gives the same scan, to the last bit.
    superpoints
        False leaves every point a superpoint of its own, which saves most of the time.

    Returns
    -------
    ScanDocument
        With ground truth (-1 where nothing boxed is) and without pseudo labels; z up, metres, rooms turned by any
        angle, boxes axis-aligned.
    """
    style, rng = style_of(seed), np.random.default_rng([seed, 1])
    place = lay_table(rng) if style.kind == "tabletop" else furnish(style, rng)
    solids = [solid for piece in place.pieces for solid in piece.solids]
    packed = PackedSolids.of(solids)
    gloss = np.array([solid.material.gloss for solid in solids], np.float32)
    seen = photograph(packed, gloss, aim(place, style, rng), place.size, style=style, rng=rng)
    seen = seen.take(_in_reach(place, seen, style, rng))
    seen = lose_patches(thin(seen, style, rng), style.sensor.holes, rng)
    rgb = colors(place, packed, seen, style, rng)
    seen = replace(seen, xyz=_framed(seen.xyz, style, rng))
    boxes, truth, classes = annotate(place, seen, style, rng)
    alone = np.arange(len(seen), dtype=np.int32)
    superpoint = compute_superpoints(seen.xyz, rgb=rgb) if superpoints else alone
    scan = Scan(name=f"varied_{seed}", xyz=seen.xyz, origin=np.zeros(3), superpoint=superpoint, rgb=rgb)
    return ScanDocument(scan=scan, boxes=boxes, classes=classes, ground_truth=truth)


def _in_reach(place: Place, seen: Seen, style: Style, rng: np.random.Generator) -> Bool:
    """(N,) bool, what is kept: no floor around a table, no ceiling, no open walls, nothing far away."""
    if style.kind == "tabletop":
        return seen.solid >= 0
    kept = (seen.solid != CEILING) | style.home.ceiling
    distance_to = np.column_stack([seen.surface[:, :2], place.size[:2] - seen.surface[:, :2]])
    at_wall = distance_to.min(axis=1) < 0.07
    kept &= ~at_wall | (seen.surface[:, 2] < style.home.wall_height)
    open_walls = rng.permutation(4)[: style.home.missing_walls]
    kept &= (seen.solid != WALL) | ~np.isin(distance_to.argmin(axis=1), open_walls)
    if style.kind == "view" and rng.random() < 0.5:
        kept &= (seen.solid != FLOOR) | (rng.random(len(seen)) < 0.9)
    return kept


def _framed(xyz: Float32, style: Style, rng: np.random.Generator) -> Float32:
    """Points in the frame of the scan: turned about the vertical, never quite level, the origin somewhere.

    The floor or the table top is near z = 0.
    """
    ground = HEIGHT if style.kind == "tabletop" else 0.0
    direction = float(rng.uniform(-np.pi, np.pi))
    tilt = turn((float(np.cos(direction)), float(np.sin(direction)), 0.0), style.home.tilt)
    middle = np.append(xyz[:, :2].mean(axis=0), ground)
    placed = (xyz - middle) @ (tilt @ turn((0.0, 0.0, 1.0), style.home.yaw)).T
    return (placed + rng.normal(0, [1.0, 1.0, 0.01])).astype(np.float32)
