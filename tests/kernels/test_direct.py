"""Kernels that are translated do what Numba makes of the same text, and what NumPy does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tapegrad as tf
from tapegrad.compiler import cache
from tapegrad.compiler.text import DECORATOR, DIRECT

HEAD = """\
from numba import njit
from numpy import (
    bool_ as b1, ceil, empty, float32 as f4, float64 as f8, floor, int8 as i1, int64 as i8, rint,
    sqrt, uint8 as u1,
)
from tapegrad.kernels.direct import direct
from tapegrad.kernels.intrinsics import load, maximum, select, store, sum_any_order, times_sum
from tapegrad.kernels.separate import load_from, store_to, window
from tapegrad.kernels.vector_math import *

f8_2p0 = f8(2.0)
f4_0p5 = f4(0.5)


"""

BODIES = {
    "loops and branches": """
    n, m = d[0], d[1]
    total = f8(0)
    count = 0
    for i in range(n):
        row = i * m
        part = f8(0)
        for j in range(0, m, 2):
            x = load(a, row + j)
            if x != x:
                count = count + 1
                store(r, 0, f8(count))
            part = part + select(x > c[0], x, -x)
        total = total + part
        store(r, i + 1, part)
    store(r, n + 1, total / f8_2p0)
""",
    "places": """
    n = d[0]
    for i in range(1, n):
        at = (i * 7 - 30) // 4 - (-9) // n + max(i, 3) * min(n, i) - (i >> 1) + (i << 2) + (i & 5)
        store(r, i, f8(at))
    for i in range(n, 0, 1):
        store(r, 0, f8(7))
""",
    "memory": """
    n, m = d[0], d[1]
    small = empty((3, 4), f8)
    for i in range(12):
        store(small, i, load(a, i) + f8(i))
    for k in range(2):
        rows = empty((n, m), f4)
        part = window(small, k * 4, (2, 2))
        for i in range(part.shape[0]):
            store_to(1, rows, i, f4(load_from(0, part, i)))
        store(r, k, f8(load(rows, 0) * f4_0p5) + part.shape[1])
    store(r, 2, load(small, 11))
""",
    "functions": """
    for i in range(d[0]):
        x = load(a, i)
        y = exp_f8(x) + floor(x) - ceil(x) * rint(x) + sqrt(abs(x)) + atan2_f8(x, c[1])
        store(r, i, y + pow_f8(abs(x), c[0]) + f8(tanh_f4(f4(x))) + times_sum(x, c[0], c[1]))
""",
    "rare arguments": """
    for i in range(d[0]):
        x = load(a, i) * 1e15
        store(r, i, sin_f8(x) + cos_f8(x) + tan_f8(x) + lgamma_f8(x) + f8(sin_f4(f4(x))))
""",
    "truth": """
    for i in range(d[0]):
        x = load(a, i)
        p, q = x > c[0], x <= c[1]
        yes = (p & q) | (not p)
        store(r, i, select(yes != q, x, f8(i1(i * 37)) + f8(u1(i * 37))))
    b = b1(True)
    if b:
        store(r, 0, maximum(c[0], c[1]))
""",
}


@pytest.mark.parametrize("body", BODIES)
def test_same_as_numba(body: str) -> None:
    rng = np.random.default_rng(0)
    a = rng.normal(size=60)
    a[17] = np.nan if body == "loops and branches" else 0.25
    sizes, numbers = np.array([9, 6]), np.array([0.1, 0.7])
    results = []
    for decorator in (DIRECT, DECORATOR):
        kernel: Any = cache.compiled(f"{HEAD}{decorator}\ndef kernel(a, r, d, c):{BODIES[body]}")
        results.append(np.full(60, 0.5))
        kernel(a, results[-1], sizes, numbers)
    np.testing.assert_allclose(results[0], results[1], rtol=1e-15)
    assert (results[0] != 0.5).any()


@pytest.mark.parametrize(
    "statement",
    ["while n: n = 0", "x = [n]", "x = n if n else 0", "x = unheard_of(n)", "x, c[0] = 1, 2"],
)
def test_other_python_is_refused(statement: str) -> None:
    kernel: Any = cache.compiled(
        f"{HEAD}{DIRECT}\ndef kernel(d, c):\n    n = d[0]\n    {statement}\n"
    )
    with pytest.raises((TypeError, NameError), match="kernels"):
        kernel(np.array([1]), np.array([1.0]))


INTEGERS = ("int8", "int32", "int64", "uint8", "uint32", "uint64")


@pytest.mark.parametrize("dtype", [*INTEGERS, "float32", "float64", "bool"])
def test_numbers_of_every_type(dtype: str) -> None:
    rng = np.random.default_rng(1)
    bits = rng.integers(0, 256, (2, 40 * np.dtype(dtype).itemsize), np.uint8)
    if dtype in ("float32", "float64"):
        a, b = rng.normal(size=(2, 40)).astype(dtype)
    else:
        a, b = (bits % 2).astype(bool) if dtype == "bool" else bits.view(dtype)
    b[:5] = a[:5]

    def program(x: Any, y: Any) -> Any:
        if dtype == "bool":
            return [x & y, x | y, x ^ y, ~x, tf.where(x, y, x), x == y]
        found = [x + y, x - y, x * y, tf.maximum(x, y), tf.minimum(x, y), tf.square(x)]
        found += [x < y, x >= y, x == y, x != y, tf.where(x > y, x, y)]
        return found if dtype.startswith("u") else [*found, -x]

    x, y = tf.constant(a), tf.constant(b)
    compiled = tf.function(program)
    expected = program(x, y)
    for _ in range(3):
        found = compiled(x, y)
        for one, other in zip(found, expected, strict=True):
            assert one.dtype == other.dtype
            np.testing.assert_array_equal(one, other)
    assert "1 kernel" in compiled.explain()
