"""Putting values at index vectors: scatter_nd and the tensor_scatter_nd family."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from tapegrad.core.batching import spread
from tapegrad.core.convert import operand
from tapegrad.core.define import general
from tapegrad.core.primitive import NONDIFF
from tapegrad.core.structural import along
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arguments import shape_argument
from tapegrad.ops.operands import indices_operand, require_same_dtype

__all__ = [
    "scatter_nd",
    "tensor_scatter_nd_add",
    "tensor_scatter_nd_max",
    "tensor_scatter_nd_min",
    "tensor_scatter_nd_sub",
    "tensor_scatter_nd_update",
]


# Primitives over rows: x of shape (..., n, ...), indices (m,), values (..., m, ...), where `axis`
# is that of n and m. Whole tensors come to them with the indexed axes merged.


def _replace_rows(x: Any, indices: Any, values: Any, *, axis: int) -> Any:
    replaced = np.array(x)
    replaced[along(axis, indices)] = values
    return replaced


def _is_last(indices: Any) -> Any:
    """True for each index that does not occur again further on: the one that overwrites."""
    _, first = np.unique(indices[::-1], return_index=True)
    last = np.zeros(len(indices), np.bool_)
    last[len(indices) - 1 - first] = True
    return last


def _spread_data(name: str) -> Any:
    """A `batch` rule: x and values get the batch axis, one set of indices serves all rows."""

    def batch(F: Any, args: Any, params: Any) -> Any:
        x, values = spread(F, (args[0], args[2]))
        return getattr(F, name)(x, args[1], values, **params)

    return batch


def _of_replacing(F: Any, g: Any, indices: Any, axis: int) -> Any:
    """The cotangent of the values; those that a later one overwrote have no part in it."""
    last = F.reshape(F.is_last(indices), to=(indices.shape[0], *(1,) * (-axis - 1)))
    return F.masked(F.gather(g, indices, axis=axis), last)


general("is_last", _is_last, NONDIFF, inputs="indices")
general(
    "replace_rows",
    _replace_rows,
    lambda F, g, indices, shapes, axis: F.replace_rows(
        g, indices, F.zeros_like(g, to=shapes[2]), axis=axis
    ),
    NONDIFF,
    _of_replacing,
    inputs="x indices values",
    jvps=(
        lambda F, t, indices, shapes, axis: F.replace_rows(
            t, indices, F.zeros_like(t, to=shapes[2]), axis=axis
        ),
        NONDIFF,
        lambda F, t, indices, shapes, axis: F.replace_rows(
            F.zeros_like(t, to=shapes[0]), indices, t, axis=axis
        ),
    ),
    batch=_spread_data("replace_rows"),
)


def _extreme_rows(ufunc: Any) -> Any:
    def forward(x: Any, indices: Any, values: Any, *, axis: int) -> Any:
        found = np.array(x)
        ufunc.at(found, along(axis, indices), values)
        return found

    return forward


def _ties(F: Any, y: Any, x: Any, indices: Any, values: Any, axis: int) -> tuple[Any, Any, Any]:
    """Which entries of x and of values attain the result, and how many do at each place."""
    of_x = F.equal(x, y)
    of_values = F.equal(values, F.gather(y, indices, axis=axis))
    one = F.zeros_like(x, to=()) + 1.0
    shape = tuple(x.shape)
    count = F.masked(F.broadcast_to(one, to=shape), of_x) + F.scatter_rows(
        F.masked(F.broadcast_to(one, to=tuple(values.shape)), of_values),
        indices,
        to=shape,
        axis=axis,
    )
    return of_x, of_values, count


def _extreme_of_x(F: Any, g: Any, y: Any, x: Any, indices: Any, values: Any, axis: int) -> Any:
    of_x, _, count = _ties(F, y, x, indices, values, axis)
    return F.masked(g / count, of_x)


def _extreme_of_values(F: Any, g: Any, y: Any, x: Any, indices: Any, values: Any, axis: int) -> Any:
    _, of_values, count = _ties(F, y, x, indices, values, axis)
    return F.masked(F.gather(g / count, indices, axis=axis), of_values)


for _name, _ufunc in (("max_rows", np.maximum), ("min_rows", np.minimum)):
    general(
        _name,
        _extreme_rows(_ufunc),
        _extreme_of_x,
        NONDIFF,
        _extreme_of_values,
        inputs="x indices values",
        batch=_spread_data(_name),
    )


def scatter_nd(indices: Any, updates: Any, shape: Any, name: str | None = None) -> Tensor:
    """Add values to zeros at index vectors; at a place that occurs repeatedly they add up.

    Parameters
    ----------
    indices
        Integer tensor of shape ``(..., k)``: vectors that index the first k axes of the result.
    updates
        Tensor of shape ``indices.shape[:-1] + shape[k:]``.
    shape
        The shape of the result.

    Returns
    -------
    Tensor

    Raises
    ------
    InvalidArgumentError
        If an index is out of range, or the shapes do not fit.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.scatter_nd([[1], [3], [1]], [10, 20, 30], [5]).numpy().tolist()
    [0, 40, 0, 20, 0]
    """
    points, values = indices_operand(indices, "scatter_nd"), operand(updates)
    to = shape_argument(shape, "scatter_nd")
    rows, values, merged = _as_rows("scatter_nd", points, values, to)
    axis = -len(merged)
    table = recording.scatter_rows(values, rows, to=merged, axis=axis)
    return recording.reshape(table, to=to)  # type: ignore[no-any-return]


def _as_rows(
    op: str, points: Any, values: Any, to: tuple[int, ...]
) -> tuple[Any, Any, tuple[int, ...]]:
    """Row numbers (m,), values (m, ...), and the shape `to` with the indexed axes merged."""
    wanted = points._value.shape
    depth = wanted[-1] if wanted else 0
    if not wanted or depth > len(to):
        raise InvalidArgumentError(
            f"{op}: indices must have shape (..., k) with k <= {len(to)}, the rank of the shape "
            f"{list(to)}, but their shape is {list(wanted)}."
        )
    rest = to[depth:]
    if values._value.shape != (*wanted[:-1], *rest) or len(wanted) == 1:
        raise InvalidArgumentError(
            f"{op}: updates must have shape {[*wanted[:-1], *rest]} (that of the indices without "
            f"the last axis, then what is left of the shape {list(to)}), and indices at least two "
            f"axes, but updates have shape {list(values._value.shape)} and indices {list(wanted)}."
        )
    count = prod(wanted[:-1])
    rows = recording.rows_of_points(points, sizes=to[:depth], batch=(), op=op)
    return (
        recording.reshape(rows, to=(count,)),
        recording.reshape(values, to=(count, *rest)),
        (prod(to[:depth]), *rest),
    )


def _tensor_and_rows(
    op: str, tensor: Any, indices: Any, updates: Any
) -> tuple[Any, Any, Any, tuple[int, ...]]:
    x = operand(tensor)
    values = operand(updates, x._value.dtype)
    require_same_dtype(op, x, values)
    return x, *_as_rows(op, indices_operand(indices, op), values, x._value.shape)


def _with_rows(op: str, primitive: str, tensor: Any, indices: Any, updates: Any) -> Tensor:
    x, rows, values, merged = _tensor_and_rows(op, tensor, indices, updates)
    table = recording.reshape(x, to=merged)
    found = getattr(recording, primitive)(table, rows, values, axis=-len(merged))
    return recording.reshape(found, to=x._value.shape)  # type: ignore[no-any-return]


def _tensor_and_scattered(op: str, tensor: Any, indices: Any, updates: Any) -> tuple[Any, Any]:
    x, rows, values, merged = _tensor_and_rows(op, tensor, indices, updates)
    added = recording.scatter_rows(values, rows, to=merged, axis=-len(merged))
    return x, recording.reshape(added, to=x._value.shape)


def tensor_scatter_nd_update(
    tensor: Any, indices: Any, updates: Any, name: str | None = None
) -> Tensor:
    """A copy of a tensor with other values at index vectors.

    Parameters
    ----------
    tensor
        Tensor of any dtype.
    indices
        Integer tensor of shape ``(..., k)``: vectors that index the first k axes.
    updates
        Tensor of shape ``indices.shape[:-1] + tensor.shape[k:]``. Where a place occurs
        repeatedly, the last value counts, and only it gets a gradient.

    Returns
    -------
    Tensor
        Of the shape of `tensor`.

    Raises
    ------
    InvalidArgumentError
        If an index is out of range, or shapes or dtypes do not fit.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.tensor_scatter_nd_update([1, 2, 3], [[2], [0]], [8, 9]).numpy().tolist()
    [9, 2, 8]
    """
    return _with_rows("tensor_scatter_nd_update", "replace_rows", tensor, indices, updates)


def tensor_scatter_nd_add(
    tensor: Any, indices: Any, updates: Any, name: str | None = None
) -> Tensor:
    """A copy of a tensor with values added at index vectors; repeated places add up.

    Parameters
    ----------
    tensor
        Floating point, complex or integer tensor.
    indices
        Integer tensor of shape ``(..., k)``, index vectors into the first k axes of `tensor`.
    updates
        Tensor of shape ``indices.shape[:-1] + tensor.shape[k:]``, of the dtype of `tensor`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.tensor_scatter_nd_add([1, 2, 3], [[2], [2]], [10, 20]).numpy().tolist()
    [1, 2, 33]
    """
    x, added = _tensor_and_scattered("tensor_scatter_nd_add", tensor, indices, updates)
    return recording.add(x, added)  # type: ignore[no-any-return]


def tensor_scatter_nd_sub(
    tensor: Any, indices: Any, updates: Any, name: str | None = None
) -> Tensor:
    """A copy of a tensor with values subtracted at index vectors; repeated places add up.

    Parameters
    ----------
    tensor
        Floating point, complex or integer tensor.
    indices
        Integer tensor of shape ``(..., k)``, index vectors into the first k axes of `tensor`.
    updates
        Tensor of shape ``indices.shape[:-1] + tensor.shape[k:]``, of the dtype of `tensor`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.tensor_scatter_nd_sub([1, 2, 3], [[2], [2]], [1, 1]).numpy().tolist()
    [1, 2, 1]
    """
    x, added = _tensor_and_scattered("tensor_scatter_nd_sub", tensor, indices, updates)
    return recording.subtract(x, added)  # type: ignore[no-any-return]


def tensor_scatter_nd_max(
    tensor: Any, indices: Any, updates: Any, name: str | None = None
) -> Tensor:
    """A copy of a tensor with the maximum of it and of the values at index vectors.

    Where several attain the maximum, they share the gradient equally.

    Parameters
    ----------
    tensor
        Floating point, complex or integer tensor.
    indices
        Integer tensor of shape ``(..., k)``, index vectors into the first k axes of `tensor`.
    updates
        Tensor of shape ``indices.shape[:-1] + tensor.shape[k:]``, of the dtype of `tensor`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.tensor_scatter_nd_max([1, 5, 3], [[0], [1]], [4, 4]).numpy().tolist()
    [4, 5, 3]
    """
    return _with_rows("tensor_scatter_nd_max", "max_rows", tensor, indices, updates)


def tensor_scatter_nd_min(
    tensor: Any, indices: Any, updates: Any, name: str | None = None
) -> Tensor:
    """A copy of a tensor with the minimum of it and of the values at index vectors.

    Where several attain the minimum, they share the gradient equally.

    Parameters
    ----------
    tensor
        Floating point, complex or integer tensor.
    indices
        Integer tensor of shape ``(..., k)``, index vectors into the first k axes of `tensor`.
    updates
        Tensor of shape ``indices.shape[:-1] + tensor.shape[k:]``, of the dtype of `tensor`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.tensor_scatter_nd_min([1, 5, 3], [[0], [1]], [4, 4]).numpy().tolist()
    [1, 4, 3]
    """
    return _with_rows("tensor_scatter_nd_min", "min_rows", tensor, indices, updates)
