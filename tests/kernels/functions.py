"""What the functions of `vector_math` are compared with, and where."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import mpmath
import numpy as np
from scipy import special

from tapegrad.compiler import cache
from tapegrad.compiler.text import DIRECT

KINDS = {"f8": np.float64, "f4": np.float32}


class Function(NamedTuple):
    """A function, its judges and its promise.

    Attributes
    ----------
    exact
        In mpmath.
    numpy
        In NumPy or SciPy, for special values.
    ulps
        The error allowed in double precision.
    places
        Intervals from which random arguments are taken.
    hard
        Further arguments.
    bits
        Whether it is tried on random bit patterns, too.
    """

    exact: Callable[..., Any]
    numpy: Callable[..., Any]
    ulps: float
    places: tuple[tuple[float, float], ...]
    hard: tuple[float, ...] = ()
    bits: bool = False


def _around(*points: float) -> tuple[float, ...]:
    """Points, their neighbours and numbers near them."""
    found = []
    for p in points:
        found += [p, float(np.nextafter(p, np.inf)), float(np.nextafter(p, -np.inf))]
        found += [p * (1 + s) for s in (1e-12, -1e-12, 1e-7, -1e-7, 1e-3, -1e-3)]
    return tuple(found)


_SMALL = (1e-8, 1e-300, 5e-324, 2.2250738585072014e-308, 1e-20)
_QUARTERS = tuple(float(mpmath.mpf(k) * mpmath.pi / 2) for k in (1, 2, 3, 11, 1000, 12345678901))
#: Large angles, some of them next to multiples of pi / 2.
_WORST_ANGLES = (
    5.1888884e15,
    16367173.0 * 2.0**72,
    1e22,
    1e300,
    1.7976931348623157e308,
    99999999999999.0,
    1e14,
    45371397.0 * 2.0**17,
)


def _sigmoid(x: Any) -> Any:
    return 1 / (1 + mpmath.exp(-x))


def _softplus(x: Any) -> Any:
    return mpmath.log1p(mpmath.exp(x)) if x < 1000 else x


def _erfinv(x: Any) -> Any:
    # mpmath's own loses its way next to 1.
    if abs(x) < 0.9:
        return mpmath.erfinv(x)
    goal = mpmath.log(1 - abs(x))
    start = mpmath.sqrt(-goal)
    root = mpmath.findroot(lambda y: mpmath.log(mpmath.erfc(y)) - goal, start, tol=1e-60)
    return mpmath.sign(x) * root


def _lgamma(x: Any) -> Any:
    return mpmath.loggamma(x).real


def _tan(x: Any) -> Any:
    return mpmath.sin(x) / mpmath.cos(x)


_WIDE = ((-1.0, 1.0), (-20.0, 20.0), (-700.0, 700.0), (-1e-5, 1e-5))
_ANGLES = ((-0.8, 0.8), (-10.0, 10.0), (-1e5, 1e5), (-1e14, 1e14), (-1e300, 1e300), (0.0, 1e-5))
_UNIT = ((-1.0, 1.0), (0.49, 0.51), (0.999, 1.0), (-1e-5, 1e-5))
_POSITIVE = ((0.0, 2.0), (0.9, 1.1), (0.0, 1e5), (0.0, 1e308))

UNARY = {
    "acos": Function(mpmath.acos, np.arccos, 1, _UNIT, _around(0.5, -0.5)),
    "acosh": Function(mpmath.acosh, np.arccosh, 2.5, ((1.0, 1.1), (1.0, 50.0), (1.0, 1e308))),
    "asin": Function(mpmath.asin, np.arcsin, 1, _UNIT, (*_around(0.5, -0.5), *_SMALL)),
    "asinh": Function(mpmath.asinh, np.arcsinh, 2.5, (*_WIDE, (-1e308, 1e308)), _SMALL, True),
    "atan": Function(
        mpmath.atan,
        np.arctan,
        2,
        (*_WIDE, (0.4, 2.5)),
        (*_around(0.41421356, 1, 2.414), *_SMALL),
        True,
    ),
    "atanh": Function(mpmath.atanh, np.arctanh, 2.5, _UNIT, _SMALL),
    "cbrt": Function(
        lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x)),
        np.cbrt,
        1,
        _WIDE,
        (*_around(1, 8, 27, -8), *_SMALL),
        True,
    ),
    "cos": Function(mpmath.cos, np.cos, 1, _ANGLES, (*_around(*_QUARTERS), *_WORST_ANGLES), True),
    "cosh": Function(mpmath.cosh, np.cosh, 2, _WIDE, _around(709.7, 710.4, -710.4)),
    "digamma": Function(
        mpmath.digamma,
        special.digamma,
        8,
        ((1e-3, 1.0), (1.0, 3.0), (2.0, 10.0), (8.0, 1e6)),
        (*_around(1.4616321449683622, 1, 2, 3, 7, 8), 1e-300, 1e300),
    ),
    "erf": Function(mpmath.erf, special.erf, 2, ((-1.0, 1.0), (-7.0, 7.0)), _around(1, -1, 6)),
    "erfc": Function(
        mpmath.erfc, special.erfc, 5, ((-1.0, 1.0), (0.9, 3.0), (-7.0, 27.5)), _around(1, 26.5)
    ),
    "erfinv": Function(
        _erfinv,
        special.erfinv,
        5,
        ((-1.0, 1.0), (0.99, 1.0), (-1e-5, 1e-5)),
        (*_SMALL, 1 - 2.0**-53, 1 - 1e-10, 1 - 1e-13, -1 + 1e-15),
    ),
    "exp": Function(
        mpmath.exp, np.exp, 1, _WIDE, _around(709.78, -708.4, -744.4, -720, -745.1, 88.7, -87.3)
    ),
    "expm1": Function(mpmath.expm1, np.expm1, 1.5, _WIDE, (*_around(709.78, 0.3466), *_SMALL)),
    "lgamma": Function(
        _lgamma,
        special.gammaln,
        4,
        ((1e-3, 1.0), (1.0, 3.0), (2.0, 10.0), (8.0, 1e6)),
        (*_around(1, 2, 3, 7, 8), 1e-300, 1e300, -0.5, -1.7, -30.3, 2.5e305),
    ),
    "log": Function(mpmath.log, np.log, 1, _POSITIVE, (*_around(1, 0.7071, 1.4142), *_SMALL), True),
    "log10": Function(
        mpmath.log10, np.log10, 1, _POSITIVE, (*_around(1, 10, 1000, 0.7071), *_SMALL), True
    ),
    "log1p": Function(
        mpmath.log1p, np.log1p, 1.5, ((-1.0, 1.0), *_POSITIVE), (*_around(-0.5), *_SMALL)
    ),
    "log1p_exp": Function(
        lambda x: mpmath.log1p(mpmath.exp(-abs(x))),
        lambda x: np.logaddexp(-np.abs(x), x.dtype.type(0)),
        2,
        _WIDE,
        (*_around(0.8813735870195431), -740.0),
    ),
    "log2": Function(
        lambda x: mpmath.log(x, 2),
        np.log2,
        1,
        _POSITIVE,
        (*_around(1, 2, 8, 0.7071), *_SMALL),
        True,
    ),
    "ndtr": Function(
        mpmath.ncdf,
        special.ndtr,
        5,
        ((-1.0, 1.0), (-37.0, 8.0), (-3.0, 0.0)),
        _around(1.4142135623730951, -1.4142135623730951, -37.5),
    ),
    "sigmoid": Function(_sigmoid, special.expit, 2, _WIDE, (-744.0, -709.5)),
    "sin": Function(
        mpmath.sin, np.sin, 1, _ANGLES, (*_around(*_QUARTERS), *_WORST_ANGLES, *_SMALL), True
    ),
    "sinh": Function(mpmath.sinh, np.sinh, 2, _WIDE, (*_around(709.7, 710.4, -710.4), *_SMALL)),
    "softplus": Function(
        _softplus, lambda x: np.logaddexp(x, x.dtype.type(0)), 2, _WIDE, (-740.0,)
    ),
    "tan": Function(
        _tan, np.tan, 2, _ANGLES, (*_around(*_QUARTERS), *_WORST_ANGLES, *_SMALL), True
    ),
    "tanh": Function(mpmath.tanh, np.tanh, 2, _WIDE, (*_around(22, 0.17), *_SMALL)),
}


def run(name: str, *arguments: np.ndarray) -> np.ndarray:
    """A function of `vector_math` on arrays."""
    results = np.empty_like(arguments[0])
    compiled(name, len(arguments))(*arguments, results)
    return results


_compiled: dict[str, Any] = {}


def compiled(name: str, count: int = 1) -> Any:
    """The loop of a function over arrays, as generated kernels have it."""
    if name not in _compiled:
        inputs = "ab"[:count]
        loaded = ", ".join([f"load({x}, i)" for x in inputs])
        text = (
            "from tapegrad.kernels.direct import direct\n"
            "from tapegrad.kernels.intrinsics import load, store\n"
            f"from tapegrad.kernels.vector_math import {name}\n\n\n"
            f"{DIRECT}\ndef kernel({', '.join(inputs)}, y, d):\n"
            f"    n = d[0]\n    for i in range(n):\n        store(y, i, {name}({loaded}))\n"
        )
        kernel: Any = cache._in_memory(text)  # machine code from disk cannot be looked at

        def loop(*arrays: Any) -> None:
            kernel(*arrays, np.array([arrays[0].size]))

        loop.inspect_asm = kernel.inspect_asm  # type: ignore[attr-defined]
        _compiled[name] = loop
    return _compiled[name]


def arguments(function: Function, kind: Any, count: int) -> np.ndarray:
    """Random arguments and hard ones."""
    rng = np.random.default_rng(0)
    largest = float(np.finfo(kind).max)
    parts = [np.array(function.hard)]
    for low, high in function.places:
        share = rng.uniform(size=count)
        parts.append(max(low, -largest) * (1 - share) + min(high, largest) * share)
    if function.bits:
        unsigned = np.dtype(f"u{np.dtype(kind).itemsize}")
        bits = rng.integers(0, np.iinfo(unsigned).max, 2 * count, unsigned, endpoint=True)
        drawn = bits.view(kind)
        parts.append(drawn[np.isfinite(drawn)].astype(np.float64))
    with np.errstate(over="ignore", under="ignore"):
        x = np.concatenate(parts).astype(kind)
    return x[np.isfinite(x)]


def worst(results: np.ndarray, exact: list[Any]) -> tuple[float, int]:
    """The largest error in units in the last place of the exact result, and where it is."""
    kind = results.dtype.type
    limits = np.finfo(kind)
    bits = limits.nmant
    errors = []
    for got, expected in zip(results, exact, strict=True):
        if not np.isfinite(got):
            # Overflow is right where the nearest number would be too large.
            over = abs(expected) > mpmath.mpf(float(limits.max)) * (1 + mpmath.mpf(2) ** (-bits))
            same_sign = mpmath.sign(expected) == np.sign(got)
            errors.append(0.0 if np.isinf(got) and over and same_sign else np.inf)
            continue
        size = abs(expected)
        exponent = int(mpmath.floor(mpmath.log(size, 2))) if size else limits.minexp
        unit = mpmath.mpf(2) ** (max(exponent, int(limits.minexp)) - bits)
        errors.append(float(abs(mpmath.mpf(float(got)) - expected) / unit))
    place = int(np.argmax(errors))
    return errors[place], place
