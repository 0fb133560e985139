"""Jacobians by the tape beside Jacobians by differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.core import nest
from tapegrad.core.context import only_recorders
from tapegrad.core.convert import as_tensor
from tapegrad.core.tape import is_differentiable
from tapegrad.core.tensor import Tensor
from tapegrad.testing.differences import central
from tapegrad.testing.functions import Function

__all__ = ["compute_gradient"]


def compute_gradient(
    f: Callable[..., Any], x: Any, delta: float | None = None
) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    r"""Jacobians of a function, computed by the tape and by central differences.

    `check_gradients` compares, chooses the step by itself, and says what is wrong.

    Parameters
    ----------
    f
        A function of tensors that returns one tensor.
    x
        List of its arguments, floating point or complex.
    delta
        Step of the differences, by default :math:`2^{-10}`.

    Returns
    -------
    symbolic, numeric : tuple of numpy.ndarray
        For each argument a matrix with a row per element of the result and a column per element
        of the argument; for complex data, rows and columns for real and imaginary parts.

    Raises
    ------
    ValueError
        If `x` is not a list.
    AssertionError
        If the dtype of an argument or of the result has no derivative.
    TypeError
        If `f` returns several tensors.

    Examples
    --------
    >>> import tapegrad as tf
    >>> symbolic, numeric = tf.test.compute_gradient(tf.square, [tf.constant([3.0], tf.float64)])
    >>> symbolic[0].tolist(), round(numeric[0].item(), 6)
    ([[6.0]], 6.0)
    """
    if not isinstance(x, (list, tuple)):
        raise ValueError(
            "`x` must be a list or tuple of values convertible to a Tensor (arguments to `f`), "
            f"not a {type(x)}: write compute_gradient(f, [x])."
        )
    arguments = [as_tensor(v) for v in x]
    for i, v in enumerate(arguments):
        if not is_differentiable(v._value):
            raise AssertionError(_unsupported(v, f"argument {i}"))
    step = 2.0**-10 if delta is None else float(delta)
    with only_recorders(()):
        pairs = [_jacobians(f, arguments, i, step) for i in range(len(arguments))]
    return tuple([tape for tape, _ in pairs]), tuple([differences for _, differences in pairs])


def _jacobians(
    f: Callable[..., Any], arguments: list[Tensor], i: int, step: float
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    def of_one(values: list[Any]) -> list[Any]:
        y = f(*arguments[:i], *values, *arguments[i + 1 :])
        if nest.is_nested(y):
            raise TypeError(
                f"compute_gradient takes a function of one tensor, but it returned a "
                f"{type(y).__name__}: choose one result, lambda *x: f(*x)[0]."
            )
        y = as_tensor(y)
        if not is_differentiable(y._value):
            raise AssertionError(_unsupported(y, "y"))
        return [y]

    function = Function(of_one, [arguments[i]], [f"x[{i}]"], lambda: ["y"])
    rows, columns = function.y.size, function.x.size
    tape, differences = np.zeros((rows, columns)), np.zeros((rows, columns))
    for k, cotangent in enumerate(np.eye(rows)):
        tape[k] = function.pull(cotangent)[0]
    for k, tangent in enumerate(np.eye(columns)):
        differences[:, k] = central(function, tangent, step)
    dtype = function.x.dtypes[0]
    real = np.empty(0, dtype).real.dtype
    return tape.astype(real), differences.astype(real)


def _unsupported(x: Tensor, what: str) -> str:
    return (
        f"Cannot compute gradient for unsupported type {x.dtype.name} of {what}: only floating "
        f"point and complex tensors have derivatives, use tf.cast."
    )
