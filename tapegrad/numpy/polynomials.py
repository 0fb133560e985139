"""Polynomials by their coefficients, the highest power first: NumPy's code, run in this dialect."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.convert import conversions
from tapegrad.core.host import computed
from tapegrad.numpy.array import of_type, tensor_of
from tapegrad.numpy.documentation import documented
from tapegrad.numpy.function import HANDLERS, function
from tapegrad.numpy.rewired import rewired
from tapegrad.ops import matrix_products

__all__ = [
    "poly",
    "poly1d",
    "polyadd",
    "polyder",
    "polydiv",
    "polyfit",
    "polyint",
    "polymul",
    "polysub",
    "polyval",
    "roots",
    "vander",
]

_numpy: Any = np


@function(
    "np.vander(np.array([2.0, 3.0]), 3)",
    N="The number of powers, by default that of the numbers.",
    increasing="Whether the powers increase from left to right.",
)
def vander(x: Any, N: Any = None, increasing: bool = False) -> Any:
    """The powers of numbers, one number a row."""
    value = tensor_of(x)
    if value._value.ndim != 1:
        raise ValueError("x must be a one-dimensional array or sequence.")
    dtype = np.promote_types(value._value.dtype, int)  # as NumPy: float32 becomes float64
    if dtype.kind not in "fc":
        return computed(lambda a: np.vander(a, N, increasing), value)
    return matrix_products.vander(of_type(value, dtype), N, increasing)


_COEFFICIENTS = "Coefficients, the highest power first."
_BOTH = {"a1": _COEFFICIENTS, "a2": _COEFFICIENTS}


def _polynomial(name: str, summary: str, example: str, **parameters: str) -> Any:
    model = getattr(_numpy, name)
    made = rewired(model)
    made.__doc__ = summary
    HANDLERS[model] = made
    return documented(example, **parameters)(made)


_P = "np.array([1.0, 2.0, 3.0])"

polyval = _polynomial(
    "polyval",
    "The values of a polynomial, by Horner's rule.",
    f"np.polyval({_P}, np.array([0.0, 2.0]))",
    x="Where, or a polynomial to put in.",
)
polyder = _polynomial(
    "polyder", "The derivative of a polynomial.", f"np.polyder({_P})", m="How often."
)
polyint = _polynomial(
    "polyint",
    "An integral of a polynomial.",
    f"np.polyint({_P})",
    m="How often.",
    k="Constants of integration, one for each time.",
)
polyadd = _polynomial("polyadd", "The sum of polynomials.", f"np.polyadd({_P}, [1.0])", **_BOTH)
polysub = _polynomial(
    "polysub", "The difference of polynomials.", f"np.polysub({_P}, [1.0])", **_BOTH
)
polymul = _polynomial(
    "polymul", "The product of polynomials.", f"np.polymul({_P}, [1.0, -1.0])", **_BOTH
)
polydiv = _polynomial(
    "polydiv",
    "Quotient and remainder of polynomials.",
    f"np.polydiv({_P}, [1.0, 1.0])",
    u=_COEFFICIENTS,
    v=_COEFFICIENTS,
)
poly = _polynomial(
    "poly",
    "The polynomial with given roots, or the characteristic one of a matrix.",
    "np.poly(np.array([1.0, 2.0]))",
    seq_of_zeros="Roots, or a square matrix.",
)
roots = _polynomial(
    "roots",
    "The roots of a polynomial, as eigenvalues; the derivatives of multiple ones do not exist.",
    "np.roots(np.array([1.0, -3.0, 2.0]))",
)
polyfit = _polynomial(
    "polyfit",
    "The polynomial that fits points best in the sense of least squares.",
    "np.polyfit(np.array([0.0, 1.0, 2.0]), np.array([1.0, 3.0, 5.0]), 1).round(6) + 0",
    x="Where.",
    y="The values there, or several columns of them.",
    deg="The degree.",
    full="Whether to return also residuals, rank, singular values and `rcond`.",
    w="Weights of the residuals.",
    cov="Whether to return also the covariance of the coefficients; ``'unscaled'`` for weights "
    "that are the reciprocal standard deviations.",
)

poly1d = rewired(np.poly1d)
poly1d.__module__ = __name__
poly1d.__doc__ = """A polynomial as an object that can be called, added, multiplied and derived.

Parameters
----------
c_or_r
    Coefficients, the highest power first, or roots.
r
    Whether these are roots.
variable
    The name of the unknown when it is printed.

Examples
--------
>>> import tapegrad.numpy as np
>>> p = np.poly1d([1.0, 2.0])
>>> (p * p)(1.0)
array(9.)
"""
conversions[poly1d] = lambda p, dtype=None: tensor_of(p.coeffs, dtype)
