"""The normalised sinc, right at whole numbers and for large arguments."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tapegrad.core.define import elementwise, general
from tapegrad.ops.describe import FLOATS, unary
from tapegrad.ops.scipy_forward import require_float

__all__ = ("sinc",)


def sine_of_turns(x: Any, k: int) -> Any:
    """``sin(pi x + pi k / 2)``, of which whole turns are taken off before rounding."""
    x = np.remainder(x, 2.0)
    x = np.where(x > 1.0, x - 2.0, x) + 0.5 * (k % 4)
    x = np.where(x > 1.0, x - 2.0, x)
    return np.sin(np.pi * np.where(np.abs(x) > 0.5, np.sign(x) - x, x))


def _sinc_slope(x: Any, *, n: int) -> Any:
    """The derivative of order `n`: near 0 by the power series, elsewhere by recurrence."""
    dtype = require_float(x)
    x = x.astype(np.float64)
    close = np.abs(x) < 0.5 * (n + 1) if n else np.abs(x) < 0.1
    far = np.where(close | np.isinf(x), 1.0, x)
    value = sine_of_turns(far, 0) / (np.pi * far)
    for k in range(1, n + 1):
        value = (np.pi ** (k - 1) * sine_of_turns(far, k) - k * value) / far
    value = np.where(np.isinf(x), 0.0, value)
    near = np.where(close, x, 0.0)
    square = near * near
    series: Any = 0.0
    start = -(-n // 2)
    for m in range(start + 20 + 4 * n, start - 1, -1):
        # (pi x)^2m / (2m + 1)! differentiated n times.
        weight = (-1.0) ** m * math.pi ** (2 * m) / (2 * m + 1) / math.factorial(2 * m - n)
        series = series * square + weight
    if n % 2:
        series = series * near
    return np.where(close, series, value).astype(dtype)[()]


def _rule(F: Any, g: Any, x: Any, n: int) -> Any:
    return g * F.sinc_slope(x, n=n + 1)


general("sinc_slope", _sinc_slope, _rule, inputs="x", jvps=[_rule])
sinc = elementwise(
    "sinc",
    lambda x: _sinc_slope(x, n=0),
    lambda F, x: F.sinc_slope(x, n=1),
    doc=unary(
        r"Normalised sinc, :math:`\sin(\pi x) / (\pi x)`, elementwise, and 1 at 0.",
        "tf.math.special.sinc([0.0, 0.5]).numpy().round(4)",
        "array([1.    , 0.6366], dtype=float32)",
        takes=FLOATS,
        notes="It is exactly 0 at other whole numbers. The derivatives f of order n obey\n"
        ":math:`x f_n + n f_{n-1} = \\pi^{n-1} \\sin(\\pi x + n \\pi / 2)`; near 0 they are power\n"
        "series [1]_.\n\n.. [1] https://dlmf.nist.gov/10.49",
    ),
)
