"""GaPro's pseudo labels come in beside their scan, and what we export comes back."""

from pathlib import Path

import numpy as np
import pytest
import torch
from damage import read_or_refuse

from gapro_annotator.cli import main
from gapro_annotator.demo import generate_room
from gapro_annotator.document import ScanDocument
from gapro_annotator.errors import InputError
from gapro_annotator.exporters import export_scan
from gapro_annotator.labeling.labeler import label
from gapro_annotator.labeling.request import LabelRequest
from gapro_annotator.labels import Decision
from gapro_annotator.project import Project
from gapro_annotator.readers import read_source
from gapro_annotator.session import Session


@pytest.fixture(scope="module")
def labelled() -> ScanDocument:
    session = Session(generate_room(11, name="scene0011_00", points=6_000))
    request = LabelRequest(scan=session.scan, boxes=session.boxes, correction=session.correction.copy())
    assert session.install(label(request).pseudo, 0)
    return session.document()


def test_what_we_export_for_gapro_comes_back_with_its_certainty(labelled: ScanDocument, tmp_path: Path) -> None:
    export_scan(labelled, "gapro", tmp_path / "out", options=["others=otherfurniture"])
    scan = tmp_path / "out" / "train" / "scene0011_00_inst_nostuff.pth"
    given = next((tmp_path / "out" / "gaussian_process_kl_pseudo_labels").glob("*.pth"))
    superpoints = tmp_path / "out" / "superpoints" / "scene0011_00.pth"
    arguments = ["import", str(scan), "--pseudo-labels", str(given), "--superpoints", str(superpoints)]
    assert main([*arguments, "--project", str(tmp_path / "back")]) == 0
    back = Project.open(tmp_path / "back").load("scene0011_00")
    assert labelled.annotation is not None
    assert labelled.pseudo is not None
    assert back.annotation is not None
    assert back.pseudo is not None
    pairs = {(int(a), int(b)) for a, b in zip(labelled.annotation.instance, back.annotation.instance, strict=True)}
    assert len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs}), "the same objects, numbered anew"
    assert (-1, -1) in pairs
    known = {labelled.boxes.id[row]: labelled.classes.name_of(int(labelled.boxes.class_id[row])) for row in range(4)}
    for old, new in pairs:
        if old in known and known[old] in ("chair", "table", "desk", "bed", "sofa"):
            assert back.classes.name_of(int(back.boxes.class_id[back.boxes.row_of(np.array([new]))[0]])) == known[old]
    np.testing.assert_allclose(back.pseudo.probability, labelled.pseudo.probability, atol=1e-6)
    latent = labelled.pseudo.variance > 0
    np.testing.assert_allclose(back.pseudo.mean[latent], labelled.pseudo.mean[latent], rtol=1e-6)
    np.testing.assert_allclose(back.pseudo.variance[latent], labelled.pseudo.variance[latent], rtol=1e-6)
    assert set(back.pseudo.decision[latent]) == {Decision.GAUSSIAN_PROCESS}
    assert len(np.unique(back.scan.superpoint)) == len(np.unique(labelled.scan.superpoint))


def write_scan(folder: Path, rows: int = 200) -> tuple[Path, tuple[np.ndarray, ...]]:
    chance = np.random.default_rng(0)
    instance = np.repeat([0, 1, 2, -100], rows // 4).astype(np.int32)
    xyz = (chance.random((rows, 3)) + np.maximum(instance, -1)[:, None] * 2).astype(np.float32)
    semantic = np.repeat([1, 2, 4, 18], rows // 4).astype(np.int32)
    torch.save((xyz, np.zeros((rows, 3), np.float32)), folder / "scene0001_00_inst_nostuff.pth")
    mean = np.where(instance == 1, 0.5, -100).astype(np.float32)
    parts = semantic, instance, np.full(rows, 0.75, np.float32), mean, np.where(mean > 0, 0.2, -100).astype(np.float32)
    return folder / "scene0001_00_inst_nostuff.pth", parts


def test_boxes_are_made_from_the_instances_and_marks_are_no_numbers(tmp_path: Path) -> None:
    scan, parts = write_scan(tmp_path)
    torch.save(parts, tmp_path / "labels.pth")
    read = read_source(scan, pseudo_labels=tmp_path / "labels.pth")
    assert read.boxes is not None
    assert read.pseudo is not None
    assert read.boxes.id.tolist() == [0, 1, 2]
    assert [read.class_names[row] for row in read.boxes.class_id] == ["bed", "chair", "table"]
    assert read.pseudo.instance[-1] == -1
    assert read.pseudo.mean.min() == 0
    assert set(read.pseudo.decision.tolist()) == {Decision.ONE_BOX, Decision.GAUSSIAN_PROCESS, Decision.NO_BOX}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda parts: parts[:4], "five arrays"),
        (lambda parts: tuple(part[:-1] for part in parts), "199 labels but the scan has 200 points"),
        (lambda parts: (*parts[:2], parts[2] * 3, *parts[3:]), "probabilities reach"),
        (lambda parts: (*parts[:3], parts[3] * np.nan, parts[4]), "mean is no finite number"),
    ],
)
def test_what_does_not_fit_is_one_sentence(tmp_path: Path, change: object, said: str) -> None:
    scan, parts = write_scan(tmp_path)
    torch.save(change(parts), tmp_path / "labels.pth")  # pyright: ignore[reportCallIssue]
    with pytest.raises(InputError, match=said):
        read_source(scan, pseudo_labels=tmp_path / "labels.pth")


def test_a_pickle_is_not_run_and_damage_is_read_or_refused(tmp_path: Path) -> None:
    scan, parts = write_scan(tmp_path)
    path = tmp_path / "labels.pth"
    torch.save({"evil": print}, path)
    with pytest.raises(InputError, match="nothing in it was run"):
        read_source(scan, pseudo_labels=path)
    torch.save(parts, path)
    assert read_or_refuse(path, path.read_bytes(), lambda given: read_source(scan, pseudo_labels=given), 100) > 20
