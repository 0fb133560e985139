"""Sums and differences of numbers that are given by their logarithms, and log-odds."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tapegrad.core.define import elementwise
from tapegrad.ops.describe import FLOATS, binary, unary
from tapegrad.ops.scipy_forward import from_scipy, require_float

__all__ = (
    "expit",
    "log1mexp",
    "logaddexp",
    "logaddexp2",
    "logit",
    "logsubexp",
    "softplus_inverse",
)

_LN_2 = math.log(2.0)
_LN_2_REST = 2.3190468138462996e-17  # what is lost by rounding it


def _bose(d: Any) -> Any:
    require_float(d)
    return 1.0 / np.expm1(d)


def _log_1m_exp(x: Any) -> Any:
    """``log(1 - exp(-|x|))`` by Mächler's two formulas."""
    require_float(x)
    d = -np.abs(x)
    return np.where(d > -_LN_2, np.log(-np.expm1(d)), np.log1p(-np.exp(d)))


def _log_distance_from_1(x: Any) -> Any:
    value = np.maximum(x, 0) + _log_1m_exp(x)
    # Near log(2) it is nearly 0, which a sum would not show: e^x - 1 = 1 + 2 (e^(x - log 2) - 1).
    step = (x.astype(np.float64) - _LN_2) - _LN_2_REST
    near = np.abs(step) < 0.3
    if near.any():
        value = np.where(near, np.log1p(2.0 * np.expm1(np.where(near, step, 0.0))), value)
    return value.astype(x.dtype, copy=False)[()]


def _logsubexp(a: Any, b: Any) -> Any:
    larger = np.maximum(a, b)
    value = larger + _log_1m_exp(a - b)
    # Infinities of one sign have no difference: of nothing (-inf) nothing is left.
    return np.where((a == b) & (larger < np.inf), larger.dtype.type(-np.inf), value)[()]


def _softplus_inverse(x: Any) -> Any:
    value = _log_distance_from_1(x)
    return np.where(x < 0, value.dtype.type(np.nan), value)[()]


def _share(a: Any, b: Any) -> Any:
    """``1 / (1 + e^(b-a))``; infinities have half each, minus infinities nothing."""
    from scipy.special import expit as of

    dtype = require_float(b)
    value = of(np.where(a == b, dtype.type(0), a - b)).astype(dtype, copy=False)
    return np.where((a == b) & (b == -np.inf), dtype.type(0), value)[()]


expit = elementwise(
    "expit",
    from_scipy("expit"),
    lambda F, x, y: y * F.expit(-x),
    doc=unary(
        r"Logistic function :math:`1 / (1 + e^{-x})`, elementwise.",
        "tf.math.special.expit(0.0).numpy()",
        "np.float32(0.5)",
        takes=FLOATS,
        notes="The derivative is :math:`y / (1 + e^x)`, which does not become 0 for large `x`, as\n"
        "that of `tf.sigmoid`, :math:`y (1 - y)`, does by rounding.",
    ),
)
logit = elementwise(
    "logit",
    from_scipy("logit"),
    lambda F, x: 1.0 / x + 1.0 / (1.0 - x),
    doc=unary(
        r"Log-odds :math:`\log(x / (1 - x))`, the inverse of the sigmoid, elementwise.",
        "tf.math.special.logit(0.5).numpy()",
        "np.float32(0.0)",
        takes=FLOATS,
        notes="The derivative is :math:`1 / (x (1 - x))` [1]_.\n\n"
        ".. [1] https://en.wikipedia.org/wiki/Logit",
    ),
)
elementwise(
    "share",
    _share,
    lambda F, a, b: F.share(a, b) * F.share(b, a),
    lambda F, a, b: -F.share(a, b) * F.share(b, a),
)
# NumPy's ufuncs refuse other dtypes than floats themselves, or give floats, which is refused.
logaddexp = elementwise(
    "logaddexp",
    np.logaddexp,
    lambda F, a, b: F.share(a, b),
    lambda F, a, b: F.share(b, a),
    doc=binary(
        r"Logarithm of the sum of exponentials, :math:`\log(e^x + e^y)`; it does not overflow.",
        "tf.math.special.logaddexp(1000.0, 0.0).numpy()",
        "np.float32(1000.0)",
        takes=FLOATS,
        notes="The derivatives are the shares :math:`1 / (1 + e^{y-x})` and\n"
        ":math:`1 / (1 + e^{x-y})` [1]_: 1/2 of two infinities, 0 of minus infinity.\n\n"
        ".. [1] https://en.wikipedia.org/wiki/LogSumExp",
    ),
)
logaddexp2 = elementwise(
    "logaddexp2",
    np.logaddexp2,
    lambda F, a, b: F.share(a * _LN_2, b * _LN_2),
    lambda F, a, b: F.share(b * _LN_2, a * _LN_2),
    doc=binary(
        r"Logarithm to base 2 of the sum of powers of 2, :math:`\log_2(2^x + 2^y)`; it does not"
        "\noverflow.",
        "tf.math.special.logaddexp2(3.0, 3.0).numpy()",
        "np.float32(4.0)",
        takes=FLOATS,
        notes="The derivatives are the shares :math:`1 / (1 + 2^{y-x})` and\n"
        ":math:`1 / (1 + 2^{x-y})` [1]_: 1/2 of two infinities, 0 of minus infinity.\n\n"
        ".. [1] https://en.wikipedia.org/wiki/LogSumExp",
    ),
)
# 1 / (e^d - 1), whose derivative is a product of two of them.
elementwise("bose", _bose, lambda F, x, y: y * F.bose(-x))
log1mexp = elementwise(
    "log1mexp",
    _log_distance_from_1,
    lambda F, x: -F.bose(-x),
    doc=unary(
        r"Logarithm of the distance of an exponential from 1, :math:`\log|1 - e^x|`, elementwise.",
        "tf.math.special.log1mexp(-0.5).numpy().round(4)",
        "np.float32(-0.9328)",
        takes=FLOATS,
        notes="For the logarithm `x` of a probability it is that of its complement [1]_. The\n"
        "derivative is :math:`1 / (1 - e^{-x})`.\n\n"
        ".. [1] M. Mächler, Accurately computing ``log(1 - exp(-|a|))``, 2012.",
    ),
)
logsubexp = elementwise(
    "logsubexp",
    _logsubexp,
    lambda F, a, b: -F.bose(b - a),
    lambda F, a, b: -F.bose(a - b),
    doc=binary(
        r"Logarithm of the distance of exponentials, :math:`\log|e^x - e^y|`, without overflow.",
        "tf.math.special.logsubexp(1000.0, 0.0).numpy()",
        "np.float32(1000.0)",
        takes=FLOATS,
        notes="Minus infinity where both are equal. The derivatives are\n"
        ":math:`1 / (1 - e^{y-x})` and :math:`1 / (1 - e^{x-y})` [1]_.\n\n"
        ".. [1] M. Mächler, Accurately computing ``log(1 - exp(-|a|))``, 2012.",
    ),
)
softplus_inverse = elementwise(
    "softplus_inverse",
    _softplus_inverse,
    lambda F, x: -F.bose(-x),
    doc=unary(
        r"Inverse of `tf.math.softplus`: :math:`\log(e^x - 1)`, elementwise; NaN below 0.",
        "tf.math.special.softplus_inverse(tf.math.softplus(-5.0)).numpy().round(4)",
        "np.float32(-5.0)",
        takes=FLOATS,
        notes="It neither overflows for large `x` nor cancels for small ones. The derivative is\n"
        ":math:`1 / (1 - e^{-x})` [1]_.\n\n"
        ".. [1] M. Mächler, Accurately computing ``log(1 - exp(-|a|))``, 2012.",
    ),
)
