"""How tensors are shown: `printing` knows the text, this knows what a tensor says of itself."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.torch.dtypes import get_default_dtype
from tapegrad.torch.node import AccumulateGrad
from tapegrad.torch.printing import tensor_text
from tapegrad.torch.recorded import active_levels
from tapegrad.torch.tensor import Tensor, install

__all__ = []


def _repr(self: Tensor, *, tensor_contents: Any = None) -> str:
    node = self._node
    is_leaf = node is None or node.__class__ is AccumulateGrad
    return tensor_text(
        np.asarray(self._value),
        self.dtype._name,
        default_dtype=get_default_dtype()._name,
        requires_grad=self.requires_grad,
        grad_fn=None if is_leaf or node is None else node.name(),
        tangent=_tangent(self),
        kind=vars(type(self)).get("_shown_as", type(self).__name__),
    )


def _tangent(x: Tensor) -> str | None:
    levels = [level for level in active_levels() if x._id in level.tangents]
    if not levels or levels[-1].rows is not None:
        return None
    return repr(levels[-1].tangent(x._id))


install(__repr__=_repr, __str__=_repr)
