"""Zeros, infinities, NaN, the smallest and the largest numbers: as in NumPy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special

from tests.kernels.functions import KINDS, UNARY, run


def edges(kind: type) -> np.ndarray:
    limits = np.finfo(kind)
    sizes = [0, 1, 0.5, 2, 3, limits.tiny, limits.smallest_subnormal, limits.max, np.inf, 1.5, 40]
    return np.array([*sizes, *[-s for s in sizes], np.nan], kind)


def check(got: np.ndarray, expected: np.ndarray, *inputs: np.ndarray) -> None:
    assert got.dtype == expected.dtype
    close = np.isclose(got, expected, rtol=16 * np.finfo(got.dtype).eps, atol=0, equal_nan=True)
    signs = np.isnan(got) | (np.signbit(got) == np.signbit(expected))
    wrong = np.flatnonzero(~(close & signs))
    found = [(*[x[i] for x in inputs], got[i], expected[i]) for i in wrong]
    assert not found


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", UNARY)
def test_unary(name: str, kind: str) -> None:
    x = edges(KINDS[kind])
    with np.errstate(all="ignore"):
        expected = UNARY[name].numpy(x)
    if name == "lgamma":  # SciPy's gammaln(-inf) is -inf, and infinite next to 0 already
        expected[x == -np.inf] = np.inf
        expected[np.abs(x) == np.float64(5e-324)] = 744.4400719213812
    check(run(f"{name}_{kind}", x), expected, x)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["pow", "atan2", "hypot"])
def test_binary(name: str, kind: str) -> None:
    x = edges(KINDS[kind])
    a, b = np.repeat(x, len(x)), np.tile(x, len(x))
    with np.errstate(all="ignore"):
        expected = {"pow": np.power, "atan2": np.arctan2, "hypot": np.hypot}[name](a, b)
    check(run(f"{name}_{kind}", a, b), expected, a, b)


def test_exponents_that_are_odd_even_or_neither() -> None:
    y = np.array([1.0, 2, 3, -1, -2, -3, 2.5, 2.0**53 - 1, 2.0**53, 2.0**52 + 1, 1e300, -1e300])
    for x in (-0.0, -1.0, -2.0, -np.inf):
        a = np.full_like(y, x)
        with np.errstate(all="ignore"):
            check(run("pow_f8", a, y), np.power(a, y), a, y)


def test_poles_of_the_gamma_function() -> None:
    x = -np.arange(0.0, 200.0)
    np.testing.assert_array_equal(run("lgamma_f8", x), special.gammaln(x))
    assert np.isnan(run("digamma_f8", x[1:])).all()
