"""What speaks for and against each box that a superpoint may belong to: the traits that the linear kernel sees."""

from gapro_annotator.labeling.traits.table import Candidates, Traits, traits_of

__all__ = ["Candidates", "Traits", "traits_of"]
