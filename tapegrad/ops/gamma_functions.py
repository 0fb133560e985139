"""Gamma and beta functions and what is made of them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tapegrad.core.convert import as_tensor
from tapegrad.core.define import elementwise
from tapegrad.core.tensor import Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops import special  # the primitives that rules use as F.digamma
from tapegrad.ops.arguments import int_argument
from tapegrad.ops.describe import FLOATS, binary, unary
from tapegrad.ops.operands import require_kinds
from tapegrad.ops.reduce import reduce_sum
from tapegrad.ops.scipy_forward import from_scipy, require_float
from tapegrad.ops.shape import expand_dims

__all__ = ("beta", "betaln", "gamma", "lbeta", "multigammaln")

# digamma(x) is log(x) - 1/(2x) less these over the even powers of x, https://dlmf.nist.gov/5.11.E2,
# right to 16 digits from _SHIFT on.
_SHIFT = 10
_DIGAMMA_SERIES = (-1 / 12, 1 / 120, -1 / 252, 1 / 240, -1 / 132, 691 / 32760, -1 / 12)


def _digamma_step(a: Any, b: Any) -> Any:
    """``digamma(a + b) - digamma(a)``, which loses no digits where `b` is small beside `a`.

    Both are shifted upwards by recurrence until their asymptotic series serve, and everything is
    subtracted term by term.
    """
    from scipy.special import digamma

    dtype = require_float(b)
    a, b = a.astype(np.float64), b.astype(np.float64)
    positive = (a > 0) & (a + b > 0) & np.isfinite(a + b)
    first, step = np.where(positive, a, 1.0), np.where(positive, b, 0.0)
    total: Any = 0.0
    for k in range(_SHIFT):
        total = total + step / ((first + k) * (first + step + k))
    low = first + _SHIFT
    growth = np.log1p(step / low)
    total = total + growth + 0.5 * step / (low * (low + step))
    for j, coefficient in enumerate(_DIGAMMA_SERIES, start=1):
        total = total + coefficient * low ** (-2.0 * j) * np.expm1(-2.0 * j * growth)
    return np.where(positive, total, digamma(a + b) - digamma(a)).astype(dtype)[()]


elementwise(
    "digamma_step",
    _digamma_step,
    lambda F, a, b: F.polygamma(1.0, a + b) - F.polygamma(1.0, a),
    lambda F, a, b: F.polygamma(1.0, a + b),
)
gamma = elementwise(
    "gamma",
    from_scipy("gamma"),
    lambda F, x, y: y * F.digamma(x),
    doc=unary(
        r"Gamma function :math:`\Gamma(x) = \int_0^\infty t^{x-1} e^{-t} dt`, elementwise.",
        "tf.math.special.gamma(5.0).numpy()",
        "np.float32(24.0)",
        takes=FLOATS,
        notes="The derivative is :math:`y\\, \\psi(x)` [1]_.\n\n.. [1] https://dlmf.nist.gov/5.2",
    ),
)
beta = elementwise(
    "beta",
    from_scipy("beta"),
    lambda F, a, b, y: -y * F.digamma_step(a, b),
    lambda F, a, b, y: -y * F.digamma_step(b, a),
    doc=binary(
        r"Beta function :math:`\Gamma(x) \Gamma(y) / \Gamma(x + y)`, elementwise.",
        "tf.math.special.beta(2.0, 4.0).numpy()",
        "np.float32(0.05)",
        takes=FLOATS,
        notes="The derivatives are :math:`B\\, (\\psi(x) - \\psi(x + y))` and its mirror image\n"
        "[1]_.\n\n.. [1] https://dlmf.nist.gov/5.12",
    ),
)
betaln = elementwise(
    "betaln",
    from_scipy("betaln"),
    lambda F, a, b: -F.digamma_step(a, b),
    lambda F, a, b: -F.digamma_step(b, a),
    doc=binary(
        "Logarithm of the absolute value of the beta function, elementwise.",
        "tf.math.special.betaln(1.0, 1.0).numpy()",
        "np.float32(0.0)",
        takes=FLOATS,
        notes="The derivatives are :math:`\\psi(x) - \\psi(x + y)` and its mirror image [1]_.\n\n"
        ".. [1] https://dlmf.nist.gov/5.12",
    ),
)


def lbeta(x: Any, name: str | None = None) -> Tensor:
    r"""Logarithm of the absolute value of the beta function of the numbers along the last axis.

    It is :math:`\sum_i \log|\Gamma(x_i)| - \log|\Gamma(\sum_i x_i)|` [1]_.

    Parameters
    ----------
    x : Tensor
        A floating point tensor of shape ``[..., k]``.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of shape ``[...]`` and the dtype of `x`; minus infinity for no numbers.

    Raises
    ------
    InvalidArgumentError
        If `x` is a scalar, or its dtype is not floating point.

    References
    ----------
    .. [1] https://dlmf.nist.gov/5.14

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.lbeta([[1.0, 1.0], [2.0, 4.0]]).numpy().round(4)
    array([ 0.    , -2.9957], dtype=float32)
    """
    x = as_tensor(x)
    require_kinds("lbeta", x, "f", "float32")
    if not x._value.ndim:
        raise InvalidArgumentError(
            "lbeta: x has shape (), but the beta function is that of the numbers along the last "
            "axis. Use tf.stack([a, b], axis=-1), or tf.math.special.betaln(a, b)."
        )
    total = special.lgamma(reduce_sum(x, axis=-1))
    return reduce_sum(special.lgamma(x), axis=-1) - total  # type: ignore[no-any-return]


def multigammaln(a: Any, d: Any, name: str | None = None) -> Tensor:
    r"""Logarithm of the multivariate gamma function of dimension `d`, elementwise.

    It is :math:`\frac{d (d-1)}{4} \log\pi + \sum_{j=0}^{d-1} \log\Gamma(a - j/2)` [1]_.

    Parameters
    ----------
    a : Tensor
        A floating point tensor of any shape, of numbers above ``(d - 1) / 2``.
    d : int
        The dimension, at least 1.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the shape and dtype of `a`.

    Raises
    ------
    InvalidArgumentError
        If the dtype is not floating point, or `d` is below 1.
    TypeError
        If `d` is no integer.

    References
    ----------
    .. [1] https://dlmf.nist.gov/35.3

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.special.multigammaln(3.0, 2).numpy().round(4)
    np.float32(1.5502)
    """
    a = as_tensor(a)
    require_kinds("multigammaln", a, "f", "float32")
    dimension = int_argument(d, "multigammaln", "d")
    if dimension < 1:
        raise InvalidArgumentError(
            f"multigammaln: d must be at least 1, got {dimension}. It is the number of rows of "
            f"the matrices: for numbers use d=1."
        )
    constant = 0.25 * dimension * (dimension - 1) * math.log(math.pi)
    steps = as_tensor([0.5 * j for j in range(dimension)], dtype=a._value.dtype)
    total = reduce_sum(special.lgamma(expand_dims(a, -1) - steps), axis=-1)
    return total + constant  # type: ignore[no-any-return]
