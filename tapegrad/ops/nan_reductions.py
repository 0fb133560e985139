"""Reductions and scans that leave NaN out. The gradient to an entry that is NaN is zero."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.define import elementwise, general
from tapegrad.core.primitive import NONDIFF, apply
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops import division, select, where  # noqa: F401 - primitives
from tapegrad.ops.arguments import axes_argument
from tapegrad.ops.operands import require_kinds
from tapegrad.ops.reduce import reduce_prod, reduce_sum, spread, with_axes
from tapegrad.ops.scan import cumprod, cumsum

__all__ = (
    "nancumprod",
    "nancumsum",
    "nanmax",
    "nanmin",
    "nanprod",
    "nansum",
)


def _extreme(op: str, ufunc: Any) -> Any:
    def forward(x: Any, *, axes: tuple[int, ...], keepdims: bool) -> Any:
        if prod([x.shape[axis] for axis in axes]) == 0:
            raise InvalidArgumentError(
                f"{op}: there is no largest or smallest entry of nothing: the axes {list(axes)} of "
                f"shape {list(x.shape)} are empty."
            )
        return ufunc.reduce(x, axes, None, None, keepdims)

    return forward


def _shares(F: Any, x: Any, y: Any, axes: Any, keepdims: bool, shape: Any) -> Any:
    """Equal parts for all entries that are the extreme; nothing where all are NaN."""
    if not keepdims:
        y = with_axes(F, y, axes, shape)
    hits = F.indicator(x, y)
    return F.divide_no_nan(hits, F.reduce_sum(hits, axes=axes, keepdims=True))


def _extreme_vjp(F: Any, g: Any, x: Any, y: Any, axes: Any, keepdims: bool, shape: Any) -> Any:
    shares = _shares(F, x, y, axes, keepdims, shape)
    return F.multiply_no_nan(spread(F, g, axes, keepdims, shape), shares)


def _extreme_jvp(F: Any, t: Any, x: Any, y: Any, axes: Any, keepdims: bool, shape: Any) -> Any:
    parts = F.multiply_no_nan(t, _shares(F, x, y, axes, keepdims, shape))
    return F.reduce_sum(parts, axes=axes, keepdims=keepdims)


elementwise("is_number", lambda x: ~np.isnan(x), NONDIFF, discrete=True)
_nanmax = general("nanmax", _extreme("nanmax", np.fmax), _extreme_vjp, jvps=(_extreme_jvp,))
_nanmin = general("nanmin", _extreme("nanmin", np.fmin), _extreme_vjp, jvps=(_extreme_jvp,))


def known_entries(op: str, a: Any, kinds: str) -> tuple[Any, Any]:
    """The tensor, and where it is not NaN."""
    x = operand(a)
    require_kinds(op, x, kinds, "float32")
    return x, recording.is_number(x)


def _with_ones(x: Any, known: Any) -> Any:
    return recording.where(known, x, np.ones((), x._value.dtype))


def nansum(a: Any, axis: Any = None, keepdims: bool = False, name: str | None = None) -> Tensor:
    """Sum over axes of the entries that are not NaN.

    Parameters
    ----------
    a : Tensor
        A numeric tensor of any shape.
    axis : int, list of int or Tensor, optional
        The axes to reduce; None means all, ``[]`` none.
    keepdims : bool
        Whether the reduced axes stay, with size 1.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the dtype of `a`; 0 where all entries are NaN. The gradient to NaN entries is zero.

    Raises
    ------
    InvalidArgumentError
        If the dtype is not numeric, or an axis does not exist or is named twice.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.nansum([1.0, float("nan"), 3.0]).numpy()
    np.float32(4.0)
    """
    x, known = known_entries("nansum", a, "iufcV")
    return reduce_sum(recording.masked(x, known), axis, keepdims)  # type: ignore[no-any-return]


def nanprod(a: Any, axis: Any = None, keepdims: bool = False, name: str | None = None) -> Tensor:
    """Product over axes of the entries that are not NaN.

    Parameters
    ----------
    a : Tensor
        A numeric tensor of any shape.
    axis : int, list of int or Tensor, optional
        The axes to reduce; None means all, ``[]`` none.
    keepdims : bool
        Whether the reduced axes stay, with size 1.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the dtype of `a`; 1 where all entries are NaN. The gradient is right where entries are
        zero, and zero to NaN entries.

    Raises
    ------
    InvalidArgumentError
        If the dtype is not numeric, or an axis does not exist or is named twice.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.nanprod([2.0, float("nan"), 3.0]).numpy()
    np.float32(6.0)
    """
    x, known = known_entries("nanprod", a, "iufcV")
    return reduce_prod(_with_ones(x, known), axis, keepdims)  # type: ignore[no-any-return]


def nanmax(a: Any, axis: Any = None, keepdims: bool = False, name: str | None = None) -> Tensor:
    """Largest entry over axes that is not NaN.

    Parameters
    ----------
    a : Tensor
        A floating point or integer tensor of any shape.
    axis : int, list of int or Tensor, optional
        The axes to reduce; None means all, ``[]`` none.
    keepdims : bool
        Whether the reduced axes stay, with size 1.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the dtype of `a`; NaN where all entries are. The gradient is shared equally among the
        entries that are the largest, and zero to NaN entries.

    Raises
    ------
    InvalidArgumentError
        If the dtype has no order, an axis does not exist or is named twice, or there is nothing
        to reduce.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.nanmax([1.0, float("nan"), 3.0]).numpy()
    np.float32(3.0)
    """
    return _of_extreme(_nanmax, a, axis, keepdims)


def nanmin(a: Any, axis: Any = None, keepdims: bool = False, name: str | None = None) -> Tensor:
    """Smallest entry over axes that is not NaN.

    Parameters
    ----------
    a : Tensor
        A floating point or integer tensor of any shape.
    axis : int, list of int or Tensor, optional
        The axes to reduce; None means all, ``[]`` none.
    keepdims : bool
        Whether the reduced axes stay, with size 1.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the dtype of `a`; NaN where all entries are. The gradient is shared equally among the
        entries that are the smallest, and zero to NaN entries.

    Raises
    ------
    InvalidArgumentError
        If the dtype has no order, an axis does not exist or is named twice, or there is nothing
        to reduce.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.nanmin([1.0, float("nan"), 3.0]).numpy()
    np.float32(1.0)
    """
    return _of_extreme(_nanmin, a, axis, keepdims)


def _of_extreme(primitive: Any, a: Any, axis: Any, keepdims: bool) -> Tensor:
    x = operand(a)
    require_kinds(primitive.name, x, "iufV", "float32")
    axes = axes_argument(axis, x._value.ndim, primitive.name)
    return apply(primitive, (x,), {"axes": axes, "keepdims": bool(keepdims)})  # type: ignore[no-any-return]


def nancumsum(
    a: Any,
    axis: Any = 0,
    exclusive: bool = False,
    reverse: bool = False,
    name: str | None = None,
) -> Tensor:
    """Cumulative sum along an axis, in which NaN counts as 0.

    Parameters
    ----------
    a : Tensor
        A numeric tensor with at least one axis.
    axis : int
        The axis.
    exclusive : bool
        Whether an entry counts only from the next one on.
    reverse : bool
        Whether to start from the end.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the shape and dtype of `a`. The gradient to NaN entries is zero.

    Raises
    ------
    InvalidArgumentError
        If there is no such axis, or `a` is not numeric.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.nancumsum([1.0, float("nan"), 3.0]).numpy()
    array([1., 1., 4.], dtype=float32)
    """
    x, known = known_entries("nancumsum", a, "iufcV")
    return cumsum(recording.masked(x, known), axis, exclusive, reverse)


def nancumprod(
    a: Any,
    axis: Any = 0,
    exclusive: bool = False,
    reverse: bool = False,
    name: str | None = None,
) -> Tensor:
    """Cumulative product along an axis, in which NaN counts as 1.

    Parameters
    ----------
    a : Tensor
        A numeric tensor with at least one axis.
    axis : int
        The axis.
    exclusive : bool
        Whether an entry counts only from the next one on.
    reverse : bool
        Whether to start from the end.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the shape and dtype of `a`. The gradient is right where entries are zero, and zero to
        NaN entries.

    Raises
    ------
    InvalidArgumentError
        If there is no such axis, or `a` is not numeric.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.nancumprod([2.0, float("nan"), 3.0]).numpy()
    array([2., 2., 6.], dtype=float32)
    """
    x, known = known_entries("nancumprod", a, "iufcV")
    return cumprod(_with_ones(x, known), axis, exclusive, reverse)
