"""Labels the scans of a run anew with its deep features: proposals, and what the next round learns from."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from gapro_annotator.arrays import Float32
from gapro_annotator.classes import Classes
from gapro_annotator.labeling.labeler import Labeler
from gapro_annotator.labeling.request import LabelerConfig, LabelRequest
from gapro_annotator.labels import UNCORRECTED, Annotation, PseudoLabels
from gapro_annotator.project import Project, is_project
from gapro_annotator.store.deep_features import read_features
from gapro_annotator.store.experience_file import KeptExperience, read_experience
from gapro_annotator.store.fingerprint import boxed_fingerprint, scan_fingerprint
from gapro_annotator.training.config import RunConfig
from gapro_annotator.training.data.snapshot import LabeledScan, read_labels, write_labeled
from gapro_annotator.training.proposals import Diff, Proposal, difference, write_proposal
from gapro_annotator.training.run_folder import RunFolder


def relabel(
    run: RunFolder, config: RunConfig, number: int, next_labels: Path, report: Callable[[int, int, str], bool]
) -> dict[str, Diff] | None:
    """Propose labels for every scan of a run, and write them down for the next round to learn from.

    Corrections of the snapshot are evidence and stay as they are. What a proposal would change is said against the
    labels that the run began with.

    Parameters
    ----------
    run, config
        Its ``features/`` were written by this round.
    number
        Of the round, from 1.
    next_labels
        Folder for the labels that the next round learns from.
    report
        Called as ``report(done, total, scan)``; answers whether to go on.

    Returns
    -------
    dict or None
        What would change, by scan; None where it was stopped.
    """
    settings, kept = _settings(run.path.parent.parent)
    classes = _classes(config)
    names = (*config.scans, *config.validation)
    next_labels.mkdir(exist_ok=True)
    labeler = Labeler()
    diffs: dict[str, Diff] = {}
    for done, name in enumerate(names):
        if not report(done, len(names), name):
            return None
        labeled = read_labels(run.labels, name)
        deep = read_features(run.features, name, labeled.scan.superpoint_count, scan_fingerprint(labeled.scan))
        pseudo = _answer(labeler, labeled, settings, kept, deep)
        pseudo.provenance["features_of"] = run.id
        pseudo.provenance["round"] = number
        correction = labeled.annotation.correction
        diffs[name] = difference(labeled.pseudo, pseudo, correction, labeled.boxes, classes)
        made_for = boxed_fingerprint(labeled.scan, labeled.boxes)
        write_proposal(run.path, name, Proposal(pseudo, diffs[name], number, made_for))
        write_labeled(next_labels, _with(labeled, pseudo))
    return diffs


def _answer(
    labeler: Labeler, labeled: LabeledScan, settings: LabelerConfig, kept: KeptExperience | None, deep: Float32
) -> PseudoLabels:
    request = LabelRequest(
        scan=labeled.scan,
        boxes=labeled.boxes,
        correction=labeled.annotation.correction,
        config=settings,
        experience=None if kept is None else kept.without(labeled.scan.name),
        deep=deep,
    )
    return labeler.label(request).pseudo


def _with(labeled: LabeledScan, pseudo: PseudoLabels) -> LabeledScan:
    """The scan with other pseudo labels below the same corrections."""
    correction = labeled.annotation.correction
    instance = np.where(correction == UNCORRECTED, pseudo.instance, correction)
    shown = Annotation(instance, labeled.boxes.class_of(instance), labeled.annotation.origin)
    return replace(labeled, pseudo=pseudo, annotation=shown)


def _settings(project: Path) -> tuple[LabelerConfig, KeptExperience | None]:
    """How the project labels, and what corrections taught there; the usual settings for a run outside a project.

    Deep features are for the joint process and the paper's processes; with another method the joint one takes over.
    """
    if not is_project(project):
        return LabelerConfig(), None
    settings = Project.open(project).labeler
    if settings.method in {"none", "linear", "smaller-box", "smaller-box-superpoints"}:
        settings = replace(settings, method="gp")
    if settings.method != "gp":
        settings = replace(settings, paper_features="deep")
    return settings, read_experience(project)


def _classes(config: RunConfig) -> Classes:
    named = Classes.of(list(config.classes))
    return Classes(np.array(config.class_ids, np.int32), named.name, named.color)
