"""Dealing rows out to several tensors and merging them again."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.define import general
from tapegrad.core.primitive import NONDIFF
from tapegrad.core.rows import check_indices
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arguments import int_argument
from tapegrad.ops.operands import indices_operand, operands_of_one_dtype

__all__ = ["dynamic_partition", "dynamic_stitch"]


def _members(partitions: Any, *, count: int) -> tuple[Any, ...]:
    """For each number below `count`, where it occurs in the flattened array."""
    check_indices(partitions, count, "dynamic_partition")
    flat = partitions.reshape(-1)
    return tuple([np.flatnonzero(flat == i) for i in range(count)])


def _sources(*indices: Any) -> tuple[Any, Any]:
    """For each place of the merged rows, which row comes there, the last one; and where none."""
    flat = np.concatenate([i.reshape(-1) for i in indices])
    if flat.size and flat.min() < 0:
        raise InvalidArgumentError(f"dynamic_stitch: an index is negative: {flat.min()}.")
    source = np.full(int(flat.max(initial=-1)) + 1, -1)
    source[flat] = np.arange(len(flat))
    return np.maximum(source, 0), source >= 0


general("members", _members, NONDIFF, inputs="partitions")
general("stitch_sources", _sources, NONDIFF, inputs="indices*")


def dynamic_partition(
    data: Any, partitions: Any, num_partitions: Any, name: str | None = None
) -> list[Tensor]:
    """Deal the slices of a tensor out to several tensors.

    Parameters
    ----------
    data
        Tensor whose shape begins with that of `partitions`.
    partitions
        Integers in ``[0, num_partitions)``: to which tensor each slice goes.
    num_partitions
        The number of tensors.

    Returns
    -------
    list of Tensor
        Tensor i holds the slices with number i in their order, in shape ``(n_i, ...)``.

    Raises
    ------
    InvalidArgumentError
        If shapes do not fit, or a number is out of range.

    Examples
    --------
    >>> import tapegrad as tf
    >>> [t.numpy().tolist() for t in tf.dynamic_partition([1, 2, 3], [1, 0, 1], 2)]
    [[2], [1, 3]]
    """
    x, numbers = operand(data), indices_operand(partitions, "dynamic_partition")
    count = int_argument(num_partitions, "dynamic_partition", "num_partitions")
    shape, lead = x._value.shape, numbers._value.shape
    if shape[: len(lead)] != lead or count < 1:
        raise InvalidArgumentError(
            f"dynamic_partition: the shape of data, {shape}, must begin with that of partitions, "
            f"{lead}, and num_partitions be positive, but it is {count}."
        )
    rest = shape[len(lead) :]
    rows = recording.reshape(x, to=(prod(lead), *rest))
    return [
        recording.gather(rows, members, axis=-1 - len(rest))
        for members in recording.members(numbers, count=count)
    ]


def dynamic_stitch(indices: Any, data: Any, name: str | None = None) -> Tensor:
    """Merge the slices of several tensors in a given order.

    Parameters
    ----------
    indices
        A list of integer tensors: where in the result each slice goes.
    data
        A list of tensors of one dtype: the shape of the i-th begins with that of ``indices[i]``,
        and what follows is the same for all.

    Returns
    -------
    Tensor
        Of shape ``(n, ...)`` with the largest index ``n - 1``. Where an index occurs repeatedly,
        the last slice counts, and only it gets a gradient. Where none occurs, zeros.

    Raises
    ------
    InvalidArgumentError
        If shapes, dtypes or numbers of tensors do not fit, or an index is negative.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.dynamic_stitch([[2, 0], [1]], [[30, 10], [20]]).numpy().tolist()
    [10, 20, 30]
    """
    numbers = [indices_operand(i, "dynamic_stitch") for i in indices]
    if len(numbers) != len(data) or not numbers:
        raise InvalidArgumentError(
            f"dynamic_stitch: there are {len(numbers)} tensors of indices and {len(data)} of data."
        )
    parts = operands_of_one_dtype("dynamic_stitch", data)
    rest = parts[0]._value.shape[numbers[0]._value.ndim :]
    rows = []
    for i, (number, part) in enumerate(zip(numbers, parts, strict=True)):
        lead = number._value.shape
        if part._value.shape != (*lead, *rest):
            raise InvalidArgumentError(
                f"dynamic_stitch: data[{i}].shape = {list(part._value.shape)} must be "
                f"indices[{i}].shape = {list(lead)}, followed by {list(rest)} as in the first."
            )
        rows.append(recording.reshape(part, to=(prod(lead), *rest)))
    axis = -1 - len(rest)
    source, given = recording.stitch_sources(*numbers)
    whole = recording.concat(*rows, axis=axis)
    if not whole._value.shape[0]:
        return whole  # type: ignore[no-any-return]
    merged = recording.gather(whole, source, axis=axis)
    mask = recording.reshape(given, to=(*given._value.shape, *(1,) * len(rest)))
    return recording.masked(merged, mask)  # type: ignore[no-any-return]
