"""Fourier transforms and what signals need: TensorFlow's ``tf.signal``."""

from __future__ import annotations

from tapegrad.ops.dct import dct, idct
from tapegrad.ops.dst import dst, idst
from tapegrad.ops.fft_convolution import fftconvolve
from tapegrad.ops.fft_frequencies import fftfreq, rfftfreq
from tapegrad.ops.fourier import (
    fft,
    fft2d,
    fft3d,
    fftnd,
    fftshift,
    ifft,
    ifft2d,
    ifft3d,
    ifftnd,
    ifftshift,
    irfft,
    irfft2d,
    irfft3d,
    irfftnd,
    rfft,
    rfft2d,
    rfft3d,
    rfftnd,
)
from tapegrad.ops.frames import frame, overlap_and_add
from tapegrad.ops.hermitian_fft import hfft, hfft2, hfftn, ihfft, ihfft2, ihfftn
from tapegrad.ops.mdct import inverse_mdct, mdct
from tapegrad.ops.mel import linear_to_mel_weight_matrix, mfccs_from_log_mel_spectrograms
from tapegrad.ops.stft import inverse_stft, inverse_stft_window_fn, stft
from tapegrad.ops.windows import (
    hamming_window,
    hann_window,
    kaiser_bessel_derived_window,
    kaiser_window,
    vorbis_window,
)

__all__ = (
    "dct",
    "dst",
    "fft",
    "fft2d",
    "fft3d",
    "fftconvolve",
    "fftfreq",
    "fftnd",
    "fftshift",
    "frame",
    "hamming_window",
    "hann_window",
    "hfft",
    "hfft2",
    "hfftn",
    "idct",
    "idst",
    "ifft",
    "ifft2d",
    "ifft3d",
    "ifftnd",
    "ifftshift",
    "ihfft",
    "ihfft2",
    "ihfftn",
    "inverse_mdct",
    "inverse_stft",
    "inverse_stft_window_fn",
    "irfft",
    "irfft2d",
    "irfft3d",
    "irfftnd",
    "kaiser_bessel_derived_window",
    "kaiser_window",
    "linear_to_mel_weight_matrix",
    "mdct",
    "mfccs_from_log_mel_spectrograms",
    "overlap_and_add",
    "rfft",
    "rfft2d",
    "rfft3d",
    "rfftfreq",
    "rfftnd",
    "stft",
    "vorbis_window",
)
