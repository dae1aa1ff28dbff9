"""Every format that we write and also read: what goes out comes back, on a scan with dropped rows and an origin."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from gapro_annotator.demo import generate_room
from gapro_annotator.document import ScanDocument
from gapro_annotator.exporters import FORMATS, export_scan
from gapro_annotator.labels import Annotation
from gapro_annotator.project import load_document
from gapro_annotator.readers import ImportedScan, read_source
from gapro_annotator.scan import Scan


@dataclass(frozen=True)
class Trip:
    """Where the scan lies in an export, and what comes back of it.

    `labels`: instances of all points; `boxes` a boxes file beside it; `classes`: by name; `centred`: points come back
    around their mean, as the trainers want them; `near_zero`: moved by whole metres, for the format has float32 only,
    which the report says.
    """

    scan: str
    labels: bool = True
    boxes: str = ""
    classes: bool = True
    centred: bool = False
    near_zero: bool = False
    background_is_object: bool = False
    options: tuple[str, ...] = ()


TRIPS = {
    "ply": Trip("*.ply", labels=False),
    "las": Trip("*.las", labels=False),
    "scannet": Trip("scans/scene0011_00"),
    "pointgroup": Trip("train/*_inst_nostuff.pth", centred=True),
    "spformer": Trip("train/*_inst_nostuff.pth", centred=True),
    "gapro": Trip("train/*_inst_nostuff.pth", centred=True),
    "mask3d": Trip("train/*.npy", near_zero=True),
    "mmdet3d": Trip("points/*.bin", near_zero=True),
    "pointcept": Trip("train/scene0011_00", classes=False, near_zero=True),
    "s3dis": Trip("Area_1/scene0011_00", classes=False, background_is_object=True),
    "semantickitti": Trip("sequences/00/velodyne/*.bin", near_zero=True),
    "labelcloud": Trip("pointclouds/*.pcd", labels=False, boxes="labels/scene0011_00.json", near_zero=True),
    "supervisely": Trip(
        "ds0/pointcloud/*.pcd", labels=False, boxes="ds0/ann/*.json", options=("figures=cuboids",), near_zero=True
    ),
}
ELSEWHERE = {
    "h5": "the file itself, below",
    "segments": "boxes alone, below: Segments.ai has the points",
    "sstnet": "written only: import does not read its 7-tuples; what they hold, PointGroup's files hold, too",
}


@pytest.fixture(scope="module")
def document() -> ScanDocument:
    """A labelled room of ScanNet's classes far from zero, whose source had rows that were dropped."""
    room = generate_room(11, name="scene0011_00", points=4_000)
    known = {"chair", "table", "sofa", "bed", "desk", "picture", "cabinet"}
    kept = np.array([room.classes.name_of(int(i)) in known for i in room.boxes.class_id])
    truth = room.ground_truth
    assert truth is not None
    ours = np.isin(truth.instance, room.boxes.id[kept])
    boxes = replace(
        room.boxes, **{name: getattr(room.boxes, name)[kept] for name in ("id", "class_id", "lower", "upper")}
    )
    scan = room.scan
    rows = np.flatnonzero(np.arange(2 * len(scan)) % 5 != 0)[: len(scan)].astype(np.int64)
    return ScanDocument(
        scan=Scan(
            name=scan.name, xyz=scan.xyz, origin=np.array([1000.0, -2000.0, 50.0]), superpoint=scan.superpoint,
            rgb=scan.rgb, normal=scan.normal, source_row=rows,
        ),
        boxes=boxes,
        classes=room.classes,
        annotation=Annotation(
            np.where(ours, truth.instance, -1).astype(np.int32),
            np.where(ours, truth.semantic, -1).astype(np.int32),
            np.ones(len(scan), np.uint8),
        ),
    )  # fmt: skip


def test_every_format_has_its_trip() -> None:
    assert set(TRIPS) | set(ELSEWHERE) == set(FORMATS)


@pytest.mark.parametrize("name", TRIPS)
def test_what_goes_out_comes_back(document: ScanDocument, name: str, tmp_path: Path) -> None:
    trip, back = travelled(document, name, tmp_path)
    scan = document.scan
    assert scan.source_row is not None
    # A dropped row is NaN, and dropped again, or lies at the place of a neighbour where the format has no mark for it.
    row = scan.source_row if back.source_row is None else np.searchsorted(back.source_row, scan.source_row)
    xyz = back.xyz[row].astype(np.float64) + back.origin - (scan.xyz + scan.origin)
    shift = np.zeros(3)
    if trip.centred:
        shift = xyz.mean(axis=0)
    elif trip.near_zero:
        shift = np.round(xyz.mean(axis=0))
        assert "taken off the coordinates" in (tmp_path / "export-report.txt").read_text()
    assert np.abs(xyz - shift).max() < 2e-3
    if back.rgb is not None and scan.rgb is not None:
        assert np.abs(back.rgb[row].astype(int) - scan.rgb).max() <= 1
    if trip.labels:
        check_labels(document, back, trip, row)
    if trip.boxes:
        check_boxes(document, back, shift)


def travelled(document: ScanDocument, name: str, folder: Path) -> tuple[Trip, ImportedScan]:
    trip = TRIPS[name]
    export_scan(document, name, folder, options=trip.options)
    found = sorted(folder.glob(trip.scan))
    assert len(found) == 1, found
    beside = next(iter(sorted(folder.glob(trip.boxes)))) if trip.boxes else None
    return trip, read_source(found[0], boxes=beside)


def check_labels(document: ScanDocument, back: ImportedScan, trip: Trip, row: np.ndarray) -> None:
    assert document.annotation is not None
    assert back.ground_truth is not None
    assert back.boxes is not None
    theirs = back.ground_truth.instance[row]
    pairs = {(int(a), int(b)) for a, b in zip(document.annotation.instance, theirs, strict=True)}
    assert len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs}), "one to one"
    if not trip.background_is_object:
        assert (-1, -1) in pairs
    if trip.classes:
        for ours, other in pairs - {(-1, -1)}:
            class_id = document.boxes.class_id[document.boxes.row_of(np.array([ours]))[0]]
            named = back.class_names[back.boxes.class_id[back.boxes.row_of(np.array([other]))[0]]]
            assert named == document.classes.name_of(int(class_id))


def check_boxes(document: ScanDocument, back: ImportedScan, shift: np.ndarray) -> None:
    assert back.boxes is not None
    order = np.argsort(document.boxes.id)
    for name in ("lower", "upper"):
        ours = getattr(document.boxes, name)[order] + document.scan.origin + shift
        assert np.abs(getattr(back.boxes, name) + back.origin - ours).max() < 2e-3
    names = [back.class_names[each] for each in back.boxes.class_id]
    assert names == [document.classes.name_of(int(each)) for each in document.boxes.class_id[order]]


def test_boxes_of_segments_come_back(document: ScanDocument, tmp_path: Path) -> None:
    export_scan(document, "segments", tmp_path)
    export_scan(document, "ply", tmp_path / "ply")
    back = read_source(next((tmp_path / "ply").glob("*.ply")), boxes=next(tmp_path.glob("*.cuboids.json")))
    assert back.boxes is not None
    for name in ("lower", "upper"):
        ours = getattr(document.boxes, name) + document.scan.origin
        assert np.abs(getattr(back.boxes, name) + back.origin - ours).max() < 2e-3


def test_our_own_file_comes_back_whole(document: ScanDocument, tmp_path: Path) -> None:
    export_scan(document, "h5", tmp_path)
    back = load_document(next(tmp_path.glob("*.h5")))
    assert document.annotation is not None
    assert back.annotation is not None
    np.testing.assert_array_equal(back.annotation.instance, document.annotation.instance)
    np.testing.assert_array_equal(back.scan.xyz, document.scan.xyz)
