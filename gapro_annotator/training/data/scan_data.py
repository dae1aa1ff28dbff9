"""One scan made ready to be learnt from: what does not change from step to step."""

from dataclasses import dataclass

import numpy as np

from gapro_annotator.arrays import Bool, Float32, Int64
from gapro_annotator.instance_maps import point_maps, superpoint_maps
from gapro_annotator.training.config import RunConfig
from gapro_annotator.training.data.batch import IGNORED
from gapro_annotator.training.data.snapshot import LabeledScan, believed


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class ScanData:
    """A scan with its targets in the numbers of the network.

    Parameters
    ----------
    name
        Of the scan.
    xyz, rgb, normal : (N, 3) float32
        Metres; colours in -1..1 and normals are zero where the scan has none.
    superpoint : (N,) int64
    semantic, instance : (N,) int64
        As in `Targets`; instances are rows of `instance_class`.
    weight : (N,) float32
    instance_class : (K,) int64
    mean, variance : (K, S) float32
        The paper's e and v.
    """

    name: str
    xyz: Float32
    rgb: Float32
    normal: Float32
    superpoint: Int64
    semantic: Int64
    instance: Int64
    weight: Float32
    instance_class: Int64
    mean: Float32
    variance: Float32

    def __len__(self) -> int:
        return len(self.xyz)

    @property
    def nbytes(self) -> int:
        """What the arrays take in memory."""
        return sum(getattr(self, name).nbytes for name in self.__slots__ if name != "name")


def scan_data(labeled: LabeledScan, config: RunConfig) -> ScanData:
    """Turn labels into targets.

    Instances are the boxes that at least one point has; a box of a class that the run does not know is ignored, points
    and all.
    """
    scan, shown, boxes = labeled.scan, labeled.annotation, labeled.boxes
    row_of_class = {number: row for row, number in enumerate(config.class_ids)}
    ids = np.unique(shown.instance[shown.instance >= 0]).astype(np.int32)
    class_id = boxes.class_of(ids)
    instance_class = np.array([row_of_class.get(number, IGNORED) for number in class_id.tolist()], np.int64)
    known = instance_class != IGNORED
    place = np.where(shown.instance >= 0, np.searchsorted(ids, shown.instance), 0).astype(np.int64)
    boxed: Bool = shown.instance >= 0
    semantic = np.full(len(scan), len(config.classes), np.int64)
    new_row = np.where(known, np.cumsum(known) - 1, -1).astype(np.int64)
    instance = np.full(len(scan), -1, np.int64)
    if len(ids):
        semantic[boxed] = instance_class[place[boxed]]
        instance[boxed] = new_row[place[boxed]]
    maps = superpoint_maps(point_maps(labeled.pseudo, shown.correction, ids[known]), scan.superpoint)
    weight = believed(labeled, by_probability=config.loss.by_probability, fallback=config.loss.fallback)
    zeros = np.zeros((len(scan), 3), np.float32)
    return ScanData(
        name=scan.name,
        xyz=scan.xyz,
        rgb=zeros if scan.rgb is None else scan.rgb.astype(np.float32) / np.float32(127.5) - 1,
        normal=zeros if scan.normal is None else scan.normal,
        superpoint=scan.superpoint.astype(np.int64),
        semantic=semantic,
        instance=instance,
        weight=np.where(semantic == IGNORED, 0, weight).astype(np.float32),
        instance_class=instance_class[known],
        mean=maps.mean,
        variance=maps.variance,
    )
