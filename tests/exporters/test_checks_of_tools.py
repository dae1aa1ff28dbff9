"""What `validate` finds in exports for tools, S3DIS, SemanticKITTI, SSTNet and LAS that were changed by hand."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from export_scenes import make_scan_document

from gapro_annotator.exporters import export_scan
from gapro_annotator.validation import validate

SCAN = "scene0707_00"


def edit(path: str, change: Callable[[dict], object]) -> Callable[[Path], None]:  # pyright: ignore[reportMissingTypeArgument]
    def apply(folder: Path) -> None:
        file = next(folder.glob(path))
        content = json.loads(file.read_text())
        change(content)
        file.write_text(json.dumps(content))

    return apply


def shorten(path: str) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        file = next(folder.glob(path))
        file.write_bytes(file.read_bytes()[:-4])

    return apply


def rename(path: str, name: str) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        file = next(folder.glob(path))
        file.rename(file.with_name(name))

    return apply


def relabel(folder: Path) -> None:
    file = next(folder.glob("sequences/*/labels/*.label"))
    labels = np.fromfile(file, np.uint32)
    labels[3] = 77
    labels.tofile(file)


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("labelcloud", shorten("labels/segmentation/*.bin"), "one byte for each"),
        ("labelcloud", edit("labels/_classes.json", lambda c: c["classes"].pop()), "_classes.json lacks"),
        (
            "labelcloud",
            edit("labels/scene*.json", lambda c: c["objects"][0]["centroid"].pop("x")),
            "no centre and size",
        ),
        ("segments", edit("scene*_00.json", lambda c: c["point_annotations"].append(99)), "annotations [99]"),
        ("segments", edit("categories.json", lambda c: c["categories"].clear()), "which categories.json lacks"),
        (
            "supervisely",
            edit("ds0/ann/*.json", lambda c: c["figures"][0]["geometry"]["indices"].append(10**6)),
            "point",
        ),
        ("supervisely", edit("meta.json", lambda c: c["classes"].clear()), "no object of a class"),
        ("s3dis", rename("Area_1/*/Annotations/chair_1.txt", "chair.txt"), "is not called"),
        ("semantickitti", relabel, "classes [77]"),
        ("semantickitti", shorten("sequences/*/labels/*.label"), "labels"),
        ("las", shorten("*.las"), ""),
        ("sstnet", shorten("train/*_inst.pth"), "cannot be read"),
    ],
)
def test_a_mistake_is_found(tmp_path: Path, name: str, change: Callable[[Path], None], said: str) -> None:
    export_scan(make_scan_document(), name, tmp_path)
    assert not [finding for finding in validate(tmp_path) if finding.severity == "error"]
    change(tmp_path)
    found = [finding.text for finding in validate(tmp_path) if finding.severity == "error"]
    assert any(said in text for text in found), found
