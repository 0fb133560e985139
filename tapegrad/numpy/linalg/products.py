"""Products of vectors and matrices by the names and rules of the array API standard."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.host import computed
from tapegrad.numpy import moving, products, shaping, universal
from tapegrad.numpy.array import holding, of_type, plain, tensor_of
from tapegrad.numpy.linalg.arguments import LinAlgError, linear
from tapegrad.ops import matrix_products

__all__ = [
    "cross",
    "diagonal",
    "matmul",
    "matrix_transpose",
    "multi_dot",
    "outer",
    "tensordot",
    "trace",
    "vecdot",
]

_V, _W = "np.array([1.0, 2.0])", "np.array([3.0, 4.0])"
_A = "np.array([[1.0, 2.0], [3.0, 4.0]])"
_numpy: Any = np
_BOTH = {"x1": "The first array.", "x2": "The second array."}


@linear(f"np.linalg.multi_dot([{_V}, {_A}, {_W}])")
def multi_dot(arrays: Any, *, out: Any = None) -> Any:
    """The product of several matrices, in the cheapest order; at the ends may be vectors."""
    given = [tensor_of(a) for a in arrays]
    if len(given) < 2:
        raise ValueError("Expecting at least two arrays.")
    for k, x in enumerate(given):
        if x._value.ndim != 2 and not (k in (0, len(given) - 1) and x._value.ndim == 1):
            raise LinAlgError(
                f"{x._value.ndim}-dimensional array given. Array must be two-dimensional"
            )
    _numpy.linalg.multi_dot([np.broadcast_to(0.0, x._value.shape) for x in given])  # checks them
    dtype = np.result_type(*[x._value.dtype for x in given])
    given = [of_type(x, dtype) for x in given]
    if dtype.kind not in "fc":
        return computed(lambda *parts: np.asarray(np.linalg.multi_dot(parts))[()], *given)
    return matrix_products.multi_dot(given)


@linear(f"np.linalg.matmul({_A}, {_V})", **_BOTH)
def matmul(x1: Any, x2: Any, /) -> Any:
    """The product of matrices over the last two axes."""
    return universal.UNIVERSAL["matmul"](x1, x2)._tensor


@linear(f"np.linalg.vecdot({_V}, {_W})", **_BOTH)
def vecdot(x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    """The inner products of vectors, of which the first are conjugated."""
    x, y = holding(tensor_of(x1)), holding(tensor_of(x2))
    if axis != -1:
        x, y = moving.moveaxis(x, plain(axis), -1), moving.moveaxis(y, plain(axis), -1)
    return universal.UNIVERSAL["vecdot"](x, y)._tensor


@linear(f"np.linalg.tensordot({_V}, {_W}, axes=1)", axes="How many axes meet, or which.", **_BOTH)
def tensordot(x1: Any, x2: Any, /, *, axes: Any = 2) -> Any:
    """The sum products over chosen axes."""
    return products.tensordot(x1, x2, axes)._tensor


@linear(f"np.linalg.outer({_V}, {_W})", **_BOTH)
def outer(x1: Any, x2: Any, /) -> Any:
    """The products of each element of a vector with each of another."""
    x, y = tensor_of(x1), tensor_of(x2)
    if x._value.ndim != 1 or y._value.ndim != 1:
        raise ValueError(
            f"Input arrays must be one-dimensional, but they are x1.ndim={x._value.ndim} and "
            f"x2.ndim={y._value.ndim}."
        )
    return products.outer(holding(x), holding(y))._tensor


@linear("np.linalg.cross(np.array([1.0, 0.0, 0.0]), np.array([0.0, 1.0, 0.0]))", **_BOTH)
def cross(x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    """The vector product in three dimensions."""
    x, y = tensor_of(x1), tensor_of(x2)
    sizes = [t._value.shape[plain(axis)] for t in (x, y)]
    if sizes != [3, 3]:
        raise ValueError(
            f"Both input arrays must be (arrays of) 3-dimensional vectors, but they are "
            f"{sizes[0]} and {sizes[1]} dimensional instead."
        )
    return products.cross(holding(x), holding(y), axis=axis)._tensor


@linear(f"np.linalg.diagonal({_A})")
def diagonal(x: Any, /, *, offset: int = 0) -> Any:
    """The diagonals of matrices, over the last two axes."""
    return moving.diagonal(x, offset, -2, -1)._tensor


@linear(f"np.linalg.trace({_A})")
def trace(x: Any, /, *, offset: int = 0, dtype: Any = None) -> Any:
    """The sums of the diagonals of matrices, over the last two axes."""
    return products.trace(x, offset, -2, -1, dtype)._tensor


@linear(f"np.linalg.matrix_transpose({_A})")
def matrix_transpose(x: Any, /) -> Any:
    """The last two axes in one another's place."""
    return shaping.matrix_transpose(x)._tensor
