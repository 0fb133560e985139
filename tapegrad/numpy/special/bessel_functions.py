"""Bessel functions and their relatives: Airy, Kelvin, Struve."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import special

from tapegrad.core.table import TABLE
from tapegrad.core.table import recording as R
from tapegrad.core.tensor import Tensor
from tapegrad.numpy.array import of_type
from tapegrad.numpy.special.making import family, floating, of_data, special_function
from tapegrad.ops import airy, bessel, spherical_bessel, struve  # noqa: F401 - of the table
from tapegrad.ops import complex as engine_complex
from tapegrad.ops import kelvin as _of_the_table  # noqa: F401
from tapegrad.ops.holomorphic import COMPLEX

_AIRY = ("airy_ai", "airy_ai_slope", "airy_bi", "airy_bi_slope")


def _four(*names: str) -> Callable[[Tensor], Any]:
    return lambda x: tuple([getattr(R, name)(x) for name in names])


family(
    ("j0", "bessel_j0", "x", "Bessel function of the first kind of order 0.", "[0.0, 1.0]"),
    ("j1", "bessel_j1", "x", "Bessel function of the first kind of order 1.", "[0.0, 1.0]"),
    ("y0", "bessel_y0", "x", "Bessel function of the second kind of order 0.", "[1.0, 2.0]"),
    ("y1", "bessel_y1", "x", "Bessel function of the second kind of order 1.", "[1.0, 2.0]"),
    ("i0", "bessel_i0", "x", "Modified Bessel function of order 0.", "[0.0, 1.0]"),
    ("i1", "bessel_i1", "x", "Modified Bessel function of order 1.", "[0.0, 1.0]"),
    ("i0e", "bessel_i0e", "x", "`i0`, scaled by ``exp(-abs(x))``.", "[0.0, 100.0]"),
    ("i1e", "bessel_i1e", "x", "`i1`, scaled by ``exp(-abs(x))``.", "[0.0, 100.0]"),
    ("k0", "bessel_k0", "x", "Modified Bessel function of the second kind, order 0.", "[1.0, 2.0]"),
    ("k1", "bessel_k1", "x", "Modified Bessel function of the second kind, order 1.", "[1.0, 2.0]"),
    ("k0e", "bessel_k0e", "x", "`k0`, scaled by ``exp(x)``.", "[1.0, 1000.0]"),
    ("k1e", "bessel_k1e", "x", "`k1`, scaled by ``exp(x)``.", "[1.0, 1000.0]"),
    ("jv", "jv", "v z", "Bessel function of the first kind of real order.", "0.5, [1.0, 2.0]"),
    ("jve", "jv", "v z", "`jv` scaled, which for real numbers is the same.", "0.5, [1.0, 2.0]"),
    ("yv", "yv", "v z", "Bessel function of the second kind of real order.", "0.5, [1.0, 2.0]"),
    ("yve", "yv", "v z", "`yv` scaled, which for real numbers is the same.", "0.5, [1.0, 2.0]"),
    ("yn", "yv", "n x", "Bessel function of the second kind of whole order.", "1, [1.0, 2.0]"),
    ("iv", "iv", "v z", "Modified Bessel function of real order.", "0.5, [1.0, 2.0]"),
    ("ive", "ive", "v z", "`iv`, scaled by ``exp(-abs(z))``.", "0.5, [1.0, 100.0]"),
    ("kv", "kv", "v z", "Modified Bessel function of the second kind.", "0.5, [1.0, 2.0]"),
    ("kn", "kv", "n x", "The same of whole order.", "1, [1.0, 2.0]"),
    ("kve", "kve", "v z", "`kv`, scaled by ``exp(z)``.", "0.5, [1.0, 1000.0]"),
    ("airy", _four(*_AIRY), "z", "Airy functions Ai, Ai', Bi, Bi'.", "0.5"),
    (
        "airye",
        _four(*[f"scaled_{name}" for name in _AIRY]),
        "z",
        "Airy functions, exponentially scaled.",
        "0.5",
    ),
    *[
        (name, f"kelvin_{name}", "x", f"Kelvin function {name}.", "[0.5, 1.0]")
        for name in ("ber", "bei", "ker", "kei")
    ],
    *[
        (f"{name}p", f"kelvin_{name}p", "x", f"Derivative of the Kelvin function {name}.", "1.0")
        for name in ("ber", "bei", "ker", "kei")
    ],
    ("struve", "struve", "v x", "Struve function, differentiable in x.", "0.5, [1.0, 2.0]"),
    ("modstruve", "modstruve", "v x", "Modified Struve function.", "0.5, [1.0, 2.0]"),
)

_ORDER = {"v": "The order.", "n": "The order of the derivative."}


def _derivative(name: str, kind: str, sign: float, factor: float) -> None:
    """A derivative of order n: the binomial sum over the functions of neighbouring orders.

    https://dlmf.nist.gov/10.6.E7, https://dlmf.nist.gov/10.29.E5
    """

    def derivative(v: Any, z: Any, n: int = 1) -> Any:
        if not isinstance(n, int) or n < 0:
            raise ValueError(f"{name}: n must be a non-negative integer, got {n!r}.")
        order, x = floating(v, z)
        terms = [
            (sign**i * math.comb(n, i) * (0.5 * factor) ** n, order + float(2 * i - n))
            for i in range(n + 1)
        ]
        total = None
        for weight, shifted in terms:
            term = getattr(R, kind)(shifted, x) * weight
            total = term if total is None else total + term
        return total

    derivative.__name__ = derivative.__qualname__ = name
    derivative.__doc__ = f"Derivative of some order of the Bessel function `{kind}`."
    special_function(f"np.special.{name}(0.5, [1.0, 2.0])", z="The variable.", **_ORDER)(derivative)


_derivative("jvp", "jv", -1.0, 1.0)
_derivative("yvp", "yv", -1.0, 1.0)
_derivative("ivp", "iv", 1.0, 1.0)
_derivative("kvp", "kv", 1.0, -1.0)


def _spherical(name: str, kind: str) -> None:
    def spherical(n: Any, z: Any, derivative: bool = False) -> Any:
        order, x = floating(n, z)
        if not np.all((order._value >= 0) & (order._value % 1 == 0)):
            raise ValueError(f"{name}: n must be non-negative integers: it is the order.")
        if x._value.dtype.kind == "c":
            return of_data(getattr(special, name), n, z, derivative)
        of_order = getattr(R, name)
        if not derivative:
            return of_order(order, x)
        lower = order * of_order(R.maximum(order - 1.0, 0.0 * order), x)
        higher = (order + 1.0) * of_order(order + 1.0, x)
        total = {"jn": lower - higher, "yn": lower - higher, "in": lower + higher}
        return total.get(name[-2:], -lower - higher) / (2.0 * order + 1.0)

    spherical.__name__ = spherical.__qualname__ = name
    spherical.__doc__ = f"{kind} of whole order, or its derivative."
    special_function(
        f"np.special.{name}(1, [1.0, 2.0])",
        n="The order, whole numbers.",
        z="The variable.",
        derivative="Whether to give the derivative with respect to `z`.",
    )(spherical)


_spherical("spherical_jn", "Spherical Bessel function of the first kind")
_spherical("spherical_yn", "Spherical Bessel function of the second kind")
_spherical("spherical_in", "Modified spherical Bessel function of the first kind")
_spherical("spherical_kn", "Modified spherical Bessel function of the second kind")


def _hankel(name: str, kind: str, sign: float) -> None:
    def hankel(v: Any, z: Any) -> Any:
        order, x = floating(v, z)
        if x._value.dtype.kind == "f" and np.all(x._value > 0):
            return engine_complex.complex(R.jv(order, x), sign * R.yv(order, x))
        dtype = np.result_type(x._value.dtype, np.complex64)
        return TABLE[COMPLEX[name]](of_type(order, dtype), of_type(x, dtype))

    hankel.__name__ = hankel.__qualname__ = name
    hankel.__doc__ = f"Hankel function of the {kind} kind; differentiable at positive numbers."
    special_function(f"np.special.{name}(0.5, 1.0)", z="The variable.", **_ORDER)(hankel)


_hankel("hankel1", "first", 1.0)
_hankel("hankel2", "second", -1.0)


def _hankel_scaled(name: str, of: str, sign: float) -> None:
    def scaled(v: Any, z: Any) -> Any:
        order, x = floating(v, z)
        if x._value.dtype.kind == "c" or not np.all(x._value > 0):
            return of_data(getattr(special, name), v, z)
        jv, yv, cosine, sine = R.jv(order, x), R.yv(order, x), R.cos(x), R.sin(x)
        # (jv + i s yv) (cos - i s sin)
        return engine_complex.complex(jv * cosine + yv * sine, sign * (yv * cosine - jv * sine))

    scaled.__name__ = scaled.__qualname__ = name
    scaled.__doc__ = f"`{of}`, scaled; differentiable at positive numbers."
    special_function(f"np.special.{name}(1.0, 2.0)", z="The variable.", **_ORDER)(scaled)


_hankel_scaled("hankel1e", "hankel1", 1.0)
_hankel_scaled("hankel2e", "hankel2", -1.0)


@special_function("np.special.kelvin(1.0)")
def kelvin(x: Any) -> Any:
    """Kelvin functions as complex numbers: ber + i bei, ker + i kei, and their derivatives."""
    (point,) = floating(x)
    pairs = (("ber", "bei"), ("ker", "kei"), ("berp", "beip"), ("kerp", "keip"))
    return tuple(
        [
            engine_complex.complex(
                getattr(R, f"kelvin_{a}")(point), getattr(R, f"kelvin_{b}")(point)
            )
            for a, b in pairs
        ]
    )
