"""Entropies and divergences, log-odds, and sums of exponentials of two numbers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tapegrad.core.define import elementwise
from tapegrad.ops import division, logistic  # noqa: F401 - used by rules as F.xdivy, F.sigmoid
from tapegrad.ops.describe import FLOATS, binary, unary
from tapegrad.ops.scipy_forward import from_scipy

__all__ = ("entr", "kl_div", "logaddexp", "logaddexp2", "logit", "rel_entr")

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
rel_entr = elementwise(
    "rel_entr",
    from_scipy("rel_entr"),
    lambda F, a, b: 1.0 + F.log(a / b),
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
    from_scipy("kl_div"),
    lambda F, a, b: F.log(a / b),
    lambda F, a, b: F.xdivy(b - a, b),
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


def _share(F: Any, a: Any, b: Any, rate: float) -> Any:
    """The part of `a` in the sum: halves of two infinities, 0 of minus infinity."""
    apart = F.masked(a - b, F.logical_or(F.not_equal(a, b), F.is_finite(a)))
    return F.masked(F.sigmoid(apart * rate), F.not_equal(a, -np.inf))


# NumPy's ufuncs refuse other dtypes than floats themselves, or give floats, which is refused.
logaddexp = elementwise(
    "logaddexp",
    np.logaddexp,
    lambda F, a, b: _share(F, a, b, 1.0),
    lambda F, a, b: _share(F, b, a, 1.0),
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
    lambda F, a, b: _share(F, a, b, math.log(2.0)),
    lambda F, a, b: _share(F, b, a, math.log(2.0)),
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
