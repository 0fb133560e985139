"""The mel scale of pitch: from spectrograms to mel spectrograms, and to cepstral coefficients."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.dtypes import as_dtype, float32
from tapegrad.core.tensor import Tensor, wrap_constant
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arguments import int_argument
from tapegrad.ops.dct import dct

__all__ = ("linear_to_mel_weight_matrix", "mfccs_from_log_mel_spectrograms")


def _mel(hertz: Any) -> Any:
    return 1127.0 * np.log1p(hertz / 700.0)


def linear_to_mel_weight_matrix(
    num_mel_bins: Any = 20,
    num_spectrogram_bins: Any = 129,
    sample_rate: Any = 8000,
    lower_edge_hertz: Any = 125.0,
    upper_edge_hertz: Any = 3800.0,
    dtype: Any = float32,
    name: str | None = None,
) -> Tensor:
    r"""The matrix that turns spectrograms into mel spectrograms: ``spectrograms @ matrix``.

    Its columns are triangles of height 1 at equal distances on the mel scale
    :math:`1127 \ln(1 + f / 700)` [1]_; the entry of frequency zero has no weight.

    Parameters
    ----------
    num_mel_bins : int or Tensor
        The number m of triangles.
    num_spectrogram_bins : int or Tensor
        The number n of entries of a spectrum, at frequencies from 0 to half of `sample_rate`.
    sample_rate : float or Tensor
        Samples per second of the signal.
    lower_edge_hertz, upper_edge_hertz : float or Tensor
        Where the first triangle begins, and where the last one ends.
    dtype : DType
        A floating point type.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of shape ``(n, m)``.

    Raises
    ------
    ValueError
        If `dtype` is not floating point, if `num_mel_bins` or `sample_rate` is not positive, or if
        not ``0 <= lower_edge_hertz < upper_edge_hertz <= sample_rate / 2``.
    TypeError
        If a number of bins is not an integer.
    InvalidArgumentError
        If `num_spectrogram_bins` is not positive.

    References
    ----------
    .. [1] D. O'Shaughnessy, Speech communication: human and machine, 1987, page 150.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.signal.linear_to_mel_weight_matrix(2, 5).numpy().round(3)
    array([[0.   , 0.   ],
           [0.721, 0.279],
           [0.   , 0.903],
           [0.   , 0.346],
           [0.   , 0.   ]], dtype=float32)
    """
    op = "linear_to_mel_weight_matrix"
    found = as_dtype(dtype)
    if not found.is_floating:
        raise ValueError(f"{op}: dtype must be a floating point type. Got: {found.name}.")
    bands = int_argument(num_mel_bins, op, "num_mel_bins")
    bins = int_argument(num_spectrogram_bins, op, "num_spectrogram_bins")
    rate, lower, upper = map(float, (sample_rate, lower_edge_hertz, upper_edge_hertz))
    if bands <= 0:
        raise ValueError(f"{op}: num_mel_bins must be positive. Got: {bands}.")
    if lower < 0.0:
        raise ValueError(f"{op}: lower_edge_hertz must be non-negative. Got: {lower}.")
    if lower >= upper:
        raise ValueError(
            f"{op}: lower_edge_hertz {lower} must be smaller than upper_edge_hertz {upper}."
        )
    if rate <= 0.0:
        raise ValueError(f"{op}: sample_rate must be positive. Got: {rate}.")
    if upper > rate / 2:
        raise ValueError(
            f"{op}: upper_edge_hertz must not be larger than the Nyquist frequency, half of "
            f"sample_rate, {rate / 2}. Got: {upper}."
        )
    if bins < 1:
        raise InvalidArgumentError(f"{op}: num_spectrogram_bins must be positive, not {bins}.")
    pitches = _mel(np.linspace(0.0, rate / 2, bins)[1:, None])
    edges = np.linspace(_mel(lower), _mel(upper), bands + 2)
    begin, peak, end = edges[:-2], edges[1:-1], edges[2:]
    rising, falling = (pitches - begin) / (peak - begin), (end - pitches) / (end - peak)
    weights = np.zeros((bins, bands))
    weights[1:] = np.maximum(0.0, np.minimum(rising, falling))
    return wrap_constant(weights.astype(found.numpy_dtype))


def mfccs_from_log_mel_spectrograms(log_mel_spectrograms: Any, name: str | None = None) -> Tensor:
    """Mel-frequency cepstral coefficients: the cosine transform of the logarithms of mel spectra.

    It is the `dct` of type 2 divided by ``sqrt(2 m)``, which is orthogonal but for the first
    coefficient, as in the toolkit HTK [1]_.

    Parameters
    ----------
    log_mel_spectrograms : Tensor
        Of shape ``(..., m)`` and dtype float32 or float64.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        All m coefficients, of the same shape and dtype.

    Raises
    ------
    ValueError
        If m is 0 or the input is a scalar.
    TypeError
        If the dtype is another.

    References
    ----------
    .. [1] S. Young and others, The HTK book, 2009, section 5.6.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.signal.mfccs_from_log_mel_spectrograms([1.0, 1.0]).numpy()
    array([2., 0.], dtype=float32)
    """
    op = "mfccs_from_log_mel_spectrograms"
    x = operand(log_mel_spectrograms)
    if x._value.ndim and not x._value.shape[-1]:
        raise ValueError(
            f"{op}: num_mel_bins must be positive. Got shape {list(x._value.shape)}, whose last "
            f"axis is empty."
        )
    coefficients = dct(x, type=2)
    return coefficients * float(1.0 / np.sqrt(2.0 * x._value.shape[-1]))
