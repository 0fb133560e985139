"""Signals: transforms that are composed of others, convolution, frames and their spectra."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.fft
import scipy.signal

import tapegrad as tf
from tests.ops.composed import composed
from tests.ops.samples import fixed, positive, reals

signal = tf.signal


def complexes(*shape: int) -> Any:
    return lambda rng: reals(*shape)(rng) + 1j * reals(*shape)(rng)


for mode in ("full", "same", "valid"):
    composed(
        f"fftconvolve-{mode}",
        lambda a, b, mode=mode: signal.fftconvolve(a, b, mode),
        lambda a, b, mode=mode: scipy.signal.fftconvolve(a, b, mode),
        reals(4, 3),
        reals(2, 2),
        complex=True,
    )
    composed(
        f"fftconvolve-broadcast_{mode}",
        lambda a, b, mode=mode: signal.fftconvolve(a, b, mode, axes=[-1]),
        lambda a, b, mode=mode: scipy.signal.fftconvolve(a, b, mode, axes=[-1]),
        reals(2, 3),
        reals(1, 3),
    )
for norm in ("backward", "ortho", "forward"):
    composed(
        f"hfft-{norm}",
        lambda x, norm=norm: signal.hfft(x, 5, 0, norm),
        lambda x, norm=norm: scipy.fft.hfft(x, 5, 0, norm),
        complexes(3, 2),
        dtypes=(),
    )
    composed(
        f"ihfftn-{norm}",
        lambda x, norm=norm: signal.ihfftn(x, norm=norm),
        lambda x, norm=norm: scipy.fft.ihfftn(x, norm=norm),
        reals(3, 4),
        dtypes=(),
    )
composed(
    "hfftn",
    lambda x: signal.hfftn(x, [4, 3], [-1, 0]),
    lambda x: scipy.fft.hfftn(x, [4, 3], [-1, 0]),
    complexes(2, 3),
    dtypes=(),
)
composed("fftfreq", lambda d: signal.fftfreq(5, d), lambda d: scipy.fft.fftfreq(5, d), positive())
composed(
    "fftshift",
    lambda x: signal.ifftshift(signal.fftshift(x, [0]), [1]),
    lambda x: scipy.fft.ifftshift(scipy.fft.fftshift(x, [0]), [1]),
    reals(5, 3),
    complex=True,
)
for kind in (1, 2, 3, 4):
    composed(
        f"dst-type_{kind}",
        lambda x, kind=kind: signal.dst(x, kind, 4, 0),
        lambda x, kind=kind: scipy.fft.dst(x, kind, 4, 0),
        reals(3, 2),
    )
    composed(
        f"idct-type_{kind}",
        lambda x, kind=kind: signal.idct(x, kind),
        lambda x, kind=kind: scipy.fft.idct(x, kind) * (2 * x.shape[-1] - 2 * (kind == 1)),
        reals(2, 5),
    )


def modified_cosines(x: np.ndarray) -> np.ndarray:
    """By the definition, for frames of 8 entries of equal weight."""
    frames = np.lib.stride_tricks.sliding_window_view(x, 8, -1)[..., ::4, :]
    n, k = np.arange(8), np.arange(4)[:, None]
    # The definition's basis, cos(pi / N (n + 1/2 + N/2) (k + 1/2)), doubled as in the type 4.
    basis = 2.0 * np.cos(np.pi / 4 * (n + 0.5 + 2) * (k + 0.5))
    return np.sqrt(0.5) * frames @ basis.T


composed("mdct", lambda x: signal.mdct(x, 8, None), modified_cosines, reals(2, 17))
composed(
    "mdct_and_back",
    lambda x: signal.inverse_mdct(signal.mdct(x, 8))[..., 4:12],
    lambda x: x[..., 4:12],
    reals(2, 16),
)
composed(
    "stft_and_back",
    lambda x: signal.inverse_stft(
        signal.stft(x, 4, 2), 4, 2, window_fn=signal.inverse_stft_window_fn(2)
    )[2:8],
    lambda x: x[2:8],
    reals(10),
)
composed(
    "mfccs_from_log_mel_spectrograms",
    signal.mfccs_from_log_mel_spectrograms,
    lambda x: scipy.fft.dct(x) / np.sqrt(2.0 * x.shape[-1]),
    reals(2, 5),
)


def frames_of_columns(x: np.ndarray) -> np.ndarray:
    return np.stack([np.concatenate([x, np.zeros((1, 2))])[i : i + 3] for i in (0, 2, 4)])[:3]


composed(
    "frame-padded_along_the_first_axis",
    lambda x: signal.frame(x, 3, 2, pad_end=True, axis=0),
    frames_of_columns,
    reals(6, 2),
)
composed(
    "overlap_and_add",
    lambda x: signal.overlap_and_add(x, 2),
    lambda x: np.array([x[0, 0], x[0, 1], x[0, 2] + x[1, 0], x[1, 1], x[1, 2]]),
    fixed([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]),
)
