"""Norms of vectors and matrices, and condition numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.host import computed
from tapegrad.core.table import recording as R
from tapegrad.core.tensor import Tensor
from tapegrad.numpy.array import holding, of_type, plain, tensor_of
from tapegrad.numpy.extremes import max, min
from tapegrad.numpy.linalg.arguments import LinAlgError, linear, matrices, square
from tapegrad.numpy.reducing import axes_of
from tapegrad.ops import complex as engine_complex
from tapegrad.ops import condition, norms  # noqa: F401 - as R.reduce_p_norm, ...

__all__ = ["cond", "matrix_norm", "norm", "vector_norm"]

_V = "np.array([3.0, 4.0])"
_A = "np.array([[4.0, 0.0], [0.0, 2.0]])"
_ORDER = "The norm's order: a number, and for matrices also ``'fro'`` or ``'nuc'``."


def _inexact(a: Any) -> Tensor:
    x = tensor_of(a)
    return x if x._value.dtype.kind in "fc" else of_type(x, np.dtype(np.float64))


def _extreme(choose: Any, x: Any, axes: tuple[int, ...], keepdims: bool, initial: Any) -> Any:
    options = {} if initial is None else {"initial": initial}
    return choose(holding(x), axes, keepdims=keepdims, **options)._tensor


def _of_vectors(x: Tensor, order: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
    if isinstance(order, str):
        raise ValueError(f"Invalid norm order '{order}' for vectors")
    if order == 0:
        real = np.zeros(0, x._value.dtype).real.dtype
        count = lambda a: np.sum((a != 0).astype(real), axes, keepdims=keepdims)  # noqa: E731
        return computed(count, x)
    size = engine_complex.abs(x)
    if order is None or order == 2:
        return R.reduce_euclidean_norm(size, axes=axes, keepdims=keepdims)
    if order == np.inf:
        return _extreme(max, size, axes, keepdims, 0)
    if order == -np.inf:
        return _extreme(min, size, axes, keepdims, None)
    if order == 1:
        return R.reduce_sum(size, axes=axes, keepdims=keepdims)
    return R.reduce_p_norm(size, p=float(order), axes=axes, keepdims=keepdims)


#: The order of a norm by singular values: what is taken of them, and where there are none.
_BY_SINGULAR_VALUES = {2: (max, 0), -2: (min, None)}


def _of_matrices(x: Tensor, order: Any, axes: tuple[int, int], keepdims: bool) -> Any:
    rows, columns = axes
    if order in (None, "fro", "f"):
        return _of_vectors(x, 2, axes, keepdims)
    if order in (1, -1, np.inf, -np.inf):
        summed, kept = (rows, columns) if order in (1, -1) else (columns, rows)
        sums = R.reduce_sum(engine_complex.abs(x), axes=(summed,), keepdims=True)
        choose, initial = (max, 0) if order > 0 else (min, None)
        found = _extreme(choose, sums, (kept,), True, initial)
    elif order in ("nuc", 2, -2):
        ndim = x._value.ndim
        others = [axis for axis in range(-ndim, 0) if axis not in axes]
        values = R.singular_values(R.transpose(x, axes=(*others, *axes)))
        if order == "nuc":
            found = R.reduce_sum(values, axes=(-1,), keepdims=False)
        else:
            choose, initial = _BY_SINGULAR_VALUES[order]
            found = _extreme(choose, values, (-1,), False, initial)
    else:
        raise ValueError("Invalid norm order for matrices.")
    shape = list(x._value.shape)
    for axis in axes:
        shape[axis] = 1
    if not keepdims:
        shape = [n for k, n in enumerate(shape) if k - len(shape) not in axes]
    return R.reshape(found, to=tuple(shape))


@linear(f"np.linalg.norm({_V})", ord=_ORDER)
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """The norm of vectors along an axis, of matrices over two axes, or of all elements.

    At zeros, where norms have kinks, the gradient is 0.
    """
    value = _inexact(x)
    ndim = value._value.ndim
    if axis is None:
        whole = ord is None or (ord in ("f", "fro") and ndim == 2) or (ord == 2 and ndim == 1)
        over = axes_of(None, ndim)
        if whole:
            return _of_vectors(value, 2, over, bool(keepdims))
    else:
        if not isinstance(axis, tuple):
            try:
                axis = (int(plain(axis)),)
            except (TypeError, ValueError) as problem:
                raise TypeError(
                    "'axis' must be None, an integer or a tuple of integers"
                ) from problem
        if len(axis) == 2 and len({a % ndim if ndim else a for a in axis}) == 1:
            axes_of(axis[0], ndim)
            raise ValueError("Duplicate axes given.")
        over = axes_of(axis, ndim)
    if len(over) == 1:
        return _of_vectors(value, ord, over, bool(keepdims))
    if len(over) == 2:
        return _of_matrices(value, ord, (over[0], over[1]), bool(keepdims))
    raise ValueError("Improper number of dimensions to norm.")


@linear(f"np.linalg.matrix_norm({_A})", ord=_ORDER)
def matrix_norm(x: Any, /, *, keepdims: bool = False, ord: Any = "fro") -> Any:
    """The norm of matrices over the last two axes."""
    value = _inexact(x)
    axes = axes_of((-2, -1), value._value.ndim)
    return _of_matrices(value, ord, (axes[0], axes[1]), bool(keepdims))


@linear(f"np.linalg.vector_norm({_V})", ord="The norm's order, a number.")
def vector_norm(x: Any, /, *, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Any:
    """The norm of vectors along an axis, or of what stands along several axes."""
    value = _inexact(x)
    return _of_vectors(value, ord, axes_of(axis, value._value.ndim), bool(keepdims))


@linear(f"np.linalg.cond({_A})", p=_ORDER)
def cond(x: Any, p: Any = None) -> Any:
    """Condition numbers: how much errors may grow in solving a system.

    Infinite for singular matrices, with the gradient 0 there.
    """
    a = matrices(x)
    if not a._value.shape[-1] * a._value.shape[-2]:
        raise LinAlgError("cond is not defined on empty arrays")
    if p not in (None, 2, -2):
        square(a)
    if p not in (None, 1, -1, 2, -2, np.inf, -np.inf, "fro", "nuc"):
        raise ValueError("Invalid norm order for matrices.")
    if bool(computed(lambda array: ~np.isfinite(array).all(), a)):
        return computed(lambda array: np.asarray(np.linalg.cond(array, p))[()], a)
    found = condition.cond(a, p)
    if p == -2:
        without = computed(lambda array: ~array.any(axis=(-2, -1)), a)
        found = R.where(without, tensor_of(np.inf, found._value.dtype), found)
    return found
