"""What differs between scanners, annotators and homes, drawn from a seed."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

Kind: TypeAlias = Literal["room", "view", "tabletop"]
Protocol: TypeAlias = Literal["everything", "furniture", "some"]


@dataclass(frozen=True, slots=True)
class Style:
    """How one scan is made. Lengths in metres, angles in radians.

    Parameters
    ----------
    kind
        A whole room, what one or two looks into a room show, or a table top from one side.
    points
        About how many.
    yaw, tilt
        The room is turned by this; its boxes stay axis-aligned. And how far its floor is from level.
    frames
        Pictures that were taken.
    noise, noise_growth
        Depth noise: `noise` + `noise_growth` × depth².
    waviness
        Share of the noise that neighbouring pixels have in common.
    quantum
        Steps of the depth at one metre; they grow with its square.
    drift
        Error of the place of each picture.
    flying
        Chance of a pixel at a silhouette to lie between the two surfaces.
    fused
        Points are means of what fell into a cell, as in a fused mesh, and not single returns.
    evenness
        Share of the points that are thinned to one in a cell; the others are drawn at random.
    holes
        Patches that nobody looked at.
    ceiling, wall_height
        Whether the ceiling is kept, and up to where the walls are.
    missing_walls
        How many of the four walls are open.
    crowding, clutter
        0..1, how much furniture and how many small things.
    oblique
        Share of the furniture that is not square to the walls.
    saturation, camouflage, color_noise, exposure
        Of the colours; how far furniture takes the wall's colour; noise in 0-255; change of each picture's gain.
    protocol
        What gets a box.
    small_boxed, hung_boxed
        Whether small things and what hangs on walls get one under 'furniture'.
    dropped
        Share of the boxes that the annotator forgot.
    box_error, box_margin
        Standard deviation of each face, and by how much all boxes are too large.
    unlabelled
        Share of the object points without ground truth, near borders.
    """

    kind: Kind
    points: int
    yaw: float
    tilt: float
    frames: int
    noise: float
    noise_growth: float
    waviness: float
    quantum: float
    drift: float
    flying: float
    fused: bool
    evenness: float
    holes: int
    ceiling: bool
    wall_height: float
    missing_walls: int
    crowding: float
    clutter: float
    oblique: float
    saturation: float
    camouflage: float
    color_noise: float
    exposure: float
    protocol: Protocol
    small_boxed: bool
    hung_boxed: bool
    dropped: float
    box_error: float
    box_margin: float
    unlabelled: float


def draw_style(rng: np.random.Generator) -> Style:
    """Draw a style: 60 % rooms, 20 % single views, 20 % table tops."""
    kinds: tuple[Kind, ...] = ("room", "view", "tabletop")
    kind = kinds[int(rng.choice(3, p=[0.6, 0.2, 0.2]))]
    protocols: tuple[Protocol, ...] = ("everything", "furniture", "some")
    protocol = protocols[int(rng.choice(3, p=[0.3, 0.5, 0.2]))]
    table = kind == "tabletop"
    exact, loose = rng.random() < 0.6, rng.random() < 0.5
    scale = 0.35 if table else 1.0  # nearer and finer, and its boxes are smaller
    return Style(
        kind=kind,
        points=int(np.exp(rng.uniform(np.log(25_000), np.log(200_000)))) if not table else int(rng.uniform(5e4, 2e5)),
        yaw=_yaw(rng),
        tilt=0.0 if rng.random() < 0.5 else float(rng.uniform(0, 0.012)),
        frames={"room": int(rng.integers(18, 45)), "view": int(rng.integers(1, 3)), "tabletop": 1}[kind],
        noise=scale * float(np.exp(rng.uniform(np.log(0.001), np.log(0.008)))),
        noise_growth=float(rng.uniform(0.0002, 0.0015)),
        waviness=float(rng.uniform(0, 0.8)),
        quantum=float(rng.choice([0.0, 0.001, 0.0028], p=[0.5, 0.2, 0.3])),
        drift=0.0 if kind != "room" or rng.random() < 0.2 else float(rng.uniform(0.001, 0.02)),
        flying=float(rng.uniform(0, 0.5)) if rng.random() < 0.7 else 0.0,
        fused=bool(kind == "room" and rng.random() < 0.5),
        evenness=float(rng.choice([0.0, 0.5, 1.0], p=[0.2, 0.2, 0.6])),
        holes=int(rng.integers(0, 12)) if not table else int(rng.integers(0, 3)),
        ceiling=bool(rng.random() < 0.2),
        wall_height=float(rng.choice([0.9, 1.6, 2.05, 9.0], p=[0.1, 0.1, 0.3, 0.5])),
        missing_walls=int(rng.choice([0, 1, 2, 4], p=[0.6, 0.2, 0.12, 0.08])),
        crowding=float(rng.uniform(0.4, 1.2)),
        clutter=float(rng.beta(1.1, 1.1)),
        oblique=float(rng.choice([0.0, 0.2, 0.6], p=[0.4, 0.4, 0.2])),
        saturation=float(rng.uniform(0.1, 1.25)),
        camouflage=float(rng.uniform(0, 0.85)) if rng.random() < 0.6 else 0.0,
        color_noise=float(rng.uniform(1, 9)),
        exposure=float(rng.uniform(0, 0.12)),
        protocol="everything" if table and rng.random() < 0.6 else protocol,
        small_boxed=bool(rng.random() < 0.25),
        hung_boxed=bool(rng.random() < 0.65),
        dropped=float(rng.uniform(0.1, 0.3)) if protocol == "some" else 0.0,
        box_error=0.0 if exact or loose else scale * float(rng.uniform(0.005, 0.03)),
        box_margin=0.0 if exact or not loose else scale * float(rng.uniform(0.01, 0.05)),
        unlabelled=float(rng.uniform(0.01, 0.03)) if rng.random() < 0.5 else 0.0,
    )


def _yaw(rng: np.random.Generator) -> float:
    """Half of the rooms are square to their boxes, many but for some degrees; the others stand anyhow."""
    if rng.random() < 0.5:
        return float(rng.normal(0, 0.015)) + float(rng.integers(4)) * np.pi / 2
    return float(rng.uniform(-np.pi, np.pi))
