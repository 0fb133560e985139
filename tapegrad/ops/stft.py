"""Short-time Fourier transforms: the spectra of overlapping frames, and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tapegrad.core.convert import operand
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.ops.elementwise import divide, multiply
from tapegrad.ops.fft import fitted
from tapegrad.ops.fourier import irfft, rfft
from tapegrad.ops.frames import frame, overlap_and_add, size_argument
from tapegrad.ops.windows import hann_window

__all__ = ("inverse_stft", "inverse_stft_window_fn", "stft")


def _fft_length(op: str, fft_length: Any, frame_length: int) -> int:
    if fft_length is None:
        return 1 << max(frame_length - 1, 0).bit_length()
    return size_argument(fft_length, op, "fft_length", 1)


def stft(
    signals: Any,
    frame_length: Any,
    frame_step: Any,
    fft_length: Any = None,
    window_fn: Callable[..., Any] | None = hann_window,
    pad_end: bool = False,
    name: str | None = None,
) -> Tensor:
    """Short-time Fourier transform: the spectra of frames of a signal, weighted by a window.

    Parameters
    ----------
    signals : Tensor
        Of shape ``(..., n)`` and dtype float32 or float64.
    frame_length, frame_step : int or Tensor
        The number of entries of a frame, and from the beginning of one to that of the next.
    fft_length : int or Tensor, optional
        The size of the transforms; by default the smallest power of two that holds a frame.
    window_fn : callable, optional
        ``window_fn(frame_length, dtype=dtype)`` makes the window; None stands for equal weights.
    pad_end : bool
        Whether frames that reach beyond the end are filled up with zeros, rather than left out.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of shape ``(..., count, fft_length // 2 + 1)``; complex64 for float32, complex128 for
        float64.

    Raises
    ------
    ValueError
        If the dtype or the rank does not fit.
    InvalidArgumentError
        If a number is not an integer or too small.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.signal.stft(tf.ones([12]), frame_length=4, frame_step=2).numpy()[0]
    array([ 2.+0.j, -1.+0.j,  0.+0.j], dtype=complex64)
    """
    x = operand(signals)
    length = size_argument(frame_length, "stft", "frame_length", 1)
    size = _fft_length("stft", fft_length, length)
    frames = frame(x, length, frame_step, pad_end)
    if window_fn is not None:
        frames = multiply(frames, window_fn(length, dtype=frames.dtype))
    return rfft(frames, [size])  # type: ignore[no-any-return]


def inverse_stft(
    stfts: Any,
    frame_length: Any,
    frame_step: Any,
    fft_length: Any = None,
    window_fn: Callable[..., Any] | None = hann_window,
    name: str | None = None,
) -> Tensor:
    """Signals from the spectra of their frames.

    It gives back what `stft` was given, apart from both ends, if the window is that of
    `inverse_stft_window_fn`.

    Parameters
    ----------
    stfts : Tensor
        Of shape ``(..., count, fft_length // 2 + 1)`` and dtype complex64 or complex128.
    frame_length, frame_step : int or Tensor
        The number of entries of a frame, and from the beginning of one to that of the next.
    fft_length : int or Tensor, optional
        The size of the transforms; by default the smallest power of two that holds a frame.
    window_fn : callable, optional
        ``window_fn(frame_length, dtype=dtype)`` makes the window; None stands for equal weights.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of shape ``(..., (count - 1) * frame_step + frame_length)``; float32 for complex64,
        float64 for complex128.

    Raises
    ------
    ValueError
        If the dtype or the rank does not fit.
    InvalidArgumentError
        If a number is not an integer or too small.

    Examples
    --------
    >>> import tapegrad as tf
    >>> spectra = tf.signal.stft(tf.range(12.0), frame_length=4, frame_step=2)
    >>> window = tf.signal.inverse_stft_window_fn(frame_step=2)
    >>> tf.signal.inverse_stft(spectra, 4, 2, window_fn=window).numpy()[2:10].round(4)
    array([2., 3., 4., 5., 6., 7., 8., 9.], dtype=float32)
    """
    z = operand(stfts)
    length = size_argument(frame_length, "inverse_stft", "frame_length", 1)
    size = _fft_length("inverse_stft", fft_length, length)
    frames = fitted(recording, irfft(z, [size]), (-1,), (length,))
    if window_fn is not None:
        frames = multiply(frames, window_fn(length, dtype=frames.dtype))
    return overlap_and_add(frames, frame_step)


def inverse_stft_window_fn(
    frame_step: Any,
    forward_window_fn: Callable[..., Any] = hann_window,
    name: str | None = None,
) -> Callable[..., Tensor]:
    r"""The window with which `inverse_stft` undoes `stft`.

    It is the window w of `stft` divided by the sum of its squares at all frames that cover an
    entry: :math:`w_k / \sum_i w_{k + i s}^2`.

    Parameters
    ----------
    frame_step : int or Tensor
        From the beginning of a frame to that of the next.
    forward_window_fn : callable
        What `stft` had as its `window_fn`.
    name : str, optional
        Ignored.

    Returns
    -------
    callable
        ``window_fn(frame_length, dtype)``, for `inverse_stft`.

    Raises
    ------
    InvalidArgumentError
        If `frame_step` is not an integer or too small.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.signal.inverse_stft_window_fn(2)(4, tf.float32).numpy()
    array([0., 1., 1., 1.], dtype=float32)
    """
    op = "inverse_stft_window_fn"
    step = size_argument(frame_step, op, "frame_step", 1)

    def inverse_stft_window(frame_length: Any, dtype: Any) -> Tensor:
        length = size_argument(frame_length, op, "frame_length", 1)
        window = operand(forward_window_fn(length, dtype=dtype))
        stretches = -(-length // step)
        squares = fitted(recording, window * window, (-1,), (stretches * step,))
        sums = recording.reduce_sum(
            recording.reshape(squares, to=(stretches, step)), axes=(-2,), keepdims=True
        )
        spread = recording.broadcast_to(sums, to=(stretches, step))
        spread = recording.reshape(spread, to=(stretches * step,))
        return divide(window, fitted(recording, spread, (-1,), (length,)))  # type: ignore[no-any-return]

    return inverse_stft_window
