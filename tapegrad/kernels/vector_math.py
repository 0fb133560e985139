"""Elementary and special functions that LLVM vectorises: no branches, only arithmetic and selects.

Each function comes for float64 (``_f8``) and float32 (``_f4``). The error bounds stated are against
correctly rounded results, in units in the last place, from comparisons with mpmath; single
precision is mostly computed in double, and is then correctly rounded nearly always (1 ulp at most).
Special values are those of NumPy: infinities, NaN, overflow to infinity, gradual underflow.

This module is what generated kernels import.
"""

from __future__ import annotations

from tapegrad.kernels.circular import (
    acos_f4,
    acos_f8,
    asin_f4,
    asin_f8,
    atan2_f4,
    atan2_f8,
    atan_f4,
    atan_f8,
    cos_f4,
    cos_f8,
    sin_f4,
    sin_f8,
    tan_f4,
    tan_f8,
)
from tapegrad.kernels.error_function import (
    erf_f4,
    erf_f8,
    erfc_f4,
    erfc_f8,
    erfinv_f4,
    erfinv_f8,
    ndtr_f4,
    ndtr_f8,
)
from tapegrad.kernels.exponential import (
    cosh_f4,
    cosh_f8,
    exp_f8,
    expm1_f4,
    expm1_f8,
    sigmoid_f8,
    sinh_f4,
    sinh_f8,
    tanh_f8,
)
from tapegrad.kernels.gamma_function import (
    digamma_f4,
    digamma_f8,
    lgamma_f4,
    lgamma_f8,
)
from tapegrad.kernels.logarithm import (
    acosh_f4,
    acosh_f8,
    asinh_f4,
    asinh_f8,
    atanh_f4,
    atanh_f8,
    log1p_f4,
    log1p_f8,
    log2_f4,
    log2_f8,
    log10_f4,
    log10_f8,
    log_f8,
    softplus_f4,
    softplus_f8,
)
from tapegrad.kernels.power import (
    cbrt_f4,
    cbrt_f8,
    hypot_f4,
    hypot_f8,
    pow_f4,
    pow_f8,
)
from tapegrad.kernels.single import exp_f4, log_f4, sigmoid_f4, tanh_f4

__all__ = [
    "acos_f4",
    "acos_f8",
    "acosh_f4",
    "acosh_f8",
    "asin_f4",
    "asin_f8",
    "asinh_f4",
    "asinh_f8",
    "atan2_f4",
    "atan2_f8",
    "atan_f4",
    "atan_f8",
    "atanh_f4",
    "atanh_f8",
    "cbrt_f4",
    "cbrt_f8",
    "cos_f4",
    "cos_f8",
    "cosh_f4",
    "cosh_f8",
    "digamma_f4",
    "digamma_f8",
    "erf_f4",
    "erf_f8",
    "erfc_f4",
    "erfc_f8",
    "erfinv_f4",
    "erfinv_f8",
    "exp_f4",
    "exp_f8",
    "expm1_f4",
    "expm1_f8",
    "hypot_f4",
    "hypot_f8",
    "lgamma_f4",
    "lgamma_f8",
    "log1p_f4",
    "log1p_f8",
    "log2_f4",
    "log2_f8",
    "log10_f4",
    "log10_f8",
    "log_f4",
    "log_f8",
    "ndtr_f4",
    "ndtr_f8",
    "pow_f4",
    "pow_f8",
    "sigmoid_f4",
    "sigmoid_f8",
    "sin_f4",
    "sin_f8",
    "sinh_f4",
    "sinh_f8",
    "softplus_f4",
    "softplus_f8",
    "tan_f4",
    "tan_f8",
    "tanh_f4",
    "tanh_f8",
]
