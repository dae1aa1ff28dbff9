"""Which exporter writes what. A new format is one file and one row here."""

from collections.abc import Sequence
from pathlib import Path

from gapro_annotator.document import ScanDocument
from gapro_annotator.errors import InputError
from gapro_annotator.exporters import (
    gapro,
    labelcloud,
    las,
    mask3d,
    mmdet3d,
    pointcept,
    s3dis,
    scannet,
    segments,
    supervisely,
)
from gapro_annotator.exporters import semantickitti as kitti
from gapro_annotator.exporters.export import Export, ExportFormat
from gapro_annotator.exporters.h5 import finish_h5, write_h5
from gapro_annotator.exporters.options import TRAINING
from gapro_annotator.exporters.ply import finish_ply, write_ply
from gapro_annotator.exporters.pointgroup import finish_pointgroup, write_pointgroup
from gapro_annotator.exporters.rows import Frame
from gapro_annotator.exporters.spformer import finish_spformer, write_spformer
from gapro_annotator.exporters.sstnet import finish_sstnet, write_sstnet

_ALIGNED: tuple[Frame, ...] = ("aligned",)

FORMATS: dict[str, ExportFormat] = {
    one.name: one
    for one in (
        ExportFormat(
            "h5", "one HDF5 file a scan with everything in it", write_h5, "aligned", _ALIGNED, finish=finish_h5
        ),
        ExportFormat(
            "ply",
            "one PLY a scan: labels and uncertainty as point properties, mesh kept",
            write_ply,
            "aligned",
            finish=finish_ply,
        ),
        ExportFormat(
            "las",
            "LAS or LAZ 1.4: classification, and labels and certainty as extra dimensions",
            las.write_las,
            options=las.OPTIONS,
            finish=las.finish_las,
        ),
        ExportFormat(
            "scannet",
            "ScanNet's ground truth, a benchmark submission, and raw scan folders",
            scannet.write_scannet,
            options=scannet.OPTIONS,
            finish=scannet.finish_scannet,
        ),
        ExportFormat(
            "pointgroup",
            "PointGroup, SoftGroup, ISBNet",
            write_pointgroup,
            options=TRAINING,
            finish=finish_pointgroup,
        ),
        ExportFormat("spformer", "SPFormer", write_spformer, options=TRAINING, finish=finish_spformer),
        ExportFormat(
            "gapro",
            "GaPro's forks of ISBNet and SPFormer: pseudo labels with mean and variance",
            gapro.write_gapro,
            options=gapro.OPTIONS,
            finish=gapro.finish_gapro,
        ),
        ExportFormat("sstnet", "SSTNet", write_sstnet, options=TRAINING, finish=finish_sstnet),
        ExportFormat("mask3d", "Mask3D", mask3d.write_mask3d, options=mask3d.OPTIONS, finish=mask3d.finish_mask3d),
        ExportFormat(
            "mmdet3d",
            "mmdetection3d and OneFormer3D",
            mmdet3d.write_mmdet3d,
            options=mmdet3d.OPTIONS,
            finish=mmdet3d.finish_mmdet3d,
        ),
        ExportFormat(
            "pointcept",
            "Pointcept",
            pointcept.write_pointcept,
            options=pointcept.OPTIONS,
            finish=pointcept.finish_pointcept,
        ),
        ExportFormat(
            "s3dis",
            "S3DIS: a text for the room and one for each instance",
            s3dis.write_s3dis,
            "aligned",
            options=s3dis.OPTIONS,
            finish=s3dis.finish_s3dis,
        ),
        ExportFormat(
            "semantickitti",
            "SemanticKITTI, point_labeler",
            kitti.write_semantickitti,
            options=kitti.OPTIONS,
            finish=kitti.finish_semantickitti,
        ),
        ExportFormat(
            "labelcloud",
            "labelCloud: cloud, classes of the points, boxes",
            labelcloud.write_labelcloud,
            "aligned",
            options=labelcloud.OPTIONS,
            finish=labelcloud.finish_labelcloud,
        ),
        ExportFormat(
            "segments",
            "Segments.ai: segmentation and cuboid labels",
            segments.write_segments,
            options=segments.OPTIONS,
            finish=segments.finish_segments,
        ),
        ExportFormat(
            "supervisely",
            "Supervisely: a point-cloud project with the points of each instance",
            supervisely.write_supervisely,
            options=supervisely.OPTIONS,
            finish=supervisely.finish_supervisely,
        ),
    )
}


def start_export(format_name: str, folder: Path, *, frame: Frame | None = None, options: Sequence[str] = ()) -> Export:
    """Begin an export: call `Export.add` for each scan, then `Export.finish` once.

    Raises
    ------
    InputError
        There is no such format, frame or option, or the folder holds another export.
    """
    if format_name not in FORMATS:
        raise InputError(f"{format_name}: there is no such export format; choose one of {', '.join(FORMATS)}")
    return Export(FORMATS[format_name], folder, frame, options)


def export_scan(
    document: ScanDocument,
    format_name: str,
    folder: Path,
    *,
    frame: Frame | None = None,
    options: Sequence[str] = (),
) -> Path:
    """Write one scan's annotation with its report; return the main file.

    Raises
    ------
    InputError
        There is no such format, frame or option, or the scan has no labels yet.
    StoreError
        The file cannot be written; what was there before is unchanged.
    """
    export = start_export(format_name, folder, frame=frame, options=options)
    path = export.add(document)
    export.finish()
    return path
