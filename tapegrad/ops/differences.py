"""Differences of neighbours: diff, ediff1d, gradient, unwrap."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.define import general
from tapegrad.core.primitive import NONDIFF, apply
from tapegrad.core.structural import along
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arguments import axes_argument, axis_argument, int_argument
from tapegrad.ops.operands import operands_of_one_dtype, require_kinds, require_same_dtype

__all__ = ("diff", "ediff1d", "gradient", "unwrap")


def _part(x: Any, axis: int, start: int | None, stop: int | None) -> Any:
    return recording.getitem(x, index=along(axis, slice(start, stop)))


def diff(
    a: Any,
    n: Any = 1,
    axis: Any = -1,
    prepend: Any = None,
    append: Any = None,
    name: str | None = None,
) -> Tensor:
    """Differences of neighbours along an axis: ``[b - a, c - b]``.

    Parameters
    ----------
    a : Tensor
        A numeric tensor with at least one axis.
    n : int
        How often to take differences.
    axis : int
        The axis.
    prepend, append : Tensor, optional
        What to join to `a` in front and behind first: tensors of the same dtype, scalars standing
        for one entry in each line.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the dtype of `a`, with `n` entries less along the axis (but not fewer than none).

    Raises
    ------
    InvalidArgumentError
        If dtypes or shapes do not fit, there is no such axis, or `n` is negative.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.diff([1.0, 4.0, 9.0]).numpy(), tf.math.diff([1.0, 4.0, 9.0], n=2).numpy()
    (array([3., 5.], dtype=float32), array([2.], dtype=float32))
    """
    x = operand(a)
    require_kinds("diff", x, "iufcV", "float32")
    shape = x._value.shape
    axis = axis_argument(axis, len(shape), "diff")
    n = int_argument(n, "diff", "n")
    if n < 0:
        raise InvalidArgumentError(f"diff: n must be >= 0, but it is {n}.")
    if n == 0:
        return recording.identity(x)  # type: ignore[no-any-return]
    parts = [x]
    if prepend is not None:
        parts.insert(0, _edge("diff", prepend, x, axis))
    if append is not None:
        parts.append(_edge("diff", append, x, axis))
    if len(parts) > 1:
        x = recording.concat(*parts, axis=axis)
    for _ in range(min(n, x._value.shape[axis])):
        x = _part(x, axis, 1, None) - _part(x, axis, None, -1)
    return x  # type: ignore[no-any-return]


def _edge(op: str, value: Any, x: Any, axis: int) -> Any:
    """What is joined to a tensor; a scalar becomes one entry in each line."""
    y = operand(value, x._value.dtype)
    require_same_dtype(op, x, y)
    to, shape = list(x._value.shape), y._value.shape
    if not shape:
        to[axis] = 1
        return recording.broadcast_to(y, to=tuple(to))
    if len(shape) == len(to):
        to[axis] = shape[axis]
    if list(shape) != to:
        raise InvalidArgumentError(
            f"{op}: what is joined to a tensor of shape {list(x._value.shape)} must have its sizes "
            f"but along axis {axis + len(to)}, not shape {list(shape)}."
        )
    return y


def ediff1d(ary: Any, to_end: Any = None, to_begin: Any = None, name: str | None = None) -> Tensor:
    """Differences of neighbours in the flattened tensor, with something in front and behind.

    Parameters
    ----------
    ary : Tensor
        A numeric tensor, which is flattened.
    to_end, to_begin : Tensor, optional
        What to join to the differences behind and in front, of the same dtype; they are flattened.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        A vector of the dtype of `ary`.

    Raises
    ------
    InvalidArgumentError
        If dtypes differ or are not numeric.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.ediff1d([1, 4, 9], to_end=[0, 0]).numpy()
    array([3, 5, 0, 0], dtype=int32)
    """
    x = operand(ary)
    require_kinds("ediff1d", x, "iufcV", "float32")
    x = recording.reshape(x, to=(x._value.size,))
    parts = [_part(x, -1, 1, None) - _part(x, -1, None, -1)]
    for i, more in ((1, to_end), (0, to_begin)):
        if more is not None:
            y = operand(more, x._value.dtype)
            require_same_dtype("ediff1d", x, y)
            parts.insert(i, recording.reshape(y, to=(y._value.size,)))
    return recording.concat(*parts, axis=-1) if len(parts) > 1 else parts[0]  # type: ignore[no-any-return]


def _turns(x: Any, *, axis: int, discont: float, period: float) -> Any:
    """What to add to each entry so that no step is larger than half a period."""
    steps = np.diff(x, axis=axis)
    half = period / 2
    within = np.mod(steps + half, period) - half
    within = np.where((within == -half) & (steps > 0), half, within)
    moved = np.where(np.abs(steps) < discont, 0, within - steps)
    turns = np.zeros_like(x)
    turns[along(axis, slice(1, None))] = np.cumsum(moved, axis=axis)
    return turns


_turned = general("unwrap_turns", _turns, NONDIFF)


def unwrap(
    p: Any,
    discont: Any = None,
    axis: Any = -1,
    period: Any = 2 * math.pi,
    name: str | None = None,
) -> Tensor:
    """Undo jumps by whole periods along an axis, so that neighbours are near one another.

    Parameters
    ----------
    p : Tensor
        Angles or phases, a floating point tensor with at least one axis.
    discont : float, optional
        Steps below it stay as they are; at least half a period, the default.
    axis : int
        The axis.
    period : float
        The period.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the shape and dtype of `p`. What is added is piecewise constant: the derivative is the
        identity.

    Raises
    ------
    InvalidArgumentError
        If the dtype is not floating point, or there is no such axis.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.unwrap([0.0, 3.0, 6.0, 1.0, 4.0], period=7.0).numpy()
    array([ 0.,  3.,  6.,  8., 11.], dtype=float32)
    """
    x = operand(p)
    require_kinds("unwrap", x, "f", "float32")
    axis = axis_argument(axis, x._value.ndim, "unwrap")
    length = float(period)
    least = length / 2 if discont is None else max(length / 2, float(discont))
    turns = apply(_turned, (x,), {"axis": axis, "discont": least, "period": length})
    return recording.add(x, turns)  # type: ignore[no-any-return]


def _spacings(f: Any, varargs: tuple[Any, ...], axes: tuple[int, ...]) -> list[Any]:
    """For each axis a distance, or the vector of distances between its places."""
    dtype = f._value.dtype
    if len(varargs) not in (0, 1, len(axes)):
        raise TypeError(
            f"gradient: give no distances, one for all axes, or one for each of the {len(axes)} "
            f"axes, not {len(varargs)}."
        )
    given = varargs or (1.0,)
    values = [operand(v, dtype) for v in given]
    require_same_dtype("gradient", f, *values)
    if len(values) == 1 and (len(axes) != 1 or not values[0]._value.shape):
        if values[0]._value.shape:
            raise InvalidArgumentError(
                "gradient: a vector of places is that of one axis: give one for each axis."
            )
        values = values * len(axes)
    spacings = []
    for v, axis in zip(values, axes, strict=True):
        shape, size = v._value.shape, f._value.shape[axis]
        if not shape:
            spacings.append(v)
            continue
        if shape != (size,):
            raise InvalidArgumentError(
                f"gradient: the places along axis {axis + f._value.ndim}, which has {size} "
                f"entries, must be a number or a vector of that length, not of shape {list(shape)}."
            )
        steps = _part(v, -1, 1, None) - _part(v, -1, None, -1)
        spacings.append(recording.reshape(steps, to=(size - 1, *(1,) * (-axis - 1))))
    return spacings


def _slope(f: Any, h: Any, axis: int, edge_order: int) -> Any:
    """Derivative along an axis, from differences to both sides and, at the ends, to one."""
    steps = _part(f, axis, 1, None) - _part(f, axis, None, -1)
    if h._value.shape:
        slopes = steps / h
        before, after = _part(h, axis, None, -1), _part(h, axis, 1, None)
        whole = before + after
        left, right = after / whole, before / whole
    else:
        slopes = steps / h
        left = right = operand(0.5, f._value.dtype)
    back, forth = _part(slopes, axis, None, -1), _part(slopes, axis, 1, None)
    inner = left * back + right * forth
    first, last = _part(slopes, axis, None, 1), _part(slopes, axis, -1, None)
    if edge_order == 2:
        # The slope of the parabola through three points, at its end.
        if h._value.shape:
            left, right = _part(right, axis, None, 1), _part(left, axis, -1, None)
        first = first + (first - _part(slopes, axis, 1, 2)) * left
        last = last + (last - _part(slopes, axis, -2, -1)) * right
    return recording.concat(first, inner, last, axis=axis)


def gradient(
    f: Any, *varargs: Any, axis: Any = None, edge_order: int = 1, name: str | None = None
) -> Any:
    r"""Derivatives of a function known at the points of a grid, by central differences.

    This is a finite difference of data; the gradient of a computation is `GradientTape.gradient`.

    Parameters
    ----------
    f : Tensor
        Values, a floating point or complex tensor with at least one axis.
    *varargs : Tensor
        The distance of neighbours, 1 by default: one for all axes, or for each axis one, or a
        vector of the places along it. Of the dtype of `f`.
    axis : int or list of int, optional
        Along which axes; None means all.
    edge_order : {1, 2}
        At the ends, whether to use the neighbour only or the parabola through three points.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor or tuple of Tensor
        For each axis a tensor of the shape and dtype of `f`; if `axis` is one axis, or `f` has
        only one, this tensor itself. Differentiable in `f` and the places.

    Raises
    ------
    InvalidArgumentError
        If dtypes or shapes do not fit, there is no such axis, or an axis has no more than
        `edge_order` entries.
    TypeError
        If the number of distances is not that of the axes.
    ValueError
        If `edge_order` is something else.

    Notes
    -----
    With distances :math:`h_-, h_+` to both neighbours and slopes :math:`s_-, s_+` towards them,
    the derivative is :math:`(h_+ s_- + h_- s_+) / (h_- + h_+)`, of second order also on uneven
    grids.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.gradient([1.0, 2.0, 4.0, 7.0]).numpy()
    array([1. , 1.5, 2.5, 3. ], dtype=float32)
    """
    if edge_order not in (1, 2):
        raise ValueError(f"gradient: edge_order must be 1 or 2, not {edge_order!r}.")
    x, *others = operands_of_one_dtype("gradient", [f, *varargs])
    require_kinds("gradient", x, "fcV", "float32")
    shape = x._value.shape
    axes = axes_argument(axis, len(shape), "gradient")
    if not axes:
        raise InvalidArgumentError("gradient: there is no axis to take differences along.")
    for i in axes:
        if shape[i] < edge_order + 1:
            raise InvalidArgumentError(
                f"gradient: axis {i + len(shape)} has {shape[i]} entries, but at least "
                f"edge_order + 1 = {edge_order + 1} are needed."
            )
    spacings = _spacings(x, tuple(others), axes)
    found = [_slope(x, h, i, edge_order) for h, i in zip(spacings, axes, strict=True)]
    return found[0] if len(found) == 1 else tuple(found)
