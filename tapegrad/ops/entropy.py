"""Entropies and divergences."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.define import elementwise
from tapegrad.ops import compare, division, where  # noqa: F401 - used by rules as F.xdivy...
from tapegrad.ops.describe import FLOATS, binary, unary
from tapegrad.ops.scipy_forward import from_scipy, require_float

__all__ = ("entr", "kl_div", "rel_entr")


def _log_ratio(a: Any, b: Any) -> Any:
    """``log(a / b)``, which neither overflows nor cancels where both are nearly equal."""
    dtype = require_float(b)
    excess = (a - b) / b
    close = np.abs(excess) < 0.5
    near, far = np.log1p(np.where(close, excess, dtype.type(0))), np.log(a) - np.log(b)
    return np.where(close, near, far).astype(dtype, copy=False)[()]


def _rel_entr(a: Any, b: Any) -> Any:
    value = a * _log_ratio(a, b)
    value = np.where((a == 0) & (b >= 0), value.dtype.type(0), value)
    return np.where((a < 0) | (b < 0) | ((b == 0) & (a > 0)), np.inf, value).astype(b.dtype)[()]


def _kl_div(a: Any, b: Any) -> Any:
    """By the series of the logarithm in ``w = (b - a) / (b + a)`` where both are nearly equal."""
    w = (b - a) / (b + a)
    close = np.abs(w) < 0.1
    w = np.where(close, w, 0.0)
    square = w * w
    tail: Any = 0.0
    for k in range(15, 1, -2):
        tail = (tail + 1.0 / k) * square
    near = 2.0 * a * w * (w / (1.0 - w) - tail)
    value = np.where(close, near, a * _log_ratio(a, b) - a + b)
    value = np.where((a == 0) & (b >= 0), b, value)
    return np.where((a < 0) | (b < 0) | ((b == 0) & (a > 0)), np.inf, value).astype(b.dtype)[()]


entr = elementwise(
    "entr",
    from_scipy("entr"),
    lambda F, x: -1.0 - F.log(x),
    singular=True,
    doc=unary(
        r"Entropy :math:`-x \log x`, elementwise: 0 at 0, minus infinity below.",
        "tf.math.special.entr(1.0).numpy() + 0.0",
        "np.float32(0.0)",
        takes=FLOATS,
        notes="The derivative is :math:`-1 - \\log x`, infinite at 0, where a zero cotangent\n"
        "stays zero [1]_.\n\n.. [1] C. E. Shannon, A mathematical theory of communication, 1948.",
    ),
)
elementwise("log_ratio", _log_ratio, lambda F, a: 1.0 / a, lambda F, b: -1.0 / b, singular=True)
rel_entr = elementwise(
    "rel_entr",
    _rel_entr,
    lambda F, a, b: 1.0 + F.log_ratio(a, b),
    lambda F, a, b: -F.xdivy(a, b),
    singular=True,
    doc=binary(
        r"Relative entropy :math:`x \log(x / y)`, elementwise: 0 where `x` is 0 and `y` is not"
        "\nnegative, infinite outside.",
        "tf.math.special.rel_entr([0.0, 2.0], [1.0, 2.0]).numpy()",
        "array([0., 0.], dtype=float32)",
        takes=FLOATS,
        notes="The derivatives are :math:`1 + \\log(x / y)` and :math:`-x / y` [1]_.\n\n"
        ".. [1] S. Kullback, R. A. Leibler, On information and sufficiency, 1951.",
    ),
)
kl_div = elementwise(
    "kl_div",
    _kl_div,
    lambda F, a, b: F.log_ratio(a, b),
    lambda F, a, b: F.where(
        F.logical_and(F.equal(a, 0.0), F.equal(b, 0.0)), 1.0 + 0.0 * b, (b - a) / b
    ),
    singular=True,
    doc=binary(
        r"Divergence :math:`x \log(x / y) - x + y`, elementwise: never negative, and `y` where"
        "\n`x` is 0.",
        "tf.math.special.kl_div([0.0, 2.0], [1.0, 2.0]).numpy()",
        "array([1., 0.], dtype=float32)",
        takes=FLOATS,
        notes="The derivatives are :math:`\\log(x / y)` and :math:`1 - x / y` [1]_.\n\n"
        ".. [1] S. Kullback, R. A. Leibler, On information and sufficiency, 1951.",
    ),
)
