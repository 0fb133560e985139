"""The matrix product that machine code calls, wherever it comes from."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
import pytest

from tapegrad.kernels import blas


def product(address: int, kind: str, a: Any, b: Any) -> Any:
    """``a @ b`` by Fortran's function at an address; to it these are the transposes."""
    gemm = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 13, ctypes.c_size_t, ctypes.c_size_t)(
        address
    )
    (m, k), n = a.shape, b.shape[1]
    out = np.full((m, n), np.nan, a.dtype)
    sizes = [ctypes.c_int64(x) for x in (n, m, k, n, k, n)]
    one, zero = [(ctypes.c_float if kind == "s" else ctypes.c_double)(x) for x in (1.0, 0.0)]
    letter = ctypes.c_char(b"N")
    columns, rows, inner, ahead_b, ahead_a, ahead_c = map(ctypes.byref, sizes)
    as_it_is, alpha, beta = ctypes.byref(letter), ctypes.byref(one), ctypes.byref(zero)
    gemm(
        *[ctypes.cast(x, ctypes.c_void_p) for x in (as_it_is, as_it_is, columns, rows, inner)],
        ctypes.cast(alpha, ctypes.c_void_p),
        b.ctypes.data,
        ctypes.cast(ahead_b, ctypes.c_void_p),
        a.ctypes.data,
        ctypes.cast(ahead_a, ctypes.c_void_p),
        ctypes.cast(beta, ctypes.c_void_p),
        out.ctypes.data,
        ctypes.cast(ahead_c, ctypes.c_void_p),
        1,
        1,
    )
    return out


@pytest.mark.parametrize("kind", ["s", "d"])
@pytest.mark.parametrize("find", [blas._of_numpy, blas._of_scipy])
def test_products(find: Any, kind: str) -> None:
    address = find(kind)
    if address is None:
        pytest.skip("this build of NumPy has its BLAS under a name that is not known")
    rng = np.random.default_rng(4)
    dtype = np.float32 if kind == "s" else np.float64
    for m, k, n in ((3, 4, 5), (1, 1, 1), (70, 33, 41)):
        a, b = rng.normal(size=(m, k)).astype(dtype), rng.normal(size=(k, n)).astype(dtype)
        expected = np.einsum("ij,jk->ik", a.astype(np.float64), b.astype(np.float64))
        tolerance = 1e-5 if kind == "s" else 1e-13
        np.testing.assert_allclose(
            product(address, kind, a, b), expected, rtol=0, atol=10 * tolerance
        )
