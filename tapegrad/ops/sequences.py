"""Questions about the order of entries, and numbers of places: permutations, flat positions."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.define import general
from tapegrad.core.primitive import NONDIFF, apply
from tapegrad.core.rows import check_indices
from tapegrad.core.tensor import Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arguments import shape_argument
from tapegrad.ops.operands import indices_operand

__all__ = ("invert_permutation", "is_non_decreasing", "is_strictly_increasing", "unravel_index")


def _in_order(x: Any, *, strict: bool) -> Any:
    flat = x.reshape(-1)
    if flat.dtype.kind == "c":
        flat = flat.real
    before, after = flat[:-1], flat[1:]
    return np.bool_((after > before if strict else after >= before).all())


def _invert(x: Any) -> Any:
    check_indices(x, x.size, "invert_permutation")
    counts = np.bincount(x, minlength=x.size)
    if x.size and counts.max() > 1:
        raise InvalidArgumentError(
            f"invert_permutation: {int(counts.argmax())} is duplicated in the input: a permutation "
            f"has each number from 0 to {x.size - 1} once."
        )
    inverse = np.empty_like(x)
    inverse[x] = np.arange(x.size, dtype=x.dtype)
    return inverse


def _unravel(indices: Any, *, sizes: tuple[int, ...]) -> Any:
    check_indices(indices, int(np.prod(sizes, dtype=np.int64)), "unravel_index")
    return np.array(np.unravel_index(indices, sizes), indices.dtype).reshape(
        (len(sizes), *indices.shape)
    )


_ordered = general("in_order", _in_order, NONDIFF)
_inverted = general("invert_permutation", _invert, NONDIFF)
_unraveled = general("unravel_index", _unravel, NONDIFF, inputs="indices")


def _is_in_order(op: str, value: Any, strict: bool) -> Tensor:
    x = operand(value)
    if x._value.dtype.kind not in "iufcV":
        raise TypeError(
            f"{op}: Expected x to be numeric, instead its dtype is {x.dtype.name}. Convert it, for "
            f"example with tf.cast(x, tf.int32)."
        )
    return apply(_ordered, (x,), {"strict": strict})  # type: ignore[no-any-return]


def is_non_decreasing(x: Any, name: str | None = None) -> Tensor:
    """Whether no entry is smaller than the one before it.

    Parameters
    ----------
    x : Tensor
        A numeric tensor, whose entries are taken in row-major order; of complex ones the real
        parts.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        A bool scalar without gradient: true for fewer than two entries, false where NaN stands
        beside another entry.

    Raises
    ------
    TypeError
        If the tensor is not numeric.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.is_non_decreasing([1.0, 1.0, 3.0]).numpy()
    np.True_
    """
    return _is_in_order("is_non_decreasing", x, strict=False)


def is_strictly_increasing(x: Any, name: str | None = None) -> Tensor:
    """Whether every entry is larger than the one before it.

    Parameters
    ----------
    x : Tensor
        A numeric tensor, whose entries are taken in row-major order; of complex ones the real
        parts.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        A bool scalar without gradient: true for fewer than two entries, false where NaN stands
        beside another entry.

    Raises
    ------
    TypeError
        If the tensor is not numeric.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.is_strictly_increasing([1.0, 1.0, 3.0]).numpy()
    np.False_
    """
    return _is_in_order("is_strictly_increasing", x, strict=True)


def invert_permutation(x: Any, name: str | None = None) -> Tensor:
    """The permutation that undoes another: ``y[x[i]] = i``.

    Parameters
    ----------
    x : Tensor
        An int32 or int64 vector that holds each number from 0 to n - 1 once.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the shape and dtype of `x`, without gradient.

    Raises
    ------
    InvalidArgumentError
        If `x` is not a vector of integers, or a number is missing or out of range.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.invert_permutation([2, 0, 1]).numpy()
    array([1, 2, 0], dtype=int32)
    """
    numbers = indices_operand(x, "invert_permutation")
    if numbers._value.ndim != 1:
        raise InvalidArgumentError(
            f"invert_permutation: invert_permutation expects a 1D vector, not shape "
            f"{list(numbers._value.shape)}."
        )
    return apply(_inverted, (numbers,), {})  # type: ignore[no-any-return]


def unravel_index(indices: Any, dims: Any, name: str | None = None) -> Tensor:
    """Coordinates in an array of the entries with given numbers in row-major order.

    Parameters
    ----------
    indices : Tensor
        Integers, a scalar or a vector of length n.
    dims : list of int or Tensor
        The shape of the array.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of shape ``(rank,)`` or ``(rank, n)`` and the dtype of `indices`, without gradient.

    Raises
    ------
    InvalidArgumentError
        If a number is negative or too large, or `indices` has more than one axis.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.unravel_index([2, 5], [3, 3]).numpy().tolist()
    [[0, 1], [2, 2]]
    """
    numbers = indices_operand(indices, "unravel_index")
    sizes = shape_argument(dims, "unravel_index")
    if numbers._value.ndim > 1:
        raise InvalidArgumentError(
            f"unravel_index: The indices can only be scalar or vector, got shape "
            f"{list(numbers._value.shape)}. Flatten them with tf.reshape(indices, [-1])."
        )
    return apply(_unraveled, (numbers,), {"sizes": sizes})  # type: ignore[no-any-return]
