"""Choosing by condition: where and boolean_mask."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.define import Gate, elementwise, general
from tapegrad.core.primitive import NONDIFF, apply
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arguments import axis_argument
from tapegrad.ops.operands import operands_of_one_dtype

__all__ = ["boolean_mask", "where"]

_BOOL = np.dtype(np.bool_)


def _choose(a: Any, b: Any, c: Any) -> Any:
    chosen: Any = np.where(a, b, c)
    return chosen[()]


_chosen = elementwise(
    "where",
    _choose,
    NONDIFF,
    Gate(lambda F, a: a),
    Gate(lambda F, a: F.logical_not(a)),
)
# Positions of what is not zero: of shape (n, rank), and of shape (n,) in the flattened tensor.
_positions = general("positions", np.argwhere, NONDIFF)
_flat_positions = general("flat_positions", np.flatnonzero, NONDIFF)


def where(condition: Any, x: Any = None, y: Any = None, name: str | None = None) -> Tensor:
    """Choose between two tensors, entry by entry; or find where a condition holds.

    The gradient goes to the entries that were chosen. The entries that were not chosen get zero,
    and whatever they were computed from gets zero through them, even where a derivative on the way
    is infinite or NaN: ``tf.where(x > 0, tf.math.log(x), 0.0)`` has the gradient 0 at ``x = 0``.

    Parameters
    ----------
    condition
        Bool tensor; without `x` and `y` a tensor of any dtype, whose nonzero entries count.
    x, y
        Tensors of one dtype whose shapes, with that of `condition`, broadcast together; or
        neither.

    Returns
    -------
    Tensor
        ``x`` where `condition` is true, else ``y``. Without `x` and `y`: the indices of the true
        entries in row-major order, int64, of shape ``(n, rank)``.

    Raises
    ------
    InvalidArgumentError
        If dtypes differ, shapes do not broadcast, or only one of `x` and `y` is given.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.where([True, False, True], [1, 2, 3], 0).numpy().tolist()
    [1, 0, 3]
    >>> tf.where([[True, False], [False, True]]).numpy().tolist()
    [[0, 0], [1, 1]]
    """
    if (x is None) != (y is None):
        raise InvalidArgumentError("where: give both of x and y, or neither.")
    if x is None:
        return apply(_positions, (operand(condition),), {})  # type: ignore[no-any-return]
    cond = operand(condition, _BOOL)
    x, y = operands_of_one_dtype("where", (x, y))
    if cond._value.dtype.kind != "b":
        raise InvalidArgumentError(
            f"where: the condition must be a bool tensor, but its dtype is {cond.dtype.name}. "
            f"Compare, as in `condition != 0`, or use tf.cast(condition, tf.bool)."
        )
    try:
        return apply(_chosen, (cond, x, y), {})  # type: ignore[no-any-return]
    except ValueError:
        raise InvalidArgumentError(
            f"where: condition, x and y must have shapes that broadcast together, but they are "
            f"{cond._value.shape}, {x._value.shape} and {y._value.shape}."
        ) from None


def boolean_mask(tensor: Any, mask: Any, axis: Any = None, name: str = "boolean_mask") -> Tensor:
    """Keep the entries, or the slices, where a mask is true.

    Parameters
    ----------
    tensor
        Tensor of rank r.
    mask
        Bool tensor (or numbers, of which the nonzero ones count) of rank k, ``0 < k <= r``, and
        of shape ``tensor.shape[axis : axis + k]``.
    axis
        The first axis that the mask covers, 0 by default.

    Returns
    -------
    Tensor
        Of rank ``r - k + 1``: one axis, with the n chosen places, instead of the masked ones.

    Raises
    ------
    InvalidArgumentError
        If the shapes do not fit, or the mask is a scalar.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.boolean_mask([[1, 2], [3, 4], [5, 6]], [True, False, True]).numpy().tolist()
    [[1, 2], [5, 6]]
    """
    x = operand(tensor)
    chosen = operand(mask)
    shape, covered = x._value.shape, chosen._value.shape
    if covered == ():
        raise InvalidArgumentError("boolean_mask: mask cannot be scalar.")
    first = 0 if axis is None else axis_argument(axis, len(shape), "boolean_mask") + len(shape)
    after = shape[first + len(covered) :]
    if shape[first : first + len(covered)] != covered:
        raise InvalidArgumentError(
            f"boolean_mask: Shapes {shape[first:]} and {covered} are incompatible: the mask must "
            f"have the sizes of the tensor's axes from {first} on."
        )
    rows: Any = apply(_flat_positions, (chosen,), {})
    merged = recording.reshape(x, to=(*shape[:first], chosen._value.size, *after))
    return recording.gather(merged, rows, axis=-1 - len(after))  # type: ignore[no-any-return]
