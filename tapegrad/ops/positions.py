"""Picking and placing by position: what every kind of indexing comes down to.

An index, whatever its form, is applied by NumPy to the numbers of the elements; with the numbers
that come out, picking, replacing and adding are one primitive each, on the flattened tensor.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.rows import gather_rows
from tapegrad.core.structural import broadcast_to, reshape
from tapegrad.core.table import TABLE
from tapegrad.core.tensor import wrap_constant
from tapegrad.ops import scatter  # noqa: F401 - defines "replace_rows"
from tapegrad.ops.cast import in_dtype

_replace_rows = TABLE["replace_rows"]
_scatter_rows = TABLE["scatter_rows"]
_add = TABLE["add"]


def numbers_of(x: Any) -> Any:
    """The number of each element of a core tensor, in its shape."""
    return np.arange(x._value.size).reshape(x._value.shape)


def _shaped(x: Any, to: tuple[int, ...]) -> Any:
    """The tensor in a shape; nothing is recorded if it has that already."""
    return x if x._value.shape == to else reshape(x, to=to)


def _flat(x: Any) -> Any:
    return _shaped(x, (x._value.size,))


def _in_a_row(positions: Any) -> Any:
    """The positions as one row in memory, of the class of array that they are."""
    row = positions.reshape(-1)
    return row if row.flags.c_contiguous else row.copy()


def pick(x: Any, positions: Any) -> Any:
    """The elements at these positions, in the shape of the positions."""
    positions = np.asanyarray(positions)
    # Recorded for vectors, too: its gradient is dense, where that of picked rows alone is not.
    row = reshape(x, to=(x._value.size,))
    taken = gather_rows(row, wrap_constant(_in_a_row(positions)))
    return _shaped(taken, positions.shape)


def fitted(values: Any, x: Any, shape: tuple[int, ...]) -> Any:
    """Values in the type of `x`, broadcast to a shape.

    Raises
    ------
    RuntimeError
        If they do not broadcast.
    """
    values = in_dtype(values, x._value.dtype)
    given = values._value.shape
    if given == shape:
        return values
    while len(given) > len(shape) and given[0] == 1:
        given = given[1:]
        values = reshape(values, to=given)
    try:
        fits = np.broadcast_shapes(given, shape) == shape
    except ValueError:
        fits = False
    if not fits:
        raise RuntimeError(
            f"shape mismatch: value tensor of shape {list(given)} cannot be broadcast to indexing "
            f"result of shape {list(shape)}"
        )
    return broadcast_to(values, to=shape)


def place(x: Any, positions: Any, values: Any) -> Any:
    """The tensor with other values at these positions; of several for one the last counts."""
    positions = np.asanyarray(positions)
    values = fitted(values, x, positions.shape)
    where = wrap_constant(_in_a_row(positions))
    changed = _replace_rows(_flat(x), where, _flat(values), axis=-1)
    return _shaped(changed, x._value.shape)


def add_at(x: Any, positions: Any, values: Any) -> Any:
    """The tensor with values added at these positions, as often as they occur."""
    positions = np.asanyarray(positions)
    values = fitted(values, x, positions.shape)
    where = wrap_constant(_in_a_row(positions))
    added = _scatter_rows(_flat(values), where, to=(x._value.size,), axis=-1)
    return _add(x, _shaped(added, x._value.shape))
