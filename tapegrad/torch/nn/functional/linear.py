"""Linear and bilinear maps, and rows of tables."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from tapegrad.core.structural import reshape
from tapegrad.core.table import TABLE
from tapegrad.core.tensor import wrap_constant
from tapegrad.ops.contract import matmul
from tapegrad.ops.einsum import einsum
from tapegrad.torch.affine import affine
from tapegrad.torch.creation import arange
from tapegrad.torch.dtypes import int64
from tapegrad.torch.nn.documentation import documented
from tapegrad.torch.nn.functional.elements import require_tensor
from tapegrad.torch.node import node_type
from tapegrad.torch.operation import operation
from tapegrad.torch.running import run
from tapegrad.torch.tensor import Tensor

__all__ = ["bilinear", "linear", "one_hot"]

_transpose = TABLE["transpose"]


def _linear(input: Any, weight: Any, bias: Any = None) -> Any:
    shape = input._value.shape
    swapped = _transpose(weight, axes=(-1, -2))
    if len(shape) > 2:
        rows = reshape(input, to=(prod(shape[:-1]), shape[-1]))
        y = matmul(rows, swapped)
    elif len(shape) == 1:
        y = matmul(reshape(input, to=(1, *shape)), swapped)
    else:
        y = matmul(input, swapped)
    if bias is not None:
        y = y + bias
    to = (*shape[:-1], weight._value.shape[0])
    return y if y._value.shape == to else reshape(y, to=to)


def _vector_weight(input: Any, weight: Any, bias: Any = None) -> Any:
    shape = input._value.shape
    column = reshape(weight, to=(weight._value.shape[0], 1))
    rows = reshape(input, to=(prod(shape[:-1]), shape[-1]))
    y = reshape(matmul(rows, column), to=shape[:-1])
    return y if bias is None else y + bias


def _check(input: Tensor, weight: Tensor, bias: Any) -> None:
    x, w = input._value, weight._value
    if x.dtype != w.dtype:
        first, second = (t.dtype.c_name for t in (input, weight))
        raise RuntimeError(
            f"mat1 and mat2 must have the same dtype, but got {_word(input)} and {_word(weight)}"
            if bias is not None
            else f"expected m1 and m2 to have the same dtype, but got: {first} != {second}"
        )
    if x.ndim == 0 or w.ndim == 0:
        raise RuntimeError(
            f"both arguments to linear need to be at least 1D, but they are {x.ndim}D and {w.ndim}D"
        )
    if x.shape[-1] != w.shape[-1]:
        rows = prod(x.shape[:-1])
        out = w.shape[0] if w.ndim > 1 else 1
        raise RuntimeError(
            f"mat1 and mat2 shapes cannot be multiplied ({rows}x{x.shape[-1]} and "
            f"{w.shape[-1]}x{out})"
        )


def _word(x: Tensor) -> str:
    return x.dtype.abbreviation


@documented(
    "torch.nn.functional.linear(torch.ones(2), torch.tensor([[1.0, 2.0]]), torch.tensor([0.5]))",
    "tensor([3.5000])",
    input="Of shape ``(*, in_features)``.",
    weight="Of shape ``(out_features, in_features)``.",
    bias="Of shape ``(out_features,)``, or None.",
)
def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """The affine map ``x @ weight.T + bias`` of the last dimension."""
    require_tensor("linear", input)
    require_tensor("linear", weight, "weight", 2)
    if bias is not None:
        short = affine(input, weight, bias, transposed=True)
        if short is not None:
            return short
    _check(input, weight, bias)
    if weight._value.ndim == 1:
        node = "ViewBackward0" if bias is None else "AddBackward0"
        args = (input, weight) if bias is None else (input, weight, bias)
        return run(_vector_weight, node_type(node), args, {})
    ndim = input._value.ndim
    if bias is None:
        kind = {1: "SqueezeBackward4", 2: "MmBackward0"}.get(ndim, "UnsafeViewBackward0")
        return run(_linear, node_type(kind), (input, weight), {})
    kind = {1: "ViewBackward0", 2: "AddmmBackward0"}.get(ndim, "ViewBackward0")
    return run(_linear, node_type(kind), (input, weight, bias), {})


@documented(
    "torch.nn.functional.bilinear(torch.ones(1, 2), torch.ones(1, 3), torch.ones(1, 2, 3))",
    "tensor([[6.]])",
    input1="Of shape ``(*, in1_features)``.",
    input2="Of shape ``(*, in2_features)``.",
    weight="Of shape ``(out_features, in1_features, in2_features)``.",
    bias="Of shape ``(out_features,)``, or None.",
)
@operation("AddBackward0", method=False)
def bilinear(input1: Any, input2: Any, weight: Any, bias: Any = None) -> Any:
    r"""The form :math:`x_1^\top A_k x_2 + b_k`, for each k."""
    if input1._value.shape[:-1] != input2._value.shape[:-1]:
        raise RuntimeError(
            f"bilinear(): input batch dimensions do not match at dim 0: got "
            f"{list(input1._value.shape)} and {list(input2._value.shape)}"
        )
    y = einsum("...i,kij,...j->...k", input1, weight, input2)
    return y if bias is None else y + bias


@documented(
    "torch.nn.functional.one_hot(torch.tensor([0, 2]))",
    "tensor([[1, 0, 0],\n        [0, 0, 1]])",
    tensor="Class numbers, int64.",
    num_classes="The number of classes; by default one more than the largest number.",
)
def one_hot(tensor: Tensor, num_classes: int = -1) -> Tensor:
    """Rows of zeros with a one at the place of each class."""
    if tensor._level is not None and num_classes > 0:
        return tensor.unsqueeze(-1).eq(arange(num_classes)).to(int64)
    numbers = tensor._value
    if numbers.dtype != np.int64:
        raise RuntimeError("one_hot is only applicable to index tensor of type LongTensor.")
    if not numbers.size and num_classes <= 0:
        raise RuntimeError("Can not infer total number of classes from empty tensor.")
    if numbers.size and numbers.min() < 0:
        raise RuntimeError("Class values must be non-negative.")
    if num_classes == -1:
        num_classes = int(numbers.max()) + 1
    elif numbers.size and numbers.max() >= num_classes:
        raise RuntimeError("Class values must be smaller than num_classes.")

    def rows(x: Any) -> Any:
        equal = x._value[..., None] == np.arange(num_classes)
        return wrap_constant(equal.astype(np.int64))

    return run(rows, node_type("OneHotBackward0"), (tensor,), {})
