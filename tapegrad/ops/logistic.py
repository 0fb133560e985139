"""Sigmoid and its relatives."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.define import elementwise
from tapegrad.core.guarded import has_nan
from tapegrad.core.tensor import Tensor
from tapegrad.ops.describe import FLOATS, unary

__all__ = ("log_sigmoid", "sigmoid", "softplus", "softsign")


#: NumPy takes half the time for a number that is an array.
_ONES = {char: np.ones((), char) for char in "fdFD"}


def _sigmoid_forward(x: Any) -> Any:
    if x.dtype.itemsize == 2:
        return _sigmoid_forward(x.astype(np.float32)).astype(x.dtype)
    if x.__class__ is not np.ndarray:
        return 1.0 / (1.0 + np.exp(-x))
    z = np.negative(x)
    np.exp(z, z)
    np.add(z, _ONES.get(z.dtype.char, 1.0), z)
    return np.reciprocal(z, z)


def _log_1p_exp_minus_abs(x: Any) -> Any:
    """``log(1 + exp(-|x|))``: what all the logarithms here have in common."""
    if x.dtype.kind == "c":
        raise TypeError
    if x.__class__ is not np.ndarray:
        return np.log1p(np.exp(-np.abs(x)))
    z = np.abs(x)
    np.negative(z, z)
    np.exp(z, z)
    return np.log1p(z, z)


def _softsign_forward(x: Any) -> Any:
    if x.dtype.kind == "c":
        raise TypeError
    y = x / (1.0 + np.abs(x))
    return np.where(np.isinf(x), np.sign(x), y)[()] if has_nan(y) else y


sigmoid = elementwise(
    "sigmoid",
    _sigmoid_forward,
    lambda F, y: y * (1.0 - y),
    doc=unary(
        r"Logistic function :math:`1 / (1 + e^{-x})`, elementwise.",
        "tf.sigmoid(0.0).numpy()",
        "np.float32(0.5)",
    ),
)
log_sigmoid = elementwise(
    "log_sigmoid",
    lambda x: np.minimum(x, 0) - _log_1p_exp_minus_abs(x),
    lambda F, x: F.sigmoid(-x),
    doc=unary(
        r"Logarithm of the sigmoid, :math:`-\log(1 + e^{-x})`, elementwise; it does not overflow.",
        "tf.math.log_sigmoid(-1000.0).numpy()",
        "np.float32(-1000.0)",
        takes=FLOATS,
    ),
)
_softplus = elementwise(
    "softplus",
    lambda x: np.maximum(x, 0) + _log_1p_exp_minus_abs(x),
    lambda F, x: F.sigmoid(x),
)
_softsign = elementwise(
    "softsign", _softsign_forward, lambda F, x: F.square(F.reciprocal(1.0 + F.abs(x)))
)


def softplus(features: Any, name: str | None = None) -> Tensor:
    r"""Smooth rectifier :math:`\log(1 + e^x)`, elementwise; it does not overflow.

    Parameters
    ----------
    features : Tensor
        A floating point tensor of any shape.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the shape and dtype of `features`.

    Raises
    ------
    InvalidArgumentError
        If the dtype is not floating point: nothing is promoted.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.softplus([-1000.0, 1000.0]).numpy()
    array([   0., 1000.], dtype=float32)
    """
    return _softplus(features)  # type: ignore[no-any-return]


def softsign(features: Any, name: str | None = None) -> Tensor:
    r"""Softsign :math:`x / (1 + |x|)`, elementwise.

    Parameters
    ----------
    features : Tensor
        A floating point tensor of any shape.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the shape and dtype of `features`.

    Raises
    ------
    InvalidArgumentError
        If the dtype is not floating point: nothing is promoted.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.softsign([-1.0, 3.0]).numpy()
    array([-0.5 ,  0.75], dtype=float32)
    """
    return _softsign(features)  # type: ignore[no-any-return]
