"""Reductions of chosen rows that share a number: TensorFlow's ``tf.sparse.segment_*``."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.host import checked, computed
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arguments import int_argument
from tapegrad.ops.operands import indices_operand, require_kinds
from tapegrad.ops.segment_reductions import (
    unsorted_segment_mean,
    unsorted_segment_sqrt_n,
    unsorted_segment_sum,
)

__all__ = ("segment_mean", "segment_sqrt_n", "segment_sum")


def _size(op: str, segment_ids: Any, num_segments: Any) -> int:
    def least(ids: Any) -> Any:
        if len(ids) and (ids[0] < 0 or (ids[1:] < ids[:-1]).any()):
            raise InvalidArgumentError(
                f"{op}: segment ids are not increasing, or negative: {ids.tolist()[:10]}. Sort "
                f"indices and segment_ids together."
            )
        return np.int64(int(ids[-1]) + 1 if len(ids) else 0)

    if num_segments is None:
        return int(computed(least, segment_ids))
    size = int_argument(num_segments, op, "num_segments")

    def check(ids: Any) -> None:
        if size < least(ids):
            raise InvalidArgumentError(
                f"{op}: segment ids must be < num_segments = {size}, but one is {least(ids) - 1}."
            )

    checked(check, segment_ids)
    return size


def _reduction(name: str, kinds: str, reduce: Any, summary: str, example: str) -> Any:
    def of_rows(
        data: Any,
        indices: Any,
        segment_ids: Any,
        num_segments: Any = None,
        name: str | None = None,
        sparse_gradient: bool = False,
    ) -> Tensor:
        x = operand(data)
        rows, ids = indices_operand(indices, op), indices_operand(segment_ids, op)
        require_kinds(op, x, kinds, "float32")
        shape, wanted = x._value.shape, rows._value.shape
        if not shape or len(wanted) != 1 or ids._value.shape != wanted:
            raise InvalidArgumentError(
                f"{op}: segment_ids and indices should be vectors of the same size, and data have "
                f"rows, but their shapes are {list(ids._value.shape)}, {list(wanted)} and "
                f"{list(shape)}."
            )
        size = _size(op, ids, num_segments)
        if sparse_gradient:
            chosen = recording.gather_rows(x, rows)
        else:
            chosen = recording.gather(x, rows, axis=-len(shape))
        return reduce(chosen, ids, size)  # type: ignore[no-any-return]

    op = of_rows.__name__ = of_rows.__qualname__ = name
    of_rows.__doc__ = _DOC.format(summary=summary, example=example)
    return of_rows


_DOC = """{summary} over chosen rows with the same number.

Parameters
----------
data : Tensor
    A tensor of shape ``(n, ...)``.
indices : Tensor
    A vector of integers in ``[0, n)``: which rows, as often as wanted.
segment_ids : Tensor
    Numbers that do not descend, one for each of these rows: to which segment it belongs.
num_segments : int, optional
    The number of segments; by default one more than the last number.
name : str, optional
    Ignored.
sparse_gradient : bool
    Whether the gradient with respect to `data` is an `IndexedSlices` instead of a tensor.

Returns
-------
Tensor
    Of shape ``(num_segments, ...)`` and the dtype of `data`; zeros for segments without rows.

Raises
------
InvalidArgumentError
    If shapes or dtypes do not fit, an index is out of range, or the numbers descend.

Examples
--------
>>> import tapegrad as tf
>>> data = tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
{example}
"""

segment_sum = _reduction(
    "segment_sum",
    "iufcV",
    unsorted_segment_sum,
    "Sum",
    ">>> tf.sparse.segment_sum(data, [0, 2, 1], [0, 0, 1]).numpy().tolist()\n"
    "[[6.0, 8.0], [3.0, 4.0]]",
)
segment_mean = _reduction(
    "segment_mean",
    "fV",
    unsorted_segment_mean,
    "Mean",
    ">>> tf.sparse.segment_mean(data, [0, 2, 1], [0, 0, 1]).numpy().tolist()\n"
    "[[3.0, 4.0], [3.0, 4.0]]",
)
segment_sqrt_n = _reduction(
    "segment_sqrt_n",
    "fV",
    unsorted_segment_sqrt_n,
    "Sum divided by the root of the number of rows,",
    ">>> tf.sparse.segment_sqrt_n(data, [1, 1, 1, 1], [0, 0, 0, 0]).numpy().tolist()\n[[6.0, 8.0]]",
)
