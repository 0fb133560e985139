"""Errors of the functions against mpmath, in units in the last place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import mpmath
import numpy as np
import pytest

from tests.kernels.functions import KINDS, UNARY, arguments, run, worst

#: These are computed in single precision, all others in double.
SINGLE = (
    "erf",
    "exp",
    "expm1",
    "log",
    "log1p",
    "log1p_exp",
    "sigmoid",
    "softplus",
    "tanh",
)


@pytest.fixture(autouse=True)
def many_digits() -> Iterator[None]:
    with mpmath.workdps(50):
        yield


def compare(name: str, kind: str, ulps: float, exact: Any, *inputs: np.ndarray) -> None:
    results = run(f"{name}_{kind}", *inputs)
    values = [exact(*[mpmath.mpf(float(v)) for v in row]) for row in zip(*inputs, strict=True)]
    assert not any(isinstance(v, mpmath.mpc) for v in values)
    error, place = worst(results, values)
    at = [repr(x[place]) for x in inputs]
    assert error <= ulps, f"{name}_{kind}({', '.join(at)}) is wrong by {error:.2f} ulp"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", UNARY)
def test_function(name: str, kind: str) -> None:
    function = UNARY[name]
    x = arguments(function, KINDS[kind], 100)
    if name.startswith("log") and name != "log1p":
        x = x[x > 0]
    if name in ("asin", "acos", "atanh", "erfinv"):
        x = x[np.abs(x) < (1 if name in ("atanh", "erfinv") else 2)]
    if name == "log1p":
        x = x[x > -1]
    if name in ("lgamma", "digamma"):  # without their poles
        x = x[(x > 0) | (x != np.round(x))]
    ulps = function.ulps if kind == "f8" or name in SINGLE else 1
    compare(name, kind, ulps, function.exact, x)


def angle(y: Any, x: Any) -> Any:
    return mpmath.atan2(y, x)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("name", "ulps"), [("atan2", 2), ("hypot", 1.5)])
def test_of_two_coordinates(name: str, ulps: float, kind: str) -> None:
    rng = np.random.default_rng(1)
    exponent = 300 if kind == "f8" else 36
    y, x = [
        np.concatenate(
            [
                rng.normal(size=400),
                rng.normal(size=200) * 10.0 ** rng.uniform(-exponent, exponent, 200),
            ]
        ).astype(KINDS[kind])
        for _ in range(2)
    ]
    limits = np.finfo(KINDS[kind])
    edges = np.array([limits.max, limits.tiny, limits.smallest_subnormal, 1, 0.4142135623730951])
    edges = np.concatenate([edges, -edges]).astype(KINDS[kind])
    y = np.concatenate([y, np.repeat(edges, len(edges))])
    x = np.concatenate([x, np.tile(edges, len(edges))])
    exact = {"atan2": angle, "hypot": mpmath.hypot}[name]
    compare(name, kind, ulps if kind == "f8" else 1, exact, y, x)


@pytest.mark.parametrize("kind", KINDS)
def test_pow(kind: str) -> None:
    rng = np.random.default_rng(2)
    a = np.exp(rng.normal(size=400) * np.repeat([0.001, 1, 10, 60 if kind == "f8" else 20], 100))
    # Exponents over the whole range of results, subnormal ones and overflow included.
    largest = 745 if kind == "f8" else 100
    b = rng.uniform(-largest, largest, 400) / np.log(a)
    b[::4] = rng.normal(size=100) * 3
    near_one = 1 + rng.normal(size=100) * 1e-10
    a = np.concatenate([a, near_one, [0.5, 2.0, 2.0, 2.0, 10.0, 1.5]])
    b = np.concatenate(
        [b, 1e10 * rng.normal(size=100), [1074, -1074, 1023.9999, -1022.5, -320, 0.5]]
    )
    compare("pow", kind, 1, lambda x, y: x**y, a.astype(KINDS[kind]), b.astype(KINDS[kind]))


def test_powers_that_are_integers_are_exact() -> None:
    base, exponent = [v.ravel().astype(float) for v in np.mgrid[-300:301, 0:16]]
    exact = [int(a) ** int(b) for a, b in zip(base, exponent, strict=True)]
    kept = [abs(e) < 2**53 for e in exact]
    expected = np.array([float(e) for e, k in zip(exact, kept, strict=True) if k])
    np.testing.assert_array_equal(run("pow_f8", base[kept], exponent[kept]), expected)


def test_powers_of_two_have_exact_logarithms_and_cubes_exact_roots() -> None:
    n = np.arange(-1074.0, 1024.0)
    np.testing.assert_array_equal(run("log2_f8", np.ldexp(1.0, n.astype(int))), n)
    n = np.arange(-2000.0, 2000.0)
    np.testing.assert_array_equal(run("cbrt_f8", n**3), n)


def test_digamma_of_negative_numbers() -> None:
    x = -np.random.default_rng(3).uniform(0, 50, 300)
    expected = [mpmath.digamma(mpmath.mpf(float(v))) for v in x]
    size = [abs(mpmath.pi * mpmath.cot(mpmath.pi * mpmath.mpf(float(v)))) for v in x]
    for got, exact, c in zip(run("digamma_f8", x), expected, size, strict=True):
        assert abs(mpmath.mpf(float(got)) - exact) <= 1e-14 * (abs(exact) + 10 + c)


@pytest.mark.parametrize("name", ["sin", "cos", "tan"])
def test_numbers_beside_a_huge_one_are_not_disturbed(name: str) -> None:
    # A huge angle sends its vector to the C library; its neighbours' results must not change.
    x = np.linspace(-3, 3, 1001)
    alone = run(f"{name}_f8", x)
    mixed = x.copy()
    mixed[::97] = 1e22
    expected = alone.copy()
    expected[::97] = {"sin": np.sin, "cos": np.cos, "tan": np.tan}[name](1e22)
    np.testing.assert_array_equal(run(f"{name}_f8", mixed), expected)


def test_the_angle_nearest_to_a_right_one() -> None:
    # Of all doubles; C libraries lose some bits of it.
    x = np.array([6381956970095103.0 * 2.0**797])
    exact = float(mpmath.cos(mpmath.mpf(float(x[0]))))
    np.testing.assert_allclose(run("cos_f8", x), exact, rtol=1e-14)
    np.testing.assert_allclose(np.abs(run("tan_f8", x)), abs(1 / exact), rtol=1e-14)
