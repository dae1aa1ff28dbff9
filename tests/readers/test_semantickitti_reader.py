"""SemanticKITTI scans with labels come in, also those that we export, and damaged ones are refused."""

from pathlib import Path

import numpy as np
import pytest
from damage import read_or_refuse

from gapro_annotator.demo import generate_room
from gapro_annotator.errors import InputError
from gapro_annotator.exporters import export_scan
from gapro_annotator.readers import read_source
from gapro_annotator.readers.formats import FORMATS
from gapro_annotator.readers.semantickitti import read_semantickitti
from gapro_annotator.session import Session


def write(folder: Path, label: np.ndarray, names: str = "") -> Path:
    rng = np.random.default_rng(0)
    for name in ("velodyne", "labels"):
        (folder / "00" / name).mkdir(parents=True)
    path = folder / "00" / "velodyne" / "000007.bin"
    rng.random((len(label), 4)).astype("<f4").tofile(path)
    label.astype("<u4").tofile(folder / "00" / "labels" / "000007.label")
    if names:
        (folder / "semantic-kitti.yaml").write_text(names, encoding="utf-8")
    return path


CONFIG = """
labels: # of the release
  0 : "unlabeled"
  10: car
  30: 'person'   # moving or not
color_map:
  10: [1, 2, 3]
"""


def test_class_and_number_together_name_an_object(tmp_path: Path) -> None:
    label = np.array([0, 10, 10 | 1 << 16, 10 | 1 << 16, 30 | 1 << 16, 30 | 2 << 16])
    path = write(tmp_path, label, CONFIG)
    assert next(name for name, one in FORMATS.items() if one.fits(path)) == "semantickitti"
    source = read_semantickitti(path)
    assert source.truth is not None
    instance = source.truth.instance
    assert instance[0] == instance[1] == -1
    assert instance[2] == instance[3]
    assert len({*instance[2:].tolist()}) == 3
    assert sorted(box.class_name for box in source.boxes or ()) == ["car", "person", "person"]


def test_without_names_classes_have_numbers(tmp_path: Path) -> None:
    source = read_semantickitti(write(tmp_path, np.array([7 | 1 << 16] * 4)))
    assert [box.class_name for box in source.boxes or ()] == ["class 7"]


def test_what_we_export_comes_back(tmp_path: Path) -> None:
    room = generate_room(5, name="room", points=4_000)
    assert room.ground_truth is not None
    session = Session(room)
    for number in room.boxes.id.tolist():
        session.assign(np.flatnonzero(room.ground_truth.instance == number), number, "as it is")
    document = session.document()
    export_scan(document, "semantickitti", tmp_path)
    source = read_semantickitti(tmp_path / "sequences" / "00" / "velodyne" / "000000.bin")
    assert source.truth is not None
    np.testing.assert_allclose(source.xyz, room.scan.xyz + room.scan.origin, atol=1e-3)
    ours, theirs = document.annotation.instance, source.truth.instance
    pairs = np.unique(np.stack([ours, theirs]), axis=1)
    assert len(pairs[0]) == len(set(pairs[0])) == len(set(pairs[1])), "one to one"
    assert ((ours < 0) == (theirs < 0)).all()
    names = {room.classes.name_of(int(number)) for number in np.unique(room.boxes.class_of(ours[ours >= 0]))}
    assert {box.class_name for box in source.boxes or ()} == names


def test_labels_of_another_scan_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path, np.zeros(9))
    (tmp_path / "00" / "labels" / "000007.label").write_bytes(b"1234")
    with pytest.raises(InputError, match="9 points need 36"):
        read_source(path)


def test_damaged_labels_are_read_or_refused(tmp_path: Path) -> None:
    path = write(tmp_path, np.array([10 | n << 16 for n in range(60)]), CONFIG)
    labels = tmp_path / "00" / "labels" / "000007.label"
    assert read_or_refuse(labels, labels.read_bytes(), lambda _labels: read_source(path)) > 20
