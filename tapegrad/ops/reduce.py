"""Reductions: sums, means, products, extremes, counts."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.define import elementwise, general, linear
from tapegrad.core.dtypes import from_numpy, int64, numpy_dtype
from tapegrad.core.primitive import NONDIFF, apply, apply_one
from tapegrad.core.short_rows import are_short, sum_of_columns
from tapegrad.core.tensor import Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arguments import axes_argument

__all__ = (
    "count_nonzero",
    "reduce_all",
    "reduce_any",
    "reduce_max",
    "reduce_mean",
    "reduce_min",
    "reduce_prod",
    "reduce_sum",
)

_HALF = np.dtype(np.float16)
_add_reduce: Any = np.add.reduce


def spread(F: Any, g: Any, axes: tuple[int, ...], keepdims: bool, shape: tuple[int, ...]) -> Any:
    """A reduced value of shape ``(...)`` repeated over the axes again, in rules."""
    if not keepdims:
        g = with_axes(F, g, axes, shape)
    return F.broadcast_to(g, to=shape)


def with_axes(F: Any, y: Any, axes: tuple[int, ...], shape: tuple[int, ...]) -> Any:
    """A reduced value with the reduced axes as axes of size 1, where broadcasting needs them."""
    ndim = len(shape)
    if len(axes) == ndim:
        return y
    if sum(axes) == sum(range(-ndim, len(axes) - ndim)):  # the leading axes
        return y
    kept = tuple([1 if i - ndim in axes else n for i, n in enumerate(shape)])
    return F.reshape(y, to=kept)


def _refused(op: str, x: Any, wanted: str = "float32") -> InvalidArgumentError:
    return InvalidArgumentError(
        f"{op}: tensors of dtype {from_numpy(x.dtype).name} are not supported. Convert first, for "
        f"example tf.cast(x, tf.{wanted})."
    )


def _accumulating(op: str, ufunc: Any) -> Any:
    """The reduction of a ufunc in the dtype of its input; float16 accumulates in float32."""

    def forward(x: Any, *, axes: tuple[int, ...], keepdims: bool) -> Any:
        dtype = x.dtype
        if dtype.kind == "b" or dtype.kind == "O":
            raise _refused(op, x, "int32")
        if dtype is _HALF:
            return ufunc.reduce(x, axes, np.float32, None, keepdims).astype(dtype)
        if ufunc is np.add and axes == (-1,) and are_short(x):
            total = sum_of_columns(x)
            return total.reshape((*total.shape, 1)) if keepdims else total
        return ufunc.reduce(x, axes, dtype, None, keepdims)

    return forward


_sum = _accumulating("reduce_sum", np.add)


def _mean(x: Any, *, axes: tuple[int, ...], keepdims: bool) -> Any:
    dtype = x.dtype
    count = x.size if len(axes) == x.ndim else prod([x.shape[axis] for axis in axes])
    if dtype is _HALF:
        total = _add_reduce(x, axes, np.float32, None, keepdims)
        return (total / count).astype(dtype)
    total = _sum(x, axes=axes, keepdims=keepdims)
    if dtype.kind in "iu":
        # Rounded towards zero.
        return (total - np.fmod(total, dtype.type(count))) // dtype.type(count)
    return total / count


def _mean_transpose(
    F: Any, g: Any, axes: tuple[int, ...], keepdims: bool, shape: tuple[int, ...]
) -> Any:
    count = prod([shape[axis] for axis in axes])
    return spread(F, g * (1.0 / max(count, 1)), axes, keepdims, shape)


def _extreme(op: str, ufunc: Any, of_nothing: str) -> Any:
    def forward(x: Any, *, axes: tuple[int, ...], keepdims: bool) -> Any:
        dtype = x.dtype
        if dtype.kind in "bcO":
            raise _refused(op, x)
        if x.size == 0:
            empty = _add_reduce(x, axes, dtype, None, keepdims)
            end = getattr(np.iinfo(dtype), of_nothing) if dtype.kind in "iu" else np.inf
            if dtype.kind not in "iu" and of_nothing == "min":
                end = -np.inf
            return np.full_like(empty, end)[()]
        return ufunc.reduce(x, axes, None, None, keepdims)

    return forward


def _shares(F: Any, x: Any, y: Any, axes: Any, keepdims: bool, shape: Any) -> Any:
    """What part of the gradient each entry gets: equal parts for all that are the extreme."""
    if not keepdims:
        y = with_axes(F, y, axes, shape)
    hits = F.indicator(x, y)
    return hits / F.reduce_sum(hits, axes=axes, keepdims=True)


def _extreme_vjp(F: Any, g: Any, x: Any, y: Any, axes: Any, keepdims: bool, shape: Any) -> Any:
    shares = _shares(F, x, y, axes, keepdims, shape)
    return F.multiply_nonzero(spread(F, g, axes, keepdims, shape), shares)


def _extreme_jvp(F: Any, t: Any, x: Any, y: Any, axes: Any, keepdims: bool, shape: Any) -> Any:
    shares = _shares(F, x, y, axes, keepdims, shape)
    return F.reduce_sum(F.multiply_nonzero(t, shares), axes=axes, keepdims=keepdims)


def _other_factors(F: Any, x: Any, axes: tuple[int, ...], shape: tuple[int, ...]) -> Any:
    """For each entry the product of all others; without a division, so that zeros are right."""
    if len(axes) == 1:
        return _around(F, x, axes[0])
    ndim = len(shape)
    order = tuple([i for i in range(-ndim, 0) if i not in axes] + sorted(axes))
    moved = tuple([shape[i] for i in order])
    kept = moved[: ndim - len(axes)]
    back = [0] * ndim
    for place, axis in enumerate(order):
        back[axis] = place - ndim
    flat = F.reshape(F.transpose(x, axes=order), to=(*kept, prod(moved[len(kept) :])))
    return F.transpose(F.reshape(_around(F, flat, -1), to=moved), axes=tuple(back))


def _around(F: Any, x: Any, axis: int) -> Any:
    before = F.cumprod(x, axis=axis, exclusive=True, reverse=False)
    return before * F.cumprod(x, axis=axis, exclusive=True, reverse=True)


def _prod_vjp(F: Any, g: Any, x: Any, axes: Any, keepdims: bool, shape: Any) -> Any:
    return spread(F, g, axes, keepdims, shape) * F.conj(_other_factors(F, x, axes, shape))


def _prod_jvp(F: Any, t: Any, x: Any, axes: Any, keepdims: bool, shape: Any) -> Any:
    return F.reduce_sum(_other_factors(F, x, axes, shape) * t, axes=axes, keepdims=keepdims)


def _of_bools(op: str, ufunc: Any) -> Any:
    def forward(x: Any, *, axes: tuple[int, ...], keepdims: bool) -> Any:
        if x.dtype.kind != "b":
            raise InvalidArgumentError(
                f"cannot compute {op} as input #0(zero-based) was expected to be a bool tensor but "
                f"is a {from_numpy(x.dtype).name} tensor. Compare first, for example x != 0."
            )
        return ufunc.reduce(x, axes, None, None, keepdims)

    return forward


# 1 where both are equal, else 0, as numbers.
elementwise("indicator", lambda a, b: (a == b).astype(a.dtype), NONDIFF, NONDIFF)
_reduce_sum = linear("reduce_sum", _sum, spread)
_reduce_mean = linear("reduce_mean", _mean, _mean_transpose)
_reduce_prod = general(
    "reduce_prod", _accumulating("reduce_prod", np.multiply), _prod_vjp, jvps=(_prod_jvp,)
)
_reduce_max = general(
    "reduce_max", _extreme("reduce_max", np.maximum, "min"), _extreme_vjp, jvps=(_extreme_jvp,)
)
_reduce_min = general(
    "reduce_min", _extreme("reduce_min", np.minimum, "max"), _extreme_vjp, jvps=(_extreme_jvp,)
)
_reduce_any = general("reduce_any", _of_bools("reduce_any", np.logical_or), NONDIFF)
_reduce_all = general("reduce_all", _of_bools("reduce_all", np.logical_and), NONDIFF)
_count_nonzero = general(
    "count_nonzero",
    lambda x, *, axes, keepdims, dtype: np.asarray(
        np.count_nonzero(x, axis=axes, keepdims=keepdims)
    ).astype(dtype)[()],
    NONDIFF,
)


def _reduction(primitive: Any, name: str, summary: str, example: str, notes: str = "") -> Any:
    """The public function of a reduction."""

    def reduce(
        input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None
    ) -> Tensor:
        x = input_tensor if input_tensor.__class__ is Tensor else operand(input_tensor)
        axes = axes_argument(axis, x._value.ndim, op)
        y: Tensor = apply_one(primitive, x, {"axes": axes, "keepdims": bool(keepdims)})
        return y

    op = reduce.__name__ = reduce.__qualname__ = name
    reduce.__doc__ = _DOC.format(
        summary=summary,
        takes="A bool" if name in ("reduce_any", "reduce_all") else "A numeric",
        notes=f"Notes\n-----\n{notes}\n\n" if notes else "",
        example=example,
    )
    return reduce


_DOC = """{summary}

Parameters
----------
input_tensor : Tensor
    {takes} tensor of any shape.
axis : int, list of int or Tensor, optional
    The axes to reduce, negative ones counting from the end; None means all, ``[]`` none.
keepdims : bool
    Whether the reduced axes stay, with size 1.
name : str, optional
    Ignored.

Returns
-------
Tensor
    Of the same dtype, without the reduced axes (or with size 1 there).

Raises
------
InvalidArgumentError
    If the dtype does not fit, or an axis does not exist or is named twice.
TypeError
    If an axis is not an integer.

{notes}Examples
--------
>>> import tapegrad as tf
{example}
"""

reduce_sum = _reduction(
    _reduce_sum,
    "reduce_sum",
    "Sum over axes.",
    ">>> tf.reduce_sum([[1, 2], [3, 4]], axis=0).numpy()\narray([4, 6], dtype=int32)",
    "Integers wrap around; float16 is added up in float32 and rounded once.",
)
reduce_mean = _reduction(
    _reduce_mean,
    "reduce_mean",
    "Mean over axes; of integers it is rounded towards zero, of nothing it is NaN.",
    ">>> tf.reduce_mean([[1.0, 2.0], [3.0, 5.0]], axis=1).numpy()\n"
    "array([1.5, 4. ], dtype=float32)",
)
reduce_prod = _reduction(
    _reduce_prod,
    "reduce_prod",
    "Product over axes; of nothing it is 1.",
    ">>> tf.reduce_prod([[1, 2], [3, 4]]).numpy()\nnp.int32(24)",
    "The derivative is the product of the other entries, computed without a division: it is right\n"
    "where entries are zero.",
)
reduce_max = _reduction(
    _reduce_max,
    "reduce_max",
    "Largest entry over axes; NaN if one of them is.",
    ">>> tf.reduce_max([[1, 4], [3, 2]], axis=1).numpy()\narray([4, 3], dtype=int32)",
    "Where several entries are the largest, the gradient is shared equally among them. Over an\n"
    "empty axis it is minus infinity, or the smallest integer.",
)
reduce_min = _reduction(
    _reduce_min,
    "reduce_min",
    "Smallest entry over axes; NaN if one of them is.",
    ">>> tf.reduce_min([[1, 4], [3, 2]], axis=1).numpy()\narray([1, 2], dtype=int32)",
    "Where several entries are the smallest, the gradient is shared equally among them. Over an\n"
    "empty axis it is infinity, or the largest integer.",
)
reduce_any = _reduction(
    _reduce_any,
    "reduce_any",
    "Whether some entry is true, over axes.",
    ">>> tf.reduce_any([[True, False], [False, False]], axis=1).numpy()\narray([ True, False])",
)
reduce_all = _reduction(
    _reduce_all,
    "reduce_all",
    "Whether all entries are true, over axes.",
    ">>> tf.reduce_all([[True, False], [True, True]], axis=1).numpy()\narray([False,  True])",
)


def count_nonzero(
    input: Any,
    axis: Any = None,
    keepdims: bool | None = None,
    dtype: Any = int64,
    name: str | None = None,
) -> Tensor:
    """Number of entries that are not zero, over axes.

    Parameters
    ----------
    input : Tensor
        A tensor of any shape: numbers, bools, or strings, of which the empty ones do not count.
    axis : int, list of int or Tensor, optional
        The axes to reduce; None means all.
    keepdims : bool, optional
        Whether the reduced axes stay, with size 1.
    dtype : DType
        The dtype of the result.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Without the reduced axes (or with size 1 there).

    Raises
    ------
    InvalidArgumentError
        If an axis does not exist or is named twice.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.count_nonzero([[0.0, 1.5], [2.0, 3.0]], axis=1).numpy()
    array([1, 2])
    """
    x = operand(input)
    axes = axes_argument(axis, x._value.ndim, "count_nonzero")
    params = {"axes": axes, "keepdims": bool(keepdims), "dtype": numpy_dtype(dtype)}
    return apply(_count_nonzero, (x,), params)  # type: ignore[no-any-return]
