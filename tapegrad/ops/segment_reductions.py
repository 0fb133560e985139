"""Reductions of rows that share a number: TensorFlow's ``segment_*`` and ``unsorted_segment_*``."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.host import computed
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops import segments  # noqa: F401 - the primitives
from tapegrad.ops.arguments import int_argument
from tapegrad.ops.division import truncatediv
from tapegrad.ops.elementwise import truediv
from tapegrad.ops.operands import indices_operand, require_kinds

__all__ = (
    "segment_max",
    "segment_mean",
    "segment_min",
    "segment_prod",
    "segment_sum",
    "unsorted_segment_max",
    "unsorted_segment_mean",
    "unsorted_segment_min",
    "unsorted_segment_prod",
    "unsorted_segment_sqrt_n",
    "unsorted_segment_sum",
)


def _end_of(dtype: np.dtype[Any], end: str) -> Any:
    if dtype.kind in "iu":
        return getattr(np.iinfo(dtype), end)
    return float(getattr(np.finfo(dtype), end))


def _axis(values: Any) -> int:
    return -int(values._value.ndim)


def _sum(op: str, values: Any, ids: Any, size: int) -> Any:
    require_kinds(op, values, "iufcV", "float32")
    return recording.segment_sum(values, ids, size=size, axis=_axis(values))


def _prod(op: str, values: Any, ids: Any, size: int) -> Any:
    require_kinds(op, values, "iufcV", "float32")
    return recording.segment_prod(values, ids, size=size, axis=_axis(values))


def _column(values: Any, ids: Any, size: int) -> Any:
    """The number of rows of each segment, at least 1, where it broadcasts against their sums."""
    lengths = recording.segment_lengths(ids, size=size, dtype=values._value.dtype)
    return recording.reshape(lengths, to=(size, *(1,) * (values._value.ndim - 1)))


def _mean(op: str, values: Any, ids: Any, size: int) -> Any:
    total, count = _sum(op, values, ids, size), _column(values, ids, size)
    if values._value.dtype.kind in "iu":
        return truncatediv(total, count)
    return recording.divide(total, count)


def _quotient(op: str, values: Any, ids: Any, size: int) -> Any:
    return truediv(_sum(op, values, ids, size), _column(values, ids, size))


def _sqrt_n(op: str, values: Any, ids: Any, size: int) -> Any:
    require_kinds(op, values, "fcV", "float32")
    count = _column(values, ids, size)
    return recording.divide(_sum(op, values, ids, size), recording.sqrt(count))


def _extreme(primitive: str, of_nothing: str | None) -> Any:
    def reduce(op: str, values: Any, ids: Any, size: int) -> Any:
        require_kinds(op, values, "iufV", "float32")
        dtype = values._value.dtype
        empty = 0 if of_nothing is None else _end_of(dtype, of_nothing)
        return getattr(recording, primitive)(
            values, ids, size=size, axis=_axis(values), empty=empty
        )

    return reduce


def _ordered(name: str, kernel: Any, summary: str, empty: str, example: str, note: str) -> Any:
    """The public function for numbers in ascending order."""

    def reduce(data: Any, segment_ids: Any, name: str | None = None) -> Tensor:
        values, ids = operand(data), indices_operand(segment_ids, op)
        shape, wanted = values._value.shape, ids._value.shape
        if not shape or wanted != shape[:1]:
            raise InvalidArgumentError(
                f"{op}: segment_ids should be a vector with one number for each row of data, but "
                f"its shape is {list(wanted)} and data has shape {list(shape)}. For other "
                f"shapes use tf.math.unsorted_{op}."
            )
        return kernel(op, values, ids, int(computed(segments_of, ids)))  # type: ignore[no-any-return]

    def segments_of(numbers: Any) -> Any:
        if len(numbers) and (numbers[0] < 0 or (numbers[1:] < numbers[:-1]).any()):
            raise InvalidArgumentError(
                f"{op}: segment ids are not increasing, or negative: {numbers.tolist()[:10]}. "
                f"Sort data and segment_ids, or use tf.math.unsorted_{op}."
            )
        return np.int64(int(numbers[-1]) + 1 if len(numbers) else 0)

    op = reduce.__name__ = reduce.__qualname__ = name
    reduce.__doc__ = _ORDERED_DOC.format(summary=summary, empty=empty, example=example, note=note)
    return reduce


def _unordered(name: str, kernel: Any, summary: str, empty: str, example: str, note: str) -> Any:
    """The public function for numbers in any order."""

    def reduce(data: Any, segment_ids: Any, num_segments: Any, name: str | None = None) -> Tensor:
        values, ids = operand(data), indices_operand(segment_ids, op)
        try:
            size = int_argument(num_segments, op, "num_segments")
        except TypeError as error:
            raise InvalidArgumentError(str(error)) from None
        if size < 0:
            raise InvalidArgumentError(f"{op}: num_segments == {size} must not be negative.")
        shape, wanted = values._value.shape, ids._value.shape
        if shape[: len(wanted)] != wanted:
            raise InvalidArgumentError(
                f"{op}: data.shape = {list(shape)} does not start with segment_ids.shape = "
                f"{list(wanted)}. Each number stands for one row of data, or one entry."
            )
        ids = recording.segment_numbers(ids, size=size, op=op)
        if len(wanted) != 1:
            values = recording.reshape(values, to=(prod(wanted), *shape[len(wanted) :]))
        return kernel(op, values, ids, size)  # type: ignore[no-any-return]

    op = reduce.__name__ = reduce.__qualname__ = name
    reduce.__doc__ = _UNORDERED_DOC.format(summary=summary, empty=empty, example=example, note=note)
    return reduce


_ORDERED_DOC = """{summary} over rows with the same number.

Parameters
----------
data : Tensor
    A numeric tensor of shape ``(n, ...)``.
segment_ids : Tensor
    Integers of shape ``(n,)``, not negative and in ascending order: the segment of each row.
name : str, optional
    Ignored.

Returns
-------
Tensor
    Of shape ``(segment_ids[-1] + 1, ...)`` and of the same dtype. Segments without rows are
    {empty}.

Raises
------
InvalidArgumentError
    If the numbers are not in order or negative, or shapes or dtypes do not fit.

Notes
-----
{note}

Examples
--------
>>> import tapegrad as tf
{example}
"""

_UNORDERED_DOC = """{summary} over rows with the same number, in any order.

Parameters
----------
data : Tensor
    A numeric tensor, whose shape begins with that of `segment_ids`.
segment_ids : Tensor
    Integers below `num_segments`: the segment of each row. Rows with a negative number are left
    out, and their gradient is zero.
num_segments : int or Tensor
    The number of segments.
name : str, optional
    Ignored.

Returns
-------
Tensor
    Of shape ``(num_segments, *data.shape[segment_ids.ndim:])``. Segments without rows are
    {empty}.

Raises
------
InvalidArgumentError
    If a number is too large, or shapes or dtypes do not fit.

Notes
-----
{note}

Examples
--------
>>> import tapegrad as tf
{example}
"""

_OF_SUM = "The derivative is 1 for each row."
_OF_PROD = (
    "The derivative for an entry is the product of the others in its segment, computed without a\n"
    "division: it is right where entries are zero."
)
_OF_EXTREME = (
    "Entries that attain the extreme of their segment together share its gradient equally."
)

segment_sum = _ordered(
    "segment_sum",
    _sum,
    "Sum",
    "0",
    ">>> tf.math.segment_sum([1.0, 2.0, 4.0], [0, 0, 2]).numpy()\n"
    "array([3., 0., 4.], dtype=float32)",
    _OF_SUM,
)
unsorted_segment_sum = _unordered(
    "unsorted_segment_sum",
    _sum,
    "Sum",
    "0",
    ">>> tf.math.unsorted_segment_sum([1.0, 2.0, 4.0], [2, -1, 2], 3).numpy()\n"
    "array([0., 0., 5.], dtype=float32)",
    _OF_SUM,
)
segment_mean = _ordered(
    "segment_mean",
    _mean,
    "Mean",
    "0",
    ">>> tf.math.segment_mean([1.0, 2.0, 4.0], [0, 0, 2]).numpy()\n"
    "array([1.5, 0. , 4. ], dtype=float32)",
    "Integers are rounded towards zero.",
)
unsorted_segment_mean = _unordered(
    "unsorted_segment_mean",
    _quotient,
    "Mean",
    "0",
    ">>> tf.math.unsorted_segment_mean([1.0, 2.0, 4.0], [2, -1, 2], 3).numpy()\n"
    "array([0. , 0. , 2.5], dtype=float32)",
    "Of integers it is float64, or float32 if they have at most 16 bits.",
)
segment_prod = _ordered(
    "segment_prod",
    _prod,
    "Product",
    "1",
    ">>> tf.math.segment_prod([1.0, 2.0, 4.0], [0, 0, 2]).numpy()\n"
    "array([2., 1., 4.], dtype=float32)",
    _OF_PROD,
)
unsorted_segment_prod = _unordered(
    "unsorted_segment_prod",
    _prod,
    "Product",
    "1",
    ">>> tf.math.unsorted_segment_prod([1.0, 2.0, 4.0], [2, -1, 2], 3).numpy()\n"
    "array([1., 1., 4.], dtype=float32)",
    _OF_PROD,
)
segment_max = _ordered(
    "segment_max",
    _extreme("segment_max", None),
    "Largest entry",
    "0",
    ">>> tf.math.segment_max([1.0, 2.0, 4.0], [0, 0, 2]).numpy()\n"
    "array([2., 0., 4.], dtype=float32)",
    _OF_EXTREME,
)
unsorted_segment_max = _unordered(
    "unsorted_segment_max",
    _extreme("segment_max", "min"),
    "Largest entry",
    "the smallest number of the dtype",
    ">>> tf.math.unsorted_segment_max([4, 5, 1], [0, 1, 0], 2).numpy()\narray([4, 5], dtype=int32)",
    _OF_EXTREME,
)
segment_min = _ordered(
    "segment_min",
    _extreme("segment_min", None),
    "Smallest entry",
    "0",
    ">>> tf.math.segment_min([1.0, 2.0, 4.0], [0, 0, 2]).numpy()\n"
    "array([1., 0., 4.], dtype=float32)",
    _OF_EXTREME,
)
unsorted_segment_min = _unordered(
    "unsorted_segment_min",
    _extreme("segment_min", "max"),
    "Smallest entry",
    "the largest number of the dtype",
    ">>> tf.math.unsorted_segment_min([4, 5, 1], [0, 1, 0], 2).numpy()\narray([1, 5], dtype=int32)",
    _OF_EXTREME,
)
unsorted_segment_sqrt_n = _unordered(
    "unsorted_segment_sqrt_n",
    _sqrt_n,
    "Sum divided by the square root of the number of rows,",
    "0",
    ">>> tf.math.unsorted_segment_sqrt_n([1.0, 2.0, 4.0], [2, -1, 2], 3).numpy().round(4)\n"
    "array([0.    , 0.    , 3.5355], dtype=float32)",
    "The derivative is ``1 / sqrt(n)`` for each of the n rows of a segment.",
)
