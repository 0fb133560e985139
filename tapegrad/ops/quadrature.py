"""Integrals of functions that are known at points: trapezoidal and Simpson's rule."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.structural import along
from tapegrad.core.table import recording
from tapegrad.core.tensor import ArrayLike, Tensor, wrap_constant
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops import division  # noqa: F401 - primitives
from tapegrad.ops.arguments import axis_argument
from tapegrad.ops.operands import is_complex, operands_of_one_dtype, require_kinds

__all__ = ("cumulative_trapezoid", "simpson", "trapezoid")


def _part(x: Any, axis: int, start: int | None, stop: int | None, step: int | None = None) -> Any:
    return recording.getitem(x, index=along(axis, slice(start, stop, step)))


def _steps(x: Any, axis: int) -> Any:
    return _part(x, axis, 1, None) - _part(x, axis, None, -1)


def _sum(x: Any, axis: int) -> Any:
    return recording.reduce_sum(x, axes=(axis,), keepdims=False)


def _samples(op: str, y: Any, x: Any, dx: Any, axis: Any) -> tuple[Any, Any, int]:
    """The values, the distances between their places (or one for all), and the axis."""
    if not isinstance(y, ArrayLike):
        beside = dx if x is None else x
        y = operand(y, beside.dtype.numpy_dtype if isinstance(beside, ArrayLike) else None)
    require_kinds(op, y, "fcV", "float32")
    if is_complex(y):
        real = y._value.real.dtype
        places = operand(dx if x is None else x, real)
        if places._value.dtype == real:
            places = recording.cast(places, dtype=y._value.dtype, source=real)
        y, places = operands_of_one_dtype(op, [y, places])
    else:
        y, places = operands_of_one_dtype(op, [y, dx if x is None else x])
    shape = y._value.shape
    axis = axis_argument(axis, len(shape), op)
    given = places._value.shape
    if x is None:
        if given:
            raise InvalidArgumentError(
                f"{op}: dx is one distance, not of shape {list(given)}: give the places x."
            )
        return y, places, axis
    if len(given) == 1:
        to = [1] * len(shape)
        to[axis] = given[0]
        places = recording.reshape(places, to=tuple(to))
    try:
        fits = np.broadcast_shapes(places._value.shape, shape) == shape
    except ValueError:
        fits = False
    if not fits or places._value.shape[axis] != shape[axis]:
        raise InvalidArgumentError(
            f"{op}: x must have as many places along the axis as y, and broadcast to its shape, "
            f"but the shapes are {list(given)} and {list(shape)}."
        )
    return y, _steps(places, axis), axis


def _areas(y: Any, steps: Any, axis: int) -> Any:
    return steps * (_part(y, axis, 1, None) + _part(y, axis, None, -1)) * 0.5


def trapezoid(
    y: Any, x: Any = None, dx: Any = 1.0, axis: Any = -1, name: str | None = None
) -> Tensor:
    r"""Integral by the trapezoidal rule, :math:`\sum_i (x_{i+1} - x_i) (y_i + y_{i+1}) / 2`.

    Parameters
    ----------
    y : Tensor
        Values, a floating point or complex tensor with at least one axis.
    x : Tensor, optional
        The places of the values: a vector along the axis, or of a shape that broadcasts to that
        of `y`; of the same dtype (or real).
    dx : Tensor
        The distance of the places if there is no `x`.
    axis : int
        The axis.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Without that axis; 0 for fewer than two values. Differentiable in `y`, `x` and `dx`.

    Raises
    ------
    InvalidArgumentError
        If dtypes or shapes do not fit, or there is no such axis.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.trapezoid([1.0, 2.0, 3.0], x=[0.0, 1.0, 3.0]).numpy()
    np.float32(6.5)
    """
    y, steps, axis = _samples("trapezoid", y, x, dx, axis)
    return _sum(_areas(y, steps, axis), axis)  # type: ignore[no-any-return]


def cumulative_trapezoid(
    y: Any,
    x: Any = None,
    dx: Any = 1.0,
    axis: Any = -1,
    initial: Any = None,
    name: str | None = None,
) -> Tensor:
    """Integrals from the first place to each of the others, by the trapezoidal rule.

    Parameters
    ----------
    y : Tensor
        Values, a floating point or complex tensor with at least one axis.
    x : Tensor, optional
        The places of the values: a vector along the axis, or of a shape that broadcasts to that
        of `y`; of the same dtype (or real).
    dx : Tensor
        The distance of the places if there is no `x`.
    axis : int
        The axis.
    initial : {None, 0}
        0 puts the integral up to the first place, which is 0, in front.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the shape of `y` with one entry less along the axis, or as many with `initial`.
        Differentiable in `y`, `x` and `dx`.

    Raises
    ------
    InvalidArgumentError
        If dtypes or shapes do not fit, or there is no such axis.
    ValueError
        If `initial` is another number.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.cumulative_trapezoid([1.0, 2.0, 3.0], initial=0).numpy()
    array([0. , 1.5, 4. ], dtype=float32)
    """
    if initial is not None and initial != 0:
        raise ValueError(f"cumulative_trapezoid: initial must be None or 0, not {initial!r}.")
    y, steps, axis = _samples("cumulative_trapezoid", y, x, dx, axis)
    sums = recording.cumsum(_areas(y, steps, axis), axis=axis, exclusive=False, reverse=False)
    if initial is None:
        return sums  # type: ignore[no-any-return]
    shape = list(sums._value.shape)
    shape[axis] = min(1, y._value.shape[axis])
    return recording.concat(wrap_constant(np.zeros(shape, sums._value.dtype)), sums, axis=axis)  # type: ignore[no-any-return]


def _parabolas(y: Any, steps: Any, axis: int) -> Any:
    """Simpson's rule for an odd number of values."""
    y0, y1, y2 = _part(y, axis, 0, -2, 2), _part(y, axis, 1, -1, 2), _part(y, axis, 2, None, 2)
    if not steps._value.shape:
        return _sum(y0 + 4.0 * y1 + y2, axis) * (steps / 3.0)
    h0, h1 = _part(steps, axis, 0, None, 2), _part(steps, axis, 1, None, 2)
    both = h0 + h1
    quotient = recording.divide_no_nan
    return _sum(
        both
        / 6.0
        * (
            y0 * (2.0 - quotient(h1, h0))
            + y1 * quotient(both * both, h0 * h1)
            + y2 * (2.0 - quotient(h0, h1))
        ),
        axis,
    )


def _last_interval(y: Any, steps: Any, axis: int) -> Any:
    """The integral over the last interval alone, of the parabola through the last three values."""
    a, b, c = (recording.getitem(y, index=along(axis, -i)) for i in (3, 2, 1))
    if steps._value.shape:
        h0, h1 = (recording.getitem(steps, index=along(axis, -i)) for i in (2, 1))
    else:
        h0 = h1 = steps
    quotient = recording.divide_no_nan
    both = h0 + h1
    return (
        quotient(2.0 * h1 * h1 + 3.0 * h0 * h1, 6.0 * both) * c
        + quotient(h1 * h1 + 3.0 * h0 * h1, 6.0 * h0) * b
        - quotient(h1 * h1 * h1, 6.0 * h0 * both) * a
    )


def simpson(
    y: Any, x: Any = None, dx: Any = 1.0, axis: Any = -1, name: str | None = None
) -> Tensor:
    """Integral by Simpson's rule: over parabolas through three values each.

    For an even number of values, the last interval is that of a parabola through the last three
    (K. V. Cartwright, Simpson's rule cumulative integration, 2017).

    Parameters
    ----------
    y : Tensor
        Values, a floating point or complex tensor with at least one axis.
    x : Tensor, optional
        The places of the values: a vector along the axis, or of a shape that broadcasts to that
        of `y`; of the same dtype (or real).
    dx : Tensor
        The distance of the places if there is no `x`.
    axis : int
        The axis.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Without that axis; 0 for fewer than two values. Differentiable in `y`, `x` and `dx`.

    Raises
    ------
    InvalidArgumentError
        If dtypes or shapes do not fit, or there is no such axis.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.simpson([0.0, 1.0, 4.0, 9.0, 16.0]).numpy().round(4)
    np.float32(21.3333)
    """
    y, steps, axis = _samples("simpson", y, x, dx, axis)
    count = y._value.shape[axis]
    if count <= 2:
        return _sum(_areas(y, steps, axis), axis)  # type: ignore[no-any-return]
    if count % 2:
        return _parabolas(y, steps, axis)  # type: ignore[no-any-return]
    inner = _part(steps, axis, None, -1) if steps._value.shape else steps
    return _parabolas(_part(y, axis, None, -1), inner, axis) + _last_interval(y, steps, axis)  # type: ignore[no-any-return]
