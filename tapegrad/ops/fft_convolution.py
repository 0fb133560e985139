"""Convolution of signals through their Fourier transforms."""

from __future__ import annotations

from typing import Any

from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arguments import axes_argument
from tapegrad.ops.fft import fitted
from tapegrad.ops.operands import operands_of_one_dtype
from tapegrad.ops.transform_arguments import COMPLEX, REAL

__all__ = ("fftconvolve",)


def _inputs(op: str, in1: Any, in2: Any) -> tuple[Any, Any]:
    a, b = operands_of_one_dtype(op, (in1, in2))
    if a.dtype.name not in REAL + COMPLEX:
        raise InvalidArgumentError(
            f"{op}: the inputs must be float32, float64, complex64 or complex128, not "
            f"{a.dtype.name} (shapes {a.shape} and {b.shape}). Use tf.cast."
        )
    if a._value.ndim != b._value.ndim:
        raise InvalidArgumentError(
            f"{op}: in1 and in2 should have the same dimensionality. Expect: equal ranks, "
            f"Actual: shapes {list(a._value.shape)} and {list(b._value.shape)}. Add axes with "
            f"tf.expand_dims."
        )
    return a, b


def _swapped(op: str, first: Any, second: Any, over: tuple[int, ...]) -> bool:
    """For "valid": whether the second signal is the larger one; one must be so everywhere."""
    if all(first[axis] >= second[axis] for axis in over):
        return False
    if all(second[axis] >= first[axis] for axis in over):
        return True
    raise InvalidArgumentError(
        f"{op}: for 'valid' mode, one input must be at least as large as the other in every "
        f"convolved axis, but the shapes are {list(first)} and {list(second)}. Use mode='full'."
    )


def fftconvolve(
    in1: Any, in2: Any, mode: str = "full", axes: Any = None, name: str | None = None
) -> Tensor:
    r"""Convolution :math:`y_k = \sum_j a_j b_{k-j}` by way of Fourier transforms.

    For n entries it takes time of order :math:`n \log n`, by the theorem that a transform turns
    convolution into multiplication. Errors are relative to the largest entry of the result.

    Parameters
    ----------
    in1 : Tensor
        A tensor of dtype float32, float64, complex64 or complex128.
    in2 : Tensor
        A tensor of the same dtype and rank.
    mode : {"full", "same", "valid"}
        ``"full"``: all sums, ``n1 + n2 - 1`` along each axis; ``"same"``: the middle of them, as
        many as `in1` has; ``"valid"``: those without the zeros beyond the ends, for which one
        input must be at least as large as the other along every axis.
    axes : int, list of int or Tensor, optional
        The axes to convolve; by default all. The others broadcast.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the same dtype and rank; empty if an input is.

    Raises
    ------
    ValueError
        If there is no such `mode`.
    InvalidArgumentError
        If dtypes, ranks, axes or shapes do not fit.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.signal.fftconvolve([1.0, 2.0, 3.0], [1.0, 1.0]).numpy().round(4)
    array([1., 3., 5., 3.], dtype=float32)
    >>> tf.signal.fftconvolve([1.0, 2.0, 3.0], [1.0, 1.0], mode="valid").numpy().round(4)
    array([3., 5.], dtype=float32)
    """
    op = "fftconvolve"
    a, b = _inputs(op, in1, in2)
    if mode not in ("full", "same", "valid"):
        raise ValueError(f"{op}: Acceptable modes are 'valid', 'same', or 'full', not {mode!r}.")
    first, second = a._value.shape, b._value.shape
    if not first and axes is None:
        return recording.multiply(a, b)  # type: ignore[no-any-return]
    over = axes_argument(axes, len(first), op)
    if not over:
        raise InvalidArgumentError(f"{op}: when provided, axes cannot be empty.")
    for axis in set(range(-len(first), 0)).difference(over):
        if first[axis] != second[axis] and 1 not in (first[axis], second[axis]):
            raise InvalidArgumentError(
                f"{op}: incompatible shapes for in1 and in2: {list(first)} and {list(second)}; "
                f"axis {axis} is not convolved, so its sizes must be equal or 1."
            )
    if mode == "valid" and _swapped(op, first, second, over):
        a, b, first, second = b, a, second, first
    full = {axis: max(first[axis] + second[axis] - 1, 0) for axis in over}
    begins, sizes = dict.fromkeys(over, 0), dict(full)
    if mode != "full":
        for axis in over:
            sizes[axis] = first[axis] - (second[axis] - 1 if mode == "valid" else 0)
            begins[axis] = (full[axis] - sizes[axis]) // 2
    empty = 0 in first or 0 in second
    spectrum = _product(a, b, over, tuple(max(full[axis], 1) for axis in over))
    index = [slice(None)] * len(first)
    for axis in over:
        index[axis] = slice(begins[axis], begins[axis] + (0 if empty else sizes[axis]))
    return recording.getitem(spectrum, index=(Ellipsis, *index))  # type: ignore[no-any-return]


def _product(a: Any, b: Any, over: tuple[int, ...], full: tuple[int, ...]) -> Any:
    """The full convolution, filled up with zeros to sizes that transform fast."""
    from scipy.fft import next_fast_len

    real = a._value.dtype.kind == "f"
    sizes = tuple(next_fast_len(n, real=real) for n in full)
    a, b = fitted(recording, a, over, sizes), fitted(recording, b, over, sizes)
    if not real:
        z = recording.fft(a, axes=over, norm="backward") * recording.fft(
            b, axes=over, norm="backward"
        )
        return recording.ifft(z, axes=over, norm="backward")
    z = recording.rfft(a, axes=over, norm="backward") * recording.rfft(
        b, axes=over, norm="backward"
    )
    return recording.irfft(z, axes=over, length=sizes[-1], norm="backward")
