"""Arrays of many short rows, such as points in space: loops over the columns, not over the rows.

NumPy's inner loops run along the last axis. Where that has three entries, starting the loop costs
more than the loop; a few operations on whole columns are several times faster.
"""

from __future__ import annotations

from typing import Any

import numpy as np

_FEW = 7  # up to here NumPy adds real numbers in order too, with the same rounding
_MANY = 4096


def are_short(x: Any) -> bool:
    """Whether the rows along the last axis are short, and many."""
    return bool(x.ndim > 1 and 1 < x.shape[-1] <= _FEW and x.size >= _MANY)


def sum_of_columns(x: Any) -> Any:
    """``np.add.reduce(x, -1)`` for short rows."""
    total = x[..., 0] + x[..., 1]
    for column in range(2, x.shape[-1]):
        np.add(total, x[..., column], total)
    return total


def add_into(total: np.ndarray[Any, Any], x: Any) -> None:
    """``total += x``, where `total` may be a part of a larger array."""
    if are_short(total) and total.shape == x.shape:
        for column in range(total.shape[-1]):
            np.add(total[..., column], x[..., column], total[..., column])
    else:
        np.add(total, x, total)


def multiply(a: Any, b: Any) -> Any:
    """``a * b``, where one of them may have a single column."""
    shape_a, shape_b = getattr(a, "shape", ()), getattr(b, "shape", ())
    if shape_a[-1:] == (1,):
        a, b, shape_a, shape_b = b, a, shape_b, shape_a
    if shape_b[-1:] != (1,) or len(shape_a) < len(shape_b) or not are_short(a):
        return np.multiply(a, b)
    shape = np.broadcast_shapes(shape_a, shape_b)
    product = np.empty(shape, a.dtype)
    for column in range(shape[-1]):
        np.multiply(a[..., column], b[..., 0], product[..., column])
    return product


def rolled(x: Any, shift: int) -> Any:
    """``np.roll(x, shift, -1)`` for short rows."""
    width = x.shape[-1]
    moved = np.empty(x.shape, x.dtype)
    for column in range(width):
        moved[..., (column + shift) % width] = x[..., column]
    return moved
