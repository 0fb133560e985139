"""Half precision: operations that add up many terms do it in float32 and round once.

So does PyTorch. A sum of a thousand bfloat16 numbers, added up in bfloat16, has no correct digit.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from tapegrad.core.tensor import Tensor as CoreTensor
from tapegrad.ops.cast import in_dtype
from tapegrad.torch.dtypes import dtype as torch_dtype

_FLOAT32 = np.dtype(np.float32)

#: The nodes of these operations, without "Backward" and the number.
_ADDING = frozenset(
    """
    Sum Mean Var Std VarMean StdMean Prod Nansum Norm LinalgVectorNorm Logsumexp Cumsum Cumprod
    Logcumsumexp Trace Renorm Dist NativeLayerNorm NativeBatchNorm NativeGroupNorm RmsNorm
    FusedRmsNorm Softmax LogSoftmax MseLoss L1Loss SmoothL1Loss HuberLoss NllLoss NllLoss2D KlDiv
    BinaryCrossEntropy BinaryCrossEntropyWithLogits SoftMarginLoss MultiMarginLoss
    MultilabelMarginLoss Gelu Silu Mish Softplus LogSigmoid Cdist EuclideanDist Pdist Addcmul
    Addcdiv Lerp CosineSimilarity AvgPool2D AvgPool3D AdaptiveAvgPool2D AdaptiveAvgPool3D
    UpsampleBilinear2D Trapezoid CumulativeTrapezoid
    """.split()
)


@cache
def _adds(kind: type) -> bool:
    return kind.__name__.partition("Backward")[0] in _ADDING


def is_half(d: np.dtype[Any]) -> bool:
    """Whether it is float16 or bfloat16."""
    return d.itemsize == 2 and (d.kind == "f" or d.name == "bfloat16")


def in_float32(function: Callable[..., Any], kind: Any, taken: list[Any]) -> Callable[..., Any]:
    """The function, in float32 if it adds up terms of half precision.

    Parameters
    ----------
    function
        Of core tensors.
    kind
        The class of its nodes.
    taken
        The tensors that it is called with.
    """
    if not _adds(kind):
        return function
    halves = [x._value.dtype for x in taken if is_half(x._value.dtype)]
    if not halves or any(x._value.dtype.kind == "f" and x._value.dtype.itemsize > 2 for x in taken):
        return function
    narrow = halves[0]

    def widened(*args: Any, **kwargs: Any) -> Any:
        if any(isinstance(a, (torch_dtype, np.dtype)) for a in (*args, *kwargs.values())):
            return function(*args, **kwargs)  # which converts before it adds
        wide = [_each(a, _wide) for a in args]
        result = function(*wide, **{k: _each(v, _wide) for k, v in kwargs.items()})
        return _each(result, lambda x: in_dtype(x, narrow) if x._value.dtype == _FLOAT32 else x)

    return widened


def _wide(x: Any) -> Any:
    return in_dtype(x, _FLOAT32) if is_half(x._value.dtype) else x


def _each(value: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(value, CoreTensor):
        return change(value)
    if isinstance(value, (list, tuple)):
        parts = [_each(v, change) for v in value]
        kind: Any = type(value)
        return kind(*parts) if hasattr(value, "_fields") else kind(parts)
    return value
