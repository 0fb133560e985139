"""Linear equations between tensors of several axes: tensorsolve, tensorinv."""

from __future__ import annotations

from math import prod
from typing import Any

from tapegrad.core.convert import operand
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arguments import axes_argument, int_argument
from tapegrad.ops.inverse import inv, solve
from tapegrad.ops.operands import operand_pair, require_same_dtype

__all__ = ["tensorinv", "tensorsolve"]


def tensorsolve(a: Any, b: Any, axes: Any = None, name: str | None = None) -> Tensor:
    r"""Solve :math:`\sum_j a_{i j} x_j = b_i` for `x`, where i and j stand for several axes.

    Parameters
    ----------
    a
        Tensor of shape ``b.shape + x.shape``, in single or double precision, real or complex, whose
        first axes have together as many entries as the last ones.
    b
        Tensor of the same dtype.
    axes
        Axes of `a` to move to the end first.

    Returns
    -------
    Tensor
        ``x``, of the shape of the axes of `a` behind those of `b`.

    Raises
    ------
    InvalidArgumentError
        If shapes or dtypes do not fit, or `a` is singular as a matrix.

    Examples
    --------
    >>> import tapegrad as tf
    >>> a = tf.reshape(tf.constant([[2.0, 0.0], [0.0, 4.0]]), [2, 1, 2])
    >>> tf.linalg.tensorsolve(a, [[2.0], [2.0]]).numpy().tolist()
    [1.0, 0.5]
    """
    op = "tensorsolve"
    x, y = operand_pair(a, b)
    require_same_dtype(op, x, y)
    if axes is not None:
        rank = len(x._value.shape)
        last = axes_argument(axes, rank, op)
        rest = tuple([axis for axis in range(-rank, 0) if axis not in last])
        x = recording.transpose(x, axes=(*rest, *last))
    shape, right = x._value.shape, y._value.shape
    unknown = shape[len(right) :]
    if shape[: len(right)] != right or prod(right) != prod(unknown):
        raise InvalidArgumentError(
            f"{op}: the first axes of a must be those of b, and the others must have together as "
            f"many entries. Expected shape of a: {[*right, '...']}, with {prod(right)} entries in "
            f"the axes behind. Actual shape: {list(shape)}."
        )
    n = prod(right)
    found = solve(recording.reshape(x, to=(n, n)), recording.reshape(y, to=(n, 1)))
    return recording.reshape(found, to=unknown)  # type: ignore[no-any-return]


def tensorinv(a: Any, ind: Any = 2, name: str | None = None) -> Tensor:
    """The inverse of `tensorsolve`: ``tensordot(tensorinv(a, ind), b, ind)`` solves for `b`.

    Parameters
    ----------
    a
        Tensor in single or double precision, real or complex, whose first `ind` axes have together
        as many entries as the others.
    ind
        How many axes stand first, at least 1.

    Returns
    -------
    Tensor
        Of shape ``a.shape[ind:] + a.shape[:ind]``.

    Raises
    ------
    InvalidArgumentError
        If the shape does not fit, or `a` is singular as a matrix.

    Examples
    --------
    >>> import tapegrad as tf
    >>> a = tf.reshape(tf.constant([[2.0, 0.0], [0.0, 4.0]]), [2, 1, 2])
    >>> tf.linalg.tensorinv(a, 2).shape
    TensorShape([2, 2, 1])
    """
    op = "tensorinv"
    x = operand(a)
    shape = x._value.shape
    count = int_argument(ind, op, "ind")
    first, last = shape[: max(count, 0)], shape[max(count, 0) :]
    if count < 1 or prod(first) != prod(last):
        raise InvalidArgumentError(
            f"{op}: the first ind={count} axes must have together as many entries as the others, "
            f"and ind must be at least 1. Actual shape: {list(shape)}."
        )
    n = prod(first)
    return recording.reshape(  # type: ignore[no-any-return]
        inv(recording.reshape(x, to=(n, n))), to=(*last, *first)
    )
