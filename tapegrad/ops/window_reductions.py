"""Sums and maxima over windows that slide along some axes: the primitives of pooling.

Axes are negative, so that leading axes come along. Nothing is padded: windows at the edge have
fewer places.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from tapegrad.core.batching import Batched, spread
from tapegrad.core.define import general, linear
from tapegrad.core.large import by_library
from tapegrad.core.primitive import NONDIFF
from tapegrad.ops.window_geometry import Windows, meeting, places

Axes = tuple[int, ...]


def _index(part: slice, axis: int) -> tuple[Any, ...]:
    return (Ellipsis, part, *(slice(None),) * (-axis - 1))


def _indices(parts: tuple[slice, ...], axes: Axes) -> tuple[Any, ...]:
    """The index of `parts` along `axes`, whatever stands in front."""
    by_axis = dict(zip(axes, parts, strict=True))
    return (Ellipsis, *[by_axis.get(axis, slice(None)) for axis in range(min(axes), 0)])


def _resized(shape: tuple[int, ...], axes: Axes, sizes: tuple[int, ...]) -> tuple[int, ...]:
    new = list(shape)
    for axis, size in zip(axes, sizes, strict=True):
        new[axis] = size
    return tuple(new)


def _wide(x: Any) -> Any:
    """Half precision is summed in float32 and rounded once."""
    half = x.dtype.itemsize == 2 and x.dtype.kind not in "iu"
    return x.astype(np.float32) if half else x


def lowest(dtype: np.dtype[Any]) -> Any:
    """What no entry is below: the maximum of nothing."""
    return np.iinfo(dtype).min if dtype.kind in "iu" else -np.inf


def _window_sum(x: Any, *, windows: Windows, axes: Axes) -> Any:
    total = _wide(x)
    for i, axis in enumerate(axes):  # one axis after another: the places add up, not multiply
        if windows.kernel[i] == 1 and windows.strides[i] == 1 and not windows.before[i]:
            continue
        part = np.zeros(_resized(total.shape, (axis,), (windows.number[i],)), total.dtype)
        for k in range(windows.kernel[i]):
            met = meeting(windows, i, k)
            if met is not None:
                seen, entries = _index(met[0], axis), _index(met[1], axis)
                part[seen] += total[entries]
        total = part
    return total.astype(x.dtype, copy=False)


def _window_spread(x: Any, *, windows: Windows, axes: Axes) -> Any:
    total = _wide(x)
    for i, axis in enumerate(axes):
        if windows.kernel[i] == 1 and windows.strides[i] == 1 and not windows.before[i]:
            continue
        part = np.zeros(_resized(total.shape, (axis,), (windows.sizes[i],)), total.dtype)
        for k in range(windows.kernel[i]):
            met = meeting(windows, i, k)
            if met is not None:
                seen, entries = _index(met[0], axis), _index(met[1], axis)
                part[entries] += total[seen]
        total = part
    return total.astype(x.dtype, copy=False)


# The sum over the entries of each window, and its adjoint, which gives every entry the sum over
# the windows that see it.
window_sum = linear(
    "window_sum",
    by_library("window_sum", _window_sum),
    lambda F, g, windows, axes: F.window_spread(g, windows=windows, axes=axes),
)
linear(
    "window_spread",
    by_library("window_spread", _window_spread),
    lambda F, g, windows, axes: F.window_sum(g, windows=windows, axes=axes),
)


def _window_max(x: Any, *, windows: Windows, axes: Axes) -> Any:
    best = x
    for i, axis in enumerate(axes):
        if windows.kernel[i] == 1 and windows.strides[i] == 1 and not windows.before[i]:
            continue
        shape = _resized(best.shape, (axis,), (windows.number[i],))
        part = np.full(shape, lowest(x.dtype), x.dtype)
        for k in range(windows.kernel[i]):
            met = meeting(windows, i, k)
            if met is not None:
                seen, entries = _index(met[0], axis), _index(met[1], axis)
                np.maximum(part[seen], best[entries], out=part[seen])
        best = part
    return best


def _first_place(x: Any, y: Any, windows: Windows, axes: Axes) -> Any:
    """The number of the first place of each window whose entry is `y`; NaN is NaN."""
    total = prod(windows.kernel)
    unsigned = np.uint8 if total < 256 else np.uint32
    none = np.iinfo(unsigned).max
    found = np.full(y.shape, none, unsigned)
    nan = np.isnan(y) if x.dtype.kind != "i" and np.isnan(y).any() else None
    for place, seen, entries in places(windows):
        at, entry = _indices(seen, axes), x[_indices(entries, axes)]
        equal = entry == y[at]
        if nan is not None:
            equal |= nan[at] & np.isnan(entry)
        # Without branches: the number where they are equal, else the largest there is.
        number = np.ravel_multi_index(place, windows.kernel)
        candidate = (equal.astype(unsigned) - unsigned(1)) | unsigned(number)
        np.minimum(found[at], candidate, out=found[at])
    return found


def _window_argmax(x: Any, y: Any, *, windows: Windows, axes: Axes) -> Any:
    """Where the first maximum of each window is, in the flattened axes from the first on."""
    numbers = _first_place(x, y, windows, axes)
    if numbers.max(initial=0) >= prod(windows.kernel):
        raise ValueError("window_argmax: `y` must be the largest entries of the windows of `x`.")
    return entry_numbers(numbers, x.shape[min(axes) :], windows, axes)


def entry_numbers(numbers: Any, shape: tuple[int, ...], windows: Windows, axes: Axes) -> Any:
    """Flat numbers of entries of an array of `shape`, from numbers of places in windows."""
    step, by_axis = 1, dict(zip(axes, range(len(axes)), strict=True))
    table = np.zeros((1,) * len(shape), np.intp)
    offsets = np.zeros(windows.kernel, np.intp)
    for axis in range(-1, -len(shape) - 1, -1):
        i = by_axis.get(axis)
        if i is None:
            along = np.arange(shape[axis]) * step
        else:
            first = np.arange(windows.number[i]) * windows.strides[i] - windows.before[i]
            along = first * step
            place = np.arange(windows.kernel[i]) * (windows.dilations[i] * step)
            offsets += place.reshape((-1,) + (1,) * (len(axes) - 1 - i))
        table = table + along.reshape((-1,) + (1,) * (-axis - 1))
        step *= shape[axis]
    return offsets.reshape(-1).take(numbers) + table


def _flattened(shape: tuple[int, ...], axes: Axes) -> tuple[int, ...]:
    """`shape` with the axes from the first window axis on merged into one."""
    return (*shape[: min(axes)], prod(shape[min(axes) :]))


def pick(F: Any, x: Any, where: Any, axes: Axes) -> Any:
    """The entries of `x` at flat numbers from `window_argmax`."""
    rows = F.reshape(x, to=_flattened(tuple(x.shape), axes))
    flat = F.reshape(where, to=_flattened(tuple(where.shape), axes))
    picked = F.take_along_axis(rows, flat, axis=-1)
    return F.reshape(picked, to=(*x.shape[: min(axes)], *where.shape[min(axes) :]))


def put(F: Any, g: Any, where: Any, axes: Axes, to: tuple[int, ...]) -> Any:
    """Zeros of shape `to`, to which `g` is added at flat numbers: the adjoint of `pick`."""
    rows = F.reshape(g, to=_flattened(tuple(g.shape), axes))
    flat = F.reshape(where, to=_flattened(tuple(where.shape), axes))
    return F.reshape(F.put_along_axis(rows, flat, to=_flattened(to, axes), axis=-1), to=to)


window_argmax = general("window_argmax", _window_argmax, NONDIFF, NONDIFF, inputs="x y")


def _window_max_spread(values: Any, x: Any, maxima: Any, *, windows: Windows, axes: Axes) -> Any:
    total, rest = np.zeros(x.shape, values.dtype), values.copy()
    for _, seen, entries in places(windows):
        at, entry = _indices(seen, axes), _indices(entries, axes)
        hit = (x[entry] == maxima[at]) | (x[entry] != x[entry])  # NaN is the largest
        total[entry] += np.where(hit, rest[at], 0)
        rest[at] = np.where(hit, 0, rest[at])
    return total


def _spread_vjp(F: Any, g: Any, x: Any, maxima: Any, windows: Any, axes: Any) -> Any:
    return pick(F, g, F.window_argmax(x, maxima, windows=windows, axes=axes), axes)


def _spread_jvp(F: Any, t: Any, x: Any, maxima: Any, windows: Any, axes: Any) -> Any:
    return F.window_max_spread(t, x, maxima, windows=windows, axes=axes)


def _batched_spread(F: Any, args: Any, params: Any) -> Any:
    values, x, maxima = args
    if x.__class__ is Batched or maxima.__class__ is Batched:
        return F.window_max_spread(*spread(F, args), **params)
    where = F.window_argmax(x, maxima, **params)
    return put(F, values.value, where, params["axes"], (values.value.shape[0], *x.shape))


# Zeros to which each value is added where the first largest entry of its window of x is.
window_max_spread = general(
    "window_max_spread",
    by_library("window_max_spread", _window_max_spread),
    _spread_vjp,
    NONDIFF,
    NONDIFF,
    inputs="values x maxima",
    jvps=(_spread_jvp, NONDIFF, NONDIFF),
    batch=_batched_spread,
)


def _max_vjp(F: Any, g: Any, x: Any, y: Any, windows: Any, axes: Any) -> Any:
    return F.window_max_spread(g, x, y, windows=windows, axes=axes)


def _max_jvp(F: Any, t: Any, x: Any, y: Any, windows: Any, axes: Any) -> Any:
    return pick(F, t, F.window_argmax(x, y, windows=windows, axes=axes), axes)


# The largest entry of each window; the first of several gets the whole cotangent.
window_max = general(
    "window_max", by_library("window_max", _window_max), _max_vjp, jvps=(_max_jvp,)
)
