"""Special functions at the borders of their domains, and what they refuse."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest

import tapegrad as tf


def gradients(function: Any, *numbers: float) -> tuple[float, list[float]]:
    inputs = [tf.constant(x, tf.float64) for x in numbers]
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        y = function(*inputs)
    return float(y), [float(g) for g in tape.gradient(y, inputs)]


@pytest.mark.parametrize(
    ("a", "x", "value", "slopes"),
    [
        (2.0, 0.0, 0.0, [0.0, 0.0]),
        (1.0, 0.0, 0.0, [0.0, 1.0]),
        (0.5, 0.0, 0.0, [0.0, np.inf]),
        (2.0, np.inf, 1.0, [0.0, 0.0]),
        (2.0, -1.0, np.nan, [np.nan, np.nan]),
        (-1.0, 1.0, np.nan, [np.nan, np.nan]),
    ],
)
def test_igamma_at_its_borders(a: float, x: float, value: float, slopes: list[float]) -> None:
    got, found = gradients(tf.math.igamma, a, x)
    np.testing.assert_equal(got, value)
    np.testing.assert_equal(found, slopes)


@pytest.mark.parametrize(("x", "value"), [(0.0, 0.0), (1.0, 1.0)])
def test_betainc_at_its_borders(x: float, value: float) -> None:
    got, found = gradients(tf.math.betainc, 2.0, 3.0, x)
    assert got == value
    assert found == [0.0, 0.0, 0.0]


def test_parameters_and_variable_of_betainc_mirror_each_other() -> None:
    _, (a, b, x) = gradients(tf.math.betainc, 1.25, 3.5, 0.375)
    _, (b_mirrored, a_mirrored, x_mirrored) = gradients(tf.math.betainc, 3.5, 1.25, 0.625)
    assert [a, b, x] == pytest.approx([-a_mirrored, -b_mirrored, x_mirrored], rel=1e-12)


def test_many_numbers_are_computed_piece_by_piece() -> None:
    x = np.linspace(0.1, 9.0, 5000)
    a = tf.constant(2.5, tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(a)
        y = tf.math.igamma(a, x)
    together = float(tape.gradient(y, a))
    alone = sum(gradients(tf.math.igamma, 2.5, v)[1][0] for v in x[::50])
    with tf.GradientTape() as tape:
        tape.watch(a)
        y = tf.math.igamma(a, x[::50])
    assert float(tape.gradient(y, a)) == pytest.approx(alone, rel=1e-12)
    assert together == pytest.approx(50 * alone, rel=0.05)


@pytest.mark.parametrize("name", ["iv", "ive", "jv", "yv"])
def test_order_of_a_bessel_function_of_a_negative_number_has_no_real_derivative(name: str) -> None:
    _, (slope, _) = gradients(getattr(tf.math.special, name), 2.0, -1.5)
    assert np.isnan(slope)


@pytest.mark.parametrize(
    ("name", "order", "slope"),
    [
        ("jv", 1.5, 0.0),
        ("jv", 0.0, -np.inf),
        ("iv", 1.5, 0.0),
        ("iv", 0.0, -np.inf),
        ("kv", 1.5, np.inf),
        ("kv", -1.5, -np.inf),
        ("kv", 0.0, 0.0),
        ("yv", 1.5, -np.inf),
    ],
)
def test_order_of_a_bessel_function_at_zero(name: str, order: float, slope: float) -> None:
    assert gradients(getattr(tf.math.special, name), order, 0.0)[1][0] == slope


def test_order_of_a_bessel_function_at_infinity() -> None:
    assert gradients(tf.math.special.kv, 1.5, np.inf)[1][0] == 0.0


def test_order_of_many_bessel_functions_is_that_of_each() -> None:
    rng = np.random.default_rng(2)
    orders, numbers = rng.uniform(-4.0, 9.0, 300), 10.0 ** rng.uniform(-5.0, 2.0, 300)
    for name in ("jv", "yv", "iv", "kv"):
        function = getattr(tf.math.special, name)
        v = tf.constant(orders)
        with tf.GradientTape() as tape:
            tape.watch(v)
            y = function(v, numbers)
        alone = [gradients(function, *pair)[1][0] for pair in zip(orders, numbers, strict=True)]
        np.testing.assert_allclose(tape.gradient(y, v), alone, rtol=1e-11)


@pytest.mark.parametrize(
    ("x", "q", "slope"),
    [
        (1.0, 2.0, -np.inf),
        (0.5, 2.0, np.nan),
        (2.0, -1.5, np.nan),  # complex
        (np.inf, 2.0, 0.0),
        (2.0, np.nan, np.nan),
    ],
)
def test_exponent_of_zeta_at_its_borders(x: float, q: float, slope: float) -> None:
    np.testing.assert_equal(gradients(tf.math.zeta, x, q)[1][0], slope)


def test_order_of_polygamma_has_no_gradient() -> None:
    order = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(order)
        y = tf.math.polygamma(order, 1.5)
    assert tape.gradient(y, order) is None


def test_branches_of_lambertw() -> None:
    with pytest.raises(tf.errors.InvalidArgumentError, match="k=2 of real numbers is complex"):
        tf.math.special.lambertw(1.0, 2)
    with pytest.raises(tf.errors.InvalidArgumentError, match="int32"):
        tf.math.special.lambertw(1)
    with pytest.raises(TypeError, match="integer"):
        tf.math.special.lambertw(1.0, 0.5)
    assert np.isnan(tf.math.special.lambertw([-1.0, -0.5, 0.25], -1)).all()
    assert float(tf.math.special.lambertw(0.0, -1)) == -np.inf
    z = tf.constant([0.5 - 2.0j, -3.0 + 0.25j])
    for k in (-2, -1, 0, 1, 3):
        with tf.GradientTape() as tape:
            tape.watch(z)
            w = tf.math.special.lambertw(z, k)
        np.testing.assert_allclose(w * tf.exp(w), z, rtol=1e-12)
        exact = [complex(mpmath.lambertw(v, k)) for v in z.numpy()]
        np.testing.assert_allclose(w, exact, rtol=1e-13)
        expected = np.conj(1.0 / (z.numpy() * (1.0 + 1.0 / w.numpy())))
        np.testing.assert_allclose(tape.gradient(w, z), expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("name", "numbers", "value", "slopes"),
    [
        ("logaddexp", (-np.inf, -np.inf), -np.inf, [0.0, 0.0]),
        ("logaddexp", (np.inf, np.inf), np.inf, [0.5, 0.5]),
        ("logaddexp", (np.inf, 0.0), np.inf, [1.0, 0.0]),
        ("logaddexp", (-np.inf, 3.0), 3.0, [0.0, 1.0]),
        ("logaddexp2", (-np.inf, -np.inf), -np.inf, [0.0, 0.0]),
        ("logsubexp", (-np.inf, -np.inf), -np.inf, [np.nan, np.nan]),
        ("logsubexp", (2.0, -np.inf), 2.0, [1.0, 0.0]),
        ("logsubexp", (np.inf, np.inf), np.nan, [np.nan, np.nan]),
        ("softplus_inverse", (0.0,), -np.inf, [np.inf]),
        ("log1mexp", (-np.inf,), 0.0, [0.0]),
        ("expit", (-1000.0,), 0.0, [0.0]),
        ("expit", (1000.0,), 1.0, [0.0]),
        ("xexpy", (0.0, 1000.0), 0.0, [0.0, 0.0]),
        ("sinc", (3.0,), 0.0, [-1.0 / 3.0]),
        ("sinc", (np.inf,), 0.0, [0.0]),
        ("kl_div", (0.0, 2.0), 2.0, [-np.inf, 1.0]),
        ("kl_div", (2.0, 0.0), np.inf, [np.inf, -np.inf]),
        ("rel_entr", (0.0, 0.0), 0.0, [np.nan, 0.0]),
        ("fresnel_cos", (np.inf,), 0.5, [np.nan]),
        ("gammaincinv", (2.0, 0.0), 0.0, [np.nan, np.inf]),
        ("gammaincinv", (2.0, 1.5), np.nan, [np.nan, np.nan]),
    ],
)
def test_borders(name: str, numbers: Any, value: float, slopes: list[float]) -> None:
    got, found = gradients(getattr(tf.math.special, name), *numbers)
    np.testing.assert_equal(got + 0.0, value)
    np.testing.assert_allclose(found, slopes, rtol=1e-14)


def test_betaincinv_names_shapes_and_dtypes() -> None:
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"\[2\], \[3\] and \[\]"):
        tf.math.special.betaincinv([1.0, 2.0], [1.0, 2.0, 3.0], 0.5)
    with pytest.raises(tf.errors.InvalidArgumentError, match="int32"):
        tf.math.special.betaincinv(1, 2, 1)


@pytest.mark.parametrize("name", ["entr", "rel_entr", "kl_div"])
def test_zero_cotangent_stays_zero_at_zero(name: str) -> None:
    x = tf.constant([0.0, 1.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        function = getattr(tf.math.special, name)
        y = function(x) if name == "entr" else function(x, [1.0, 1.0])
        loss = y[1]
    assert tape.gradient(loss, x)[0] == 0.0


def test_lbeta_of_a_scalar_is_refused() -> None:
    with pytest.raises(tf.errors.InvalidArgumentError, match="last axis"):
        tf.math.lbeta(2.0)


def test_dimension_of_multigammaln() -> None:
    with pytest.raises(tf.errors.InvalidArgumentError, match="at least 1"):
        tf.math.special.multigammaln(2.0, 0)
    with pytest.raises(TypeError, match="integer"):
        tf.math.special.multigammaln(2.0, 1.5)


def test_betainc_names_shapes_and_dtypes() -> None:
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"\[2\], \[3\] and \[\]"):
        tf.math.betainc([1.0, 2.0], [1.0, 2.0, 3.0], 0.5)
    with pytest.raises(tf.errors.InvalidArgumentError, match="float64"):
        tf.math.betainc(tf.constant(1.0), tf.constant(2.0, tf.float64), 0.5)
    with pytest.raises(tf.errors.InvalidArgumentError, match="int32"):
        tf.math.betainc(1, 2, 1)


@pytest.mark.parametrize("name", ["digamma", "gammaln", "jv", "expit", "sinc", "logsubexp", "zeta"])
def test_integers_are_refused(name: str) -> None:
    x = tf.constant([1, 2])
    numbers = [x, x] if name in ("jv", "logsubexp", "zeta") else [x]
    with pytest.raises(tf.errors.InvalidArgumentError, match="int32"):
        getattr(tf.math.special, name)(*numbers)
