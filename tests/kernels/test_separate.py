"""Accesses that say which memory they are in: right, and vectorised whatever there is beside."""

from __future__ import annotations

import platform
import re
from typing import Any

import numpy as np
import pytest
from numba import njit

from tapegrad.kernels.separate import load_from, store_to, window

COUNT = 18  # arrays read and written: more pairs than LLVM compares addresses of


def many() -> Any:
    names = [f"x{i}" for i in range(COUNT)], [f"y{i}" for i in range(COUNT)]
    lines = [f"def kernel({', '.join([*names[0], *names[1]])}, n):", "    for i in range(n):"]
    for k, (x, y) in enumerate(zip(*names, strict=True), 1):
        lines.append(f"        store_to({k}, {y}, i, load_from(0, {x}, i) * 2.0 + {k}.0)")
    namespace: dict[str, Any] = {"load_from": load_from, "store_to": store_to}
    exec("\n".join(lines), namespace)
    return njit(namespace["kernel"])


def test_many_arrays() -> None:
    kernel = many()
    xs = [np.arange(21.0) + k for k in range(COUNT)]
    ys = [np.full(21, np.nan) for _ in xs]
    kernel(*xs, *ys, 20)
    for k, (x, y) in enumerate(zip(xs, ys, strict=True), 1):
        np.testing.assert_array_equal(y[:20], x[:20] * 2.0 + k)
        assert np.isnan(y[20])


@pytest.mark.skipif(
    platform.machine() not in ("x86_64", "AMD64"), reason="the names of registers are x86-64's"
)
def test_many_arrays_are_vectorised() -> None:
    kernel = many()
    kernel(*[np.ones(8) for _ in range(2 * COUNT)], 8)
    (assembly,) = kernel.inspect_asm().values()
    assert len(re.findall(r"v(?:fmadd|mul|add)\w*pd\b.*[xyz]mm", assembly)) >= COUNT


def test_booleans_and_numbers_of_no_axes() -> None:
    @njit
    def kernel(x: Any, positive: Any, total: Any) -> None:
        for i in range(x.size):
            store_to(1, positive, i, load_from(0, x, i) > 0.0)
            store_to(2, total, 0, load_from(2, total, 0) + load_from(0, x, i))

    x = np.array([1.0, -2.0, 4.0])
    positive, total = np.zeros(3, np.bool_), np.zeros(())
    kernel(x, positive, total)
    assert positive.tolist() == [True, False, True]
    assert total == 3.0


def test_windows() -> None:
    @njit
    def kernel(whole: Any, start: int) -> Any:
        part = window(whole, start, (2, 3))
        store_to(1, part, 0, 10.0 * load_from(1, part, 4))
        return part[1, 2] + part[0, 1] * 100.0

    whole = np.arange(20.0).reshape(4, 5)
    assert kernel(whole, 7) == 12.0 + 800.0
    assert whole[1, 2] == 110.0
