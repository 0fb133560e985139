"""Jacobians by the tape beside Jacobians by differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.core.convert import as_tensor
from tapegrad.core.gradient_tape import GradientTape
from tapegrad.core.tape import is_differentiable
from tapegrad.core.tensor import Tensor, wrap

__all__ = ["compute_gradient"]


def compute_gradient(
    f: Callable[..., Any], x: Any, delta: float | None = None
) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    r"""Jacobians of a function, computed by the tape and by central differences.

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
            raise ValueError(
                f"Argument {i} has dtype {v.dtype.name}, which has no derivative: use tf.cast."
            )
    step = 2.0**-10 if delta is None else float(delta)
    indices = range(len(arguments))
    return (
        tuple([_symbolic(f, arguments, i) for i in indices]),
        tuple([_numeric(f, arguments, i, step) for i in indices]),
    )


def _parts(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The real numbers of an array: for complex data, real and imaginary parts in turn."""
    flat = np.ascontiguousarray(array).reshape(-1)
    return flat.view(flat.real.dtype) if flat.dtype.kind == "c" else flat


def _symbolic(f: Callable[..., Any], arguments: list[Tensor], i: int) -> np.ndarray[Any, Any]:
    with GradientTape(persistent=True) as tape:
        tape.watch(arguments[i])
        y = as_tensor(f(*arguments))
    like = np.asarray(y._value)
    rows = []
    for k in range(_parts(like).size):
        seed = np.zeros_like(like)
        _parts(seed)[k] = 1
        row = tape.gradient(
            y,
            arguments[i],
            output_gradients=wrap(seed.reshape(like.shape)[()]),
            unconnected_gradients="zero",
        )
        rows.append(_parts(np.asarray(as_tensor(row)._value)))
    columns = _parts(np.asarray(arguments[i]._value)).size
    return np.array(rows).reshape(len(rows), columns)


def _numeric(
    f: Callable[..., Any], arguments: list[Tensor], i: int, step: float
) -> np.ndarray[Any, Any]:
    x = np.asarray(arguments[i]._value)

    def at(moved: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        values: list[Any] = list(arguments)
        values[i] = wrap(moved.reshape(x.shape)[()])
        return _parts(np.asarray(as_tensor(f(*values))._value))

    columns = []
    for k in range(_parts(x).size):
        high, low = x.copy(), x.copy()
        _parts(high)[k] += step
        _parts(low)[k] -= step
        columns.append((at(high) - at(low)) / (2 * step))
    if not columns:
        return np.zeros((at(x).size, 0), x.real.dtype)
    return np.stack(columns, axis=1)
