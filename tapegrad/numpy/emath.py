"""Functions that answer with complex numbers where there is no real answer: `numpy.emath`.

Whether a result is complex depends on the values of all elements, as in NumPy.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.core.tensor import Tensor
from tapegrad.numpy.array import holding, of_type, plain, tensor_of
from tapegrad.numpy.function import function
from tapegrad.numpy.reducing import is_exact
from tapegrad.numpy.universal import UNIVERSAL

__all__ = ["arccos", "arcsin", "arctanh", "log", "log2", "log10", "logn", "power", "sqrt"]


#: Types whose complex numbers are of single precision.
_SINGLE = [np.dtype(t) for t in (np.float32, np.int8, np.int16, np.uint8, np.uint16)]


def _below_zero(x: Any) -> Any:
    return x < 0


def _beyond_one(x: Any) -> Any:
    return np.abs(x) > 1


def _reaching(x: Tensor, needs_complex: Callable[[Any], Any]) -> Tensor:
    """A tensor as it is, or as complex numbers if one of its elements has no real answer."""
    data = plain(x)
    if np.iscomplexobj(data) or not np.any(needs_complex(data)):
        return x
    return of_type(x, np.dtype(np.complex64 if x._value.dtype in _SINGLE else np.complex128))


def _extended(name: str, needs_complex: Callable[[Any], Any], summary: str, example: str) -> Any:
    def call(x: Any) -> Any:
        return UNIVERSAL[name](holding(_reaching(tensor_of(x), needs_complex)))

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"{summary}, complex where there is no real one."
    return function(f"np.emath.{name}({example})", module=np.emath)(call)


sqrt = _extended("sqrt", _below_zero, "Square root", "[-4.0, 4.0]")
log = _extended("log", _below_zero, "Natural logarithm", "[-1.0, 1.0]")
log2 = _extended("log2", _below_zero, "Logarithm to the base 2", "[-2.0, 2.0]")
log10 = _extended("log10", _below_zero, "Logarithm to the base 10", "[-10.0, 10.0]")
arccos = _extended("arccos", _beyond_one, "Inverse cosine", "[2.0, 1.0]")
arcsin = _extended("arcsin", _beyond_one, "Inverse sine", "[2.0, 1.0]")
arctanh = _extended("arctanh", _beyond_one, "Inverse hyperbolic tangent", "[2.0, 0.5]")


@function("np.emath.logn(2.0, [-4.0, 4.0])", module=np.emath, n="The base.")
def logn(n: Any, x: Any) -> Any:
    """Logarithm to the base `n`, complex where there is no real one."""
    return log(x) / log(n)


@function("np.emath.power([-4.0, 4.0], 0.5)", module=np.emath, p="The exponents.")
def power(x: Any, p: Any) -> Any:
    """Power, complex where there is no real one."""
    base = _reaching(tensor_of(x), _below_zero)
    exponent = tensor_of(p)
    if is_exact(exponent) and np.any(plain(exponent) < 0):
        exponent = of_type(exponent, np.dtype(np.float64))
    return UNIVERSAL["power"](holding(base), holding(exponent))
