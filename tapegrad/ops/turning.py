"""Matrices turned around, and their triangles: flip, rot90, tril, triu."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops import arranging  # noqa: F401 - a primitive
from tapegrad.ops.arguments import axes_argument, int_argument, ints_argument

__all__ = ("flip", "fliplr", "flipud", "rot90", "tril", "triu")


def flip(m: Any, axis: Any = None, name: str | None = None) -> Tensor:
    """Reverse the order of entries along axes.

    Parameters
    ----------
    m : Tensor
        A tensor of any dtype.
    axis : int or list of int, optional
        The axes; None means all.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the same shape and dtype.

    Raises
    ------
    InvalidArgumentError
        If an axis does not exist or is named twice.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.flip([[1, 2], [3, 4]]).numpy().tolist()
    [[4, 3], [2, 1]]
    """
    x = operand(m)
    axes = axes_argument(axis, x._value.ndim, "flip")
    return recording.reverse(x, axes=axes) if axes else recording.identity(x)  # type: ignore[no-any-return]


def flipud(m: Any, name: str | None = None) -> Tensor:
    """Reverse the order of entries along the first axis.

    Parameters
    ----------
    m : Tensor
        A tensor with at least one axis.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the same shape and dtype.

    Raises
    ------
    InvalidArgumentError
        If there is no such axis.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.flipud([[1, 2], [3, 4]]).numpy().tolist()
    [[3, 4], [1, 2]]
    """
    return flip(m, 0)


def fliplr(m: Any, name: str | None = None) -> Tensor:
    """Reverse the order of entries along the second axis.

    Parameters
    ----------
    m : Tensor
        A tensor with at least two axes.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the same shape and dtype.

    Raises
    ------
    InvalidArgumentError
        If there is no such axis.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.fliplr([[1, 2], [3, 4]]).numpy().tolist()
    [[2, 1], [4, 3]]
    """
    return flip(m, 1)


def rot90(m: Any, k: Any = 1, axes: Any = (0, 1), name: str | None = None) -> Tensor:
    """Turn by right angles in the plane of two axes.

    Parameters
    ----------
    m : Tensor
        A tensor with at least two axes.
    k : int
        How many times.
    axes : pair of int
        From which axis towards which.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the same dtype.

    Raises
    ------
    InvalidArgumentError
        If these are not two different axes of the tensor.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.rot90([[1, 2], [3, 4]]).numpy().tolist()
    [[2, 4], [1, 3]]
    """
    x = operand(m)
    ndim = x._value.ndim
    plane = axes_argument(list(ints_argument(axes, "rot90", "axes")), ndim, "rot90")
    if len(plane) != 2:
        raise InvalidArgumentError(f"rot90: axes must be two different axes, not {axes!r}.")
    turns = int_argument(k, "rot90", "k") % 4
    first, second = plane
    order = list(range(-ndim, 0))
    order[first], order[second] = order[second], order[first]
    if turns == 2:
        return recording.reverse(x, axes=plane)  # type: ignore[no-any-return]
    if turns == 1:
        x = recording.reverse(x, axes=(second,))
    if turns:
        x = recording.transpose(x, axes=tuple(order))
    return recording.reverse(x, axes=(second,)) if turns == 3 else recording.identity(x)  # type: ignore[no-any-return]


def _triangle(op: str, m: Any, k: Any, lower: bool) -> Tensor:
    x = operand(m)
    if x._value.ndim < 2:
        raise InvalidArgumentError(
            f"{op}: m must be a matrix or several, but its shape is {list(x._value.shape)}."
        )
    rows, columns = x._value.shape[-2:]
    offset = int_argument(k, op, "k")
    mask = np.tri(rows, columns, offset if lower else offset - 1, np.bool_)
    return recording.masked(x, mask if lower else ~mask)  # type: ignore[no-any-return]


def tril(m: Any, k: Any = 0, name: str | None = None) -> Tensor:
    """The lower triangles of matrices, with zeros above.

    Parameters
    ----------
    m : Tensor
        A numeric tensor of shape ``(..., m, n)``.
    k : int
        The uppermost diagonal to keep, counted from the main one.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the same shape and dtype.

    Raises
    ------
    InvalidArgumentError
        If there are less than two axes.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.tril([[1, 2], [3, 4]]).numpy().tolist()
    [[1, 0], [3, 4]]
    """
    return _triangle("tril", m, k, lower=True)


def triu(m: Any, k: Any = 0, name: str | None = None) -> Tensor:
    """The upper triangles of matrices, with zeros below.

    Parameters
    ----------
    m : Tensor
        A numeric tensor of shape ``(..., m, n)``.
    k : int
        The lowest diagonal to keep, counted from the main one.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the same shape and dtype.

    Raises
    ------
    InvalidArgumentError
        If there are less than two axes.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.triu([[1, 2], [3, 4]]).numpy().tolist()
    [[1, 2], [0, 4]]
    """
    return _triangle("triu", m, k, lower=False)
