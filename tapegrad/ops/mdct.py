"""Modified discrete cosine transforms: half as many numbers as samples, and back by overlapping."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from tapegrad.core.convert import operand
from tapegrad.core.tensor import Tensor
from tapegrad.ops.arranging import reverse
from tapegrad.ops.dct import dct
from tapegrad.ops.frames import frame, overlap_and_add, size_argument
from tapegrad.ops.joining import concat
from tapegrad.ops.windows import vorbis_window

__all__ = ("inverse_mdct", "mdct")


def _weighted(frames: Any, length: int, window_fn: Callable[..., Any] | None) -> Any:
    if window_fn is None:
        return frames * math.sqrt(0.5)
    return frames * window_fn(length, dtype=frames.dtype)


def mdct(
    signals: Any,
    frame_length: Any,
    window_fn: Callable[..., Any] | None = vorbis_window,
    pad_end: bool = False,
    norm: str | None = None,
    name: str | None = None,
) -> Tensor:
    """Modified discrete cosine transform of frames that overlap by half, folded to half their size.

    With the quarters a, b, c, d of a weighted frame it is the `dct` of type 4 of
    ``[-reverse(c) - d, a - reverse(b)]`` [1]_.

    Parameters
    ----------
    signals : Tensor
        Of shape ``(..., n)`` and dtype float32 or float64.
    frame_length : int or Tensor
        The number of entries of a frame, a multiple of 4.
    window_fn : callable, optional
        ``window_fn(frame_length, dtype=dtype)`` makes the window; None stands for equal weights of
        ``sqrt(1/2)``. The signal comes back if the squares of the window and of the same half a
        frame further add up to 1.
    pad_end : bool
        Whether frames that reach beyond the end are filled up with zeros, rather than left out.
    norm : {None, "ortho"}
        With ``"ortho"`` the matrix of the cosine transform is orthogonal.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of shape ``(..., count, frame_length // 2)``.

    Raises
    ------
    ValueError
        If `frame_length` is no multiple of 4, or `norm` is another.
    TypeError
        If the dtype is another.
    InvalidArgumentError
        If `frame_length` is not an integer or too small, or `signals` is a scalar.

    References
    ----------
    .. [1] J. P. Princen, A. W. Johnson, A. B. Bradley, Subband/transform coding using filter bank
       designs based on time domain aliasing cancellation, 1987.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.signal.mdct(tf.ones([8]), frame_length=4).shape
    TensorShape([3, 2])
    """
    length = size_argument(frame_length, "mdct", "frame_length", 1)
    if length % 4:
        raise ValueError(f"mdct: The frame length must be a multiple of 4, not {length}.")
    frames = _weighted(frame(signals, length, length // 2, pad_end), length, window_fn)
    quarter = length // 4
    a, b, c, d = (frames[..., i * quarter : (i + 1) * quarter] for i in range(4))
    folded = concat([-reverse(c, [-1]) - d, a - reverse(b, [-1])], -1)
    return dct(folded, type=4, norm=norm)


def inverse_mdct(
    mdcts: Any,
    window_fn: Callable[..., Any] | None = vorbis_window,
    norm: str | None = None,
    name: str | None = None,
) -> Tensor:
    """Signals from their modified discrete cosine transforms.

    It gives back what `mdct` was given, apart from half a frame at both ends, if `window_fn` and
    `norm` are the same.

    Parameters
    ----------
    mdcts : Tensor
        Of shape ``(..., count, frame_length // 2)`` and dtype float32 or float64.
    window_fn : callable, optional
        ``window_fn(frame_length, dtype=dtype)`` makes the window; None stands for equal weights of
        ``sqrt(1/2)``.
    norm : {None, "ortho"}
        What `mdct` had as its `norm`.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of shape ``(..., (count + 1) * frame_length // 2)``.

    Raises
    ------
    ValueError
        If `norm` is another, or `mdcts` is a scalar.
    TypeError
        If the dtype is another.
    InvalidArgumentError
        If the rank of `mdcts` is 1.

    Examples
    --------
    >>> import tapegrad as tf
    >>> coded = tf.signal.mdct(tf.range(12.0), frame_length=4)
    >>> tf.signal.inverse_mdct(coded).numpy()[2:10].round(4)
    array([2., 3., 4., 5., 6., 7., 8., 9.], dtype=float32)
    """
    z = operand(mdcts)
    half = z._value.shape[-1] if z._value.ndim else 0
    samples = dct(z, type=4, norm=norm)
    if norm is None and half:
        samples = samples * (0.5 / half)
    first, second = samples[..., : half // 2], samples[..., half // 2 :]
    frames = concat([second, -reverse(second, [-1]), -reverse(first, [-1]), -first], -1)
    return overlap_and_add(_weighted(frames, 2 * half, window_fn), half)
