"""The traits of all candidates in one table; each group of them lies in a file of its own."""

from dataclasses import dataclass

import numpy as np

from gapro_annotator.arrays import Float64
from gapro_annotator.labeling.evidence import BoxEvidence
from gapro_annotator.labeling.request import LabelerConfig
from gapro_annotator.labeling.traits.candidates import Candidates, candidates_of
from gapro_annotator.labeling.traits.extent import extent_traits
from gapro_annotator.labeling.traits.form import box_traits, form_traits
from gapro_annotator.labeling.traits.place import place_traits, plane_traits
from gapro_annotator.labeling.traits.rivals import rival_traits
from gapro_annotator.labeling.traits.surroundings import contact_traits, likeness_traits

__all__ = ["Candidates", "Traits", "traits_of"]


@dataclass(frozen=True, eq=False, slots=True)
class Traits:
    """One row for each candidate, one named column for each trait; NaN where a scan does not show it.

    Parameters
    ----------
    names
        Of the C columns.
    values : (R, C) float64
        Dimensionless, or in metres of a room.
    """

    names: tuple[str, ...]
    values: Float64


def traits_of(evidence: BoxEvidence, config: LabelerConfig) -> tuple[Candidates, Traits]:
    """Describe every superpoint with every box that it may belong to."""
    candidates = candidates_of(evidence.occupancy, len(evidence.of_scan.statistics))
    columns: dict[str, Float64] = {}
    columns |= place_traits(evidence, candidates)
    columns |= plane_traits(evidence, candidates)
    columns |= form_traits(evidence, candidates)
    columns |= box_traits(evidence, candidates)
    columns |= rival_traits(evidence, candidates)
    columns |= extent_traits(evidence, candidates)
    columns |= contact_traits(evidence, candidates, switched_on=config.contacts)
    columns |= likeness_traits(evidence, candidates, switched_on=config.likeness)
    return candidates, Traits(tuple(columns), np.column_stack(list(columns.values())))
