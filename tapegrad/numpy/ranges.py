"""Numbers at equal distances, which tapes may follow, and their powers."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np

from tapegrad.core.table import recording as R
from tapegrad.core.tensor import ArrayLike, Tensor, wrap_constant
from tapegrad.numpy.array import holding, ndarray, of_type, plain, tensor_of
from tapegrad.numpy.creation import check_device, made
from tapegrad.numpy.function import function

__all__ = ["arange", "geomspace", "linspace", "logspace"]

#: For calls whose arguments NumPy checks itself.
_numpy: Any = np


@function("np.arange(1.0, 4.0)", start="The first value, or the end if it stands alone.")
def arange(
    start: Any,
    stop: Any = None,
    step: Any = 1,
    dtype: Any = None,
    *,
    device: Any = None,
    like: Any = None,
) -> Any:
    """Numbers at equal distances, up to `stop` but without it; `step` is the distance."""
    values = [plain(v) for v in ((start, stop, step) if stop is not None else (0, start, step))]
    if stop is None and builtins.all(isinstance(v, builtins.int) for v in values):
        return made(
            _numpy.arange(start, dtype=dtype) if step == 1 else _numpy.arange(*values, dtype),
            device,
        )
    return made(_numpy.arange(*values, dtype=dtype), device)


def _is_followed(*values: Any) -> bool:
    return builtins.any(isinstance(v, ArrayLike) for v in values)


@function("np.linspace(0.0, 1.0, 5)")
def linspace(
    start: Any,
    stop: Any,
    num: Any = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: Any = None,
    axis: int = 0,
    *,
    device: Any = None,
) -> Any:
    """Numbers at equal distances from `start` to `stop`, which tapes may follow."""
    check_device(device)
    if not _is_followed(start, stop):
        found = _numpy.linspace(start, stop, num, endpoint, retstep, dtype, axis)
        if retstep:
            return made(found[0]), made(found[1])
        return made(found)
    # Python's numbers take the type of the other end.
    ends = [v if isinstance(v, (int, float, complex)) else tensor_of(v) for v in (start, stop)]
    kinds = [v._value.dtype if isinstance(v, Tensor) else v for v in ends]
    common = np.result_type(*kinds, float(num))
    a, b = [tensor_of(v, common) for v in ends]
    count = int(num)
    divisions = count - 1 if endpoint else count
    difference = R.subtract(b, a)
    shape = difference._value.shape
    parts = np.arange(count) / (divisions if divisions > 0 else 1)
    weights = wrap_constant(parts.astype(common).reshape((-1,) + (1,) * len(shape)))
    one = wrap_constant(common.type(1))
    values = R.add(R.multiply(R.subtract(one, weights), a), R.multiply(weights, b))
    if axis not in (0, -1 - len(shape)):
        ndim = len(shape) + 1
        order = list(range(1, ndim))
        order.insert(axis % ndim, 0)
        values = R.transpose(values, axes=tuple([i - ndim for i in order]))
    if dtype is not None:
        values = of_type(values, np.dtype(dtype))
    step = R.divide(difference, wrap_constant(common.type(divisions))) if divisions > 0 else np.nan
    return (values, step) if retstep else values


@function("np.logspace(0.0, 2.0, 3)")
def logspace(
    start: Any,
    stop: Any,
    num: Any = 50,
    endpoint: bool = True,
    base: Any = 10.0,
    dtype: Any = None,
    axis: int = 0,
) -> Any:
    """Powers of `base` with exponents at equal distances."""
    if not _is_followed(start, stop, base):
        return made(_numpy.logspace(start, stop, num, endpoint, base, dtype, axis))
    result = base ** holding_of(linspace(start, stop, num, endpoint, axis=axis))
    return tensor_of(result, dtype)


def holding_of(x: Any) -> ndarray:
    """An array of anything."""
    return x if x.__class__ is ndarray else holding(tensor_of(x))


@function("np.geomspace(1.0, 8.0, 4)")
def geomspace(
    start: Any,
    stop: Any,
    num: Any = 50,
    endpoint: bool = True,
    dtype: Any = None,
    axis: int = 0,
) -> Any:
    """Numbers in a geometric progression."""
    if not _is_followed(start, stop):
        return made(_numpy.geomspace(start, stop, num, endpoint, dtype, axis))
    a, b = holding_of(start), holding_of(stop)
    weights = holding_of(linspace(0.0, 1.0, num, endpoint))
    ratio = b / a
    powers = ratio ** weights.reshape((-1,) + (1,) * ratio.ndim)
    return tensor_of(a * powers, dtype)
