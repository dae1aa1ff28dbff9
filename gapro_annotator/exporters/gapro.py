"""GaPro's forks of ISBNet and SPFormer: scans, superpoints, and pseudo labels as 5-tuples with mean and variance."""

import numpy as np

from gapro_annotator.document import ScanDocument
from gapro_annotator.errors import InputError
from gapro_annotator.exporters.class_map import STUFF, ClassMap
from gapro_annotator.exporters.export import Export
from gapro_annotator.exporters.options import BACKGROUND, CLASSES, ROWS, SPLITS, Option
from gapro_annotator.exporters.pointgroup import SUFFIX
from gapro_annotator.exporters.pth import save_pth
from gapro_annotator.exporters.rows import ExportRows
from gapro_annotator.exporters.trainer_arrays import IGNORE, pointgroup_arrays, semantic_settings

NO_PROCESS = -100.0
"""Mean and variance where no Gaussian Process decided."""
# What the code of each fork names its folder of labels.
_FOLDER = {"isbnet": "gaussian_process_kl_pseudo_labels", "spformer": "gp_deep_truekl_best"}

OPTIONS = (
    ROWS,
    *SPLITS,
    CLASSES,
    Option(
        "others",
        "ignore",
        "what becomes of classes that ScanNet's 18 lack; the forks have 18",
        ("ignore", "number", "otherfurniture"),
    ),
    BACKGROUND,
    Option("fork", "isbnet", "for which of GaPro's two forks", ("isbnet", "spformer")),
    Option(
        "superpoints",
        "auto",
        "NumPy as gen_ps.py and the ISBNet fork read them, a tensor as the SPFormer fork does; auto: as the fork reads",
        ("auto", "numpy", "tensor"),
    ),
    Option("label_type", "", "folder of the pseudo labels; default: the one that the fork's code names"),
)


def write_gapro(document: ScanDocument, export: Export) -> None:
    """Write PointGroup's 4-tuple, the superpoints, and (semantic, instance, probability, mean, variance)."""
    classes, rows = export.scannet_classes(), export.rows(document)
    _refuse_misread_classes(classes, export)
    arrays = pointgroup_arrays(rows, classes, export)
    split = export.scan.split
    labels = () if split == "test" else (arrays.semantic, arrays.instance)
    save_pth(export.new_file(split, f"{rows.name}{SUFFIX}"), (arrays.xyz, arrays.rgb, *labels))
    tensor = export.options["superpoints"] == "tensor" or (
        export.options["superpoints"] == "auto" and export.options["fork"] == "spformer"
    )
    superpoint = _tensor(rows) if tensor else rows.superpoint
    save_pth(export.new_file("superpoints", f"{rows.name}.pth"), superpoint)
    if split != "test":  # the forks read the labels of validation scans from here as well
        pseudo = _pseudo_labels(rows, classes, arrays.instance.astype(np.int32), certain=split == "val")
        save_pth(export.new_file(_folder(export), f"{rows.name}.pth"), pseudo)
    if len(rows.name) != 12:
        export.change(f"its name has {len(rows.name)} letters: GaPro's gen_ps.py, not needed here, reads only 12")


def finish_gapro(export: Export) -> None:
    """Say what the numbers mean."""
    classes = export.scannet_classes()
    semantic_settings(export, classes)
    kinds = len(classes.instance_names)
    export.report.settings |= {"semantic_classes": kinds + 1, "instance_classes": kinds, "label_type": _folder(export)}
    export.report.values = {
        "class in the pseudo labels": "train index - 2: 0 is the first class with instances",
        "background in the pseudo labels": f"semantic {kinds}, instance {IGNORE}",
        "box of a class that is left out": f"semantic {IGNORE}; its instances keep their numbers",
        "row that the import had dropped": f"semantic {IGNORE}, instance {IGNORE}, probability 0",
        "mean and variance": "of each point, mean > 0 favours its label; -100 where no Gaussian Process decided: "
        "a person's labels, points in no box, and all of the validation scans",
        "probability": "that the label is right; 1 for a person's, and in validation scans",
    }


def _pseudo_labels(
    rows: ExportRows, classes: ClassMap, instance: np.ndarray, *, certain: bool
) -> tuple[np.ndarray, ...]:
    """Build the 5-tuple; mean and variance have one value a point, or the forks' `mu[valid_idxs]` fails."""
    background = len(classes.instance_names)
    train = classes.train_of(rows.class_id, background=-1, ignored=IGNORE)
    semantic = np.where(train >= STUFF, train - STUFF, np.where(train == IGNORE, IGNORE, background))
    semantic[~rows.kept] = IGNORE
    known = rows.latent & (not certain)
    probability = np.where(rows.kept & certain, np.float32(1), rows.probability)
    mean, variance = (np.where(known, values, np.float32(NO_PROCESS)) for values in (rows.mean, rows.variance))
    return semantic.astype(np.int32), instance, probability, mean, variance


def _refuse_misread_classes(classes: ClassMap, export: Export) -> None:
    if export.options["fork"] == "spformer" and len(classes.instance_names) != 18:
        raise InputError(
            f"the SPFormer fork takes 18 for background, but {len(classes.instance_names)} classes have instances; "
            "use --option others=ignore or others=otherfurniture"
        )


def _folder(export: Export) -> str:
    folder = export.options["label_type"] or _FOLDER[export.options["fork"]]
    if folder in ("train", "val", "test", "superpoints") or "/" in folder or "\\" in folder or folder.startswith("."):
        raise InputError(f"--option label_type={folder}: is no plain folder name of its own; choose another")
    return folder


def _tensor(rows: ExportRows) -> object:
    import torch

    return torch.from_numpy(rows.superpoint.copy())
