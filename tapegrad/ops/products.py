"""Products of arrays that sum over shared subscripts, as BLAS calls wherever that is possible."""

from __future__ import annotations

from functools import lru_cache
from math import prod
from typing import Any, NamedTuple

import numpy as np


def matrix_product(a: Any, b: Any) -> Any:
    """``a @ b``; half precision is summed in float32 and rounded once."""
    dtype = a.dtype
    if dtype.itemsize == 2 and dtype.kind not in "iu":
        return matrix_product(a.astype(np.float32), b.astype(np.float32)).astype(dtype)
    return a.dot(b) if a.ndim == 2 == b.ndim else np.matmul(a, b)


class _Product(NamedTuple):
    """How to compute one equation of two operands."""

    #: "outer" (nothing is summed), "inner" (no operand has a subscript of its own) or "matrix".
    kind: str
    swap: bool
    axes_a: tuple[int, ...]
    axes_b: tuple[int, ...]
    #: Indices that insert axes ("outer"), or how many axes are shared, own and summed ("matrix").
    layout_a: Any
    layout_b: Any
    axes_out: tuple[int, ...]


def product(a: Any, b: Any, equation: str) -> Any:
    """The value of ``"...,...->..."``, where every subscript occurs in two of the three parts.

    (Subscripts that are repeated in one part, or that only one operand has, are for others.)
    """
    plan = _plan(equation)
    if plan.kind == "inner":
        return _inner(a, b, equation)
    if plan.swap:
        a, b = b, a
    a, b = a.transpose(plan.axes_a), b.transpose(plan.axes_b)
    if plan.kind == "outer":
        return np.multiply(a[plan.layout_a], b[plan.layout_b])
    shared, own_a, summed = plan.layout_a
    leading, inner = a.shape[:shared], a.shape[shared + own_a :]
    rows, columns = a.shape[shared : shared + own_a], b.shape[shared + summed :]
    size = inner[0] if summed == 1 else prod(inner)
    if own_a != 1 or summed != 1:
        a = a.reshape(*leading, prod(rows), size)
    if len(columns) != 1 or summed != 1:
        b = b.reshape(*leading, size, prod(columns))
    y = matrix_product(a, b)
    if own_a != 1 or len(columns) != 1:
        y = y.reshape(leading + rows + columns)
    return y.transpose(plan.axes_out)[()]


@lru_cache(maxsize=1024)
def _plan(equation: str) -> _Product:
    inputs, out = equation.split("->")
    a, b = inputs.split(",")
    summed = [x for x in a if x not in out]
    if not summed:
        axes_a, index_a = _as_in(a, out)
        axes_b, index_b = _as_in(b, out)
        return _Product("outer", False, axes_a, axes_b, index_a, index_b, ())
    # The result's last axis should be contiguous: then it is one of the second matrix.
    swap = bool(out) and out[-1] in a and out[-1] not in b
    if swap:
        a, b = b, a
    shared = [x for x in out if x in a and x in b]
    own_a = [x for x in a if x in out and x not in b]
    own_b = [x for x in b if x in out and x not in a]
    if not own_a and not own_b:
        return _Product("inner", False, (), (), (), (), ())
    result = shared + own_a + own_b
    return _Product(
        "matrix",
        swap,
        tuple([a.index(x) for x in shared + own_a + summed]),
        tuple([b.index(x) for x in shared + summed + own_b]),
        (len(shared), len(own_a), len(summed)),
        (),
        tuple([result.index(x) for x in out]),
    )


def _as_in(subscripts: str, out: str) -> tuple[tuple[int, ...], tuple[Any, ...]]:
    """How to transpose an operand, and the index that inserts the axes it lacks."""
    axes = tuple([subscripts.index(x) for x in out if x in subscripts])
    return axes, tuple([slice(None) if x in subscripts else None for x in out])


def _inner(a: Any, b: Any, equation: str) -> Any:
    inputs, out = equation.split("->")
    first, second = inputs.split(",")
    if first == second and not out and a.dtype.itemsize > 2:
        return np.dot(a.reshape(-1), b.reshape(-1))
    letters = sorted(set(first))
    numbers = [[letters.index(x) for x in part] for part in (first, second, out)]
    y: Any = np.einsum(a, numbers[0], b, numbers[1], numbers[2], dtype=_accumulator(a.dtype))
    return y.astype(a.dtype)[()] if y.dtype != a.dtype else y[()]


def _accumulator(dtype: np.dtype[Any]) -> np.dtype[Any]:
    return np.dtype(np.float32) if dtype.itemsize == 2 and dtype.kind not in "iu" else dtype
