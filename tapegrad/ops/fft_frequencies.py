"""The frequencies that the entries of a spectrum stand for."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.dtypes import as_dtype, float32
from tapegrad.core.tensor import ArrayLike, Tensor, wrap_constant
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arguments import int_argument
from tapegrad.ops.elementwise import divide

__all__ = ("fftfreq", "rfftfreq")


def _frequencies(op: str, n: Any, d: Any, dtype: Any, half: bool) -> Tensor:
    size = int_argument(n, op, "n")
    if size < 1:
        raise InvalidArgumentError(f"{op}: n must be at least 1, not {size}.")
    found = as_dtype(dtype if dtype is not None else getattr(d, "dtype", float32))
    if not found.is_floating:
        raise ValueError(
            f"{op}: dtype must be a floating point type. Found {found.name}; give d as a float, or "
            f"dtype=tf.float32."
        )
    spacing = operand(d) if isinstance(d, ArrayLike) else operand(d, found.numpy_dtype)
    if spacing._value.ndim:
        raise InvalidArgumentError(
            f"{op}: d is the time between two samples, a scalar, but it has shape "
            f"{list(spacing._value.shape)}."
        )
    rising = np.arange(size // 2 + 1 if half else (size + 1) // 2)
    turns = rising if half else np.concatenate([rising, np.arange(-(size // 2), 0)])
    return divide(wrap_constant((turns / size).astype(found.numpy_dtype)), spacing)  # type: ignore[no-any-return]


def fftfreq(n: Any, d: Any = 1.0, dtype: Any = None, name: str | None = None) -> Tensor:
    """Frequencies of the entries of `fft`, in cycles per unit of the spacing.

    They are ``[0, 1, ..., -2, -1] / (n d)``, the negative ones in the second half.

    Parameters
    ----------
    n : int or Tensor
        The number of samples.
    d : float or Tensor
        The time between two samples. Differentiable.
    dtype : DType, optional
        A floating point type; by default that of `d`, or float32.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of shape ``(n,)``.

    Raises
    ------
    TypeError
        If `n` is not an integer.
    ValueError
        If `dtype` is not floating point.
    InvalidArgumentError
        If `n` is less than 1, or `d` is no scalar or of another dtype.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.signal.fftfreq(4, d=0.5).numpy()
    array([ 0. ,  0.5, -1. , -0.5], dtype=float32)
    """
    return _frequencies("fftfreq", n, d, dtype, half=False)


def rfftfreq(n: Any, d: Any = 1.0, dtype: Any = None, name: str | None = None) -> Tensor:
    """Frequencies of the entries of `rfft`, in cycles per unit of the spacing.

    They are ``[0, 1, ..., n // 2] / (n d)``.

    Parameters
    ----------
    n : int or Tensor
        The number of samples of the signal.
    d : float or Tensor
        The time between two samples. Differentiable.
    dtype : DType, optional
        A floating point type; by default that of `d`, or float32.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of shape ``(n // 2 + 1,)``.

    Raises
    ------
    TypeError
        If `n` is not an integer.
    ValueError
        If `dtype` is not floating point.
    InvalidArgumentError
        If `n` is less than 1, or `d` is no scalar or of another dtype.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.signal.rfftfreq(5, d=0.1).numpy()
    array([0., 2., 4.], dtype=float32)
    """
    return _frequencies("rfftfreq", n, d, dtype, half=True)
