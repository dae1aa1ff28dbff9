"""What differs between scanners, annotators and homes, drawn from a seed. Metres and radians throughout."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

Kind: TypeAlias = Literal["room", "view", "tabletop"]
Protocol: TypeAlias = Literal["everything", "furniture", "some"]

_TABLE_SCALE = 0.35
"""Table tops are seen from nearer and have smaller boxes: so are the errors of both."""


@dataclass(frozen=True, slots=True)
class Sensor:
    """How the points are taken.

    Parameters
    ----------
    points, frames
        About how many points, from how many pictures.
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
    saturation, color_noise, exposure
        Of the colours; their noise in 0-255; how much the gain changes from picture to picture.
    """

    points: int
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
    saturation: float
    color_noise: float
    exposure: float


@dataclass(frozen=True, slots=True)
class Home:
    """What is scanned.

    Parameters
    ----------
    yaw, tilt
        The room is turned by this while its boxes stay axis-aligned; and how far its floor is from level.
    ceiling, wall_height
        Whether the ceiling is kept, and up to where the walls are.
    missing_walls
        How many of the four walls are open.
    crowding, clutter
        About 0..1, how much furniture and how many small things.
    oblique
        Share of the furniture that is not square to the walls.
    camouflage
        0..1, how far furniture takes the colour of wall or floor.
    """

    yaw: float
    tilt: float
    ceiling: bool
    wall_height: float
    missing_walls: int
    crowding: float
    clutter: float
    oblique: float
    camouflage: float


@dataclass(frozen=True, slots=True)
class Annotator:
    """What gets a box and how exact it is.

    Parameters
    ----------
    protocol
        All things, furniture alone, or furniture of which some is forgotten.
    small_boxed, hung_boxed
        Whether some small things, and what hangs on walls, get a box beside the furniture.
    dropped
        Share of the boxes that the annotator forgot.
    box_error, box_margin
        Standard deviation of each face, and by how much all boxes are too large.
    unlabelled
        Share of the object points without ground truth, near borders.
    """

    protocol: Protocol
    small_boxed: bool
    hung_boxed: bool
    dropped: float
    box_error: float
    box_margin: float
    unlabelled: float


@dataclass(frozen=True, slots=True)
class Style:
    """How one scan is made: a whole room, what one or two looks into a room show, or a table top from one side."""

    kind: Kind
    sensor: Sensor
    home: Home
    annotator: Annotator


def draw_style(rng: np.random.Generator) -> Style:
    """Draw a style: 60 % rooms, 20 % single views, 20 % table tops."""
    kinds: tuple[Kind, ...] = ("room", "view", "tabletop")
    kind = kinds[int(rng.choice(3, p=[0.6, 0.2, 0.2]))]
    return Style(kind, _sensor(rng, kind), _home(rng), _annotator(rng, kind))


def _sensor(rng: np.random.Generator, kind: Kind) -> Sensor:
    table, room = kind == "tabletop", kind == "room"
    fewest = 50_000 if table else 25_000
    return Sensor(
        points=int(np.exp(rng.uniform(np.log(fewest), np.log(200_000)))),
        frames=int(rng.integers(18, 45)) if room else 1 if table else int(rng.integers(1, 3)),
        noise=(_TABLE_SCALE if table else 1.0) * float(np.exp(rng.uniform(np.log(0.001), np.log(0.008)))),
        noise_growth=float(rng.uniform(0.0002, 0.0015)),
        waviness=float(rng.uniform(0, 0.8)),
        quantum=float(rng.choice([0.0, 0.001, 0.0028], p=[0.5, 0.2, 0.3])),
        drift=float(rng.uniform(0.001, 0.02)) if room and rng.random() < 0.8 else 0.0,
        flying=float(rng.uniform(0, 0.5)) if rng.random() < 0.7 else 0.0,
        fused=bool(room and rng.random() < 0.5),
        evenness=float(rng.choice([0.0, 0.5, 1.0], p=[0.2, 0.2, 0.6])),
        holes=int(rng.integers(0, 3 if table else 12)),
        saturation=float(rng.uniform(0.1, 1.25)),
        color_noise=float(rng.uniform(1, 9)),
        exposure=float(rng.uniform(0, 0.12)),
    )


def _home(rng: np.random.Generator) -> Home:
    # Half of the rooms are square to their boxes, but for a degree or so; the others stand anyhow.
    square = float(rng.normal(0, 0.015)) + float(rng.integers(4)) * np.pi / 2
    return Home(
        yaw=square if rng.random() < 0.5 else float(rng.uniform(-np.pi, np.pi)),
        tilt=0.0 if rng.random() < 0.5 else float(rng.uniform(0, 0.012)),
        ceiling=bool(rng.random() < 0.2),
        wall_height=float(rng.choice([0.9, 1.6, 2.05, 9.0], p=[0.1, 0.1, 0.3, 0.5])),
        missing_walls=int(rng.choice([0, 1, 2, 4], p=[0.6, 0.2, 0.12, 0.08])),
        crowding=float(rng.uniform(0.4, 1.2)),
        clutter=float(rng.beta(1.1, 1.0)),
        oblique=float(rng.choice([0.0, 0.2, 0.6], p=[0.35, 0.4, 0.25])),
        camouflage=float(rng.uniform(0, 0.85)) if rng.random() < 0.6 else 0.0,
    )


def _annotator(rng: np.random.Generator, kind: Kind) -> Annotator:
    protocols: tuple[Protocol, ...] = ("everything", "furniture", "some")
    protocol = protocols[int(rng.choice(3, p=[0.3, 0.5, 0.2]))]
    exact, loose = rng.random() < 0.6, rng.random() < 0.5
    scale = _TABLE_SCALE if kind == "tabletop" else 1.0
    return Annotator(
        protocol=protocol,
        small_boxed=bool(rng.random() < 0.25),
        hung_boxed=bool(rng.random() < 0.65),
        dropped=float(rng.uniform(0.1, 0.3)) if protocol == "some" else 0.0,
        box_error=0.0 if exact or loose else scale * float(rng.uniform(0.005, 0.03)),
        box_margin=0.0 if exact or not loose else scale * float(rng.uniform(0.01, 0.05)),
        unlabelled=float(rng.uniform(0.01, 0.03)) if rng.random() < 0.5 else 0.0,
    )
