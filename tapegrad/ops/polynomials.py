"""Polynomials: their values, and those that fit points best."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.host import computed
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor, wrap_constant
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arguments import int_argument
from tapegrad.ops.least_squares import lstsq
from tapegrad.ops.operands import require_kinds, require_same_dtype

__all__ = ("polyfit", "polyval")


def polyval(coeffs: list[Any], x: Any, name: str | None = None) -> Tensor:
    r"""Value of a polynomial, by Horner's rule.

    Parameters
    ----------
    coeffs : list of Tensor
        The coefficients, that of the highest power first, of the dtype of `x` and of shapes that
        broadcast with it.
    x : Tensor
        Where, a numeric tensor of any shape.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        :math:`c_0 x^n + \dots + c_n`; without coefficients zeros of the shape of `x`.

    Raises
    ------
    ValueError
        If `coeffs` is not a list.
    InvalidArgumentError
        If dtypes differ or shapes do not broadcast.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.polyval([1.0, 2.0, 3.0], [0.0, 2.0]).numpy()
    array([ 3., 11.], dtype=float32)
    """
    if not isinstance(coeffs, list):
        raise ValueError(
            f"polyval: Argument coeffs must be list type. Received type {type(coeffs)}: write "
            f"tf.unstack(coeffs) for a tensor."
        )
    at = operand(x)
    require_kinds("polyval", at, "iufcV", "float32")
    if not coeffs:
        return wrap_constant(np.zeros(at._value.shape, at._value.dtype)[()])
    value = operand(coeffs[0])
    require_same_dtype("polyval", at, value)
    if len(coeffs) == 1:
        return recording.identity(value)  # type: ignore[no-any-return]
    for c in coeffs[1:]:
        value = recording.add(recording.multiply(value, at), c)
    return value  # type: ignore[no-any-return]


def _lengths(columns: Any) -> Any:
    """The lengths of columns, 1 in place of 0."""
    lengths = np.linalg.norm(columns, axis=0)
    return np.where(lengths > 0, lengths, 1).astype(columns.dtype)


def polyfit(x: Any, y: Any, deg: Any, w: Any = None, name: str | None = None) -> Tensor:
    r"""Coefficients of the polynomial that fits points best, in the sense of least squares.

    Parameters
    ----------
    x : Tensor
        The m places, a floating point or complex vector.
    y : Tensor
        The values there, of shape ``(m,)`` or ``(m, k)`` for k fits at once, of the same dtype.
    deg : int
        The degree.
    w : Tensor, optional
        Weights of shape ``(m,)`` that the residuals are multiplied by before they are squared.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of shape ``(deg + 1,)`` or ``(deg + 1, k)``, the coefficient of the highest power first:
        ``tf.unstack`` makes the list for `polyval` of it. Differentiable in all of `x`, `y`, `w`.

    Raises
    ------
    InvalidArgumentError
        If shapes or dtypes do not fit, or `deg` is negative.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.polyfit([0.0, 1.0, 2.0], [1.0, 3.0, 5.0], deg=1).numpy().round(4)
    array([2., 1.], dtype=float32)
    """
    x = operand(x)
    dtype = x._value.dtype
    y = operand(y, dtype)
    require_kinds("polyfit", x, "fc", "float64")
    require_same_dtype("polyfit", x, y)
    deg = int_argument(deg, "polyfit", "deg")
    shape, values = x._value.shape, y._value.shape
    if len(shape) != 1 or not shape[0] or len(values) not in (1, 2) or values[0] != shape[0]:
        raise InvalidArgumentError(
            f"polyfit: x must be a vector that is not empty, and y a vector or matrix with as many "
            f"rows, but their shapes are {list(shape)} and {list(values)}."
        )
    if deg < 0:
        raise InvalidArgumentError(f"polyfit: deg must be >= 0, but it is {deg}.")
    ones = wrap_constant(np.ones(shape, dtype))
    powers = [ones]
    for _ in range(deg):
        powers.append(recording.multiply(powers[-1], x))
    columns = recording.stack(*reversed(powers), axis=-1)
    right = y if len(values) == 2 else recording.reshape(y, to=(*values, 1))
    if w is not None:
        weights = operand(w, dtype)
        require_same_dtype("polyfit", x, weights)
        if weights._value.shape != shape:
            raise InvalidArgumentError(
                f"polyfit: w must have the shape of x, {list(shape)}, not "
                f"{list(weights._value.shape)}."
            )
        weights = recording.reshape(weights, to=(*shape, 1))
        columns, right = recording.multiply(columns, weights), recording.multiply(right, weights)
    # Columns of length one are better conditioned; which lengths they had is no matter of calculus.
    scale = computed(_lengths, columns)
    found = lstsq(recording.divide(columns, scale), right)
    found = recording.divide(found, recording.reshape(scale, to=(deg + 1, 1)))
    return found if len(values) == 2 else recording.reshape(found, to=(deg + 1,))  # type: ignore[no-any-return]
