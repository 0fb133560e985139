"""``torch.special``: functions of mathematical physics and statistics."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from tapegrad.ops import bessel, elementwise, entropy, error_functions, transcendental
from tapegrad.ops import sinc as core_sinc
from tapegrad.ops import zeta as core_zeta
from tapegrad.ops.cast import in_dtype
from tapegrad.torch.absent import refusing
from tapegrad.torch.binary import igamma, igammac, logit, mvlgamma, polygamma
from tapegrad.torch.documentation import documented
from tapegrad.torch.logarithms import multiple, xlogy
from tapegrad.torch.node_names import camel
from tapegrad.torch.operation import operation
from tapegrad.torch.pointwise import (
    digamma,
    erf,
    erfc,
    erfinv,
    exp2,
    expm1,
    i0,
    lgamma,
    log1p,
    sigmoid,
    sinc,
)
from tapegrad.torch.polynomials import (
    chebyshev_polynomial_t,
    chebyshev_polynomial_u,
    chebyshev_polynomial_v,
    chebyshev_polynomial_w,
    hermite_polynomial_h,
    hermite_polynomial_he,
    laguerre_polynomial_l,
    legendre_polynomial_p,
    shifted_chebyshev_polynomial_t,
    shifted_chebyshev_polynomial_u,
    shifted_chebyshev_polynomial_v,
    shifted_chebyshev_polynomial_w,
)
from tapegrad.torch.promotion import as_floating, promoted_floating
from tapegrad.torch.reductions import logsumexp
from tapegrad.torch.rounding import round

__all__ = [
    "bessel_j0",
    "bessel_j1",
    "bessel_y0",
    "bessel_y1",
    "chebyshev_polynomial_t",
    "chebyshev_polynomial_u",
    "chebyshev_polynomial_v",
    "chebyshev_polynomial_w",
    "digamma",
    "entr",
    "erf",
    "erfc",
    "erfcx",
    "erfinv",
    "exp2",
    "expit",
    "expm1",
    "gammainc",
    "gammaincc",
    "gammaln",
    "hermite_polynomial_h",
    "hermite_polynomial_he",
    "i0",
    "i0e",
    "i1",
    "i1e",
    "laguerre_polynomial_l",
    "legendre_polynomial_p",
    "log1p",
    "log_ndtr",
    "log_softmax",
    "logit",
    "logsumexp",
    "modified_bessel_i0",
    "modified_bessel_i1",
    "modified_bessel_k0",
    "modified_bessel_k1",
    "multigammaln",
    "ndtr",
    "ndtri",
    "polygamma",
    "psi",
    "round",
    "scaled_modified_bessel_k0",
    "scaled_modified_bessel_k1",
    "shifted_chebyshev_polynomial_t",
    "shifted_chebyshev_polynomial_u",
    "shifted_chebyshev_polynomial_v",
    "shifted_chebyshev_polynomial_w",
    "sinc",
    "softmax",
    "spherical_bessel_j0",
    "xlog1py",
    "xlogy",
    "zeta",
]

expit, gammaln, psi, multigammaln = sigmoid, lgamma, digamma, mvlgamma
gammainc, gammaincc = igamma, igammac


def _of_one(name: str, function: Callable[..., Any], words: str) -> Any:
    def call(input: Any) -> Any:
        return function(as_floating(input))

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"{words}, elementwise."
    kind = f"Special{camel(name).replace('0e', '0E').replace('1e', '1E')}Backward0"
    return documented(f"torch.special.{name}(torch.tensor([0.5, 1.0]))", "")(
        operation(kind, method=False)(call)
    )


bessel_j0 = _of_one("bessel_j0", bessel.bessel_j0, "The Bessel function of the first kind, order 0")
bessel_j1 = _of_one("bessel_j1", bessel.bessel_j1, "The Bessel function of the first kind, order 1")
bessel_y0 = _of_one(
    "bessel_y0", bessel.bessel_y0, "The Bessel function of the second kind, order 0"
)
bessel_y1 = _of_one(
    "bessel_y1", bessel.bessel_y1, "The Bessel function of the second kind, order 1"
)
i0e = _of_one("i0e", bessel.bessel_i0e, r"The modified Bessel function :math:`e^{-|x|} I_0(x)`")
i1 = _of_one("i1", bessel.bessel_i1, "The modified Bessel function of the first kind, order 1")
i1e = _of_one("i1e", bessel.bessel_i1e, r"The modified Bessel function :math:`e^{-|x|} I_1(x)`")
modified_bessel_i0 = _of_one(
    "modified_bessel_i0",
    bessel.bessel_i0,
    "The modified Bessel function of the first kind, order 0",
)
modified_bessel_i1 = _of_one(
    "modified_bessel_i1",
    bessel.bessel_i1,
    "The modified Bessel function of the first kind, order 1",
)
modified_bessel_k0 = _of_one(
    "modified_bessel_k0",
    bessel.bessel_k0,
    "The modified Bessel function of the second kind, order 0",
)
modified_bessel_k1 = _of_one(
    "modified_bessel_k1",
    bessel.bessel_k1,
    "The modified Bessel function of the second kind, order 1",
)
scaled_modified_bessel_k0 = _of_one(
    "scaled_modified_bessel_k0", bessel.bessel_k0e, r":math:`e^x K_0(x)`"
)
scaled_modified_bessel_k1 = _of_one(
    "scaled_modified_bessel_k1", bessel.bessel_k1e, r":math:`e^x K_1(x)`"
)
spherical_bessel_j0 = _of_one(
    "spherical_bessel_j0",
    lambda x: core_sinc.sinc(elementwise.multiply(x, in_dtype(1.0 / math.pi, x._value.dtype))),
    r"The spherical Bessel function :math:`\sin(x) / x`",
)
entr = _of_one("entr", entropy.entr, r"The entropy :math:`-x \ln x`")
erfcx = _of_one("erfcx", error_functions.erfcx, r":math:`e^{x^2} \operatorname{erfc} x`")
ndtr = _of_one("ndtr", error_functions.ndtr, "The normal distribution function")
ndtri = _of_one("ndtri", error_functions.ndtri, "The inverse of the normal distribution function")
log_ndtr = _of_one("log_ndtr", error_functions.log_ndtr, "The logarithm of `ndtr`")


@documented("torch.special.xlog1py(torch.tensor([2.0]), torch.tensor([1.0]))", "")
@operation("SpecialXlog1PyBackward0", method=False)
def xlog1py(input: Any, other: Any) -> Any:
    r""":math:`a \ln(1 + b)`, and 0 where :math:`a = 0`."""
    return multiple(input, other, transcendental.log1p, -1.0, 0.0)


@documented("torch.special.zeta(torch.tensor([2.0]), torch.tensor([1.0]))", "")
@operation("SpecialZetaBackward0", method=False)
def zeta(input: Any, other: Any) -> Any:
    r"""The Hurwitz zeta function :math:`\sum_k (k + q)^{-x}`."""
    return core_zeta.zeta(*promoted_floating(input, other))


@documented("torch.special.log_softmax(torch.zeros(2), 0)", "")
def log_softmax(input: Any, dim: int, *, dtype: Any = None) -> Any:
    """The logarithm of `softmax`."""
    return input.log_softmax(dim, dtype=dtype)


@documented("torch.special.softmax(torch.zeros(2), 0)", "")
def softmax(input: Any, dim: int, *, dtype: Any = None) -> Any:
    """Exponentials that add up to 1 along a dimension."""
    return input.softmax(dim, dtype=dtype)


__getattr__ = refusing("torch.special", globals())
