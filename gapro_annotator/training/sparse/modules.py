"""The library's layers, computed by us where the features are on the CPU."""

from typing import Any

import torch
from torch import Tensor

from gapro_annotator.errors import InvalidValueError
from gapro_annotator.training.sparse.cpu_convolution import convolve
from gapro_annotator.training.sparse.engine import library
from gapro_annotator.training.sparse.pairs import Pairs, find_pairs

_library = library()
_SubMConv3d: Any = _library.SubMConv3d
_SparseConv3d: Any = _library.SparseConv3d
_SparseInverseConv3d: Any = _library.SparseInverseConv3d
_Anything: Any = object  # the layer that it is put before is of a library that is untyped


class _OnCpu(_Anything):
    """Put before a layer of the library, it takes over on the CPU; parameters and every other device stay its own."""

    def forward(self: Any, tensor: Any) -> Any:
        """Convolve a sparse tensor into a new one."""
        if tensor.features.device.type != "cpu" or self.conv1x1:
            if not self.training:  # spconv casts under autocast in training alone
                tensor = tensor.replace_feature(tensor.features.to(self.weight.dtype))
            return super().forward(tensor)
        pairs: Pairs = self._pairs(tensor)
        into, back = pairs.into(outputs=not self.inverse), pairs.into(outputs=self.inverse)
        features = convolve(tensor.features, self.weight, into, back)
        result = tensor.replace_feature(features if self.bias is None else features + self.bias)
        result.indices = pairs.inputs if self.inverse else pairs.outputs
        result.spatial_shape = pairs.input_shape if self.inverse else pairs.output_shape
        return result

    def _pairs(self: Any, tensor: Any) -> Pairs:
        """Look the pairs up under the layer's key; search and remember them where they are new.

        Unlike spconv's, the dict is the one that the caller gave, so that the next step finds them too.
        """
        known: Pairs | None = tensor.find_indice_pair(self.indice_key)
        if known is None:
            if self.inverse:
                raise InvalidValueError(f"no layer with the key '{self.indice_key}' came before its inverse")
            known = find_pairs(tensor, self)
            if self.indice_key is not None:
                tensor.indice_dict[self.indice_key] = known
        expected: Tensor = known.outputs if self.inverse else known.inputs
        if (
            known.kernel_size != self.kernel_size
            or known.same != self.subm
            or not torch.equal(expected, tensor.indices)
        ):
            raise InvalidValueError(
                f"the pairs under the key '{self.indice_key}' are of other voxels or another kernel"
            )
        return known


class SubMConv3d(_OnCpu, _SubMConv3d):
    """Submanifold convolution: the output has the voxels of the input. Arguments as spconv's."""


class SparseConv3d(_OnCpu, _SparseConv3d):
    """Convolution with a stride: a voxel for each place that the kernel finds one at. Arguments as spconv's."""


class SparseInverseConv3d(_OnCpu, _SparseInverseConv3d):
    """Back to the voxels that the `SparseConv3d` with the same key came from. Arguments as spconv's."""
