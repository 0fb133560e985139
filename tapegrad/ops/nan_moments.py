"""Mean, variance and standard deviation of the entries that are not NaN."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.ops import compare, complex, norms, select, where  # noqa: F401 - primitives
from tapegrad.ops.arguments import axes_argument
from tapegrad.ops.nan_reductions import known_entries

__all__ = ("nanmean", "nanstd", "nanvar")


def _count(known: Any, axes: tuple[int, ...], dtype: np.dtype[Any]) -> Any:
    """How many entries there are that are not NaN, as numbers of the given dtype."""
    return recording.count_nonzero(known, axes=axes, keepdims=True, dtype=dtype)


def _without_axes(y: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
    if keepdims:
        return y
    shape = y._value.shape
    kept = tuple([n for i, n in enumerate(shape) if i - len(shape) not in axes])
    return recording.reshape(y, to=kept)


def _mean(x: Any, known: Any, axes: tuple[int, ...]) -> Any:
    total = recording.reduce_sum(recording.masked(x, known), axes=axes, keepdims=True)
    return recording.divide(total, _count(known, axes, x._value.dtype))


def _deviations(
    op: str, a: Any, axis: Any, ddof: Any
) -> tuple[Any, tuple[int, ...], Any, tuple[int, ...]]:
    """Distances from the mean, 0 for NaN, with the axes of a sum over all their real numbers.

    And by what to divide the sum of their squares, with the axes of the argument.
    """
    x, known = known_entries(op, a, "fcV")
    axes = axes_argument(axis, x._value.ndim, op)
    deviations = recording.masked(x - _mean(x, known, axes), known)
    dtype = x._value.real.dtype
    degrees = _count(known, axes, dtype) - operand(ddof, dtype)
    # What has no degree of freedom left has no variance: NaN, as in NumPy.
    none = recording.less_equal(degrees, 0.0)
    degrees = recording.where(none, np.full((), np.nan, dtype), degrees)
    if x._value.dtype.kind != "c":
        return deviations, axes, degrees, axes
    parts = recording.stack(recording.real(deviations), recording.imag(deviations), axis=-1)
    return parts, (*[i - 1 for i in axes], -1), degrees, axes


def nanmean(a: Any, axis: Any = None, keepdims: bool = False, name: str | None = None) -> Tensor:
    """Mean over axes of the entries that are not NaN.

    Parameters
    ----------
    a : Tensor
        A floating point or complex tensor of any shape.
    axis : int, list of int or Tensor, optional
        The axes to reduce; None means all, ``[]`` none.
    keepdims : bool
        Whether the reduced axes stay, with size 1.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the dtype of `a`; NaN where all entries are. The gradient to NaN entries is zero.

    Raises
    ------
    InvalidArgumentError
        If the dtype is not floating point or complex, or an axis does not exist or is named twice.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.nanmean([1.0, float("nan"), 3.0]).numpy()
    np.float32(2.0)
    """
    x, known = known_entries("nanmean", a, "fcV")
    axes = axes_argument(axis, x._value.ndim, "nanmean")
    return _without_axes(_mean(x, known, axes), axes, keepdims)  # type: ignore[no-any-return]


def nanvar(
    a: Any, axis: Any = None, ddof: Any = 0, keepdims: bool = False, name: str | None = None
) -> Tensor:
    r"""Variance over axes of the n entries that are not NaN.

    Parameters
    ----------
    a : Tensor
        A floating point or complex tensor of any shape.
    axis : int, list of int or Tensor, optional
        The axes to reduce; None means all, ``[]`` none.
    ddof : float
        The sum of squares is divided by :math:`n - \mathrm{ddof}`.
    keepdims : bool
        Whether the reduced axes stay, with size 1.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the dtype of `a`, real for complex ones; NaN where :math:`n \le \mathrm{ddof}`. The
        gradient to NaN entries is zero.

    Raises
    ------
    InvalidArgumentError
        If the dtype is not floating point or complex, or an axis does not exist or is named twice.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.nanvar([1.0, float("nan"), 3.0]).numpy()
    np.float32(1.0)
    """
    deviations, of_parts, degrees, axes = _deviations("nanvar", a, axis, ddof)
    squares = recording.reduce_sum(deviations * deviations, axes=of_parts, keepdims=True)
    squares = recording.reshape(squares, to=degrees._value.shape)
    return _without_axes(squares / degrees, axes, keepdims)  # type: ignore[no-any-return]


def nanstd(
    a: Any, axis: Any = None, ddof: Any = 0, keepdims: bool = False, name: str | None = None
) -> Tensor:
    r"""Standard deviation over axes of the n entries that are not NaN.

    Parameters
    ----------
    a : Tensor
        A floating point or complex tensor of any shape.
    axis : int, list of int or Tensor, optional
        The axes to reduce; None means all, ``[]`` none.
    ddof : float
        The sum of squares is divided by :math:`n - \mathrm{ddof}`.
    keepdims : bool
        Whether the reduced axes stay, with size 1.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the dtype of `a`, real for complex ones; NaN where :math:`n \le \mathrm{ddof}`. The
        gradient to NaN entries is zero, and to all where all others are equal.

    Raises
    ------
    InvalidArgumentError
        If the dtype is not floating point or complex, or an axis does not exist or is named twice.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.nanstd([1.0, float("nan"), 3.0]).numpy()
    np.float32(1.0)
    """
    deviations, of_parts, degrees, axes = _deviations("nanstd", a, axis, ddof)
    length = recording.reduce_euclidean_norm(deviations, axes=of_parts, keepdims=True)
    length = recording.reshape(length, to=degrees._value.shape)
    return _without_axes(length / recording.sqrt(degrees), axes, keepdims)  # type: ignore[no-any-return]
