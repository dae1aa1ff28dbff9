"""Sparse convolution: the one place that chooses who computes it.

`engine` chooses the library, `modules` are its layers with a CPU path of our own, `pairs` says which voxels meet under
a kernel, in blocks that fit the cache, and `cpu_convolution` computes over these blocks. Parameters, their names and
their shapes are spconv's, so weights trained with one engine run with the others.
"""

from gapro_annotator.training.sparse.engine import engine_of
from gapro_annotator.training.sparse.modules import SparseConv3d, SparseInverseConv3d, SubMConv3d
from gapro_annotator.training.sparse.tensor import SparseConvTensor, SparseModule, SparseSequential, sparse_tensor

__all__ = [
    "SparseConv3d",
    "SparseConvTensor",
    "SparseInverseConv3d",
    "SparseModule",
    "SparseSequential",
    "SubMConv3d",
    "engine_of",
    "sparse_tensor",
]
