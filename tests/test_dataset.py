"""The torch dataset gives what the files hold, and batches in ten lines."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from documents import make_document
from torch.utils.data import DataLoader

from gapro_annotator.classes import Classes
from gapro_annotator.dataset import ScanDataset, collate
from gapro_annotator.errors import InputError
from gapro_annotator.exporters import export_scan
from gapro_annotator.instance_maps import point_maps, superpoint_maps
from gapro_annotator.project import Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = Project.create(tmp_path / "p")
    project.save(make_document("hall"))
    project.save(make_document("room", rows=8))
    return project


def test_a_sample_holds_labels_and_certainty_of_each_point(project: Project) -> None:
    data = ScanDataset(project.folder)
    assert (data.names, data.class_names) == (["hall", "room"], ("chair", "Tisch, größer"))
    sample = data[0]
    document = make_document("hall")
    assert sample["name"] == "hall"
    assert np.array_equal(sample["xyz"], document.scan.xyz)
    assert sample["rgb"].max() <= 1
    assert sample["box_id"].tolist() == [4, 7]
    assert sample["instance"].tolist() == [0, 0, 0, 1, 0, -1]
    assert sample["semantic"].tolist() == [0, 0, 0, 1, 0, -1]
    assert sample["probability"].tolist() == [0.75] * 4 + [1, 1]
    assert sample["mean"].tolist() == [1.5] * 4 + [0, 0]
    assert sample["variance"].tolist() == [0.25] * 4 + [0, 0]
    assert sample["latent"].tolist() == [True] * 4 + [False] * 2
    assert sample["person"].tolist() == [False] * 4 + [True] * 2


def test_a_project_is_seen_with_the_edits_that_are_not_saved(project: Project) -> None:
    project.open_session("room", "Ann")[0].assign(np.array([0]), -1, "Background")
    assert ScanDataset(project.folder, ["room"])[0]["instance"][0] == -1


def test_maps_are_the_papers_e_and_v_of_each_instance(project: Project) -> None:
    document = project.load("hall")
    assert document.pseudo is not None
    assert document.annotation is not None
    sample = ScanDataset(project.folder, maps=True)[0]
    maps = point_maps(document.pseudo, document.annotation.correction, document.boxes.id)
    want = superpoint_maps(maps, document.scan.superpoint)
    assert np.array_equal(sample["map_mean"], want.mean)
    assert np.array_equal(sample["map_variance"], want.variance)


@pytest.mark.parametrize("workers", [0, 1])
def test_a_loader_joins_scans_and_numbers_on(project: Project, workers: int) -> None:
    loader = DataLoader(ScanDataset(project.folder, maps=True), batch_size=2, collate_fn=collate, num_workers=workers)
    (batch,) = loader
    assert batch["name"] == ["hall", "room"]
    assert batch["batch"].tolist() == [0] * 6 + [1] * 8
    assert batch["xyz"].shape == (14, 3)
    assert batch["superpoint"].tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]
    assert batch["instance"].tolist() == [0, 0, 0, 1, 0, -1, 2, 2, 2, 2, 3, 3, 2, -1]
    assert [one.shape for one in batch["map_mean"]] == [(2, 3), (2, 4)]


def test_an_exported_folder_and_one_file_are_read_too(tmp_path: Path) -> None:
    document = make_document("a")
    export_scan(document, "h5", tmp_path / "x")
    other = replace(make_document("b"), classes=Classes.of(["lamp", "chair"]))
    export_scan(other, "h5", tmp_path / "y")
    (tmp_path / "y" / "b.h5").rename(tmp_path / "x" / "b.h5")
    data = ScanDataset(tmp_path / "x", transform=lambda sample: sample["semantic"].tolist())
    assert data.class_names == ("chair", "Tisch, größer", "lamp")
    assert list(map(data.__getitem__, range(2))) == [[0, 0, 0, 1, 0, -1], [2, 2, 2, 0, 2, -1]]
    assert len(ScanDataset(tmp_path / "x" / "a.h5")) == 1


def test_what_cannot_be_read_is_said_in_one_sentence(project: Project, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"holds no \.h5 scans"):
        ScanDataset(tmp_path)
    with pytest.raises(InputError, match="has no scan 'attic'"):
        ScanDataset(project.folder, ["attic"])
    (tmp_path / "broken.h5").write_bytes(b"no")
    with pytest.raises(InputError, match="is no scan file"):
        ScanDataset(tmp_path)
    project.save(replace(make_document("bare"), annotation=None, pseudo=None, edits=()))
    with pytest.raises(InputError, match="has no labels yet"):
        ScanDataset(project.folder, ["bare"])[0]


def test_the_module_loads_no_torch() -> None:
    code = "import sys, gapro_annotator.dataset; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
