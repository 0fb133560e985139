"""Elementary functions for generated kernels."""

from __future__ import annotations

import math
from typing import Any

from numba import float32, float64, njit

__all__: list[str] = []


def _define(name: str, function: Any) -> None:
    for suffix, kind in (("f8", float64), ("f4", float32)):

        def call(*args: Any) -> Any:
            return function(*args)

        del call
        globals()[f"{name}_{suffix}"] = njit(error_model="numpy")(_typed(function, kind, name))
        __all__.append(f"{name}_{suffix}")


def _typed(function: Any, kind: Any, name: str) -> Any:
    if name in ("pow", "atan2"):
        return lambda a, b: kind(function(a, b))
    return lambda a: kind(function(a))


for _name in (
    "exp expm1 log log1p sin cos tan tanh asin acos atan atan2 sinh cosh asinh acosh atanh pow erf "
    "erfc lgamma"
).split():
    _define(_name, getattr(math, _name))


@njit(error_model="numpy")
def sigmoid_f8(x):  # type: ignore[no-untyped-def]
    return 1.0 / (1.0 + math.exp(-x))


@njit(error_model="numpy")
def sigmoid_f4(x):  # type: ignore[no-untyped-def]
    return float32(1) / (float32(1) + float32(math.exp(-x)))


@njit(error_model="numpy")
def softplus_f8(x):  # type: ignore[no-untyped-def]
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


@njit(error_model="numpy")
def softplus_f4(x):  # type: ignore[no-untyped-def]
    return float32(max(x, float32(0)) + math.log1p(math.exp(-abs(x))))
