"""Functions of each element: exponentials, logarithms, trigonometry, roots and their kin.

One row a function: its name, the engine's function, what it computes, and an example.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tapegrad.ops import bases as core_bases
from tapegrad.ops import bessel as core_bessel
from tapegrad.ops import elementwise as core_elementwise
from tapegrad.ops import logistic as core_logistic
from tapegrad.ops import sinc as core_sinc
from tapegrad.ops import special as core_special
from tapegrad.ops import transcendental as core_transcendental
from tapegrad.torch.arithmetic import fast_unary
from tapegrad.torch.documentation import documented
from tapegrad.torch.node import node_type
from tapegrad.torch.node_names import camel
from tapegrad.torch.operation import changing, operation
from tapegrad.torch.promotion import as_floating
from tapegrad.torch.tensor import alias, install

__all__ = [
    "acos",
    "acosh",
    "arccos",
    "arccosh",
    "arcsin",
    "arcsinh",
    "arctan",
    "arctanh",
    "asin",
    "asinh",
    "atan",
    "atanh",
    "cos",
    "cosh",
    "digamma",
    "erf",
    "erfc",
    "erfinv",
    "exp",
    "exp2",
    "expm1",
    "i0",
    "lgamma",
    "log",
    "log1p",
    "log2",
    "log10",
    "rsqrt",
    "sigmoid",
    "sin",
    "sinc",
    "sinh",
    "sqrt",
    "square",
    "tan",
    "tanh",
]


def floating_function(
    name: str, function: Callable[..., Any], summary: str, example: str, result: str
) -> Any:
    """A function of floating point numbers: integers become such first."""

    def slow(input: Any) -> Any:
        if not hasattr(input, "_value"):
            raise TypeError(
                f"{name}(): argument 'input' (position 1) must be Tensor, not "
                f"{type(input).__name__}"
            )
        return function(as_floating(input))

    slow.__name__ = slow.__qualname__ = name
    general = operation(method=False)(slow)
    primitive = getattr(function, "primitive", None)
    short = general
    if primitive is not None and primitive.kind == "elementwise":
        short = fast_unary(primitive.name, node_type(f"{camel(name)}Backward0"), general)

    def call(input: Any, *, out: Any = None) -> Any:
        return short(input) if out is None else general(input, out=out)

    call.__name__ = call.__qualname__ = name
    call.__module__ = __name__
    call.__doc__ = summary + ", elementwise."
    documented(f"torch.{name}(torch.tensor({example}))", result)(call)
    install(**{name: call, f"{name}_": changing(f"{name}_", call)})
    return call


exp = floating_function(
    "exp",
    core_transcendental.exp,
    "The exponential :math:`e^x`",
    "[0.0, 1.0]",
    "tensor([1.0000, 2.7183])",
)
expm1 = floating_function(
    "expm1",
    core_transcendental.expm1,
    ":math:`e^x - 1`, accurate near 0",
    "[0.0, 1.0]",
    "tensor([0.0000, 1.7183])",
)
exp2 = floating_function(
    "exp2", core_bases.exp2, "The power of two :math:`2^x`", "[0.0, 3.0]", "tensor([1., 8.])"
)
log = floating_function(
    "log",
    core_transcendental.log,
    r"The natural logarithm :math:`\ln x`",
    "[1.0, 2.0]",
    "tensor([0.0000, 0.6931])",
)
log1p = floating_function(
    "log1p",
    core_transcendental.log1p,
    r":math:`\ln(1 + x)`, accurate near 0",
    "[0.0, 1.0]",
    "tensor([0.0000, 0.6931])",
)
log2 = floating_function(
    "log2", core_bases.log2, "The logarithm to the base 2", "[1.0, 8.0]", "tensor([0., 3.])"
)
log10 = floating_function(
    "log10", core_bases.log10, "The logarithm to the base 10", "[1.0, 10.0]", "tensor([0., 1.])"
)
sin = floating_function(
    "sin",
    core_transcendental.sin,
    "The sine of angles in radians",
    "[0.0, 1.0]",
    "tensor([0.0000, 0.8415])",
)
cos = floating_function(
    "cos",
    core_transcendental.cos,
    "The cosine of angles in radians",
    "[0.0, 1.0]",
    "tensor([1.0000, 0.5403])",
)
tan = floating_function(
    "tan",
    core_transcendental.tan,
    "The tangent of angles in radians",
    "[0.0, 1.0]",
    "tensor([0.0000, 1.5574])",
)
asin = floating_function(
    "asin", core_transcendental.asin, "The inverse sine", "[0.0, 1.0]", "tensor([0.0000, 1.5708])"
)
arcsin = asin
acos = floating_function(
    "acos", core_transcendental.acos, "The inverse cosine", "[0.0, 1.0]", "tensor([1.5708, 0.0000])"
)
arccos = acos
atan = floating_function(
    "atan",
    core_transcendental.atan,
    "The inverse tangent",
    "[0.0, 1.0]",
    "tensor([0.0000, 0.7854])",
)
arctan = atan
sinh = floating_function(
    "sinh",
    core_transcendental.sinh,
    "The hyperbolic sine",
    "[0.0, 1.0]",
    "tensor([0.0000, 1.1752])",
)
cosh = floating_function(
    "cosh",
    core_transcendental.cosh,
    "The hyperbolic cosine",
    "[0.0, 1.0]",
    "tensor([1.0000, 1.5431])",
)
tanh = floating_function(
    "tanh",
    core_transcendental.tanh,
    "The hyperbolic tangent",
    "[0.0, 1.0]",
    "tensor([0.0000, 0.7616])",
)
asinh = floating_function(
    "asinh",
    core_transcendental.asinh,
    "The inverse hyperbolic sine",
    "[0.0, 1.0]",
    "tensor([0.0000, 0.8814])",
)
arcsinh = asinh
acosh = floating_function(
    "acosh",
    core_transcendental.acosh,
    "The inverse hyperbolic cosine",
    "[1.0, 2.0]",
    "tensor([0.0000, 1.3170])",
)
arccosh = acosh
atanh = floating_function(
    "atanh",
    core_transcendental.atanh,
    "The inverse hyperbolic tangent",
    "[0.0, 0.5]",
    "tensor([0.0000, 0.5493])",
)
arctanh = atanh
sqrt = floating_function(
    "sqrt",
    core_elementwise.sqrt,
    r"The square root :math:`\sqrt x`",
    "[4.0, 9.0]",
    "tensor([2., 3.])",
)
rsqrt = floating_function(
    "rsqrt",
    core_elementwise.rsqrt,
    r":math:`1 / \sqrt x`",
    "[4.0, 16.0]",
    "tensor([0.5000, 0.2500])",
)
square = floating_function(
    "square", core_elementwise.square, "The square :math:`x^2`", "[2.0, -3.0]", "tensor([4., 9.])"
)
sigmoid = floating_function(
    "sigmoid",
    core_logistic.sigmoid,
    "The logistic function :math:`1 / (1 + e^{-x})`",
    "[0.0, 1.0]",
    "tensor([0.5000, 0.7311])",
)
erf = floating_function(
    "erf", core_special.erf, "The error function", "[0.0, 1.0]", "tensor([0.0000, 0.8427])"
)
erfc = floating_function(
    "erfc",
    core_special.erfc,
    r":math:`1 - \operatorname{erf} x`, accurate for large arguments",
    "[0.0, 1.0]",
    "tensor([1.0000, 0.1573])",
)
erfinv = floating_function(
    "erfinv",
    core_special.erfinv,
    "The inverse of the error function",
    "[0.0, 0.5]",
    "tensor([0.0000, 0.4769])",
)
lgamma = floating_function(
    "lgamma",
    core_special.lgamma,
    r"The logarithm of :math:`|\Gamma(x)|`",
    "[1.0, 4.0]",
    "tensor([0.0000, 1.7918])",
)
digamma = floating_function(
    "digamma",
    core_special.digamma,
    r"The logarithmic derivative of :math:`\Gamma(x)`",
    "[1.0, 2.0]",
    "tensor([-0.5772,  0.4228])",
)
i0 = floating_function(
    "i0",
    core_bessel.bessel_i0,
    "The modified Bessel function of the first kind, of order 0",
    "[0.0, 1.0]",
    "tensor([1.0000, 1.2661])",
)
sinc = floating_function(
    "sinc",
    core_sinc.sinc,
    r":math:`\sin(\pi x) / (\pi x)`, and 1 at 0",
    "[0.0, 0.5]",
    "tensor([1.0000, 0.6366])",
)
alias(
    arcsin="asin",
    arccos="acos",
    arctan="atan",
    arcsinh="asinh",
    arccosh="acosh",
    arctanh="atanh",
)
