"""Expressions that NumPy and this dialect must agree on: values, types, shapes, derivatives.

`np` is either library; the other names are the arrays of `samples`. NumPy is the judge. Each module
of this package holds the expressions of one family, any of:

``SMOOTH``
    Everything that has derivatives: values, gradients, tangents and second derivatives.
``VALUES``
    Values alone: results without a derivative, integers, special values, float32.
``ERRORS``
    Both raise, and the same kind of error.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

import numpy


def samples() -> dict[str, Any]:
    """The arrays by name: lower case vectors, upper case matrices, z complex, n and m integers."""
    rng = numpy.random.default_rng(20260)
    return {
        "x": numpy.array([0.7, -1.3, 2.1, 0.4]),
        "y": numpy.array([1.9, 0.6, -0.8, 1.4]),
        "u": numpy.array([0.31, 0.52, 0.83, 0.14]),  # between 0 and 1
        "s": numpy.array(0.6),
        "A": rng.normal(size=(3, 4)),
        "B": rng.normal(size=(4, 3)),
        "S": rng.normal(size=(3, 3)) + 3 * numpy.eye(3),
        "T": rng.normal(size=(2, 3, 4)),
        "z": numpy.array([1.0 + 2.0j, -0.5 + 0.3j]),
        "f": numpy.array([0.5, 1.5, -2.5], numpy.float32),
        "n": numpy.array([3, -1, 4, 2]),
        "m": numpy.array([[1, 0], [2, 5]], numpy.int8),
        "b": numpy.array([True, False, True, True]),
        "w": numpy.array([1.0, numpy.nan, -2.0, 4.0]),
    }


def expressions(kind: str) -> list[str]:
    """The single expressions of one kind, of all families."""
    modules = [
        importlib.import_module(f"{__name__}.{found.name}")
        for found in pkgutil.iter_modules(__path__)
    ]
    lines = [line for m in modules for line in getattr(m, kind, "").strip().splitlines()]
    return [part.strip() for line in lines for part in line.split(";") if part.strip()]
