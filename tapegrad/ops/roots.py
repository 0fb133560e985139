"""Cube roots, and lengths of the sides of right triangles."""

from __future__ import annotations

import numpy as np

from tapegrad.core.define import elementwise
from tapegrad.ops.describe import FLOATS, binary, unary

__all__ = ("cbrt", "hypot")

cbrt = elementwise(
    "cbrt",
    np.cbrt,
    lambda F, y: F.reciprocal(3.0 * y * y),
    singular=True,
    doc=unary(
        r"Real cube root :math:`\sqrt[3] x`, elementwise, also of negative numbers.",
        "tf.math.cbrt([-8.0, 1.0]).numpy()",
        "array([-2.,  1.], dtype=float32)",
        takes=FLOATS,
        notes="The derivative is :math:`1 / (3 y^2)`, infinite at 0, where a zero cotangent stays\n"
        "zero.",
    ),
)
hypot = elementwise(
    "hypot",
    np.hypot,
    lambda F, y, a: F.divide_no_nan(a, y),
    lambda F, y, b: F.divide_no_nan(b, y),
    doc=binary(
        r"Distance from the origin, :math:`\sqrt{x^2 + y^2}`, elementwise; it does not overflow.",
        "tf.math.hypot([3.0, 0.0], [4.0, 0.0]).numpy()",
        "array([5., 0.], dtype=float32)",
        takes=FLOATS,
        notes="The derivatives are the coordinates divided by the distance, and 0 at the origin.",
    ),
)
