"""Quotients by constants are products with their inverses, and as exact."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from numba import njit

import tapegrad as tf
from tapegrad.compiler.constants import inverse_as_sum
from tapegrad.kernels.intrinsics import load, store, times_sum

KINDS = (np.float32, np.float64)


@njit(error_model="numpy")
def scaled(x: Any, high: Any, low: Any, y: Any) -> None:
    for i in range(x.size):
        store(y, i, times_sum(load(x, i), high, low))


def quotients(x: Any, divisor: float) -> Any:
    inverse = inverse_as_sum(divisor, x.dtype)
    assert inverse is not None
    high, low = inverse
    y = np.empty_like(x)
    scaled(x, x.dtype.type(high), x.dtype.type(low), y)
    return y


@pytest.mark.parametrize("kind", KINDS)
def test_quotients_are_those_of_a_division(kind: Any) -> None:
    rng = np.random.default_rng(0)
    divisors = [*rng.normal(size=40), 3.0, 10.0, 49.0, math.pi, -7.0, 1e-15, 1.0 - 2.0**-20]
    for divisor in [float(kind(d)) for d in divisors]:
        x = np.concatenate(
            [
                rng.normal(size=1000),
                rng.normal(size=1000) * 10.0 ** rng.uniform(-15, 15, 1000),
                divisor * np.arange(-50, 50),
            ]
        ).astype(kind)
        np.testing.assert_array_equal(quotients(x, divisor), x / kind(divisor))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("divisor", [3.0, -3.0, 0.1])
def test_special_numbers(kind: Any, divisor: float) -> None:
    divisor = float(kind(divisor))
    x = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, np.finfo(kind).max], kind)
    with np.errstate(over="ignore"):
        expected = x / kind(divisor)
    got = quotients(x, divisor)
    np.testing.assert_array_equal(got, expected)
    np.testing.assert_array_equal(np.signbit(got[:5]), np.signbit(expected[:5]))


@pytest.mark.parametrize("kind", KINDS)
def test_subnormal_results_are_off_by_one_place_at_most(kind: Any) -> None:
    smallest = np.finfo(kind).smallest_subnormal
    x = (smallest * np.arange(-2000, 2000)).astype(kind)
    assert np.max(np.abs(quotients(x, 7.0) - x / kind(7.0))) <= smallest


@pytest.mark.parametrize("kind", KINDS)
def test_both_parts_have_the_sign_of_the_inverse_and_miss_next_to_nothing(kind: Any) -> None:
    bits = np.finfo(kind).nmant + 1
    for divisor in (3.0, -3.0, 10.0, -0.3, 1e9):
        divisor = float(kind(divisor))
        inverse = inverse_as_sum(divisor, np.dtype(kind))
        assert inverse is not None
        high, low = inverse
        assert math.copysign(1, high) == math.copysign(1, low) == math.copysign(1, divisor)
        missing = abs((Fraction(high) + Fraction(low)) * Fraction(divisor) - 1)
        assert missing <= Fraction(2) ** (1 - 2 * bits)


def test_powers_of_two_need_one_number_and_extreme_divisors_a_division() -> None:
    double, single = np.dtype(np.float64), np.dtype(np.float32)
    assert inverse_as_sum(-0.25, double) == (-4.0, 0.0)
    for divisor in (0.0, math.inf, math.nan, 1e300, 1e-300):
        assert inverse_as_sum(divisor, double) is None
    assert inverse_as_sum(1e-30, single) is None


@pytest.mark.parametrize("kind", KINDS)
def test_a_compiled_function_divides_by_numbers_as_an_eager_one(kind: Any) -> None:
    @tf.function
    def f(x: Any) -> Any:
        return x / 3.0, x / -8.0, x / 1e-42 if kind is np.float32 else x / 1e-310, x / 0.0

    x = tf.constant(np.random.default_rng(1).normal(size=1001).astype(kind))
    first = f(x)
    assert "times_sum" in f.source()
    for a, b in zip(first, f(x), strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())
