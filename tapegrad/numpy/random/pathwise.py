"""Random numbers as functions of their distribution's parameters and of numbers without any.

Sources: the "inversion" and "location and scale" rows of Devroye, "Non-Uniform Random Variate
Generation", 1986; the formulas are those by which NumPy computes the same numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tapegrad.numpy import selecting, universal

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


def _gamma(draw: Draw, shape: Any, scale: Any) -> Any:
    return scale * draw("standard_gamma", shape)


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
}
