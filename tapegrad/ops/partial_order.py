"""Orders that are less or more than that of one key: partition, argpartition, lexsort."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.define import general
from tapegrad.core.primitive import NONDIFF, apply
from tapegrad.core.table import recording
from tapegrad.core.tensor import ArrayLike, Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arguments import axis_argument, ints_argument
from tapegrad.ops.operands import require_kinds

__all__ = ("argpartition", "lexsort", "partition")


def _argpartition(x: Any, *, kth: tuple[int, ...], axis: int, dtype: np.dtype[Any]) -> Any:
    return np.argpartition(x, kth, axis).astype(dtype) if kth else np.argsort(x, axis).astype(dtype)


def _lexsort(*keys: Any, axis: int, dtype: np.dtype[Any]) -> Any:
    return np.lexsort(keys, axis).astype(dtype)


_partitioned = general("argpartition", _argpartition, NONDIFF)
_lexsorted = general("lexsort", _lexsort, NONDIFF, inputs="keys*")


def _places(op: str, a: Any, kth: Any, axis: Any) -> tuple[Any, Any, int]:
    x = operand(a)
    require_kinds(op, x, "iuf", "float32")
    if axis is None:
        x = recording.reshape(x, to=(x._value.size,))
        axis = -1
    shape = x._value.shape
    axis = axis_argument(axis, len(shape), op)
    size = shape[axis]
    ranks = ints_argument(kth, op, "kth")
    for k in ranks:
        if not -size <= k < size:
            raise InvalidArgumentError(
                f"{op}: kth = {k} is out of bounds: there are {size} entries along the axis."
            )
    params = {
        "kth": tuple([k % size for k in ranks]),
        "axis": axis,
        "dtype": np.dtype(np.int32),
    }
    return x, apply(_partitioned, (x,), params), axis


def partition(a: Any, kth: Any, axis: Any = -1, name: str | None = None) -> Tensor:
    """Entries rearranged so that those of given ranks stand where sorting would put them.

    Parameters
    ----------
    a : Tensor
        A floating point or integer tensor with at least one axis.
    kth : int or list of int
        Ranks: smaller entries stand in front of those of these ranks, larger ones behind.
    axis : int, optional
        The axis; None flattens `a` first.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the dtype of `a`. The order between the ranks is not specified; the gradient goes back
        to where entries came from.

    Raises
    ------
    InvalidArgumentError
        If there is no such axis or rank, or the dtype has no order.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.partition([3.0, 4.0, 2.0, 1.0], 1).numpy()[:2].tolist()
    [1.0, 2.0]
    """
    x, order, axis = _places("partition", a, kth, axis)
    return recording.take_along_axis(x, order, axis=axis)  # type: ignore[no-any-return]


def argpartition(a: Any, kth: Any, axis: Any = -1, name: str | None = None) -> Tensor:
    """Positions that rearrange entries as `partition` does.

    Parameters
    ----------
    a : Tensor
        A floating point or integer tensor with at least one axis.
    kth : int or list of int
        Ranks: smaller entries stand in front of those of these ranks, larger ones behind.
    axis : int, optional
        The axis; None flattens `a` first.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        int32, without gradient.

    Raises
    ------
    InvalidArgumentError
        If there is no such axis or rank, or the dtype has no order.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.argpartition([3.0, 4.0, 1.0], 0).numpy()[0]
    np.int32(2)
    """
    return _places("argpartition", a, kth, axis)[1]  # type: ignore[no-any-return]


def lexsort(keys: Any, axis: Any = -1, name: str | None = None) -> Tensor:
    """Positions that sort by several keys, of which the last is the first to count.

    Parameters
    ----------
    keys : list of Tensor, or Tensor
        Keys of one shape with at least one axis, of real dtypes; or a tensor with a key in each
        row. Where the last key is equal, the one before decides, and so on.
    axis : int
        The axis of the keys.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        int32, of the shape of a key, without gradient. What is equal in all keys keeps its order.

    Raises
    ------
    InvalidArgumentError
        If there are no keys, their shapes differ, there is no such axis, or a dtype has no order.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.lexsort([[9, 4, 0, 4], [1, 5, 1, 4]]).numpy()
    array([2, 0, 3, 1], dtype=int32)
    """
    if isinstance(keys, (ArrayLike, np.ndarray)):
        whole = operand(keys)
        if not whole._value.ndim:
            raise InvalidArgumentError("lexsort: keys must have at least one axis.")
        keys = list(recording.unstack(whole, axis=-whole._value.ndim))
    given = [operand(k) for k in keys]
    if not given:
        raise InvalidArgumentError("lexsort: there are no keys.")
    shape = given[0]._value.shape
    for k in given:
        require_kinds("lexsort", k, "biuf", "float32")
        if k._value.shape != shape:
            raise InvalidArgumentError(
                f"lexsort: all keys must have one shape, but there are {list(shape)} and "
                f"{list(k._value.shape)}."
            )
    axis = axis_argument(axis, len(shape), "lexsort")
    return apply(_lexsorted, given, {"axis": axis, "dtype": np.dtype(np.int32)})  # type: ignore[no-any-return]
