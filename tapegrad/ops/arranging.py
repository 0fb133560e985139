"""Repeating, padding and turning around: tile, repeat, pad, reverse, roll."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.define import linear
from tapegrad.core.primitive import apply
from tapegrad.core.short_rows import are_short, rolled
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arguments import axes_argument, axis_argument, ints_argument
from tapegrad.ops.operands import require_same_dtype

__all__ = ["pad", "repeat", "reverse", "roll", "tile"]


# Zeros around the last axes: paddings are pairs (before, after).
def _pad(x: Any, *, paddings: tuple[tuple[int, int], ...]) -> Any:
    leading = x.ndim - len(paddings)
    inner = x.shape[leading:]
    to = [before + n + after for n, (before, after) in zip(inner, paddings, strict=True)]
    padded = np.zeros((*x.shape[:leading], *to), x.dtype)
    padded[_inside(inner, paddings)] = x
    return padded[()]


def _inside(shape: Any, paddings: tuple[tuple[int, int], ...]) -> tuple[Any, ...]:
    parts = [slice(before, before + n) for n, (before, _) in zip(shape, paddings, strict=True)]
    return (Ellipsis, *parts)


_padded = linear(
    "pad",
    _pad,
    lambda F, g, shape, paddings: F.getitem(
        g, index=_inside(shape[len(shape) - len(paddings) :], paddings)
    ),
)


def _reverse(x: Any, *, axes: tuple[int, ...]) -> Any:
    first = min(axes, default=0)
    return x[(..., *[slice(None, None, -1 if a in axes else None) for a in range(first, 0)])]


_reversed = linear("reverse", _reverse, lambda F, g, axes: F.reverse(g, axes=axes))


def _roll(x: Any, *, shifts: tuple[int, ...], axes: tuple[int, ...]) -> Any:
    if axes == (-1,) and are_short(x):
        return rolled(x, shifts[0])
    return np.roll(x, shifts, axes)


_rolled = linear(
    "roll",
    _roll,
    lambda F, g, shifts, axes: F.roll(g, shifts=tuple([-s for s in shifts]), axes=axes),
)


def _vector(value: Any, op: str, name: str) -> tuple[int, ...]:
    """A list of integers where a single one is refused, as TensorFlow does."""
    if getattr(value, "shape", None) == () or value.__class__ is int:
        raise InvalidArgumentError(f"{op}: Expected {name} to be 1-D, a list, not {value!r}.")
    return ints_argument(value, op, name)


def tile(input: Any, multiples: Any, name: str | None = None) -> Tensor:
    """Repeat a tensor as a whole along each axis.

    Parameters
    ----------
    input
        Tensor of rank r.
    multiples
        r numbers: how often to repeat along each axis.

    Returns
    -------
    Tensor
        Axis i has size ``input.shape[i] * multiples[i]``.

    Raises
    ------
    InvalidArgumentError
        If `multiples` has another length or negative entries.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.tile([[1, 2]], [2, 2]).numpy().tolist()
    [[1, 2, 1, 2], [1, 2, 1, 2]]
    """
    x = operand(input)
    sizes = x._value.shape
    times = _vector(multiples, "tile", "multiples")
    if len(times) != len(sizes):
        raise InvalidArgumentError(
            f"tile: Expected multiples argument to be a vector of length {len(sizes)}, one for "
            f"each axis of shape {sizes}, but got {list(times)}."
        )
    for i, m in enumerate(times):
        if m < 0:
            raise InvalidArgumentError(f"tile: Expected multiples[{i}] >= 0, but got {m}.")
    apart = [n for size in sizes for n in (1, size)]
    grid = [n for pair in zip(times, sizes, strict=True) for n in pair]
    return _spread(x, apart, grid, [m * n for m, n in zip(times, sizes, strict=True)])


def _spread(x: Any, apart: list[int], grid: list[int], to: list[int]) -> Tensor:
    """Repeat along the axes of size 1 in the shape `apart`."""
    if apart == grid:
        return recording.identity(x)  # type: ignore[no-any-return]
    y = recording.broadcast_to(recording.reshape(x, to=tuple(apart)), to=tuple(grid))
    return recording.reshape(y, to=tuple(to))  # type: ignore[no-any-return]


def repeat(input: Any, repeats: Any, axis: Any = None, name: str | None = None) -> Tensor:
    """Repeat each entry, or each slice along an axis.

    Parameters
    ----------
    input
        Tensor of any shape and dtype.
    repeats
        How often: one number for all, or one for each slice.
    axis
        The axis; by default the tensor is flattened first.

    Returns
    -------
    Tensor

    Raises
    ------
    InvalidArgumentError
        If `repeats` is negative or not as long as the axis.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.repeat([1, 2], 2).numpy().tolist(), tf.repeat([[1, 2]], [3, 1], axis=1).numpy().tolist()
    ([1, 1, 2, 2], [[1, 1, 1, 2]])
    """
    x = operand(input)
    if getattr(repeats, "ndim", 1) > 1:
        raise InvalidArgumentError(f"repeat: repeats must have rank at most 1, not {repeats!r}.")
    counts = ints_argument(repeats, "repeat", "repeats")
    if any(n < 0 for n in counts):
        raise InvalidArgumentError(f"repeat: repeats must be non-negative, not {list(counts)}.")
    if axis is None:
        x = recording.reshape(x, to=(x._value.size,))
        axis = -1
    sizes = list(x._value.shape)
    axis = axis_argument(axis, len(sizes), "repeat")
    size = sizes[axis]
    if len(counts) == 1:
        (n,) = counts
        at = axis + len(sizes)
        before, after = sizes[:at], sizes[at + 1 :]
        return _spread(
            x, [*before, size, 1, *after], [*before, size, n, *after], [*before, size * n, *after]
        )
    if len(counts) != size:
        raise InvalidArgumentError(
            f"repeat: Dimensions {size} and {len(counts)} are not compatible: repeats must be one "
            f"number or one for each of the {size} slices of shape {tuple(sizes)} along the axis."
        )
    rows = np.repeat(np.arange(size), counts)
    return recording.gather(x, rows, axis=axis)  # type: ignore[no-any-return]


def reverse(tensor: Any, axis: Any, name: str | None = None) -> Tensor:
    """Turn the order of the entries around along some axes.

    Parameters
    ----------
    tensor
        Tensor of any shape and dtype.
    axis
        A list of axes.

    Returns
    -------
    Tensor
        Of the same shape.

    Raises
    ------
    InvalidArgumentError
        If an axis is out of range or given twice.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.reverse([[1, 2], [3, 4]], [1]).numpy().tolist()
    [[2, 1], [4, 3]]
    """
    x = operand(tensor)
    axes = axes_argument(_vector(axis, "reverse", "axis"), x._value.ndim, "reverse")
    return apply(_reversed, (x,), {"axes": axes})  # type: ignore[no-any-return]


def roll(input: Any, shift: Any, axis: Any, name: str | None = None) -> Tensor:
    """Shift entries along axes; what leaves at one end comes in at the other.

    Parameters
    ----------
    input
        Tensor of rank at least 1.
    shift
        By how many places, towards larger indices: a number or a list.
    axis
        Along which axis: a number or a list as long as `shift`. Shifts along one axis add up.

    Returns
    -------
    Tensor
        Of the same shape.

    Raises
    ------
    InvalidArgumentError
        If an axis is out of range, or the numbers of shifts and axes differ.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.roll([1, 2, 3, 4], shift=1, axis=0).numpy().tolist()
    [4, 1, 2, 3]
    """
    x = operand(input)
    ndim = x._value.ndim
    shifts = ints_argument(shift, "roll", "shift")
    axes = [axis_argument(a, ndim, "roll") for a in ints_argument(axis, "roll", "axis")]
    if len(shifts) != len(axes):
        raise InvalidArgumentError(
            f"roll: shift and axis must have the same size, but there are {len(shifts)} shifts "
            f"and {len(axes)} axes."
        )
    return apply(_rolled, (x,), {"shifts": shifts, "axes": tuple(axes)})  # type: ignore[no-any-return]


def pad(
    tensor: Any,
    paddings: Any,
    mode: str = "CONSTANT",
    constant_values: Any = 0,
    name: str | None = None,
) -> Tensor:
    """Add entries before and after, along each axis.

    Parameters
    ----------
    tensor
        Tensor of rank r.
    paddings
        Integers of shape ``(r, 2)``: how many to add before and after along each axis.
    mode
        ``"CONSTANT"``; ``"REFLECT"`` continues with the mirror image without repeating the border
        entry, ``"SYMMETRIC"`` with it. Case does not matter.
    constant_values
        What ``"CONSTANT"`` adds: a number or a tensor of shape ``()``, with respect to which the
        result is differentiable.

    Returns
    -------
    Tensor

    Raises
    ------
    InvalidArgumentError
        If `paddings` does not fit, is negative, or reaches beyond the mirror image.
    ValueError
        For another `mode`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.pad([1, 2, 3], [[1, 2]], constant_values=9).numpy().tolist()
    [9, 1, 2, 3, 9, 9]
    >>> tf.pad([1, 2, 3], [[2, 0]], "REFLECT").numpy().tolist()
    [3, 2, 1, 2, 3]
    """
    x = operand(tensor)
    pairs = _paddings_argument(paddings, x._value.shape)
    mode = str(mode).upper()
    if mode == "CONSTANT":
        return _pad_with(x, pairs, constant_values)
    if mode not in ("REFLECT", "SYMMETRIC"):
        raise ValueError(
            f'pad: Value of argument `mode` expected to be one of "CONSTANT", "REFLECT", or '
            f'"SYMMETRIC". Received `mode` = {mode}.'
        )
    offset = 1 if mode == "REFLECT" else 0
    for size, pair in zip(x._value.shape, pairs, strict=True):
        if max(pair) > size - offset:
            raise InvalidArgumentError(
                f"pad: with mode {mode} paddings must be at most {size - offset} along an axis of "
                f"size {size}, but they are {pair} (shape {x._value.shape})."
            )
    for i, (before, after) in enumerate(pairs):
        if before or after:
            rows = _mirrored(x._value.shape[i], before, after, offset)
            x = recording.gather(x, rows, axis=i - len(pairs))
    return recording.identity(x)  # type: ignore[no-any-return]


def _paddings_argument(paddings: Any, shape: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
    table = operand(paddings)._read()
    if table.dtype.kind not in "iu" and table.size:
        raise InvalidArgumentError(f"pad: paddings must be integers, not {table.dtype}.")
    if table.shape != (len(shape), 2) and (shape or table.size):
        raise InvalidArgumentError(
            f"pad: paddings must be a matrix with 2 columns and {len(shape)} rows, one for each "
            f"axis of shape {shape}, but its shape is {list(table.shape)}."
        )
    if (table < 0).any():
        raise InvalidArgumentError(f"pad: Paddings must be non-negative, not {table.tolist()}.")
    return tuple([(before, after) for before, after in table.tolist()])


def _pad_with(x: Any, pairs: tuple[tuple[int, int], ...], constant: Any) -> Tensor:
    padded: Tensor = apply(_padded, (x,), {"paddings": pairs})
    if constant.__class__ in (int, float) and constant == 0:
        return padded
    constant = operand(constant, x._value.dtype)
    require_same_dtype("pad", x, constant)
    if constant._value.shape != ():
        raise InvalidArgumentError(
            f"pad: constant_values must be a scalar, but its shape is {constant._value.shape}."
        )
    inside = np.zeros(padded._value.shape, np.bool_)
    inside[_inside(x._value.shape, pairs)] = True
    return recording.where(inside, padded, constant)  # type: ignore[no-any-return]


def _mirrored(size: int, before: int, after: int, offset: int) -> Any:
    """Where the entries of an axis come from; with offset 1 the border is not repeated."""
    line = np.arange(size)
    left = line[offset : offset + before][::-1]
    right = line[size - offset - after : size - offset][::-1]
    return np.concatenate([left, line, right])
