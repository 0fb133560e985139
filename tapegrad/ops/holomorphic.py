"""Special functions of complex numbers: holomorphic, with the rules that they have for real ones.

Those of the first dialect take real numbers only, as in TensorFlow. Orders of Bessel functions are
real: the imaginary part is left out.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tapegrad.core.define import elementwise
from tapegrad.core.primitive import NONDIFF, missing
from tapegrad.ops import transcendental  # noqa: F401 - used by rules as F.exp...

_2_OVER_SQRT_PI = 2.0 / math.sqrt(math.pi)
_SQRT_2_PI = math.sqrt(2.0 * math.pi)


def _forward(name: str) -> Any:
    def forward(z: Any) -> Any:
        from scipy import special

        return getattr(special, name)(z).astype(z.dtype, copy=False)[()]

    return forward


def _of_order(name: str) -> Any:
    def forward(v: Any, z: Any) -> Any:
        from scipy import special

        dtype = np.result_type(z.dtype, np.complex64)
        return getattr(special, name)(np.real(v), z).astype(dtype, copy=False)[()]

    return forward


def _bessel(name: str, of_lower: float, of_higher: float) -> None:
    """By the functions of the neighbouring orders: https://dlmf.nist.gov/10.6, 10.29."""

    def slope(F: Any, a: Any, b: Any) -> Any:
        function = getattr(F, f"complex_{name}")
        return of_lower * function(a - 1.0, b) + of_higher * function(a + 1.0, b)

    elementwise(f"complex_{name}", _of_order(name), NONDIFF, slope)


# https://dlmf.nist.gov/7.10
elementwise("complex_erf", _forward("erf"), lambda F, x: _2_OVER_SQRT_PI * F.exp(-x * x))
elementwise("complex_erfc", _forward("erfc"), lambda F, x: -_2_OVER_SQRT_PI * F.exp(-x * x))
elementwise("complex_erfi", _forward("erfi"), lambda F, x: _2_OVER_SQRT_PI * F.exp(x * x))
elementwise("complex_erfcx", _forward("erfcx"), lambda F, x, y: 2.0 * x * y - _2_OVER_SQRT_PI)
elementwise("complex_dawsn", _forward("dawsn"), lambda F, x, y: 1.0 - 2.0 * x * y)
elementwise("complex_ndtr", _forward("ndtr"), lambda F, x: F.exp(-0.5 * x * x) / _SQRT_2_PI)
# https://dlmf.nist.gov/5.2
elementwise("complex_gamma", _forward("gamma"), lambda F, x, y: y * F.complex_psi(x))
elementwise("complex_loggamma", _forward("loggamma"), lambda F, x: F.complex_psi(x))
elementwise("complex_rgamma", _forward("rgamma"), lambda F, x, y: -y * F.complex_psi(x))
elementwise(
    "complex_psi",
    _forward("psi"),
    missing("the derivative of the digamma function is implemented for real numbers only"),
)
# https://dlmf.nist.gov/6.2, https://dlmf.nist.gov/25.12
elementwise("complex_expi", _forward("expi"), lambda F, x: F.exp(x) / x)
elementwise("complex_exp1", _forward("exp1"), lambda F, x: -F.exp(-x) / x)
elementwise("complex_spence", _forward("spence"), lambda F, x: F.log(x) / (1.0 - x))
elementwise("complex_expm1", _forward("expm1"), lambda F, y: y + 1.0)
elementwise("complex_log1p", _forward("log1p"), lambda F, x: 1.0 / (1.0 + x))
elementwise("complex_wrightomega", _forward("wrightomega"), lambda F, y: y / (1.0 + y))

_bessel("jv", 0.5, -0.5)
_bessel("yv", 0.5, -0.5)
_bessel("iv", 0.5, 0.5)
_bessel("kv", -0.5, -0.5)
_bessel("hankel1", 0.5, -0.5)
_bessel("hankel2", 0.5, -0.5)

#: The primitives by SciPy's names.
COMPLEX = {
    name: f"complex_{name}"
    for name in (
        *("erf", "erfc", "erfi", "erfcx", "dawsn", "ndtr", "gamma", "loggamma", "rgamma", "psi"),
        *("expi", "exp1", "spence", "expm1", "log1p", "wrightomega"),
        *("jv", "yv", "iv", "kv", "hankel1", "hankel2"),
    )
}
