"""Searching and counting: searchsorted, unique, bincount."""

from __future__ import annotations

from math import prod
from typing import Any, NamedTuple

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.define import general
from tapegrad.core.dtypes import int32, numpy_dtype
from tapegrad.core.host import computed
from tapegrad.core.primitive import NONDIFF, apply
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor, wrap_constant
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arguments import int_argument
from tapegrad.ops.operands import require_kinds, require_same_dtype

__all__ = ("bincount", "searchsorted", "unique", "unique_with_counts")


class Unique(NamedTuple):
    """Distinct values and where each entry is among them."""

    y: Tensor
    idx: Tensor


class UniqueWithCounts(NamedTuple):
    """Distinct values, where each entry is among them, and how often each occurs."""

    y: Tensor
    idx: Tensor
    count: Tensor  # type: ignore[assignment]


def _searchsorted(sequence: Any, values: Any, *, side: Any, dtype: np.dtype[Any]) -> Any:
    rows = sequence.reshape(prod(sequence.shape[:-1]), sequence.shape[-1])
    wanted = values.reshape(len(rows), values.shape[-1])
    found = [np.searchsorted(r, v, side) for r, v in zip(rows, wanted, strict=True)]
    return np.array(found, dtype).reshape(values.shape)


_searched = general(
    "searchsorted", _searchsorted, NONDIFF, NONDIFF, inputs="sorted_sequence values"
)


def searchsorted(
    sorted_sequence: Any,
    values: Any,
    side: str = "left",
    out_type: Any = int32,
    name: str | None = None,
) -> Tensor:
    """Where values belong in sorted sequences.

    Parameters
    ----------
    sorted_sequence : Tensor
        Sequences that ascend along the last axis, of shape ``(..., n)``.
    values : Tensor
        What to look for, of the same dtype and of shape ``(..., m)``.
    side : {'left', 'right'}
        Whether an entry equal to the value comes after or before the place.
    out_type : DType
        The dtype of the result.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Numbers from 0 to n, of the shape of `values`, without gradient.

    Raises
    ------
    ValueError
        If `side` is something else.
    InvalidArgumentError
        If dtypes or shapes do not fit.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.searchsorted([1, 3, 5], [0, 3, 9]).numpy()
    array([0, 1, 3], dtype=int32)
    """
    if side not in ("left", "right"):
        raise ValueError(
            f"searchsorted: Argument `side` must be either 'right' or 'left'. Received: `side` = "
            f"{side!r}."
        )
    sequence = operand(sorted_sequence)
    x = operand(values, sequence._value.dtype)
    require_same_dtype("searchsorted", sequence, x)
    shape, wanted = sequence._value.shape, x._value.shape
    if not shape or not wanted or shape[:-1] != wanted[:-1]:
        raise InvalidArgumentError(
            f"searchsorted: sorted_sequence and values must have the same leading axes, but their "
            f"shapes are {list(shape)} and {list(wanted)}."
        )
    dtype = numpy_dtype(out_type)
    if dtype.name not in ("int32", "int64"):
        raise InvalidArgumentError(
            f"searchsorted: out_type is {dtype.name}, but it must be int32 or int64."
        )
    params = {"side": side, "dtype": dtype}
    return apply(_searched, (sequence, x), params)  # type: ignore[no-any-return]


def _distinct(op: str, x: Any, out_idx: Any) -> tuple[Tensor, Tensor, Tensor]:
    x = operand(x)
    if x._value.ndim != 1:
        raise InvalidArgumentError(
            f"{op}: unique expects a 1D vector, got shape {list(x._value.shape)}. Use "
            f"tf.reshape(x, [-1])."
        )
    dtype = numpy_dtype(out_idx)

    def unique(value: Any) -> Any:
        _, first, inverse, counts = np.unique(
            value, return_index=True, return_inverse=True, return_counts=True
        )
        # In order of first appearance, not of size.
        order = np.argsort(first)
        place = np.empty_like(order)
        place[order] = np.arange(order.size)
        return first[order], place[inverse].astype(dtype), counts[order].astype(dtype)

    first, place, counts = computed(unique, x)
    return recording.gather(x, first, axis=-1), place, counts


def unique(x: Any, out_idx: Any = int32, name: str | None = None) -> Unique:
    """Distinct values of a vector, in order of first appearance.

    Parameters
    ----------
    x : Tensor
        A vector.
    out_idx : DType
        The dtype of `idx`.
    name : str, optional
        Ignored.

    Returns
    -------
    y : Tensor
        The distinct values; the gradient goes to the first appearance of each.
    idx : Tensor
        For each entry of `x` its place in `y`.

    Raises
    ------
    InvalidArgumentError
        If `x` is not a vector.

    Examples
    --------
    >>> import tapegrad as tf
    >>> y, idx = tf.unique([3, 1, 3])
    >>> y.numpy(), idx.numpy()
    (array([3, 1], dtype=int32), array([0, 1, 0], dtype=int32))
    """
    y, idx, _ = _distinct("unique", x, out_idx)
    return Unique(y, idx)


def unique_with_counts(x: Any, out_idx: Any = int32, name: str | None = None) -> UniqueWithCounts:
    """Distinct values of a vector, in order of first appearance, and how often they occur.

    Parameters
    ----------
    x : Tensor
        A vector.
    out_idx : DType
        The dtype of `idx` and `count`.
    name : str, optional
        Ignored.

    Returns
    -------
    y : Tensor
        The distinct values; the gradient goes to the first appearance of each.
    idx : Tensor
        For each entry of `x` its place in `y`.
    count : Tensor
        How often each value occurs.

    Raises
    ------
    InvalidArgumentError
        If `x` is not a vector.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.unique_with_counts([3, 1, 3]).count.numpy()
    array([2, 1], dtype=int32)
    """
    return UniqueWithCounts(*_distinct("unique_with_counts", x, out_idx))


def bincount(
    arr: Any,
    weights: Any = None,
    minlength: Any = None,
    maxlength: Any = None,
    dtype: Any = int32,
    name: str | None = None,
    axis: Any = None,
    binary_output: bool = False,
) -> Tensor:
    """How often each number occurs, or the sum of its weights.

    Parameters
    ----------
    arr : Tensor
        Non-negative integers.
    weights : Tensor, optional
        Numbers of the shape of `arr`, added up instead of ones.
    minlength, maxlength : int, optional
        The least and the largest length of the result; larger numbers are left out.
    dtype : DType
        The dtype of the result if there are no weights.
    name : str, optional
        Ignored.
    axis : {None, 0, -1}
        -1 counts each row of a matrix by itself; otherwise all is counted together.
    binary_output : bool
        Whether to give 1 for every number that occurs.

    Returns
    -------
    Tensor
        Of shape ``(n,)`` (or ``(rows, n)``), where n is one more than the largest number, within
        the given bounds; of the dtype of the weights. The weights have a gradient.

    Raises
    ------
    InvalidArgumentError
        If `arr` is not a tensor of non-negative integers, or the shapes do not fit.
    ValueError
        If `axis` is something else.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.bincount([1, 3, 1, 0]).numpy()
    array([1, 2, 0, 1], dtype=int32)
    """
    x = operand(arr)
    require_kinds("bincount", x, "iu", "int32")
    by_row = axis is not None and int_argument(axis, "bincount", "axis") == -1
    if axis not in (None, 0, -1):
        raise ValueError(f"bincount: Unsupported value for argument axis={axis}. Only 0 and -1.")
    by_row = by_row and x._value.ndim > 0
    count = prod(x._value.shape[:-1]) if by_row else 1
    length = _length(x, minlength, maxlength)
    to = (count * length,)

    def places(numbers: Any) -> Any:
        """Which entries count, and where in one table for all rows."""
        numbers = numbers.reshape(count, -1) if numbers.size else np.zeros((count, 0), np.int64)
        counted = numbers < length
        return counted, np.where(counted, numbers + length * np.arange(count)[:, None], 0)

    def table(numbers: Any) -> Any:
        counted, where = places(numbers)
        found = np.bincount(where[counted], minlength=to[0])
        return (np.minimum(found, 1) if binary_output else found).astype(numpy_dtype(dtype))

    if weights is None:
        result: Any = computed(table, x)
    else:
        result = _weighted(operand(weights), x, places, to, binary_output)
    return recording.reshape(  # type: ignore[no-any-return]
        result, to=(count, length) if by_row else (length,)
    )


def _one_more_than_largest(numbers: Any) -> Any:
    if numbers.size and numbers.min() < 0:
        raise InvalidArgumentError("bincount: Input arr must be non-negative!")
    return np.int64(int(numbers.max()) + 1 if numbers.size else 0)


def _length(x: Any, minlength: Any, maxlength: Any) -> int:
    length = int(computed(_one_more_than_largest, x))
    if minlength is not None:
        length = max(length, int_argument(minlength, "bincount", "minlength"))
    if maxlength is not None:
        length = min(length, int_argument(maxlength, "bincount", "maxlength"))
    return length


def _weighted(w: Any, x: Any, places: Any, to: tuple[int, ...], binary_output: bool) -> Any:
    if binary_output:
        raise InvalidArgumentError("bincount: weights have no meaning with binary_output=True.")
    if w._value.shape != x._value.shape:
        raise InvalidArgumentError(
            f"bincount: weights must have the shape of arr, {list(x.shape)}, not {list(w.shape)}."
        )
    if not to[0]:
        return wrap_constant(np.zeros(0, w._value.dtype))
    size = (w._value.size,)
    counted, where = computed(places, x)
    flat = recording.masked(recording.reshape(w, to=size), recording.reshape(counted, to=size))
    return recording.scatter_rows(flat, recording.reshape(where, to=size), to=to, axis=-1)
