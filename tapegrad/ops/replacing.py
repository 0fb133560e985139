"""Entries replaced by others: what is not finite, and what lies outside of bounds."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.ops import compare, complex, where  # noqa: F401 - primitives
from tapegrad.ops.operands import operands_of_one_dtype, require_kinds
from tapegrad.ops.select import maximum, minimum

__all__ = ("clip", "nan_to_num")


def nan_to_num(
    x: Any, nan: Any = 0.0, posinf: Any = None, neginf: Any = None, name: str | None = None
) -> Tensor:
    """Replace NaN and infinities by numbers.

    Parameters
    ----------
    x : Tensor
        A numeric tensor of any shape; of complex numbers, both parts count by themselves.
    nan : float
        What NaN becomes.
    posinf, neginf : float, optional
        What the infinities become; by default the largest and the smallest finite number.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the shape and dtype of `x`. The gradient to entries that were replaced is zero.

    Raises
    ------
    InvalidArgumentError
        If the dtype is not numeric.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.nan_to_num([1.0, float("nan"), float("-inf")], neginf=-9.0).numpy()
    array([ 1.,  0., -9.], dtype=float32)
    """
    x = operand(x)
    require_kinds("nan_to_num", x, "iufc", "float32")
    dtype = x._value.dtype
    if dtype.kind == "c":
        parts = [
            nan_to_num(part, nan, posinf, neginf) for part in (recording.real(x), recording.imag(x))
        ]
        return recording.complex(*parts)  # type: ignore[no-any-return]
    if dtype.kind in "iu":
        return recording.identity(x)  # type: ignore[no-any-return]
    limits = np.finfo(dtype)
    high = operand(limits.max if posinf is None else posinf, dtype)
    low = operand(limits.min if neginf is None else neginf, dtype)
    y = recording.where(recording.is_nan(x), operand(nan, dtype), x)
    infinite = recording.is_inf(x)
    y = recording.where(recording.logical_and(infinite, recording.greater(x, 0.0)), high, y)
    return recording.where(recording.logical_and(infinite, recording.less(x, 0.0)), low, y)  # type: ignore[no-any-return]


def clip(a: Any, a_min: Any = None, a_max: Any = None, name: str | None = None) -> Tensor:
    """Move values that lie outside of bounds to these; either bound may be left out.

    Parameters
    ----------
    a : Tensor
        A floating point or integer tensor.
    a_min, a_max : Tensor, optional
        The bounds, of the same dtype, of shapes that broadcast with that of `a`. Where `a_min` is
        above `a_max`, the result is `a_max`.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the same dtype and the common shape. On a bound the gradient goes to `a`.

    Raises
    ------
    InvalidArgumentError
        If dtypes differ or shapes do not broadcast.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.clip([-3.0, 0.5, 3.0], a_max=1.0).numpy()
    array([-3. ,  0.5,  1. ], dtype=float32)
    """
    bounds = [b for b in (a_min, a_max) if b is not None]
    y, *_ = operands_of_one_dtype("clip", [a, *bounds])
    require_kinds("clip", y, "iuf", "float32")
    if not bounds:
        return recording.identity(y)  # type: ignore[no-any-return]
    if a_min is not None:
        y = maximum(y, a_min)
    return y if a_max is None else minimum(y, a_max)  # type: ignore[no-any-return]
