"""What reductions have in common: their axes, what takes part, and counts of it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tapegrad.core.host import computed
from tapegrad.core.table import recording as R
from tapegrad.core.tensor import Tensor, wrap_constant
from tapegrad.numpy.array import of_type, plain, tensor_of
from tapegrad.ops.positions import numbers_of, pick

#: NumPy's sign for an argument that was not given.
NO_VALUE: Any = np._NoValue
#: By their number all axes, as negative integers.
EVERY = [tuple(range(-ndim, 0)) for ndim in range(65)]


def axes_of(axis: Any, ndim: int) -> tuple[int, ...]:
    """Axes as the engine wants them, as negative integers; None stands for all.

    Raises
    ------
    AxisError, ValueError
        If there is no such axis, or one is named twice.
    """
    if axis is None:
        return EVERY[ndim]
    return tuple([a - ndim for a in np.lib.array_utils.normalize_axis_tuple(plain(axis), ndim)])


def of_scalar(axis: Any, x: Tensor) -> Any:
    """The axis, or None where NumPy lets an array without axes have the axes 0 and -1."""
    allowed = not x._value.ndim and not is_exact(x)
    return None if allowed and plain(axis) in (0, -1) else axis


def is_exact(x: Tensor) -> bool:
    """Whether the numbers have no derivative: integers and booleans."""
    return x._value.dtype.kind not in "fc"


def by_numpy(name: str, x: Tensor, axis: Any, keepdims: Any, **options: Any) -> Tensor:
    """What NumPy computes of numbers without a derivative."""
    model = getattr(np, name)
    options = {k: plain(v) for k, v in options.items() if v is not NO_VALUE}
    if options.get("where") is True:
        del options["where"]

    def compute(a: Any) -> Any:
        return np.asarray(model(a, axis=plain(axis), keepdims=bool(keepdims), **options))[()]

    compute.__name__ = name
    found: Tensor = computed(compute, x)
    return found


def kept(x: Tensor, where: Any, neutral: Any) -> Tensor:
    """The elements that take part, and a neutral one for the others."""
    if where is True or where is NO_VALUE:
        return x
    return R.where(tensor_of(where, bool), x, wrap_constant(x._value.dtype.type(neutral)))


def is_set(value: Any) -> bool:
    """Whether an argument was given."""
    return value is not NO_VALUE and value is not None


def as_floating(x: Tensor, dtype: Any) -> Tensor:
    """In the given type, or else in one that quotients can have."""
    if dtype is not None:
        return of_type(x, np.dtype(dtype))
    return x if not is_exact(x) else of_type(x, np.dtype(np.float64))


def count_of(x: Tensor, axes: tuple[int, ...], keepdims: bool, where: Any) -> Any:
    """The number of elements that take part."""
    shape = x._value.shape
    if where is True or where is NO_VALUE:
        return int(np.prod([shape[i] for i in axes]))
    mask = np.broadcast_to(plain(where), shape)
    return np.sum(mask, axis=axes, keepdims=keepdims)


def divided(x: Tensor, count: Any) -> Tensor:
    """Divided by numbers of elements, in the type of the tensor."""
    dtype = x._value.dtype
    real = np.dtype(dtype.char.lower()) if dtype.kind == "c" else dtype
    divisor = np.asarray(count, real if real.kind == "f" else np.float64).astype(dtype)[()]
    return R.divide(x, wrap_constant(divisor))


def located(x: Tensor, found: Any, axes: tuple[int, ...]) -> Tensor:
    """The elements that NumPy found along axes, as picked: the first one of equal ones.

    Parameters
    ----------
    x
        The tensor.
    found
        An element of each line along the axes, or several, which then are counted by leading axes.
    axes
        Negative axes.
    """
    data = np.asarray(plain(x))
    kept_axes = tuple([i for i in range(-data.ndim, 0) if i not in axes])
    order, count = (*kept_axes, *axes), math.prod([data.shape[i] for i in axes])
    lines = data.transpose(order).reshape(-1, count)
    numbers = numbers_of(x).transpose(order).reshape(-1, count)
    values = np.asarray(found).reshape(-1, len(lines), 1)
    same = (lines == values) | (np.isnan(lines) & np.isnan(values))
    places = np.take_along_axis(numbers[None], same.argmax(-1)[..., None], -1)
    picked: Tensor = pick(x, places.reshape(np.shape(found)))
    return picked
