r"""Fourier transforms of signals whose spectra are real: Hermitian signals, kept by one half.

With H the half spectrum of `rfft`, ``hfft`` of a half signal is ``irfft`` of its conjugate with the
norm of the other direction, and ``ihfft`` the conjugate of ``rfft`` likewise.
"""

from __future__ import annotations

from typing import Any

from tapegrad.core.convert import operand
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops import complex  # noqa: F401 - used as recording.conj
from tapegrad.ops.arguments import axes_argument, axis_argument, ints_argument
from tapegrad.ops.transform_arguments import (
    COMPLEX,
    REAL,
    lengths_argument,
    norm_argument,
    require_rank,
    transform_operand,
    with_lengths,
)

__all__ = ("hfft", "hfft2", "hfftn", "ihfft", "ihfft2", "ihfftn")

_OTHER_NORM = {"backward": "forward", "forward": "backward", "ortho": "ortho"}


def _signal(op: str, value: Any) -> Any:
    """The input; arrays keep their dtype, while numbers become float32 or complex64."""
    if hasattr(value, "dtype"):
        value = operand(value)
    kinds = REAL if op.startswith("i") else COMPLEX
    x = transform_operand(op, value, kinds, InvalidArgumentError)
    require_rank(op, x, 1, InvalidArgumentError)
    return x


def _hermitian(
    op: str, value: Any, axes: tuple[int, ...] | None, sizes: Any, norm: str | None, name: str
) -> Tensor:
    """Either direction, told apart by `op`, over axes of which None stands for all."""
    inverse = op.startswith("i")
    x = _signal(op, value)
    other_norm = _OTHER_NORM[norm_argument(op, norm)]
    if axes is None and sizes is not None:
        count = len(ints_argument(sizes, op, name))
        require_rank(op, x, count, InvalidArgumentError)
        over = tuple(range(-count, 0))
    else:
        over = axes_argument(axes, x._value.ndim, op)
    if not over:
        raise InvalidArgumentError(f"{op}: there must be at least one axis to transform.")
    lengths = None if sizes is None else lengths_argument(op, sizes, len(over), name)
    if inverse:
        return recording.conj(  # type: ignore[no-any-return]
            with_lengths("rfft", op, x, over, lengths, other_norm, name)
        )
    return with_lengths("irfft", op, recording.conj(x), over, lengths, other_norm, name)


def _along(op: str, x: Any, n: Any, axis: Any, norm: str | None) -> Tensor:
    x = _signal(op, x)
    over = (axis_argument(axis, x._value.ndim, op),)
    return _hermitian(op, x, over, None if n is None else [n], norm, "n")


def hfft(
    x: Any, n: Any = None, axis: Any = -1, norm: str | None = None, name: str | None = None
) -> Tensor:
    r"""Fourier transform of a Hermitian signal, :math:`x_{-j} = \bar x_j`, whose spectrum is real.

    Only the entries from 0 to ``n // 2`` of the signal are given; the others are conjugates.

    Parameters
    ----------
    x : Tensor
        Of dtype complex64 or complex128 and rank at least 1.
    n : int or Tensor, optional
        The size of the spectrum, by default ``2 * (m - 1)`` for m entries. The input is cut at the
        end or filled up with zeros to ``n // 2 + 1``.
    axis : int
        The axis to transform.
    norm : {"backward", "ortho", "forward"}, optional
        Which direction is divided by `n`: by default the inverse; with ``"ortho"`` both by its
        square root.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        float32 for complex64, float64 for complex128.

    Raises
    ------
    InvalidArgumentError
        If the dtype, the axis or the size does not fit.
    ValueError
        If there is no such `norm`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.signal.hfft([1 + 0j, 2j, 3 + 0j]).numpy()
    array([ 4.,  2.,  4., -6.])
    """
    return _along("hfft", x, n, axis, norm)


def ihfft(
    x: Any, n: Any = None, axis: Any = -1, norm: str | None = None, name: str | None = None
) -> Tensor:
    """Inverse of `hfft`: the half of a Hermitian signal that has a real spectrum.

    Parameters
    ----------
    x : Tensor
        Of dtype float32 or float64 and rank at least 1.
    n : int or Tensor, optional
        The size of the spectrum: the input is cut at the end or filled up with zeros to it.
    axis : int
        The axis to transform.
    norm : {"backward", "ortho", "forward"}, optional
        Which direction is divided by `n`: by default this one; with ``"ortho"`` both by its square
        root.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        complex64 for float32, complex128 for float64; the axis has size ``n // 2 + 1``.

    Raises
    ------
    InvalidArgumentError
        If the dtype, the axis or the size does not fit.
    ValueError
        If there is no such `norm`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.signal.ihfft([4.0, 2.0, 4.0, -6.0]).numpy()
    array([1.-0.j, 0.+2.j, 3.-0.j], dtype=complex64)
    """
    return _along("ihfft", x, n, axis, norm)


def hfftn(
    x: Any, s: Any = None, axes: Any = None, norm: str | None = None, name: str | None = None
) -> Tensor:
    """Fourier transform of a Hermitian signal over several axes, `hfft` being over one.

    Parameters
    ----------
    x : Tensor
        Of dtype complex64 or complex128 and rank at least 1; the last of the axes holds one half.
    s : list of int or Tensor, optional
        Sizes of the spectrum, one for each transformed axis: the input is cut at the end or filled
        up with zeros to them, the last axis to ``n // 2 + 1``.
    axes : list of int or Tensor, optional
        The axes to transform; by default all, or as many of the last ones as `s` has entries.
    norm : {"backward", "ortho", "forward"}, optional
        Which direction is divided by the number of entries: by default the inverse; with
        ``"ortho"`` both by its square root.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        float32 for complex64, float64 for complex128.

    Raises
    ------
    InvalidArgumentError
        If the dtype, an axis or a size does not fit.
    ValueError
        If there is no such `norm`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.signal.hfftn(tf.ones([2, 2], tf.complex64)).numpy()
    array([[4., 0.],
           [0., 0.]], dtype=float32)
    """
    return _hermitian("hfftn", x, axes, s, norm, "s")


def ihfftn(
    x: Any, s: Any = None, axes: Any = None, norm: str | None = None, name: str | None = None
) -> Tensor:
    """Inverse of `hfftn`: the half of a Hermitian signal that has a real spectrum.

    Parameters
    ----------
    x : Tensor
        Of dtype float32 or float64 and rank at least 1.
    s : list of int or Tensor, optional
        Sizes of the spectrum, one for each transformed axis: the input is cut at the end or filled
        up with zeros to them.
    axes : list of int or Tensor, optional
        The axes to transform; by default all, or as many of the last ones as `s` has entries.
    norm : {"backward", "ortho", "forward"}, optional
        Which direction is divided by the number of entries: by default this one; with ``"ortho"``
        both by its square root.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        complex64 for float32, complex128 for float64; the last transformed axis has size
        ``n // 2 + 1``.

    Raises
    ------
    InvalidArgumentError
        If the dtype, an axis or a size does not fit.
    ValueError
        If there is no such `norm`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.signal.ihfftn([[4.0, 0.0], [0.0, 0.0]]).numpy().real
    array([[1., 1.],
           [1., 1.]], dtype=float32)
    """
    return _hermitian("ihfftn", x, axes, s, norm, "s")


def hfft2(
    x: Any, s: Any = None, axes: Any = (-2, -1), norm: str | None = None, name: str | None = None
) -> Tensor:
    """Fourier transform of a Hermitian signal over two axes: `hfftn` with other default axes.

    Parameters
    ----------
    x : Tensor
        Of dtype complex64 or complex128 and rank at least 2.
    s : list of int or Tensor, optional
        Sizes of the spectrum, one for each of the two axes.
    axes : list of int or Tensor
        The axes to transform.
    norm : {"backward", "ortho", "forward"}, optional
        See `hfftn`.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        float32 for complex64, float64 for complex128.

    Raises
    ------
    InvalidArgumentError
        If the dtype, an axis or a size does not fit.
    ValueError
        If there is no such `norm`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.signal.hfft2(tf.ones([3, 2, 2], tf.complex64)).shape
    TensorShape([3, 2, 2])
    """
    return _hermitian("hfft2", x, axes, s, norm, "s")


def ihfft2(
    x: Any, s: Any = None, axes: Any = (-2, -1), norm: str | None = None, name: str | None = None
) -> Tensor:
    """Inverse of `hfft2`: `ihfftn` with other default axes.

    Parameters
    ----------
    x : Tensor
        Of dtype float32 or float64 and rank at least 2.
    s : list of int or Tensor, optional
        Sizes of the spectrum, one for each of the two axes.
    axes : list of int or Tensor
        The axes to transform.
    norm : {"backward", "ortho", "forward"}, optional
        See `ihfftn`.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        complex64 for float32, complex128 for float64.

    Raises
    ------
    InvalidArgumentError
        If the dtype, an axis or a size does not fit.
    ValueError
        If there is no such `norm`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.signal.ihfft2(tf.ones([3, 2, 4])).shape
    TensorShape([3, 2, 3])
    """
    return _hermitian("ihfft2", x, axes, s, norm, "s")
