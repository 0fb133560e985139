"""Convolution and correlation of sequences, computed directly or, for long ones, by transforms."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.define import bilinear
from tapegrad.core.primitive import apply
from tapegrad.core.structural import along
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops import arranging  # noqa: F401 - a primitive
from tapegrad.ops.operands import operand_pair, require_kinds, require_same_dtype
from tapegrad.ops.softmax import in_single_precision

__all__ = ("convolve", "correlate")

# When both are at least this long, transforms are faster than products.
_LONG = 512


@in_single_precision
def _convolve(a: Any, b: Any) -> Any:
    n, m = a.shape[-1], b.shape[-1]
    lead = np.broadcast_shapes(a.shape[:-1], b.shape[:-1])
    if not (n and m and all(lead)):
        return np.zeros((*lead, max(n + m - 1, 0)), a.dtype)
    if (
        min(n, m) >= _LONG
        and a.dtype.kind in "fc"
        and np.isfinite(a).all()
        and np.isfinite(b).all()
    ):
        return _by_transforms(a, b, n + m - 1)
    if not lead:
        return np.convolve(a, b)
    y = np.empty((*lead, n + m - 1), a.dtype)
    a, b = np.broadcast_to(a, (*lead, n)), np.broadcast_to(b, (*lead, m))
    for line in np.ndindex(lead):
        y[line] = np.convolve(a[line], b[line])
    return y


def _by_transforms(a: Any, b: Any, length: int) -> Any:
    from scipy import fft

    size = fft.next_fast_len(length, real=a.dtype.kind == "f")
    if a.dtype.kind == "c":
        y = fft.ifft(fft.fft(a, size) * fft.fft(b, size), size)
    else:
        y = fft.irfft(fft.rfft(a, size) * fft.rfft(b, size), size)
    return y[..., :length]


def _against(F: Any, g: Any, other: Any, shape: tuple[int, ...]) -> Any:
    """The cotangent of one factor: that of the product, correlated with the other factor."""
    m = other.shape[-1]
    whole = F.convolve(g, F.conj(F.reverse(other, axes=(-1,))))
    part = F.getitem(whole, index=along(-1, slice(m - 1, m - 1 + shape[-1])))
    return part if tuple(part.shape) == shape else F.sum_to(part, to=shape)


# a (..., n), b (..., m): their full convolution (..., n + m - 1), leading axes broadcast.
_convolved = bilinear(
    "convolve",
    _convolve,
    lambda F, g, b, shapes: _against(F, g, b, shapes[0]),
    lambda F, g, a, shapes: _against(F, g, a, shapes[1]),
)


def _sequences(op: str, a: Any, v: Any) -> tuple[Any, Any]:
    x, y = operand_pair(a, v)
    require_kinds(op, x, "iufc", "float32")
    require_same_dtype(op, x, y)
    shapes = x._value.shape, y._value.shape
    if not (shapes[0] and shapes[1] and shapes[0][-1] and shapes[1][-1]):
        raise InvalidArgumentError(
            f"{op}: a sequence cannot be empty or a scalar, but the shapes are {list(shapes[0])} "
            f"and {list(shapes[1])}."
        )
    try:
        np.broadcast_shapes(shapes[0][:-1], shapes[1][:-1])
    except ValueError:
        raise InvalidArgumentError(
            f"{op}: all axes but the last must broadcast, but the shapes are {list(shapes[0])} and "
            f"{list(shapes[1])}."
        ) from None
    return x, y


def _cut(op: str, x: Any, y: Any, mode: Any, to_the_right: bool = False) -> Any:
    """The convolution, or its part of length max(n, m), or that without incomplete sums."""
    n, m = x._value.shape[-1], y._value.shape[-1]
    short, long = min(n, m), max(n, m)
    if mode not in ("full", "same", "valid"):
        raise ValueError(f"{op}: mode must be 'full', 'same' or 'valid', not {mode!r}.")
    whole = apply(_convolved, (x, y), {})
    if mode == "full":
        return whole
    start = short - 1 if mode == "valid" else short // 2 if to_the_right else (short - 1) // 2
    count = long - short + 1 if mode == "valid" else long
    return recording.getitem(whole, index=along(-1, slice(start, start + count)))


def convolve(a: Any, v: Any, mode: str = "full", name: str | None = None) -> Tensor:
    r"""Convolution of two sequences, :math:`y_k = \sum_i a_i v_{k - i}`.

    Parameters
    ----------
    a, v : Tensor
        Numeric tensors of one dtype and of shapes ``(..., n)`` and ``(..., m)``, whose leading
        axes broadcast.
    mode : {'full', 'same', 'valid'}
        All n + m - 1 numbers; the max(n, m) in the middle; or those whose sums are complete.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the same dtype.

    Raises
    ------
    InvalidArgumentError
        If dtypes or shapes do not fit, or a sequence is empty.
    ValueError
        If `mode` is something else.

    Notes
    -----
    Where both sequences are long, Fourier transforms compute it, with rounding errors relative to
    the largest entries. The gradient is a correlation.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.convolve([1.0, 2.0, 3.0], [0.0, 1.0, 0.5]).numpy()
    array([0. , 1. , 2.5, 4. , 1.5], dtype=float32)
    """
    x, y = _sequences("convolve", a, v)
    return _cut("convolve", x, y, mode)  # type: ignore[no-any-return]


def correlate(a: Any, v: Any, mode: str = "valid", name: str | None = None) -> Tensor:
    r"""Cross-correlation of two sequences, :math:`y_k = \sum_i a_{i + k} \overline{v_i}`.

    Parameters
    ----------
    a, v : Tensor
        Numeric tensors of one dtype and of shapes ``(..., n)`` and ``(..., m)``, whose leading
        axes broadcast.
    mode : {'valid', 'same', 'full'}
        The numbers whose sums are complete; the max(n, m) in the middle; or all n + m - 1.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the same dtype.

    Raises
    ------
    InvalidArgumentError
        If dtypes or shapes do not fit, or a sequence is empty.
    ValueError
        If `mode` is something else.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.correlate([1.0, 2.0, 3.0], [0.0, 1.0, 0.5], mode="full").numpy()
    array([0.5, 2. , 3.5, 3. , 0. ], dtype=float32)
    """
    x, y = _sequences("correlate", a, v)
    turned = recording.conj(recording.reverse(y, axes=(-1,)))
    swapped = x._value.shape[-1] < y._value.shape[-1]
    return _cut("correlate", x, turned, mode, to_the_right=swapped)  # type: ignore[no-any-return]
