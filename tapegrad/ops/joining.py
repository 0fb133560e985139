"""Putting tensors together and taking them apart: concat, stack, split, unstack, meshgrid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.primitive import apply
from tapegrad.core.structural import broadcast_to, reshape
from tapegrad.core.structural import concat as concat_primitive
from tapegrad.core.structural import split as split_primitive
from tapegrad.core.structural import stack as stack_primitive
from tapegrad.core.structural import unstack as unstack_primitive
from tapegrad.core.table import recording
from tapegrad.core.tensor import ArrayLike, Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arguments import axis_argument, int_argument, ints_argument
from tapegrad.ops.operands import operands_of_one_dtype

__all__ = ["concat", "meshgrid", "split", "stack", "unstack"]


def _are_tensors(values: Any) -> bool:
    """True for a list of which something is a tensor, false for numbers and for arrays."""
    return isinstance(values, (list, tuple)) and any(isinstance(v, ArrayLike) for v in values)


def _single(axis: Any, op: str) -> int:
    """An axis that may also be given as a list of one."""
    if axis.__class__ is int:
        return axis
    axes = ints_argument(axis, op, "axis")
    if len(axes) != 1:
        raise InvalidArgumentError(f"{op}: axis must be one integer, not {axis!r}.")
    return axes[0]


def concat(values: Any, axis: Any, name: str | None = None) -> Tensor:
    """Join tensors along an axis that they have.

    Parameters
    ----------
    values
        Tensors of one dtype and rank, of equal sizes but along `axis`. A single tensor is
        returned unchanged.
    axis
        The axis along which they follow one another.

    Returns
    -------
    Tensor

    Raises
    ------
    InvalidArgumentError
        If ranks, sizes or dtypes differ, or `axis` is out of range.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.concat([[[1, 2]], [[3, 4], [5, 6]]], axis=0).numpy().tolist()
    [[1, 2], [3, 4], [5, 6]]
    """
    if not isinstance(values, (list, tuple)):
        values = [values]
    if not values:
        raise InvalidArgumentError("concat: there is nothing to join: the list is empty.")
    parts = operands_of_one_dtype("concat", values)
    axis = _single(axis, "concat")
    if len(parts) == 1:
        return recording.identity(parts[0])  # type: ignore[no-any-return]
    first = parts[0]._value.shape
    if not first:
        raise InvalidArgumentError(
            "concat: scalars have no axis along which they could be joined: use tf.stack."
        )
    axis = axis_argument(axis, len(first), "concat")
    for i, part in enumerate(parts):
        shape = part._value.shape
        if shape == first:
            continue
        if len(shape) != len(first):
            raise InvalidArgumentError(
                f"concat: Ranks of all input tensors should match: shape[0] = {list(first)} vs. "
                f"shape[{i}] = {list(shape)}. Add axes with tf.expand_dims, or use tf.stack."
            )
        for d, (n, m) in enumerate(zip(first, shape, strict=True)):
            if n != m and d != axis + len(first):
                raise InvalidArgumentError(
                    f"concat: Dimension {d} in both shapes must be equal: shape[0] = "
                    f"{list(first)} vs. shape[{i}] = {list(shape)}. Only along axis "
                    f"{axis + len(first)} sizes may differ."
                )
    return apply(concat_primitive, parts, {"axis": axis})  # type: ignore[no-any-return]


def stack(values: Any, axis: Any = 0, name: str | None = None) -> Tensor:
    """Join tensors of one shape along a new axis.

    Parameters
    ----------
    values
        Tensors of one dtype and shape, of rank r.
    axis
        Where the new axis stands in the result, in ``[-r - 1, r]``.

    Returns
    -------
    Tensor
        Of rank r + 1; the size of the new axis is the number of tensors.

    Raises
    ------
    InvalidArgumentError
        If shapes or dtypes differ, or `axis` is out of range.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.stack([[1, 2], [3, 4]], axis=1).numpy().tolist()
    [[1, 3], [2, 4]]
    """
    if not _are_tensors(values):
        whole = operand(values)
        if not whole._value.size or not whole._value.shape:
            return recording.identity(whole)  # type: ignore[no-any-return]
        values = unstack(whole)
    parts = operands_of_one_dtype("stack", values)
    shape = parts[0]._value.shape
    ndim = len(shape) + 1
    axis = int_argument(axis, "stack", "axis")
    if not -ndim <= axis < ndim:
        raise InvalidArgumentError(
            f"stack: Argument `axis` = {axis} not in range [{-ndim}, {ndim}) for tensors of "
            f"shape {shape}."
        )
    for i, part in enumerate(parts):
        if part._value.shape != shape:
            raise InvalidArgumentError(
                f"stack: Shapes of all inputs must match: values[0].shape = {list(shape)} != "
                f"values[{i}].shape = {list(part._value.shape)}. To join along an axis that they "
                f"have, use tf.concat."
            )
    return apply(stack_primitive, parts, {"axis": axis if axis < 0 else axis - ndim})  # type: ignore[no-any-return]


def unstack(value: Any, num: Any = None, axis: Any = 0, name: str | None = None) -> list[Tensor]:
    """The slices along an axis, as a list.

    Parameters
    ----------
    value
        Tensor of rank r > 0.
    num
        How many slices are expected; by default not checked.
    axis
        The axis that disappears.

    Returns
    -------
    list of Tensor
        As many as the size of the axis, of rank r - 1.

    Raises
    ------
    InvalidArgumentError
        If `axis` is out of range, or its size is not `num`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> [t.numpy().tolist() for t in tf.unstack([[1, 2], [3, 4]], axis=1)]
    [[1, 3], [2, 4]]
    """
    x = operand(value)
    axis = axis_argument(axis, x._value.ndim, "unstack")
    size = x._value.shape[axis]
    if num is not None and int_argument(num, "unstack", "num") != size:
        raise InvalidArgumentError(
            f"unstack: Input shape axis {axis + x._value.ndim} must equal {num}, got shape "
            f"{list(x._value.shape)}."
        )
    return list(apply(unstack_primitive, (x,), {"axis": axis}))


def split(
    value: Any, num_or_size_splits: Any, axis: Any = 0, num: Any = None, name: str = "split"
) -> list[Tensor]:
    """Cut a tensor into pieces along an axis.

    Parameters
    ----------
    value
        Tensor of any dtype, of rank at least 1.
    num_or_size_splits
        An integer, the number of equal pieces; or the sizes of the pieces, of which one may be -1
        (what is left).
    axis
        The axis to cut.
    num
        The number of pieces, needed by TensorFlow's graphs; ignored.

    Returns
    -------
    list of Tensor

    Raises
    ------
    InvalidArgumentError
        If the size of the axis cannot be cut so.

    Examples
    --------
    >>> import tapegrad as tf
    >>> [t.numpy().tolist() for t in tf.split([1, 2, 3, 4, 5], [2, -1])]
    [[1, 2], [3, 4, 5]]
    """
    x = operand(value)
    axis = axis_argument(axis, x._value.ndim, "split")
    total = x._value.shape[axis]
    if isinstance(num_or_size_splits, (int, np.integer)):
        sizes = _equal_sizes(int(num_or_size_splits), total)
    elif np.ndim(getattr(num_or_size_splits, "_value", num_or_size_splits)) == 0:
        raise InvalidArgumentError(
            f"split: num_or_size_splits must be a Python integer or a list of sizes, not "
            f"{num_or_size_splits!r}: rank-0 tensors are not supported."
        )
    else:
        sizes = _given_sizes(ints_argument(num_or_size_splits, "split", "sizes"), total)
    return list(apply(split_primitive, (x,), {"sizes": sizes, "axis": axis}))


def _equal_sizes(count: int, total: int) -> tuple[int, ...]:
    if count < 1 or total % count:
        raise InvalidArgumentError(
            f"split: Number of ways to split should evenly divide the split dimension, but its "
            f"size is {total} and num_split is {count}. Give a list of sizes instead."
        )
    return (total // count,) * count


def _given_sizes(sizes: tuple[int, ...], total: int) -> tuple[int, ...]:
    if sizes.count(-1) == 1:
        rest = total - sum(sizes) - 1
        sizes = tuple([rest if n == -1 else n for n in sizes])
    if any(n < 0 for n in sizes) or sum(sizes) != total:
        raise InvalidArgumentError(
            f"split: the sizes {list(sizes)} do not add up to {total}, the size of the axis. At "
            f"most one may be -1, which takes what is left."
        )
    return sizes


def meshgrid(*args: Any, **kwargs: Any) -> list[Tensor]:
    """Spread vectors over the axes of a common grid.

    Parameters
    ----------
    *args
        n vectors, of sizes N_1, ..., N_n and one dtype.
    indexing
        ``"xy"`` (the default): results have shape ``(N_2, N_1, N_3, ...)``; ``"ij"``: they have
        shape ``(N_1, N_2, N_3, ...)``.

    Returns
    -------
    list of Tensor
        The i-th varies only along the axis of the i-th vector.

    Raises
    ------
    ValueError
        For another `indexing`.
    TypeError
        For other keywords.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x, y = tf.meshgrid([1, 2, 3], [10, 20])
    >>> (x + y).numpy().tolist()
    [[11, 12, 13], [21, 22, 23]]
    """
    indexing = kwargs.pop("indexing", "xy")
    kwargs.pop("name", None)
    if kwargs:
        raise TypeError(f"{next(iter(kwargs))!r} is an invalid keyword argument for meshgrid.")
    if indexing not in ("xy", "ij"):
        raise ValueError(f"Argument `indexing` must be either 'xy' or 'ij', got {indexing!r}.")
    if not args:
        return []
    parts = operands_of_one_dtype("meshgrid", args)
    places = list(range(len(parts)))
    if indexing == "xy" and len(parts) > 1:
        places[:2] = 1, 0
    grid = [0] * len(parts)
    for part, place in zip(parts, places, strict=True):
        grid[place] = part._value.size
    return [_spread(part, place, grid) for part, place in zip(parts, places, strict=True)]


def _spread(x: Any, place: int, grid: Sequence[int]) -> Tensor:
    line = [1] * len(grid)
    line[place] = grid[place]
    aligned: Tensor = apply(reshape, (x,), {"to": tuple(line)})
    return apply(broadcast_to, (aligned,), {"to": tuple(grid)})  # type: ignore[no-any-return]
