"""Which checks an exported folder gets."""

from collections.abc import Callable, Iterator
from pathlib import Path

from gapro_annotator.document_checks import Finding
from gapro_annotator.errors import InputError
from gapro_annotator.exporters.checks.arrays import check_mmdet3d, check_pointcept
from gapro_annotator.exporters.checks.folder import ExportFolder, Found, odd, wrong
from gapro_annotator.exporters.checks.mask3d import check_mask3d
from gapro_annotator.exporters.checks.pth import check_gapro, check_pointgroup, check_spformer, holds_superpoints
from gapro_annotator.exporters.checks.rooms import check_s3dis, check_semantickitti, check_sstnet
from gapro_annotator.exporters.checks.scannet import check_scannet
from gapro_annotator.exporters.checks.tools import check_labelcloud, check_las, check_segments, check_supervisely
from gapro_annotator.exporters.report import REPORT, FormatReport, read_reports

_CHECKS: dict[str, Callable[[ExportFolder], Found]] = {
    "scannet": check_scannet,
    "pointgroup": check_pointgroup,
    "spformer": check_spformer,
    "gapro": check_gapro,
    "mask3d": check_mask3d,
    "mmdet3d": check_mmdet3d,
    "pointcept": check_pointcept,
    "s3dis": check_s3dis,
    "semantickitti": check_semantickitti,
    "sstnet": check_sstnet,
    "las": check_las,
    "labelcloud": check_labelcloud,
    "segments": check_segments,
    "supervisely": check_supervisely,
}
CHECKED_BY_FILE = ("h5", "ply")
"""Formats of which `validate` checks every file by itself."""


def is_export(folder: Path) -> bool:
    """Say whether a folder holds an export: one with a report, or one that is laid out as a trainer reads it."""
    return (folder / REPORT).is_file() or _guess(folder) is not None


def check_export(folder: Path) -> Iterator[Finding]:
    """Check an exported folder as its trainers would find out, by what its report says it is, else by its layout."""
    guess = None if (folder / REPORT).is_file() else _guess(folder)
    if guess is not None:
        yield odd(folder, f"has no {REPORT}: taken for {guess} with ScanNet's 20 classes")
        yield from _CHECKS[guess](ExportFolder(folder, {}, {}))
        return
    try:
        reports = read_reports(folder)
    except InputError as error:
        yield wrong(folder / REPORT, str(error).removeprefix(f"{folder / REPORT}: "))
        return
    for name, report in reports.items():
        yield from _missing(folder, report)
        if name in _CHECKS:
            yield from _CHECKS[name](ExportFolder(folder, report.options, report.settings))
        elif name not in CHECKED_BY_FILE:
            yield odd(folder, f"{name}: only whether its files are there was checked")


def _guess(folder: Path) -> str | None:
    """Tell a trainer's folder from its layout."""
    scan = next((p for split in ("train", "val") for p in sorted((folder / split).glob("*_inst_nostuff.pth"))), None)
    if scan is not None:
        if (folder / "gaussian_process_kl_pseudo_labels").is_dir():
            return "gapro"
        return "spformer" if holds_superpoints(scan) else "pointgroup"
    layouts = {
        "mask3d": "train_database.yaml",
        "pointcept": "*/*/coord.npy",
        "mmdet3d": "points/*.bin",
        "scannet": "scans/*/*_vh_clean_2.ply",
    }
    return next((name for name, pattern in layouts.items() if any(folder.glob(pattern))), None)


def _missing(folder: Path, report: FormatReport) -> Found:
    for scan in report.scans.values():
        for file in scan.files:
            if not (folder / file).is_file():
                yield wrong(folder / file, "is missing, though the report names it; export the scan again")
