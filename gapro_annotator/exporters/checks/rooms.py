"""S3DIS rooms, SemanticKITTI sequences and SSTNet's tuples, read as their trainers read them."""

import re
from pathlib import Path

import numpy as np

from gapro_annotator.errors import AnnotatorError
from gapro_annotator.exporters.checks.folder import ExportFolder, Found, check_labels, check_points, odd, wrong
from gapro_annotator.exporters.checks.pth import IGNORE, load_pth
from gapro_annotator.exporters.s3dis import NAMES
from gapro_annotator.readers.s3dis import read_s3dis
from gapro_annotator.readers.semantickitti import read_semantickitti

_OBJECT = re.compile(r"([A-Za-z]\w*)_\d+\.txt")


def check_s3dis(folder: ExportFolder) -> Found:
    """Every room can be read, and its objects have classes of S3DIS."""
    rooms = sorted(path.parent for path in folder.path.glob("Area_*/*/Annotations"))
    if not rooms:
        yield odd(folder.path, "holds no room Area_k/<room>/Annotations")
    for room in rooms:
        if not re.fullmatch(r"Area_[1-6]", room.parent.name):
            yield odd(room, f"{room.parent.name} is none of the areas 1 to 6, which trainers split by")
        for file in sorted((room / "Annotations").glob("*.txt")):
            name = _OBJECT.fullmatch(file.name)
            if name is None:
                yield wrong(file, "is not called <class>_<number>.txt")
            elif name[1] not in NAMES:
                yield odd(file, f"trainers take {name[1]!r} for clutter")
        try:
            source = read_s3dis(room)
        except AnnotatorError as error:
            yield wrong(room, str(error).removeprefix(f"{room}: "))
            continue
        if source.truth is not None and not (source.truth.instance >= 0).any():
            yield odd(room, "holds no object")


def check_semantickitti(folder: ExportFolder) -> Found:
    """Every scan has a label for each point, of a class that semantic-kitti.yaml names."""
    config = folder.path / "semantic-kitti.yaml"
    try:
        known = {int(number) for number in re.findall(r"^\s+(\d+)\s*:", config.read_text(encoding="utf-8"), re.M)}
    except (OSError, ValueError):
        yield wrong(config, "is missing or damaged; export again")
        return
    for path in sorted(folder.path.glob("sequences/*/velodyne/*.bin")):
        labels = path.parent.parent / "labels" / f"{path.stem}.label"
        try:
            read_semantickitti(path)
            numbers = np.fromfile(labels, np.uint32)
        except AnnotatorError as error:
            yield wrong(path, str(error).removeprefix(f"{path}: "))
            continue
        except OSError:
            yield wrong(labels, "is missing or cannot be read; export the scan again")
            continue
        strange = sorted(set(np.unique(numbers & 0xFFFF).tolist()) - known)
        if strange:
            yield wrong(labels, f"has the classes {strange[:5]}, which semantic-kitti.yaml lacks")


def check_sstnet(folder: ExportFolder) -> Found:
    """(xyz, rgb, faces, semantic, instance, shift, name), and the mesh from which SSTNet makes its superpoints."""
    for split in ("train", "val", "test"):
        for path in sorted((folder.path / split).glob("*_inst.pth")):
            yield from _check_tuple(folder, path, test=split == "test")
            name = path.name.removesuffix("_inst.pth")
            mesh = folder.path / ("scans_test" if split == "test" else "scans") / name / f"{name}_vh_clean_2.ply"
            if not mesh.is_file():
                yield wrong(mesh, "is missing: SSTNet makes its superpoints from it")


def _check_tuple(folder: ExportFolder, path: Path, *, test: bool) -> Found:
    found = load_pth(path)
    if isinstance(found, str):
        yield wrong(path, found)
        return
    wanted = 4 if test else 7
    if not isinstance(found, tuple) or len(found) != wanted:
        yield wrong(path, f"is no tuple of {wanted}, as SSTNet reads them")
        return
    xyz, faces = found[0], found[2]
    troubles = list(check_points(path, xyz))
    yield from troubles
    if troubles:
        return
    if not isinstance(faces, np.ndarray) or faces.ndim != 2 or faces.dtype.kind not in "iu" or faces.shape[1] != 3:
        yield wrong(path, "its faces are no triangles")
    elif not len(faces):
        yield odd(path, "has no mesh: SSTNet cannot use it")
    elif int(faces.min()) < 0 or int(faces.max()) >= len(xyz):
        yield wrong(path, "its faces name points that are not there")
    if test:
        return
    semantic, instance = found[3], found[4]
    if any(not isinstance(part, np.ndarray) or part.shape != (len(xyz),) for part in (semantic, instance)):
        yield wrong(path, f"semantic or instance is not one number for each of {len(xyz):,} points")
        return
    yield from check_labels(path, semantic, instance, classes=folder.classes, ignore=IGNORE, none=IGNORE, stuff=2)
