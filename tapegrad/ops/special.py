"""The error function, the logarithm of the gamma function and its derivatives."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np

from tapegrad.core.define import elementwise
from tapegrad.core.primitive import NONDIFF
from tapegrad.core.tensor import Tensor
from tapegrad.ops.describe import FLOATS, unary
from tapegrad.ops.scipy_forward import from_scipy, require_float

__all__ = ("digamma", "erf", "erfc", "erfinv", "lgamma", "polygamma")

_2_OVER_SQRT_PI = 2.0 / math.sqrt(math.pi)


def _of_whole_order(order: Any, x: Any) -> Any:
    value = _of_any_order(order, x)
    whole = (order >= 0) & (order == np.floor(order))
    return np.where(whole, value, value.dtype.type(np.nan))[()]


_of_any_order = from_scipy("polygamma")
_gammaln, _psi = from_scipy("gammaln"), from_scipy("digamma")


def _lgamma(x: Any) -> Any:
    value = _gammaln(x)
    value = np.where(value == -np.inf, -value, value)  # SciPy: minus infinity for itself
    # Near its zeros, 1 and 2, the power series has the digits that a difference would lose.
    whole = np.where(x < 1.5, 1.0, 2.0)
    step = x.astype(np.float64) - whole
    near = np.abs(step) < 0.2
    if near.any():
        step = np.where(near, step, 0.0)
        series: Any = 0.0
        for coefficient in _lgamma_series():
            series = (series + coefficient) * step
        series = np.where(whole == 1.0, series, series + np.log1p(step))
        value = np.where(near, series + 0.0, value)  # not -0.0 at 1 and 2
    return value.astype(x.dtype, copy=False)[()]


@cache
def _lgamma_series() -> tuple[float, ...]:
    """The coefficients of ``lgamma(1 + x)``, the highest first: https://dlmf.nist.gov/5.7.E3."""
    from scipy.special import zeta

    return (*[(-1.0) ** k / k * float(zeta(k)) for k in range(26, 1, -1)], -np.euler_gamma)


def _digamma(x: Any) -> Any:
    require_float(x)
    return np.where(x == 0, x.dtype.type(np.nan), _psi(x))[()]  # a pole, like every -n


erf = elementwise(
    "erf",
    from_scipy("erf"),
    lambda F, x: _2_OVER_SQRT_PI * F.exp(-x * x),
    doc=unary(
        r"Error function :math:`2 / \sqrt\pi \int_0^x e^{-t^2} dt`, elementwise.",
        "tf.math.erf(0.0).numpy()",
        "np.float32(0.0)",
        takes=FLOATS,
    ),
)
erfc = elementwise(
    "erfc",
    from_scipy("erfc"),
    lambda F, x: -_2_OVER_SQRT_PI * F.exp(-x * x),
    doc=unary(
        r"Complementary error function :math:`1 - \mathrm{erf}(x)`, elementwise.",
        "tf.math.erfc(0.0).numpy()",
        "np.float32(1.0)",
        takes=FLOATS,
    ),
)
erfinv = elementwise(
    "erfinv",
    from_scipy("erfinv"),
    lambda F, y: F.exp(y * y) / _2_OVER_SQRT_PI,
    doc=unary(
        "Inverse of the error function, elementwise; NaN outside ``[-1, 1]``.",
        "tf.math.erfinv(0.0).numpy()",
        "np.float32(0.0)",
        takes=FLOATS,
    ),
)
lgamma = elementwise(
    "lgamma",
    _lgamma,
    lambda F, x: F.digamma(x),
    doc=unary(
        r"Logarithm of the absolute value of the gamma function, :math:`\log |\Gamma(x)|`.",
        "tf.math.lgamma(1.0).numpy()",
        "np.float32(0.0)",
        takes=FLOATS,
    ),
)
digamma = elementwise(
    "digamma",
    _digamma,
    lambda F, x: F.polygamma(1.0, x),
    doc=unary(
        r"Derivative of :math:`\log \Gamma(x)`, elementwise.",
        "tf.math.digamma(1.0).numpy().round(4)",
        "np.float32(-0.5772)",
        takes=FLOATS,
    ),
)
_elementwise_polygamma = elementwise(
    "polygamma",
    _of_whole_order,
    NONDIFF,
    lambda F, a, b: F.polygamma(a + 1.0, b),
)


def polygamma(a: Any, x: Any, name: str | None = None) -> Tensor:
    """Derivative of order `a` of the digamma function at `x`, elementwise.

    Parameters
    ----------
    a : Tensor
        The order, a floating point tensor. It is a whole number, so that there is no derivative
        with respect to it: as in TensorFlow the gradient is None.
    x : Tensor
        A tensor of the same dtype, of a shape that broadcasts with that of `a`.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the operands' dtype and common shape; NaN for orders that are not whole numbers.

    Raises
    ------
    InvalidArgumentError
        If the dtypes differ or the shapes do not broadcast.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.polygamma(0.0, 1.0).numpy().round(4)
    np.float32(-0.5772)
    """
    return _elementwise_polygamma(a, x)  # type: ignore[no-any-return]
