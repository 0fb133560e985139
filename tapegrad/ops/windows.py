"""Windows: weights that fade a frame of a signal in and out."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.dtypes import as_dtype, float32
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor, wrap_constant
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arguments import int_argument
from tapegrad.ops.arranging import reverse
from tapegrad.ops.bessel import bessel_i0e
from tapegrad.ops.cast import cast
from tapegrad.ops.joining import concat
from tapegrad.ops.scan import cumsum

__all__ = (
    "hamming_window",
    "hann_window",
    "kaiser_bessel_derived_window",
    "kaiser_window",
    "vorbis_window",
)


def window_arguments(op: str, window_length: Any, dtype: Any) -> tuple[int, np.dtype[Any]]:
    """The length of a window and its NumPy dtype.

    Raises
    ------
    TypeError
        If the length is not an integer.
    InvalidArgumentError
        If it is negative.
    ValueError
        If the dtype is not floating point.
    """
    found = as_dtype(dtype)
    if not found.is_floating:
        raise ValueError(
            f"{op}: dtype must be a floating point type. Found {found.name}; cast a signal of "
            f"integers first, for example tf.cast(x, tf.float32)."
        )
    length = int_argument(window_length, op, "window_length")
    if length < 0:
        raise InvalidArgumentError(f"{op}: window_length must not be negative, but it is {length}.")
    return length, found.numpy_dtype


def _raised_cosine(op: str, window_length: Any, periodic: Any, dtype: Any, a: float) -> Tensor:
    length, numpy_dtype = window_arguments(op, window_length, dtype)
    if length == 1:
        return wrap_constant(np.ones(1, numpy_dtype))
    # TensorFlow's windows of odd length are symmetric even when periodic.
    period = length if periodic and length % 2 == 0 else length - 1
    phases = 2.0 * np.pi / max(period, 1) * np.arange(length)
    return wrap_constant((a - (1.0 - a) * np.cos(phases)).astype(numpy_dtype))


def hann_window(
    window_length: Any, periodic: Any = True, dtype: Any = float32, name: str | None = None
) -> Tensor:
    r"""Hann window :math:`(1 - \cos(2 \pi k / m)) / 2`.

    Parameters
    ----------
    window_length : int or Tensor
        The number n of weights.
    periodic : bool
        Whether m is n, so that repeated windows are periodic; otherwise, and always if n is odd,
        m is n - 1 and the window is symmetric.
    dtype : DType
        A floating point type.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of shape ``(n,)``; a window of one weight is 1.

    Raises
    ------
    ValueError
        If `dtype` is not floating point.
    TypeError
        If `window_length` is not an integer.
    InvalidArgumentError
        If it is negative.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.signal.hann_window(4).numpy()
    array([0. , 0.5, 1. , 0.5], dtype=float32)
    """
    return _raised_cosine("hann_window", window_length, periodic, dtype, 0.5)


def hamming_window(
    window_length: Any, periodic: Any = True, dtype: Any = float32, name: str | None = None
) -> Tensor:
    r"""Hamming window :math:`0.54 - 0.46 \cos(2 \pi k / m)`.

    Parameters
    ----------
    window_length : int or Tensor
        The number n of weights.
    periodic : bool
        Whether m is n, so that repeated windows are periodic; otherwise, and always if n is odd,
        m is n - 1 and the window is symmetric.
    dtype : DType
        A floating point type.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of shape ``(n,)``; a window of one weight is 1.

    Raises
    ------
    ValueError
        If `dtype` is not floating point.
    TypeError
        If `window_length` is not an integer.
    InvalidArgumentError
        If it is negative.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.signal.hamming_window(4).numpy()
    array([0.08, 0.54, 1.  , 0.54], dtype=float32)
    """
    return _raised_cosine("hamming_window", window_length, periodic, dtype, 0.54)


def vorbis_window(window_length: Any, dtype: Any = float32, name: str | None = None) -> Tensor:
    r"""Vorbis window :math:`\sin(\frac{\pi}{2} \sin^2(\pi (k + \frac12) / n))`.

    Its squares and those of the window half a length further add up to 1.

    Parameters
    ----------
    window_length : int or Tensor
        The number n of weights.
    dtype : DType
        A floating point type.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of shape ``(n,)``.

    Raises
    ------
    ValueError
        If `dtype` is not floating point.
    TypeError
        If `window_length` is not an integer.
    InvalidArgumentError
        If it is negative.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.signal.vorbis_window(4).numpy().round(4)
    array([0.228 , 0.9737, 0.9737, 0.228 ], dtype=float32)
    """
    length, numpy_dtype = window_arguments("vorbis_window", window_length, dtype)
    sines = np.sin(np.pi / max(length, 1) * (np.arange(length) + 0.5))
    return wrap_constant(np.sin(np.pi / 2.0 * sines**2).astype(numpy_dtype))


def _kaiser(op: str, length: int, beta: Any, dtype: np.dtype[Any]) -> Any:
    b = cast(operand(beta, dtype), dtype)
    if b._value.shape != ():
        raise InvalidArgumentError(
            f"{op}: beta must be a scalar, but its shape is {list(b._value.shape)}."
        )
    places = np.linspace(-1.0, 1.0, length) if length > 1 else np.zeros(length)
    inside = wrap_constant(np.sqrt(np.clip(1.0 - places**2, 0.0, 1.0)).astype(dtype))
    # Scaled Bessel functions, because I0 itself overflows.
    x = recording.multiply(b, inside)
    fade = recording.exp(recording.abs(x) - recording.abs(b))
    return recording.divide(fade * bessel_i0e(x), bessel_i0e(b))


def kaiser_window(
    window_length: Any, beta: Any = 12.0, dtype: Any = float32, name: str | None = None
) -> Tensor:
    r"""Kaiser window :math:`I_0(\beta \sqrt{1 - u^2}) / I_0(\beta)`, u going from -1 to 1.

    Parameters
    ----------
    window_length : int or Tensor
        The number n of weights, at least 1.
    beta : float or Tensor
        How sharply the window fades; 0 gives equal weights. Differentiable.
    dtype : DType
        A floating point type.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of shape ``(n,)``; a window of one weight is 1.

    Raises
    ------
    ValueError
        If `dtype` is not floating point.
    TypeError
        If `window_length` is not an integer.
    InvalidArgumentError
        If it is less than 1, or `beta` is not a scalar.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.signal.kaiser_window(5, beta=3.0).numpy().round(4)
    array([0.2049, 0.7269, 1.    , 0.7269, 0.2049], dtype=float32)
    """
    op = "kaiser_window"
    length, numpy_dtype = window_arguments(op, window_length, dtype)
    if length < 1:
        raise InvalidArgumentError(f"{op}: window_length must be at least 1, not {length}.")
    return _kaiser(op, length, beta, numpy_dtype)  # type: ignore[no-any-return]


def kaiser_bessel_derived_window(
    window_length: Any, beta: Any = 12.0, dtype: Any = float32, name: str | None = None
) -> Tensor:
    """Kaiser-Bessel derived window: roots of the running sums of a Kaiser window, and mirrored.

    Its squares and those of the window half a length further add up to 1.

    Parameters
    ----------
    window_length : int or Tensor
        The number n of weights; one less if it is odd.
    beta : float or Tensor
        How sharply the window fades. Differentiable.
    dtype : DType
        A floating point type.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of shape ``(2 * (n // 2),)``.

    Raises
    ------
    ValueError
        If `dtype` is not floating point.
    TypeError
        If `window_length` is not an integer.
    InvalidArgumentError
        If it is negative, or `beta` is not a scalar.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.signal.kaiser_bessel_derived_window(4, beta=3.0).numpy().round(4)
    array([0.3812, 0.9245, 0.9245, 0.3812], dtype=float32)
    """
    op = "kaiser_bessel_derived_window"
    length, numpy_dtype = window_arguments(op, window_length, dtype)
    sums = cumsum(_kaiser(op, length // 2 + 1, beta, numpy_dtype))
    rising = recording.sqrt(sums[:-1] / sums[-1])
    return concat([rising, reverse(rising, [0])], 0)
