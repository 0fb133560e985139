"""Random numbers as functions of their distribution's parameters and of numbers without any.

For locations, scales and inversions the formulas are those by which NumPy computes its numbers
(Devroye, "Non-Uniform Random Variate Generation", 1986). For the shapes of gamma and beta
distributions a number is the quantile that it was: with the distribution function F and the drawn
number z it moves along ``F(z; a) = constant`` (Figurnov, Mohamed and Mnih, "Implicit
reparameterization gradients", 2018).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.core.table import recording as R
from tapegrad.numpy import selecting, universal
from tapegrad.numpy.array import holding, of_type, tensor_of
from tapegrad.numpy.leaks import stop_gradient
from tapegrad.ops import incomplete_inverses  # noqa: F401 - as R.gammaincinv and the like

__all__: list[str] = []

#: Draws from a distribution without parameters, by its method's name and arguments.
Draw = Callable[..., Any]

_U: Any = universal


def _normal(draw: Draw, loc: Any, scale: Any) -> Any:
    return loc + scale * draw("standard_normal")


def _lognormal(draw: Draw, mean: Any, sigma: Any) -> Any:
    return _U.exp(_normal(draw, mean, sigma))


def _uniform(draw: Draw, low: Any, high: Any) -> Any:
    return low + (high - low) * draw("uniform", 0.0, 1.0)


def _exponential(draw: Draw, scale: Any) -> Any:
    return scale * draw("standard_exponential")


def _of_location_and_scale(name: str) -> Callable[..., Any]:
    return lambda draw, loc, scale: loc + scale * draw(name, 0.0, 1.0)


def _rayleigh(draw: Draw, scale: Any) -> Any:
    return scale * draw("rayleigh", 1.0)


def _weibull(draw: Draw, a: Any) -> Any:
    return draw("standard_exponential") ** (1.0 / a)


def _pareto(draw: Draw, a: Any) -> Any:
    return _U.expm1(draw("standard_exponential") / a)


def _power(draw: Draw, a: Any) -> Any:
    return (-_U.expm1(-draw("standard_exponential"))) ** (1.0 / a)


def _triangular(draw: Draw, left: Any, mode: Any, right: Any) -> Any:
    u, base = draw("uniform", 0.0, 1.0), right - left
    rising = left + _U.sqrt(u * (mode - left) * base)
    falling = right - _U.sqrt((1.0 - u) * (right - mode) * base)
    return selecting.where(u <= (mode - left) / base, rising, falling)


def _moving(drawn: Any, moved: Any) -> Any:
    """What was drawn, with the derivatives of a function that has the same values."""
    return drawn + (moved - stop_gradient(moved))


#: Both tails of a distribution function and of its inverse, among the engine's primitives.
_TAILS = {
    "gamma": (("igamma", "gammaincinv"), ("igammac", "gammainccinv")),
    "beta": (("betainc", "betaincinv"), ("betaincc", "betainccinv")),
}


def _apply(name: str, *arrays: Any) -> Any:
    double = np.dtype(np.float64)
    return holding(getattr(R, name)(*[of_type(x._tensor, double) for x in arrays]))


def _quantile(drawn: Any, family: str, *shapes: Any) -> Any:
    """A number with a gamma or beta distribution, as a quantile by the smaller of both tails."""
    fixed = [stop_gradient(shape) for shape in shapes]
    parts = [_apply(tail, *fixed, drawn) for tail, _ in _TAILS[family]]
    moved = [
        _apply(inverse, *shapes, part)
        for (_, inverse), part in zip(_TAILS[family], parts, strict=True)
    ]
    return _moving(drawn, selecting.where(parts[0] <= 0.5, *moved))


def _standard_gamma(draw: Draw, shape: Any) -> Any:
    return _quantile(draw("standard_gamma", stop_gradient(shape)), "gamma", shape)


def _gamma(draw: Draw, shape: Any, scale: Any) -> Any:
    return scale * _standard_gamma(draw, shape)


def _chisquare(draw: Draw, df: Any) -> Any:
    return 2.0 * _standard_gamma(draw, df / 2.0)


def _beta(draw: Draw, a: Any, b: Any) -> Any:
    return _quantile(draw("beta", stop_gradient(a), stop_gradient(b)), "beta", a, b)


def _f(draw: Draw, dfnum: Any, dfden: Any) -> Any:
    fixed = stop_gradient(dfnum), stop_gradient(dfden)
    drawn = draw("f", *fixed)
    share = fixed[0] * drawn / (fixed[0] * drawn + fixed[1])
    x = _quantile(share, "beta", dfnum / 2.0, dfden / 2.0)
    return _moving(drawn, dfden * x / (dfnum * (1.0 - x)))


def _standard_t(draw: Draw, df: Any) -> Any:
    fixed = stop_gradient(df)
    drawn = draw("standard_t", fixed)
    x = _quantile(fixed / (fixed + drawn**2), "beta", df / 2.0, holding(tensor_of(0.5)))
    return _moving(drawn, _U.copysign(_U.sqrt(df * (1.0 - x) / x), drawn))


#: The method's name: its differentiable parameters by position, and the numbers made of them.
PATHWISE: dict[str, tuple[tuple[str, ...], Callable[..., Any]]] = {
    "normal": (("loc", "scale"), _normal),
    "lognormal": (("mean", "sigma"), _lognormal),
    "laplace": (("loc", "scale"), _of_location_and_scale("laplace")),
    "gumbel": (("loc", "scale"), _of_location_and_scale("gumbel")),
    "logistic": (("loc", "scale"), _of_location_and_scale("logistic")),
    "uniform": (("low", "high"), _uniform),
    "exponential": (("scale",), _exponential),
    "rayleigh": (("scale",), _rayleigh),
    "weibull": (("a",), _weibull),
    "pareto": (("a",), _pareto),
    "power": (("a",), _power),
    "triangular": (("left", "mode", "right"), _triangular),
    "gamma": (("shape", "scale"), _gamma),
    "standard_gamma": (("shape",), _standard_gamma),
    "chisquare": (("df",), _chisquare),
    "beta": (("a", "b"), _beta),
    "f": (("dfnum", "dfden"), _f),
    "standard_t": (("df",), _standard_t),
}
