"""Fourier transforms of one, two, three and more axes, and shifts of their results."""

from __future__ import annotations

from typing import Any

from tapegrad.core.convert import operand
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arguments import axes_argument, ints_argument
from tapegrad.ops.arranging import roll
from tapegrad.ops.transform_arguments import (
    COMPLEX,
    REAL,
    lengths_argument,
    norm_argument,
    require_rank,
    transform_operand,
    with_lengths,
)

__all__ = (
    "fft",
    "fft2d",
    "fft3d",
    "fftnd",
    "fftshift",
    "ifft",
    "ifft2d",
    "ifft3d",
    "ifftnd",
    "ifftshift",
    "irfft",
    "irfft2d",
    "irfft3d",
    "irfftnd",
    "rfft",
    "rfft2d",
    "rfft3d",
    "rfftnd",
)


def _full(kind: str, op: str, rank: int, example: str) -> Any:
    """The public function of a transform of complex numbers over the last axes."""

    def transform(input: Any, name: str | None = None) -> Tensor:
        x = transform_operand(op, input, COMPLEX, InvalidArgumentError)
        require_rank(op, x, rank, InvalidArgumentError)
        return primitive(x, axes=axes, norm="backward")  # type: ignore[no-any-return]

    axes = tuple(range(-rank, 0))
    primitive = getattr(recording, kind)
    return _documented(transform, op, kind, rank, "input", "", example)


def _half(kind: str, op: str, rank: int, example: str) -> Any:
    """The public function of a transform from or to real numbers over the last axes."""

    def transform(input_tensor: Any, fft_length: Any = None, name: str | None = None) -> Tensor:
        x = transform_operand(op, input_tensor, names, ValueError)
        require_rank(op, x, rank, ValueError)
        lengths = None if fft_length is None else lengths_argument(op, fft_length, rank)
        return with_lengths(kind, op, x, axes, lengths, "backward")

    names = COMPLEX if kind == "irfft" else REAL
    axes = tuple(range(-rank, 0))
    length = _LENGTH.format(count=f"{rank} integer(s), one for each axis")
    return _documented(transform, op, kind, rank, "input_tensor", length, example)


def _over_axes(kind: str, example: str) -> Any:
    """The public function of a transform over any axes."""

    def transform(
        input_tensor: Any,
        fft_length: Any = None,
        axes: Any = None,
        norm: str | None = None,
        name: str | None = None,
    ) -> Tensor:
        x = transform_operand(op, input_tensor, names, InvalidArgumentError)
        ndim = x._value.ndim
        over_norm = norm_argument(op, norm)
        if axes is None and fft_length is not None:
            wanted = len(ints_argument(fft_length, op, "fft_length"))
            require_rank(op, x, wanted, InvalidArgumentError)
            over = tuple(range(-wanted, 0))
        else:
            over = axes_argument(axes, ndim, op)
        if not over:
            raise InvalidArgumentError(f"{op}: there must be at least one axis to transform.")
        lengths = None if fft_length is None else lengths_argument(op, fft_length, len(over))
        return with_lengths(kind, op, x, over, lengths, over_norm)

    names = REAL if kind == "rfft" else COMPLEX
    op = f"{kind}nd"
    more = _LENGTH.format(count="integers, one for each transformed axis") + _AXES_AND_NORM
    return _documented(transform, op, kind, 1, "input_tensor", more, example)


_KINDS = {
    "fft": ("Fourier transform", "Of the same shape and dtype."),
    "ifft": ("Inverse Fourier transform", "Of the same shape and dtype."),
    "rfft": (
        "Fourier transform of real numbers",
        (
            "complex64 for float32, complex128 for float64; the last transformed axis has size\n"
            "    ``n // 2 + 1``, because the other entries are conjugates of these."
        ),
    ),
    "irfft": (
        "Inverse Fourier transform to real numbers",
        (
            "float32 for complex64, float64 for complex128; the last transformed axis has size\n"
            "    ``2 * (n - 1)``, or what `fft_length` says."
        ),
    ),
}

_LENGTH = """fft_length : list of int or Tensor, optional
    Sizes of the signal, {count}: the input is cut at the end or filled up with zeros to
    them.
"""

_AXES_AND_NORM = """axes : list of int or Tensor, optional
    The axes to transform; by default all, or as many of the last ones as `fft_length` has entries.
norm : {"backward", "ortho", "forward"}, optional
    Which direction is divided by the number of entries: by default the inverse; with ``"ortho"``
    both by its square root.
"""

_DOC = """{what} over {axes}.

Parameters
----------
{argument} : Tensor
    Of dtype {names} and rank at least {rank}.
{more}name : str, optional
    Ignored.

Returns
-------
Tensor
    {result}

Raises
------
{error}
    If the dtype or the rank does not fit.
InvalidArgumentError
    If a size does not fit.

Examples
--------
>>> import tapegrad as tf
{example}
"""


def _documented(
    function: Any, op: str, kind: str, rank: int, argument: str, more: str, example: str
) -> Any:
    what, result = _KINDS[kind]
    axes = (
        "some axes" if op.endswith("nd") else ("the last axis", "two axes", "three axes")[rank - 1]
    )
    function.__name__ = function.__qualname__ = op
    function.__doc__ = _DOC.format(
        what=what,
        axes=axes if rank == 1 else f"the last {axes}",
        argument=argument,
        names=" or ".join(REAL if kind == "rfft" else COMPLEX),
        rank=rank,
        more=more,
        result=result,
        error="ValueError" if more else "InvalidArgumentError",
        example=example,
    )
    return function


_TWO = ">>> tf.signal.{}(tf.eye(2, dtype=tf.{})).numpy()"
_THREE = ">>> tf.signal.{}(tf.ones([2, 2, 2], tf.{})).numpy().sum()"

fft = _full(
    "fft",
    "fft",
    1,
    ">>> tf.signal.fft([1.0, 2.0, 3.0, 4.0]).numpy()\n"
    "array([10.+0.j, -2.+2.j, -2.+0.j, -2.-2.j], dtype=complex64)",
)
ifft = _full(
    "ifft",
    "ifft",
    1,
    ">>> tf.signal.ifft([4.0, 0.0]).numpy()\narray([2.+0.j, 2.+0.j], dtype=complex64)",
)
rfft = _half(
    "rfft",
    "rfft",
    1,
    ">>> tf.signal.rfft([1.0, 2.0, 3.0, 4.0]).numpy()\n"
    "array([10.+0.j, -2.+2.j, -2.+0.j], dtype=complex64)",
)
irfft = _half(
    "irfft",
    "irfft",
    1,
    ">>> tf.signal.irfft([10 + 0j, -2 + 2j, -2]).numpy()\narray([1., 2., 3., 4.], dtype=float32)",
)
fft2d = _full(
    "fft",
    "fft2d",
    2,
    _TWO.format("fft2d", "complex64") + ".real\narray([[2., 0.],\n       [0., 2.]], dtype=float32)",
)
ifft2d = _full(
    "ifft",
    "ifft2d",
    2,
    _TWO.format("ifft2d", "complex64") + ".real\n"
    "array([[0.5, 0. ],\n       [0. , 0.5]], dtype=float32)",
)
rfft2d = _half(
    "rfft",
    "rfft2d",
    2,
    _TWO.format("rfft2d", "float32") + ".real\narray([[2., 0.],\n       [0., 2.]], dtype=float32)",
)
irfft2d = _half(
    "irfft",
    "irfft2d",
    2,
    _TWO.format("irfft2d", "complex64") + "\n"
    "array([[0.5, 0. ],\n       [0. , 0.5]], dtype=float32)",
)
fft3d = _full("fft", "fft3d", 3, _THREE.format("fft3d", "complex64") + "\nnp.complex64(8+0j)")
ifft3d = _full("ifft", "ifft3d", 3, _THREE.format("ifft3d", "complex64") + "\nnp.complex64(1+0j)")
rfft3d = _half("rfft", "rfft3d", 3, _THREE.format("rfft3d", "float32") + "\nnp.complex64(8+0j)")
irfft3d = _half("irfft", "irfft3d", 3, _THREE.format("irfft3d", "complex64") + "\nnp.float32(1.0)")
fftnd = _over_axes(
    "fft",
    ">>> tf.signal.fftnd([[1.0, 2.0], [3.0, 4.0]], axes=[0]).numpy().real\n"
    "array([[ 4.,  6.],\n       [-2., -2.]], dtype=float32)",
)
ifftnd = _over_axes(
    "ifft",
    '>>> tf.signal.ifftnd([[4.0, 0.0]], axes=[1], norm="forward").numpy().real\n'
    "array([[4., 4.]], dtype=float32)",
)
rfftnd = _over_axes(
    "rfft",
    ">>> tf.signal.rfftnd([[1.0, 2.0], [3.0, 4.0]], fft_length=[4], axes=[0]).shape\n"
    "TensorShape([3, 2])",
)
irfftnd = _over_axes(
    "irfft",
    ">>> tf.signal.irfftnd([[4.0, 0.0]], fft_length=[3]).shape\nTensorShape([1, 3])",
)


def _shifted(op: str, x: Any, axes: Any, direction: int) -> Tensor:
    x = operand(x)
    require_rank(op, x, 1, InvalidArgumentError)
    over = axes_argument(axes, x._value.ndim, op)
    # Half of the size, rounded down one way and up the other.
    shifts = [direction * (x._value.shape[axis] // 2) for axis in over]
    return roll(x, shifts, list(over))


def fftshift(x: Any, axes: Any = None, name: str | None = None) -> Tensor:
    """Move the entry of frequency zero to the middle of axes.

    Parameters
    ----------
    x : Tensor
        A tensor of rank at least 1.
    axes : int, list of int or Tensor, optional
        The axes to shift; by default all.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the same shape and dtype.

    Raises
    ------
    InvalidArgumentError
        If an axis does not exist or is named twice.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.signal.fftshift([0, 1, 2, -2, -1]).numpy().tolist()
    [-2, -1, 0, 1, 2]
    """
    return _shifted("fftshift", x, axes, 1)


def ifftshift(x: Any, axes: Any = None, name: str | None = None) -> Tensor:
    """Undo `fftshift`: move the middle entry of axes to the front.

    Parameters
    ----------
    x : Tensor
        A tensor of rank at least 1.
    axes : int, list of int or Tensor, optional
        The axes to shift; by default all.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the same shape and dtype.

    Raises
    ------
    InvalidArgumentError
        If an axis does not exist or is named twice.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.signal.ifftshift([-2, -1, 0, 1, 2]).numpy().tolist()
    [0, 1, 2, -2, -1]
    """
    return _shifted("ifftshift", x, axes, -1)
