"""PointGroup's family, SPFormer, GaPro's forks and SSTNet: read as their datasets do and held against the scan."""

import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from export_scenes import HARP, expected, make_scan_document, number_of_box, with_wall_box
from plyfile import PlyData

from gapro_annotator.errors import InputError
from gapro_annotator.exporters import export_scan
from gapro_annotator.validation import validate

SCAN = "scene0707_00"
# ScanNet's 20 in train order: wall, floor, cabinet, bed, chair (4), sofa, table (6) …; the harp comes after them.
TRAIN = {"chair": 4, "table": 6, "harp": 20, "": 0}


def load(path: Path) -> Any:
    return torch.load(path, weights_only=False)  # as the trainers must, for NumPy arrays


def check_errors(folder: Path) -> list[str]:
    return [f"{finding.where}: {finding.text}" for finding in validate(folder) if finding.severity == "error"]


@pytest.mark.parametrize("origin", [(0, 0, 0), (431_234.5, 5_412_987.25, 311.0)])
def test_pointgroup_reads_the_source_rows_centred_with_scannets_numbers(tmp_path: Path, origin: Any) -> None:
    document = make_scan_document(origin=origin)
    want = expected(document)
    export_scan(document, "pointgroup", tmp_path)
    xyz, rgb, semantic, instance = load(tmp_path / "train" / f"{SCAN}_inst_nostuff.pth")
    assert (xyz.dtype, rgb.dtype, semantic.dtype, instance.dtype) == (np.float32,) * 2 + (np.float64,) * 2
    assert len(xyz) == len(rgb) == len(semantic) == len(instance) == want.rows
    mean = want.xyz[want.kept].mean(axis=0)
    assert np.abs(xyz - (want.xyz - mean)).max() < 1e-5
    assert np.allclose(rgb[want.kept], want.rgb[want.kept] / 127.5 - 1, atol=1e-6)
    assert semantic[want.kept].tolist() == [TRAIN[n] for n, k in zip(want.class_name, want.kept, strict=True) if k]
    assert instance.tolist() == number_of_box(want.box, -100).tolist()
    assert set(semantic[~want.kept]) == set(instance[~want.kept]) == {-100}
    # PointGroup's get_instance_info walks 0..max and takes the minimum of each.
    assert all((instance == k).any() for k in range(int(instance.max()) + 1))
    superpoint = load(tmp_path / "superpoints" / f"{SCAN}.pth")
    assert isinstance(superpoint, np.ndarray)
    scan_superpoint = document.scan.superpoint[want.point]
    assert np.array_equal(superpoint[want.kept], scan_superpoint[want.kept])
    assert np.unique(superpoint).tolist() == list(range(superpoint.max() + 1))
    assert set(superpoint[~want.kept]).isdisjoint(superpoint[want.kept])
    assert check_errors(tmp_path) == []


def test_validation_scans_have_ground_truth_as_scannets_evaluation_reads_it(tmp_path: Path) -> None:
    document = make_scan_document()
    export_scan(document, "pointgroup", tmp_path, options=[f"val={SCAN}"])
    assert (tmp_path / "val" / f"{SCAN}_inst_nostuff.pth").is_file()
    ids = np.array((tmp_path / "val_gt" / f"{SCAN}.txt").read_text().split(), int)
    want = expected(document)
    nyu = np.array([{"chair": 5, "table": 7, "harp": 41, "": 0}[name] for name in want.class_name])
    assert (ids // 1000).tolist() == nyu.tolist()
    assert ids[nyu > 0].tolist() == (nyu * 1000 + number_of_box(want.box, 0) + 1)[nyu > 0].tolist()
    assert set(ids[nyu == 0]) == {0}
    assert check_errors(tmp_path) == []


def test_test_scans_have_no_labels_and_a_scan_leaves_the_split_that_it_was_in(tmp_path: Path) -> None:
    document = make_scan_document()
    export_scan(document, "pointgroup", tmp_path)
    export_scan(document, "pointgroup", tmp_path, options=[f"test={SCAN}"])
    assert len(load(tmp_path / "test" / f"{SCAN}_inst_nostuff.pth")) == 2
    assert not list((tmp_path / "train").iterdir())
    with pytest.raises(InputError, match="cannot be in val and in test"):
        export_scan(document, "pointgroup", tmp_path, options=[f"test={SCAN}", f"val={SCAN}"])


@pytest.mark.parametrize(
    ("options", "harp", "background"),
    [
        ([], 20, 0),
        (["others=ignore"], -100, 0),
        (["others=otherfurniture"], 19, 0),
        (["background=ignore"], 20, -100),
        (["classes=project"], 2, 0),
    ],
)
def test_classes_that_scannet_lacks_and_background_are_what_was_chosen(
    tmp_path: Path, options: list[str], harp: int, background: int
) -> None:
    document = make_scan_document()
    export_scan(document, "pointgroup", tmp_path, options=options)
    _, _, semantic, instance = load(tmp_path / "train" / f"{SCAN}_inst_nostuff.pth")
    want = expected(document)
    assert set(semantic[want.box == HARP]) == {harp}
    assert set(semantic[want.kept & (want.box == -1)]) == {background}
    assert set(instance[want.box == HARP]) == {2}
    assert check_errors(tmp_path) == []


def test_frame_rows_colours_and_a_wall_in_a_box(tmp_path: Path) -> None:
    document = with_wall_box(make_scan_document(colors=False, normals=False, mesh=False))
    export_scan(document, "pointgroup", tmp_path, frame="aligned", options=["rows=kept"])
    xyz, rgb, semantic, instance = load(tmp_path / "train" / f"{SCAN}_inst_nostuff.pth")
    want = expected(document, "aligned")
    aligned = want.xyz[want.kept]
    assert len(xyz) == len(document.scan)
    assert np.abs(xyz - (aligned - aligned.mean(axis=0))).max() < 1e-5
    assert not rgb.any()
    assert set(semantic[(want.box == HARP)[want.kept]]) == {0}
    assert set(instance[(want.box == HARP)[want.kept]]) == {-100}
    assert check_errors(tmp_path) == []


def test_files_speak_of_no_module_that_numpy_1_lacks(tmp_path: Path) -> None:
    path = export_scan(make_scan_document(), "spformer", tmp_path)
    with zipfile.ZipFile(path) as archive:
        pickled = next(archive.read(name) for name in archive.namelist() if name.endswith("data.pkl"))
    assert b"numpy._core" not in pickled
    assert b"numpy.core.multiarray\n_reconstruct" in pickled


def test_spformer_finds_superpoints_third_and_one_class_in_each_instance(tmp_path: Path) -> None:
    document = make_scan_document()
    want = expected(document)
    xyz, rgb, superpoint, semantic, instance = load(export_scan(document, "spformer", tmp_path))
    assert len({len(xyz), len(rgb), len(superpoint), len(semantic), len(instance), want.rows}) == 1
    assert np.array_equal(superpoint[want.kept], document.scan.superpoint[want.point][want.kept])
    semantic = torch.from_numpy(semantic).long()
    semantic = torch.where(semantic < 2, -100, semantic - 2)
    for k in range(int(instance.max()) + 1):
        assert len(torch.unique(semantic[torch.from_numpy(instance == k)])) == 1
    assert np.array_equal(instance == 1, want.box == 7)
    assert check_errors(tmp_path) == []
    export_scan(document, "spformer", tmp_path, options=[f"test={SCAN}"])
    assert len(load(tmp_path / "test" / f"{SCAN}_inst_nostuff.pth")) == 3


@pytest.mark.parametrize("fork", ["isbnet", "spformer"])
def test_gapros_forks_find_one_mean_and_variance_a_point(tmp_path: Path, fork: str) -> None:
    document = make_scan_document()
    assert document.pseudo is not None
    want = expected(document)
    export_scan(document, "gapro", tmp_path, options=[f"fork={fork}"])
    xyz, _, _, _ = load(tmp_path / "train" / f"{SCAN}_inst_nostuff.pth")
    folder = {"isbnet": "gaussian_process_kl_pseudo_labels", "spformer": "gp_deep_truekl_best"}[fork]
    semantic, instance, probability, mean, variance = load(tmp_path / folder / f"{SCAN}.pth")
    superpoint = load(tmp_path / "superpoints" / f"{SCAN}.pth")
    superpoint = superpoint.numpy() if fork == "spformer" else torch.from_numpy(superpoint).numpy()
    assert {len(a) for a in (semantic, instance, probability, mean, variance, superpoint)} == {len(xyz)} == {want.rows}
    assert (semantic.dtype, instance.dtype, mean.dtype) == (np.int32, np.int32, np.float32)
    # 0..17 are ScanNet's 18 (chair 2, table 4), 18 is background, -100 a box of a class that it lacks.
    wanted = [{"chair": 2, "table": 4, "harp": -100, "": 18}[n] for n in want.class_name]
    assert semantic[want.kept].tolist() == [n for n, k in zip(wanted, want.kept, strict=True) if k]
    assert set(semantic[~want.kept]) == {-100}
    assert instance.tolist() == number_of_box(want.box, -100).tolist()
    assert np.allclose(probability, want.probability)
    assert np.array_equal(mean != -100, want.latent)
    assert np.array_equal(variance != -100, want.latent)
    assert np.array_equal(mean[want.latent], document.pseudo.mean[want.point][want.latent])
    assert np.array_equal(variance[want.latent], document.pseudo.variance[want.point][want.latent])
    assert check_errors(tmp_path) == []


def test_gapros_validation_scans_are_certain_and_misread_classes_are_refused(tmp_path: Path) -> None:
    document = make_scan_document()
    export_scan(document, "gapro", tmp_path, options=[f"val={SCAN}", "others=number", "label_type=mine"])
    semantic, _, probability, mean, _ = load(tmp_path / "mine" / f"{SCAN}.pth")
    want = expected(document)
    assert set(probability[want.kept]) == {1}
    assert set(mean) == {-100}
    assert set(semantic[want.box == HARP]) == {18}
    assert set(semantic[want.kept & (want.box == -1)]) == {19}
    assert check_errors(tmp_path) == []
    with pytest.raises(InputError, match="SPFormer fork takes 18"):
        export_scan(document, "gapro", tmp_path / "b", options=["others=number", "fork=spformer"])
    with pytest.raises(InputError, match="no plain folder name"):
        export_scan(document, "gapro", tmp_path / "c", options=["label_type=../x"])


def test_sstnet_gets_its_seven_and_the_mesh_that_it_cuts_into_superpoints(tmp_path: Path) -> None:
    document = make_scan_document()
    want = expected(document)
    xyz, _, faces, semantic, instance, shift, name = load(export_scan(document, "sstnet", tmp_path))
    assert name == SCAN
    assert np.abs(xyz - (want.xyz + shift)).max() < 1e-5
    assert np.array_equal(instance, number_of_box(want.box, -100))
    assert len(semantic) == want.rows
    mesh = PlyData.read(tmp_path / "scans" / SCAN / f"{SCAN}_vh_clean_2.ply")
    assert np.array_equal(np.stack(list(mesh["face"]["vertex_indices"])), faces)
    assert want.kept[faces].all()
    assert np.allclose(mesh["vertex"]["x"], xyz[:, 0])
    bare = make_scan_document("cloud", mesh=False)
    assert len(load(export_scan(bare, "sstnet", tmp_path, options=["test=cloud"]))) == 4
    assert "SSTNet computes its superpoints" in (tmp_path / "export-report.txt").read_text()


@pytest.mark.parametrize("name", ["pointgroup", "spformer", "gapro"])
def test_validate_finds_what_a_trainer_would_stumble_over(tmp_path: Path, name: str) -> None:
    document = make_scan_document()
    path = export_scan(document, name, tmp_path)
    whole = load(path)

    def found(*changed: Any) -> str:
        torch.save(changed, path)
        return "\n".join(check_errors(tmp_path))

    assert found(*whole) == ""
    assert "xyz holds NaN" in found(whole[0] * np.float32(np.nan), *whole[1:])
    assert "is not the tuple" in found(*whole[:-1])
    assert "different lengths" in found(*whole[:-1], whole[-1][:-1])
    assert "semantic leaves" in found(*whole[:-2], whole[-2] + 30, whole[-1])
    assert "without gaps" in found(*whole[:-1], np.where(whole[-1] == 1, 5, whole[-1]))
    assert "points of two classes" in found(*whole[:-1], np.where(whole[-1] == 1, 0, whole[-1]))
    assert "rgb is not" in found(whole[0], whole[1] * 255, *whole[2:])
    path.write_bytes(path.read_bytes()[:200])
    assert "cannot be read" in "\n".join(check_errors(tmp_path))
    path.unlink()
    assert "is missing, though the report names it" in "\n".join(check_errors(tmp_path))


def test_validate_opens_no_file_that_could_run_code(tmp_path: Path) -> None:
    path = export_scan(make_scan_document(), "pointgroup", tmp_path)
    torch.save((Path("x"), 1), path)
    assert "cannot be read" in "\n".join(check_errors(tmp_path))


def test_validate_finds_gapros_own_mistake_of_one_mean_a_superpoint(tmp_path: Path) -> None:
    document = make_scan_document()
    export_scan(document, "gapro", tmp_path)
    path = tmp_path / "gaussian_process_kl_pseudo_labels" / f"{SCAN}.pth"
    semantic, instance, probability, mean, variance = load(path)
    torch.save((semantic, instance, probability, mean[:9], variance[:9]), path)
    assert "mean, variance: not one value for each" in "\n".join(check_errors(tmp_path))
    path.unlink()
    assert "both forks read it" in "\n".join(check_errors(tmp_path))


def test_labels_without_pseudo_labels_are_exported(tmp_path: Path) -> None:
    document = replace(make_scan_document(dropped=False), pseudo=None)
    export_scan(document, "gapro", tmp_path)
    *_, probability, mean, _ = load(tmp_path / "gaussian_process_kl_pseudo_labels" / f"{SCAN}.pth")
    assert set(probability) == {0, 1}
    assert set(mean) == {-100}
