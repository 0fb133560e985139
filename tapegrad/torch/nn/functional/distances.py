"""Norms and distances of vectors."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.table import recording
from tapegrad.core.tensor import wrap_constant
from tapegrad.ops.complex import abs as absolute
from tapegrad.ops.reduce import reduce_max, reduce_min, reduce_sum
from tapegrad.torch.nn.documentation import documented
from tapegrad.torch.nn.functional.elements import choose
from tapegrad.torch.nn.functional.reduction import pair
from tapegrad.torch.operation import into, operation
from tapegrad.torch.size import dimension
from tapegrad.torch.tensor import Tensor

__all__ = ["cosine_similarity", "normalize", "pairwise_distance", "pdist"]


def norm_along(x: Any, p: float, axes: list[int], keepdims: bool) -> Any:
    """The p-norm; its gradient at 0 is 0."""
    if p == 2 and x._value.dtype.kind != "c":
        return recording.reduce_euclidean_norm(x, axes=tuple(axes), keepdims=keepdims)
    size = absolute(x)
    if p == np.inf:
        return reduce_max(size, axes, keepdims)
    if p == -np.inf:
        return reduce_min(size, axes, keepdims)
    if p == 0:
        return reduce_sum(choose(size > 0, size * 0 + 1.0, 0), axes, keepdims)
    if p == 1:
        return reduce_sum(size, axes, keepdims)
    total = reduce_sum(_power(size, p), axes, keepdims)
    return _power(total, 1 / p)


def _power(x: Any, p: float) -> Any:
    """``x ** p`` for x that are not negative; 0 has the slope 0."""
    zero = x == 0
    raised = recording.pow(choose(zero, 1, x), wrap_constant(x._value.dtype.type(p)))
    return choose(zero, 0, raised) if p > 0 else raised


@operation("DivBackward0", method=False)
def _normalize(input: Any, p: float, axes: list[int], eps: float) -> Any:
    norm = norm_along(input, p, axes, True)
    least = wrap_constant(norm._value.dtype.type(eps))
    return input / recording.maximum(norm, least)


@documented(
    "torch.nn.functional.normalize(torch.tensor([3.0, 4.0]), dim=0)",
    "tensor([0.6000, 0.8000])",
    p="The order of the norm.",
)
def normalize(
    input: Tensor, p: float = 2.0, dim: Any = 1, eps: float = 1e-12, out: Tensor | None = None
) -> Tensor:
    """Vectors along a dimension divided by their norms, which count as `eps` at least."""
    ndim = input._value.ndim
    dims = [dim] if hasattr(dim, "__index__") else list(dim)
    axes = [dimension(d, ndim) - ndim for d in dims]
    if not ndim:
        return _normalize(input.reshape(1), p, [-1], eps).reshape(())
    result = _normalize(input, p, axes, eps)
    return result if out is None else into(out, "normalize", result, (input,))


@operation("SumBackward1", method=False)
def _cosine(a: Any, b: Any, axis: int, eps: float) -> Any:
    norms = []
    for x in (a, b):
        norm = recording.reduce_euclidean_norm(x, axes=(axis,), keepdims=True)
        # The value is at least eps, but gradients pass as if it were not.
        lift = np.maximum(eps - norm._value, 0).astype(norm._value.dtype)
        norms.append(norm + wrap_constant(lift) if np.any(lift) else norm)
    return reduce_sum((a / norms[0]) * (b / norms[1]), [axis])


@documented(
    "torch.nn.functional.cosine_similarity(torch.ones(1, 2), torch.tensor([[1.0, 0.0]]))",
    "tensor([0.7071])",
    x1="Vectors.",
    x2="Vectors; shapes broadcast.",
)
def cosine_similarity(x1: Tensor, x2: Tensor, dim: int = 1, eps: float = 1e-8) -> Tensor:
    """The cosine of the angle of vectors along a dimension."""
    ndim = max(x1._value.ndim, x2._value.ndim)
    shape = np.broadcast_shapes(x1._value.shape, x2._value.shape)
    axis = dimension(dim, ndim) - ndim
    if not ndim:
        return _cosine(x1.reshape(1), x2.reshape(1), -1, eps)
    return _cosine(x1.expand(shape), x2.expand(shape), axis, eps)


@operation("NormBackward1", method=False)
def pairwise(x1: Any, x2: Any, p: float, eps: float, keepdim: bool) -> Any:
    """Norms of differences along the last axis."""
    a, b = pair(x1, x2)
    return norm_along(a - b + eps, p, [-1], keepdim)


@documented(
    "torch.nn.functional.pairwise_distance(torch.ones(1, 2), torch.zeros(1, 2))",
    "tensor([1.4142])",
    x1="Vectors along the last dimension.",
    x2="Vectors; shapes broadcast.",
    p="The order of the norm.",
    eps="Added to each difference.",
)
def pairwise_distance(
    x1: Tensor, x2: Tensor, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False
) -> Tensor:
    """The distances of vectors, the norms of ``x1 - x2 + eps``."""
    return pairwise(x1, x2, p, eps, keepdim)


@operation("PdistBackward0", method=False)
def _pdist(input: Any, p: float) -> Any:
    rows, _ = input._value.shape
    first, second = np.triu_indices(rows, 1)
    a = recording.gather(input, wrap_constant(first), axis=-2)
    b = recording.gather(input, wrap_constant(second), axis=-2)
    return norm_along(a - b, p, [-1], False)


@documented(
    "torch.nn.functional.pdist(torch.tensor([[0.0], [1.0], [3.0]]))",
    "tensor([1., 3., 2.])",
    p="The order of the norm.",
)
def pdist(input: Tensor, p: float = 2.0) -> Tensor:
    """The distances of all pairs of rows."""
    if input._value.ndim != 2:
        raise RuntimeError(f"pdist only supports 2D tensors, got: {input._value.ndim}D")
    if p < 0:
        raise RuntimeError("pdist only supports non-negative p values")
    return _pdist(input, p)
