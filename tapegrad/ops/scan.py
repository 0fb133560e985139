"""Cumulative operations along an axis, and the linear recurrence that their derivatives are.

In the derivative of a cumulative product the entry `k` collects everything that comes after it::

    s[k] = g[k] + x[k + 1] * s[k + 1]

This is a linear recurrence. As a primitive with rules of its own it makes the derivatives right at
zeros and to all orders, where dividing by the factors would fail.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.batching import spread_batch
from tapegrad.core.convert import operand
from tapegrad.core.define import general, linear
from tapegrad.core.large import by_library
from tapegrad.core.primitive import apply
from tapegrad.core.tensor import Tensor
from tapegrad.ops.arguments import axis_argument
from tapegrad.ops.operands import require_kinds

__all__ = ("cumprod", "cumsum", "cumulative_logsumexp", "logcumsumexp")

_HALF = np.dtype(np.float16)


def _along(axis: int, part: slice) -> tuple[Any, ...]:
    return (Ellipsis, part, *(slice(None),) * (-axis - 1))


def _flipped(x: Any, axis: int) -> Any:
    return x[_along(axis, slice(None, None, -1))]


def _shift(x: Any, *, axis: int, by: int) -> Any:
    """Entries moved along an axis by 1 or -1; zero comes in."""
    shifted = np.zeros_like(x)
    shifted[_along(axis, slice(1, None) if by > 0 else slice(None, -1))] = x[
        _along(axis, slice(None, -1) if by > 0 else slice(1, None))
    ]
    return shifted


def _accumulate(ufunc: Any, first: float) -> Any:
    """The cumulative form of a ufunc, in the dtype of its input; `first` is its neutral element."""

    def forward(x: Any, *, axis: int, exclusive: bool, reverse: bool) -> Any:
        dtype = x.dtype
        wide = np.dtype(np.float32) if dtype is _HALF else dtype
        if reverse:
            x = _flipped(x, axis)
        if exclusive:
            y = np.empty(x.shape, wide)
            y[_along(axis, slice(None, 1))] = first
            ufunc.accumulate(
                x[_along(axis, slice(None, -1))], axis, wide, y[_along(axis, slice(1, None))]
            )
        else:
            y = ufunc.accumulate(x, axis, wide)
        if wide is not dtype:
            y = y.astype(dtype)
        return _flipped(y, axis) if reverse else y

    return forward


def _recurrence(a: Any, b: Any, *, axis: int, reverse: bool) -> Any:
    """``h[k] = a[k] * h[k - 1] + b[k]``, with 0 before the first; backwards if `reverse`."""
    a, b = np.broadcast_arrays(a, b)
    if reverse:
        a, b = _flipped(a, axis), _flipped(b, axis)
    h = _solve_recurrence(a.swapaxes(axis, -1), b.swapaxes(axis, -1)).swapaxes(axis, -1)
    return _flipped(h, axis) if reverse else h


def _solve_recurrence(a: Any, b: Any) -> Any:
    """Two steps make one step of a recurrence of half the length: n operations in log n passes."""
    n = b.shape[-1]
    if n < 2:
        return b
    pairs = n // 2
    first, second = slice(0, 2 * pairs, 2), slice(1, 2 * pairs, 2)
    h = np.empty_like(b)
    h[..., second] = _solve_recurrence(
        a[..., second] * a[..., first], a[..., second] * b[..., first] + b[..., second]
    )
    h[..., 0] = b[..., 0]
    rest = h[..., second][..., : (n - 1) // 2]
    h[..., 2::2] = a[..., 2::2] * rest + b[..., 2::2]
    return h


def _step(reverse: bool) -> int:
    return -1 if reverse else 1


def _recurrence_vjp_b(F: Any, g: Any, a: Any, axis: int, reverse: bool) -> Any:
    rate = F.conj(F.shift(a, axis=axis, by=-_step(reverse)))
    return F.linear_recurrence(rate, g, axis=axis, reverse=not reverse)


def _recurrence_vjp_a(F: Any, g: Any, y: Any, a: Any, axis: int, reverse: bool) -> Any:
    return _recurrence_vjp_b(F, g, a, axis, reverse) * F.conj(
        F.shift(y, axis=axis, by=_step(reverse))
    )


def _recurrence_jvp_a(F: Any, t: Any, y: Any, a: Any, axis: int, reverse: bool) -> Any:
    before = F.shift(y, axis=axis, by=_step(reverse))
    return F.linear_recurrence(a, t * before, axis=axis, reverse=reverse)


linear("shift", _shift, lambda F, g, axis, by: F.shift(g, axis=axis, by=-by))
general(
    "linear_recurrence",
    by_library("linear_recurrence", _recurrence),
    _recurrence_vjp_a,
    _recurrence_vjp_b,
    inputs="a b",
    jvps=(
        _recurrence_jvp_a,
        lambda F, t, a, axis, reverse: F.linear_recurrence(a, t, axis=axis, reverse=reverse),
    ),
    batch=spread_batch("linear_recurrence"),
)


def _cumprod_vjp(F: Any, g: Any, x: Any, axis: int, exclusive: bool, reverse: bool) -> Any:
    back = -_step(reverse)
    if exclusive:
        g = F.shift(g, axis=axis, by=back)
    before = F.conj(F.cumprod(x, axis=axis, exclusive=True, reverse=reverse))
    rate = F.conj(F.shift(x, axis=axis, by=back))
    return before * F.linear_recurrence(rate, g, axis=axis, reverse=not reverse)


def _cumprod_jvp(F: Any, t: Any, x: Any, axis: int, exclusive: bool, reverse: bool) -> Any:
    before = F.cumprod(x, axis=axis, exclusive=True, reverse=reverse)
    tangent = F.linear_recurrence(x, before * t, axis=axis, reverse=reverse)
    return F.shift(tangent, axis=axis, by=_step(reverse)) if exclusive else tangent


def _logsumexp_terms(F: Any, x: Any, y: Any, axis: int, exclusive: bool, reverse: bool) -> Any:
    """``exp(x[k] - y[k])`` and ``exp(y[k] - y[k + 1])``, of inclusive `y`: none is above 1."""
    if exclusive:
        y = F.cumulative_logsumexp(x, axis=axis, exclusive=False, reverse=reverse)
    finite = F.masked(y, F.not_equal(y, -np.inf))
    inner = np.ones(x.shape[axis], np.bool_)
    inner[0 if reverse else -1 :][:1] = False
    inner = inner.reshape(-1, *(1,) * (-axis - 1))
    rise = y - F.shift(finite, axis=axis, by=-_step(reverse))
    return F.exp(x - finite), F.exp(F.masked(rise, inner))


def _logsumexp_vjp(
    F: Any, g: Any, x: Any, y: Any, axis: int, exclusive: bool, reverse: bool
) -> Any:
    share, rate = _logsumexp_terms(F, x, y, axis, exclusive, reverse)
    if exclusive:
        g = F.shift(g, axis=axis, by=-_step(reverse))
    return share * F.linear_recurrence(rate, g, axis=axis, reverse=not reverse)


_cumsum = linear(
    "cumsum",
    by_library("cumsum", _accumulate(np.add, 0.0)),
    lambda F, g, axis, exclusive, reverse: F.cumsum(
        g, axis=axis, exclusive=exclusive, reverse=not reverse
    ),
)
_cumprod = general(
    "cumprod",
    by_library("cumprod", _accumulate(np.multiply, 1.0)),
    _cumprod_vjp,
    jvps=(_cumprod_jvp,),
)
_cumulative_logsumexp = general(
    "cumulative_logsumexp", _accumulate(np.logaddexp, -np.inf), _logsumexp_vjp
)


def _scan(
    primitive: Any, op: str, kinds: str, x: Any, axis: Any, exclusive: bool, reverse: bool
) -> Tensor:
    x = operand(x)
    require_kinds(op, x, kinds, "float32")
    params = {
        "axis": axis_argument(axis, x._value.ndim, op),
        "exclusive": bool(exclusive),
        "reverse": bool(reverse),
    }
    return apply(primitive, (x,), params)  # type: ignore[no-any-return]


def cumsum(
    x: Any,
    axis: Any = 0,
    exclusive: bool = False,
    reverse: bool = False,
    name: str | None = None,
) -> Tensor:
    """Cumulative sum along an axis: ``[a, a + b, a + b + c]``.

    Parameters
    ----------
    x : Tensor
        A numeric tensor with at least one axis.
    axis : int
        The axis.
    exclusive : bool
        Whether an entry counts only from the next one on: ``[0, a, a + b]``.
    reverse : bool
        Whether to start from the end: ``[a + b + c, b + c, c]``.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the shape and dtype of `x`.

    Raises
    ------
    InvalidArgumentError
        If there is no such axis, or `x` is not numeric.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.cumsum([1, 2, 3]).numpy(), tf.cumsum([1, 2, 3], exclusive=True).numpy()
    (array([1, 3, 6], dtype=int32), array([0, 1, 3], dtype=int32))
    """
    return _scan(_cumsum, "cumsum", "iufcV", x, axis, exclusive, reverse)


def cumprod(
    x: Any,
    axis: Any = 0,
    exclusive: bool = False,
    reverse: bool = False,
    name: str | None = None,
) -> Tensor:
    """Cumulative product along an axis: ``[a, a * b, a * b * c]``.

    Parameters
    ----------
    x : Tensor
        A numeric tensor with at least one axis.
    axis : int
        The axis.
    exclusive : bool
        Whether an entry counts only from the next one on: ``[1, a, a * b]``.
    reverse : bool
        Whether to start from the end: ``[a * b * c, b * c, c]``.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the shape and dtype of `x`.

    Raises
    ------
    InvalidArgumentError
        If there is no such axis, or `x` is not numeric.

    Notes
    -----
    The gradient is right also where entries are zero (in TensorFlow 2.21 it is not).

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.cumprod([2, 3, 4]).numpy(), tf.math.cumprod([2, 3, 4], reverse=True).numpy()
    (array([ 2,  6, 24], dtype=int32), array([24, 12,  4], dtype=int32))
    """
    return _scan(_cumprod, "cumprod", "iufcV", x, axis, exclusive, reverse)


def cumulative_logsumexp(
    x: Any,
    axis: Any = 0,
    exclusive: bool = False,
    reverse: bool = False,
    name: str | None = None,
) -> Tensor:
    r"""Logarithm of the cumulative sum of exponentials, without overflow.

    Parameters
    ----------
    x : Tensor
        A floating point tensor with at least one axis.
    axis : int
        The axis.
    exclusive : bool
        Whether an entry counts only from the next one on; the first result is minus infinity.
    reverse : bool
        Whether to start from the end.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the shape and dtype of `x`: :math:`y_i = \log \sum_{j \le i} e^{x_j}`.

    Raises
    ------
    InvalidArgumentError
        If there is no such axis, or `x` is not floating point.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.cumulative_logsumexp([1000.0, 0.0]).numpy()
    array([1000., 1000.], dtype=float32)
    """
    return _scan(_cumulative_logsumexp, "cumulative_logsumexp", "fV", x, axis, exclusive, reverse)


#: The name that NumPy's users and PyTorch's know it by.
logcumsumexp = cumulative_logsumexp
