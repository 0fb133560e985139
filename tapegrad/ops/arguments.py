"""Integer arguments of operations: axes, shapes, sizes.

They may be Python or NumPy integers, integer tensors, lists of these, or a TensorShape; operations
want plain tuples of Python integers, axes counted from the end.
"""

from __future__ import annotations

from operator import index
from typing import Any

import numpy as np

from tapegrad.core.shape import TensorShape
from tapegrad.core.tensor import ArrayLike
from tapegrad.errors import ArgumentRankError, InvalidArgumentError

#: All axes of an array by its rank (NumPy allows at most 64).
_ALL_AXES = [tuple(range(-ndim, 0)) for ndim in range(65)]


def int_argument(value: Any, op: str, name: str) -> int:
    """One integer: Python's, NumPy's, or an integer tensor of shape ``()``.

    Raises
    ------
    ValueError
        For None.
    ArgumentRankError
        For arrays and lists of integers.
    TypeError
        For floats, booleans and everything else.
    """
    if value.__class__ is int:
        return int(value)
    if isinstance(value, ArrayLike):
        value = value._read()
    try:
        if isinstance(value, (bool, np.bool_)):
            raise TypeError
        return index(value)
    except TypeError:
        error: type[Exception] = ValueError if value is None else TypeError
        if _holds_integers(value):
            error = ArgumentRankError
        raise error(
            f"{op}: {name} must be an integer or an integer tensor of shape (), not {value!r}."
        ) from None


def _holds_integers(value: Any) -> bool:
    """Whether it is an array of integers, or a list of them (or of lists)."""
    if isinstance(value, (list, tuple)):
        return bool(value) and all(
            _holds_integers(v) or (isinstance(v, (int, np.integer)) and not isinstance(v, bool))
            for v in value
        )
    return isinstance(value, np.ndarray) and value.dtype.kind in "iu"


def ints_argument(value: Any, op: str, name: str) -> tuple[int, ...]:
    """A sequence of integers: a list or tuple of them, a 1-D integer tensor, or a TensorShape."""
    if isinstance(value, ArrayLike):
        value = value._read()
    if isinstance(value, (np.ndarray, np.generic)):
        if value.ndim > 1 or (value.dtype.kind not in "iu" and value.size):
            raise (ArgumentRankError if value.dtype.kind in "iu" else TypeError)(
                f"{op}: {name} must be a list of integers or a 1-D integer tensor, not an array "
                f"of dtype {value.dtype} and shape {value.shape}."
            )
        return tuple(value.astype(np.int64).reshape(-1).tolist())
    if isinstance(value, (list, tuple, range)):
        return tuple([int_argument(v, op, name) for v in value])
    if isinstance(value, TensorShape):
        if not value.is_fully_defined():
            raise ValueError(f"{op}: {name} must be fully known, but it is {value}.")
        return tuple(value.as_list())  # type: ignore[arg-type]
    return (int_argument(value, op, name),)


def shape_argument(shape: Any, op: str, *, free: bool = False) -> tuple[int, ...]:
    """A shape; a single integer is a shape of one axis.

    Parameters
    ----------
    free
        Whether sizes may be -1, with a meaning that is the operation's own.

    Raises
    ------
    InvalidArgumentError
        For negative sizes.
    """
    sizes = ints_argument(shape, op, "shape")
    for size in sizes:
        if size < 0 and not (free and size == -1):
            raise InvalidArgumentError(
                f"{op}: Dimension {size} must be >= 0 in the shape {list(sizes)}."
            )
    return sizes


def axis_argument(axis: Any, ndim: int, op: str) -> int:
    """One axis of an array of `ndim` axes, as a negative integer.

    Raises
    ------
    InvalidArgumentError
        If there is no such axis.
    """
    if axis.__class__ is not int:
        axis = int_argument(axis, op, "axis")
    if -ndim <= axis < 0:
        return axis  # type: ignore[no-any-return]
    if 0 <= axis < ndim:
        return axis - ndim  # type: ignore[no-any-return]
    if ndim == 0:
        raise InvalidArgumentError(
            f"{op}: Invalid dimension: axis {axis} of a scalar, which has no axes."
        )
    raise InvalidArgumentError(
        f"{op}: Invalid dimension: axis {axis} is out of range for {ndim} dimension(s), where it "
        f"must be in [{-ndim}, {ndim})."
    )


def axes_argument(axis: Any, ndim: int, op: str) -> tuple[int, ...]:
    """Axes of an array of `ndim` axes, as negative integers: None means all, ``[]`` none.

    Raises
    ------
    InvalidArgumentError
        If there is no such axis, or one is named twice.
    """
    if axis is None:
        return _ALL_AXES[ndim]
    if axis.__class__ is int:
        return (axis_argument(axis, ndim, op),)
    listed = axis.__class__ is list or axis.__class__ is tuple
    axes = tuple(
        [axis_argument(a, ndim, op) for a in (axis if listed else ints_argument(axis, op, "axis"))]
    )
    if len(set(axes)) != len(axes):
        raise InvalidArgumentError(
            f"{op}: Invalid arguments: the axes {axis!r} contain a duplicate dimension (negative "
            f"axes count from the end). Name each axis once."
        )
    return axes
