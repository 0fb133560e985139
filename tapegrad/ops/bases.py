"""Exponentials and logarithms to the bases 2 and 10, exact where the result is a whole number."""

from __future__ import annotations

import math

import numpy as np

from tapegrad.core.define import elementwise
from tapegrad.ops.describe import FLOATS, unary

__all__ = ("exp2", "log2", "log10")

_LN2, _LN10 = math.log(2.0), math.log(10.0)

exp2 = elementwise(
    "exp2",
    np.exp2,
    lambda F, y: y * _LN2,
    doc=unary(
        r"Power of two :math:`2^x`, elementwise.",
        "tf.math.exp2([3.0, -1.0]).numpy()",
        "array([8. , 0.5], dtype=float32)",
        takes=FLOATS,
        notes=r"The derivative is :math:`2^x \ln 2`.",
    ),
)
log2 = elementwise(
    "log2",
    np.log2,
    lambda F, x: 1.0 / (x * _LN2),
    singular=True,
    doc=unary(
        r"Logarithm to the base 2, :math:`\log_2 x`, elementwise; NaN for negative numbers.",
        "tf.math.log2([8.0, 0.5]).numpy()",
        "array([ 3., -1.], dtype=float32)",
        takes=FLOATS,
        notes=r"The derivative is :math:`1 / (x \ln 2)`, infinite at 0, where a zero cotangent"
        "\nstays zero.",
    ),
)
log10 = elementwise(
    "log10",
    np.log10,
    lambda F, x: 1.0 / (x * _LN10),
    singular=True,
    doc=unary(
        r"Logarithm to the base 10, :math:`\log_{10} x`, elementwise; NaN for negative numbers.",
        "tf.math.log10([10.0, 1.0]).numpy()",
        "array([1., 0.], dtype=float32)",
        takes=FLOATS,
        notes=r"The derivative is :math:`1 / (x \ln 10)`, infinite at 0, where a zero cotangent"
        "\nstays zero.",
    ),
)
