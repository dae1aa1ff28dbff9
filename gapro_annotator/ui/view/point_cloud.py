"""The scan's points, shuffled into parts: the first few look like the whole, and all of them are the whole."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from vtkmodules.vtkRenderingCore import vtkActor

from gapro_annotator.arrays import Bool, Float32, Float64, Int32, Int64, UInt8
from gapro_annotator.ui.view.point_actor import PointActor, Splat
from gapro_annotator.ui.view.surface import point_spacing

_FEWEST, _GROWTH, _LARGEST = 20_000, 1.35, 250_000
_WHOLE = 60_000
"""Clouds up to this size have one part."""


def part_ends(count: int) -> list[int]:
    """Return after how many of so many points each part ends: steps of a third, so that any level of detail is near."""
    ends: list[int] = []
    end = _FEWEST
    while count > _WHOLE and end < 0.9 * count:
        ends.append(end)
        end += int(min((_GROWTH - 1) * end, _LARGEST))
    return [*ends, count]


@dataclass(frozen=True, eq=False, slots=True)
class Arrangement:
    """What a cloud needs besides its points before it is drawn; for millions of points that takes a while.

    Parameters
    ----------
    xyz : (N, 3) float32
        The points, as they were given.
    ends
        After how many points, in the order of drawing, each part ends.
    order, place : (N,) int32
        The row in each place of that order, and the place of each row.
    parts
        The points of each part, (n, 3) float32.
    spacing
        Metres between neighbours.
    lower, upper : (3,) float64
        Corners of all points.
    """

    xyz: Float32
    ends: list[int]
    order: Int32
    place: Int32
    parts: list[Float32]
    spacing: float
    lower: Float64
    upper: Float64

    @classmethod
    def of(cls, xyz: Float32) -> "Arrangement":
        """Arrange points (N, 3) float32; in any thread."""
        ends = part_ends(len(xyz))
        order, place = _shuffled(len(xyz), shuffle=len(ends) > 1)
        starts = [0, *ends[:-1]]
        parts = [xyz[order[start:end]] for start, end in zip(starts, ends, strict=True)]
        corners = xyz if len(xyz) else np.zeros((1, 3), np.float32)
        lower, upper = corners.min(axis=0).astype(np.float64), corners.max(axis=0).astype(np.float64)
        return cls(xyz, ends, order, place, parts, point_spacing(xyz), lower, upper)


class PointCloud:
    """The points of a scan in random parts; part k refines what the parts before it show.

    Parameters
    ----------
    xyz : (N, 3) float32
        Metres.
    rgba : (N, 4) uint8
        Alpha 0 hides a point.
    arranged
        The same points, where they were arranged before.
    """

    def __init__(self, xyz: Float32, rgba: UInt8, arranged: Arrangement | None = None) -> None:
        arranged = arranged or Arrangement.of(xyz)
        self.xyz = xyz
        self.sights = 0
        """Rises whenever other points are hidden than before."""
        self.rgba: UInt8 = np.array(rgba, np.uint8, order="C")
        """(N, 4) uint8, the colours as they are shown."""
        self.normal: Float32 = np.broadcast_to(np.zeros(3, np.float32), xyz.shape)
        """(N, 3) float32, of either sign; zeros until they are known."""
        self.rows_written = 0
        """Rows whose colour was changed for drawing, so far."""
        self.ends = arranged.ends
        self._starts = np.array([0, *self.ends[:-1]])
        self._order, self._place = arranged.order, arranged.place
        rows_of_parts = zip(arranged.parts, self._rows_of_parts(), strict=True)
        self._parts = [PointActor(part, self.rgba[rows]) for part, rows in rows_of_parts]
        self._size, self._light = Splat(0.0, 1.0, 1.0), np.array([0.0, 0.0, 1.0])
        self.drawn = len(self.ends)
        """How many parts are drawn."""
        self.spacing, self.lower, self.upper = arranged.spacing, arranged.lower, arranged.upper

    def __len__(self) -> int:
        return len(self.xyz)

    @property
    def actors(self) -> list[vtkActor]:
        """What the renderer draws."""
        return [part.actor for part in self._parts]

    @property
    def shown(self) -> Bool:
        """(N,) bool, which points are drawn: those that are not transparent."""
        return self.rgba[:, 3] > 0

    @property
    def shown_xyz(self) -> Float32:
        """(M, 3) float32, the points that are drawn, metres; all where none is."""
        shown = self.shown
        return self.xyz if shown.all() or not shown.any() else self.xyz[shown]

    def recolor(self, points: Int64 | None, rgba: UInt8) -> bool:
        """Change the colours of these rows (None: all) in place; say whether a point was hidden or shown again."""
        words = as_words(np.ascontiguousarray(rgba))
        before = as_words(self.rgba)
        if points is None:
            hides = not np.array_equal(self.rgba[:, 3] == 0, rgba[:, 3] == 0)
            np.copyto(self.rgba, rgba)
            for part, rows in zip(self._parts, self._rows_of_parts(), strict=True):
                np.take(before, rows, out=as_words(part.rgba))
                part.colors_changed()
            self.rows_written += len(self)
            self.sights += hides
            return hides
        hides = bool(((self.rgba[points, 3] == 0) != (rgba[:, 3] == 0)).any())
        before[points] = words
        self._write(self._place[points], words)
        self.rows_written += len(points)
        self.sights += hides
        return hides

    def set_normals(self, normal: Float32) -> None:
        """Shade the points by their normals (N, 3); they are kept, not copied."""
        self.normal = normal
        for part, rows in zip(self._parts, self._rows_of_parts(), strict=True):
            np.take(normal, rows, axis=0, out=part.normal)
            part.normals_changed()

    def draw(self, first: int, last: int) -> None:
        """Draw the parts from `first` up to before `last`."""
        for number, part in enumerate(self._parts):
            part.actor.SetVisibility(first <= number < last)

    def draw_level(self, parts: int) -> None:
        """Draw the first so many parts in place of the cloud: what is fewer is drawn larger, to cover as much."""
        self.drawn = parts
        self.draw(0, parts)
        self._fit(self.ends[parts - 1])

    def draw_part_of_whole(self, first: int, last: int) -> None:
        """Draw these parts alone, in the size that they have in the whole."""
        self.draw(first, last)
        self._fit(len(self))
        if last == len(self.ends):
            self.drawn = last

    def changed_actor(self, points: Int64) -> PointActor:
        """Return these rows alone, as they are drawn now."""
        changed = PointActor(self.xyz[points], self.rgba[points], self.normal[points])
        changed.set_size(self._fitted(self.ends[self.drawn - 1]), self._rim(self.ends[self.drawn - 1]))
        changed.set_light(self._light)
        return changed

    def set_size(self, splat: Splat) -> None:
        """Draw points in this size."""
        self._size = splat
        self._fit(self.ends[self.drawn - 1])

    def set_light(self, direction: Float64) -> None:
        """Light comes from this direction (3,), a unit vector."""
        self._light = direction
        for part in self._parts:
            part.set_light(direction)

    def _fit(self, count: int) -> None:
        for part in self._parts:
            part.set_size(self._fitted(count), self._rim(count))

    def _fitted(self, count: int) -> Splat:
        wider = min(float(np.sqrt(len(self) / max(count, 1))), 3.0)
        return Splat(self._size.scale * wider, self._size.lowest, self._size.highest * min(wider, 1.5))

    def _rim(self, count: int) -> float:
        return 1.0 if count < len(self) else 0.0

    def _write(self, place: Int32, words: npt.NDArray[np.uint32]) -> None:
        """Bring colours to where the parts hold those points."""
        order = np.argsort(place, kind="stable")
        place, words = place[order], words[order]
        cuts = [*np.searchsorted(place, self._starts).tolist(), len(place)]
        for number, part in enumerate(self._parts):
            low, high = cuts[number], cuts[number + 1]
            if high > low:
                as_words(part.rgba)[place[low:high] - self._starts[number]] = words[low:high]
                part.colors_changed()

    def _rows_of_parts(self) -> list[Int32]:
        return [self._order[start:end] for start, end in zip(self._starts.tolist(), self.ends, strict=True)]


def _shuffled(count: int, *, shuffle: bool) -> tuple[Int32, Int32]:
    """(N,) int32 twice: the row in each place, and the place of each row."""
    order = np.arange(count, dtype=np.int32)
    if shuffle:
        np.random.default_rng(0).shuffle(order)
    place = np.empty(count, np.int32)
    place[order] = np.arange(count, dtype=np.int32)
    return order, place


def as_words(rgba: UInt8) -> npt.NDArray[np.uint32]:
    """(M,) uint32 view of contiguous colours (M, 4): four bytes move as one number."""
    return rgba.view(np.uint32)[:, 0]
