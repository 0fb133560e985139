"""Padding of arrays, in all of NumPy's ways."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.core.context import active_recorders
from tapegrad.core.table import recording as R
from tapegrad.core.tensor import Tensor, wrap_constant
from tapegrad.numpy.array import holding, plain, tensor_of
from tapegrad.numpy.creation import zeros
from tapegrad.numpy.extremes import max as largest
from tapegrad.numpy.extremes import min as least
from tapegrad.numpy.function import function, of_data
from tapegrad.numpy.joining import concatenate
from tapegrad.numpy.movers import rearranged
from tapegrad.numpy.quantiles import median
from tapegrad.numpy.ranges import linspace
from tapegrad.numpy.reducing import is_exact
from tapegrad.numpy.statistics import mean

__all__ = ["pad"]

_STATISTICS = {"maximum": largest, "mean": mean, "median": median, "minimum": least}

#: For calls whose arguments NumPy checks itself.
_numpy: Any = np


@function(
    "np.pad(np.array([1.0, 2.0, 3.0]), 2, mode='reflect')",
    pad_width="How many elements come in on both sides, for each axis.",
    mode='"constant", "edge", "linear_ramp", "maximum", "mean", "median", "minimum", "reflect", '
    '"symmetric", "wrap", "empty", or a function that changes a padded line in place.',
    kwargs="constant_values, end_values (which tapes may follow), stat_length, reflect_type.",
)
def pad(array: Any, pad_width: Any, mode: Any = "constant", **kwargs: Any) -> Any:
    """With further elements around the array."""
    x = tensor_of(array)
    if callable(mode):
        return _by_function(x, plain(pad_width), mode, kwargs)
    if is_exact(x) or not active_recorders():
        return of_data(np.pad, (array, pad_width, mode), kwargs)
    if mode == "constant" and "constant_values" in kwargs:
        given = tensor_of(kwargs["constant_values"], x._value.dtype)
        widths = plain(pad_width)
        return rearranged(
            [x, given],
            lambda a: _numpy.pad(a[0], widths, mode, **{**kwargs, "constant_values": a[1]}),
        )
    odd = kwargs.get("reflect_type") == "odd"
    if mode in ("constant", "empty") or (mode not in _WITH_VALUES and not odd):
        mode, widths = "constant" if mode == "empty" and not kwargs else mode, plain(pad_width)
        return rearranged([x], lambda a: _numpy.pad(a[0], widths, mode, **kwargs))
    # NumPy checks the arguments, and what it computes is the shape.
    _numpy.pad(plain(x), plain(pad_width), mode, **{k: plain(v) for k, v in kwargs.items()})
    ndim = x._value.ndim
    for axis, (left, right) in enumerate(_pairs(plain(pad_width), ndim)):
        if not left and not right:
            continue
        if odd:
            x = _by_odd_reflection(x, axis, left, right, mode == "symmetric")
        elif mode == "linear_ramp":
            x = _by_ramps(x, axis, left, right, kwargs.get("end_values", 0))
        else:
            x = _by_statistics(x, axis, left, right, mode, kwargs.get("stat_length"))
    return x


_WITH_VALUES = {"linear_ramp", *_STATISTICS}


def _pairs(value: Any, ndim: int) -> list[tuple[Any, Any]]:
    """What stands for the two sides of each axis."""
    if isinstance(value, dict):
        sides: list[tuple[Any, Any]] = [(0, 0)] * ndim
        for axis, width in value.items():
            sides[axis] = width if isinstance(width, tuple) else (width, width)
        return [(int(left), int(right)) for left, right in sides]
    if value is None:
        return [(None, None)] * ndim
    return [tuple(pair) for pair in np.broadcast_to(value, (ndim, 2)).tolist()]


def _along(axis: int, part: slice) -> tuple[Any, ...]:
    return (*(slice(None),) * axis, part)


def _by_ramps(x: Tensor, axis: int, left: int, right: int, ends: Any) -> Tensor:
    a = holding(x)
    size = a.shape[axis]
    limits = R.broadcast_to(tensor_of(ends, a.dtype), to=(a.ndim, 2))
    both = holding(limits)
    ramps = [
        linspace(
            both[axis, side],
            a[_along(axis, edge)].squeeze(axis),
            num=count,
            endpoint=False,
            axis=axis,
        )
        for side, count, edge in ((0, left, slice(0, 1)), (1, right, slice(size - 1, size)))
    ]
    ramps[1] = ramps[1][_along(axis, slice(None, None, -1))]
    joined = concatenate([ramps[0], a, ramps[1]], axis=axis)
    return joined._tensor


def _by_statistics(x: Tensor, axis: int, left: int, right: int, mode: str, lengths: Any) -> Tensor:
    a = holding(x)
    size = a.shape[axis]
    function: Callable[..., Any] = _STATISTICS[mode]
    first, last = _pairs(lengths, a.ndim)[axis]
    first, last = [size if n is None else min(int(n), size) for n in (first, last)]
    sides = []
    for count, part in ((left, slice(0, first)), (right, slice(size - last, size))):
        value = function(a[_along(axis, part)], axis=axis, keepdims=True)
        shape = list(a.shape)
        shape[axis] = count
        sides.append(R.broadcast_to(value._tensor, to=tuple(shape)))
    found: Tensor = R.concat(sides[0], x, sides[1], axis=axis - a.ndim)
    return found


def _by_odd_reflection(x: Tensor, axis: int, left: int, right: int, repeats_edge: bool) -> Tensor:
    """Reflected about the points at the ends: the slope goes on, so the values may grow.

    Such a continuation f of n values has a period p up to a constant, ``f(i + 2p) = f(i) + 2d``,
    where d is the last minus the first value: an element is a sum of three.
    """
    a = holding(x)
    size = a.shape[axis]
    period = size if repeats_edge else size - 1
    places = np.arange(-left, size + right)
    if period == 0 or size == 1:
        return _slices(x, np.zeros_like(places), axis)
    turns, rest = np.divmod(places, 2 * period)
    mirrored = rest >= size
    rest = np.where(mirrored, 2 * period - rest - repeats_edge, rest)
    column = (-1,) + (1,) * (a.ndim - axis - 1)
    kind = x._value.dtype.type

    def factor(values: Any) -> Any:
        return holding(wrap_constant(np.asarray(values).astype(kind).reshape(column)))

    first, last = a[_along(axis, slice(0, 1))], a[_along(axis, slice(size - 1, size))]
    found = (
        holding(_slices(x, rest, axis)) * factor(np.where(mirrored, -1, 1))
        + last * factor(2 * turns + 2 * mirrored)
        - first * factor(2 * turns)
    )
    return found._tensor


def _slices(x: Tensor, places: Any, axis: int) -> Tensor:
    """The slices at some places along an axis."""
    found: Tensor = R.gather(x, wrap_constant(places), axis=axis - x._value.ndim)
    return found


def _by_function(x: Tensor, widths: Any, function: Callable[..., Any], options: Any) -> Any:
    """Lines of the padded array, changed in place by a function of the user's."""
    pairs = _pairs(widths, x._value.ndim)
    shape = [n + left + right for n, (left, right) in zip(x._value.shape, pairs, strict=True)]
    padded = zeros(tuple(shape), x._value.dtype)
    padded[tuple([slice(a, a + n) for n, (a, _) in zip(x._value.shape, pairs, strict=True)])] = (
        holding(x)
    )
    for axis, pair in enumerate(pairs):
        lead, rest = shape[:axis], shape[axis + 1 :]
        for i in np.ndindex(*lead):
            for j in np.ndindex(*rest):
                function(padded[(*i, slice(None), *j)], pair, axis, options)
    return padded._tensor
