"""Elementary functions and what statistics and information theory make of them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tapegrad.core.host import computed
from tapegrad.core.table import recording as R
from tapegrad.core.tensor import Tensor
from tapegrad.numpy.special.making import constant, family, floating, model_of, special_function
from tapegrad.numpy.universal import step_of
from tapegrad.ops import (  # noqa: F401 - of the table
    bases,
    division,
    entropy,
    exponentials,
    hypergeometric,
    log_space,
    logistic,
    roots,
    transcendental,
)


def _boxcox(x: Tensor, power: Tensor) -> Any:
    """``(x**power - 1) / power``, whose limit at power 0 is ``log(x)``."""
    zero, one = constant(x, 0.0), constant(x, 1.0)
    at_zero = R.equal(x, zero)
    log_x = R.log(R.where(at_zero, one, x))
    divisor = R.where(R.greater(power, zero), power, one)
    border = (R.pow(R.where(at_zero, x, one), divisor) - one) / divisor
    border = R.where(R.greater(power, zero), border, constant(x, -np.inf))
    return R.where(at_zero, border, log_x * R.exprel(power * log_x))


def _boxcox1p(x: Tensor, power: Tensor) -> Any:
    """The same of ``1 + x``."""
    log_x = R.log1p(R.where(R.equal(x, constant(x, -1.0)), constant(x, 0.0), x))
    smooth = log_x * R.exprel(power * log_x)
    return R.where(R.equal(x, constant(x, -1.0)), _boxcox(x + 1.0, power), smooth)


def _or_nan(function: Any) -> Any:
    """A function that is 0 where the first number is, unless the second one is NaN."""
    return lambda x, y: R.where(R.is_nan(y), R.multiply(x, y), function(x, y))


def _inverse_power(y: Tensor, power: Tensor) -> Any:
    """``log(1 + power y) / power``, whose limit at power 0 is `y`."""
    scaled = power * y
    small = R.less(R.abs(scaled), constant(y, 0.5))
    near = R.hyp2f1(-R.where(small, scaled, constant(y, 0.0)), a=1.0, b=1.0, c=2.0)
    far = R.where(small, constant(y, 1.0), scaled)
    return y * R.where(small, near, R.log1p(far) / far)


def _huber(delta: Tensor, r: Tensor) -> Any:
    size = R.abs(r)
    near = R.less_equal(size, delta)
    value = R.where(near, 0.5 * r * r, delta * (size - 0.5 * delta))
    return R.where(R.less(delta, constant(r, 0.0)), constant(r, np.inf), value)


def _pseudo_huber(delta: Tensor, r: Tensor) -> Any:
    none = R.logical_or(R.equal(delta, constant(r, 0.0)), R.equal(r, constant(r, 0.0)))
    ratio = r / R.where(none, constant(r, 1.0), delta)
    # sqrt(1 + s) - 1 without the difference
    square = ratio * ratio
    value = delta * delta * (square / (R.sqrt(1.0 + square) + 1.0))
    return R.where(R.less(delta, constant(r, 0.0)), constant(r, np.inf), value)


def _round(x: Tensor) -> Any:
    return step_of(model_of("round"))(x)


family(
    ("cbrt", "cbrt", "x", "Cube root.", "[8.0, -27.0]"),
    ("exp10", "exp10", "x", "Power of ten.", "[0.0, 2.0]"),
    ("exp2", "exp2", "x", "Power of two.", "[0.0, 2.0]"),
    ("expm1", "expm1", "x", "Exponential minus 1, accurate near 0.", "[0.0, 1e-9]"),
    ("log1p", "log1p", "x", "Logarithm of 1 + x, accurate near 0.", "[0.0, 1e-9]"),
    ("exprel", "exprel", "x", "``(exp(x) - 1) / x``, which is 1 at 0.", "[0.0, 1.0]"),
    ("powm1", "powm1", "x y", "``x**y - 1``, accurate near 0.", "[1.0, 2.0], 1e-9"),
    (
        "cosm1",
        lambda x: 0.0 - 2.0 * R.square(R.sin(0.5 * x)),
        "x",
        "Cosine minus 1, accurate near 0.",
        "[0.0, 1e-9]",
    ),
    ("sindg", "sindg", "x", "Sine of an angle in degrees.", "[0.0, 30.0]"),
    ("cosdg", "cosdg", "x", "Cosine of an angle in degrees.", "[0.0, 60.0]"),
    ("tandg", "tandg", "x", "Tangent of an angle in degrees.", "[0.0, 45.0]"),
    ("cotdg", "cotdg", "x", "Cotangent of an angle in degrees.", "[45.0, 90.0]"),
    (
        "radian",
        lambda d, m, s: (d + m / 60.0 + s / 3600.0) * (math.pi / 180.0),
        "d m s",
        "Degrees, minutes and seconds in radians.",
        "90.0, 30.0, 0.0",
    ),
    ("round", _round, "x", "Nearest integer.", "[0.4, 1.6]"),
    ("wrightomega", "wrightomega", "z", "Lambert's W of ``exp(z)``.", "[0.0, 1.0]"),
    ("expit", "expit", "x", "Logistic function.", "[0.0, 1.0]"),
    ("log_expit", "log_sigmoid", "x", "Logarithm of the logistic function.", "[0.0, -800.0]"),
    ("logit", "logit", "x", "Logarithm of the odds, the inverse of `expit`.", "[0.5, 0.75]"),
    (
        "xlogy",
        _or_nan(R.xlogy),
        "x y",
        "``x * log(y)``, which is 0 where `x` is 0.",
        "[0.0, 1.0], 0.5",
    ),
    (
        "xlog1py",
        _or_nan(R.xlog1py),
        "x y",
        "``x * log1p(y)``, 0 where `x` is 0.",
        "[0.0, 1.0], 0.5",
    ),
    ("entr", "entr", "x", "Entropy of one probability, ``-x * log(x)``.", "[0.0, 0.5]"),
    ("rel_entr", "rel_entr", "x y", "Relative entropy ``x * log(x / y)``.", "[0.0, 0.5], 0.25"),
    ("kl_div", "kl_div", "x y", "``x * log(x / y) - x + y``.", "[0.0, 0.5], 0.25"),
    ("huber", _huber, "delta r", "Huber's loss.", "1.0, [0.5, 2.0]"),
    ("pseudo_huber", _pseudo_huber, "delta r", "Huber's loss, smoothed.", "1.0, [0.5, 2.0]"),
    (
        "boxcox",
        _boxcox,
        "x lmbda",
        "Box and Cox's transformation; the power may be 0, where the derivative is right, too.",
        "[1.0, 2.0], 0.0",
    ),
    (
        "boxcox1p",
        _boxcox1p,
        "x lmbda",
        "`boxcox` of ``1 + x``.",
        "[1.0, 2.0], 0.0",
    ),
    (
        "inv_boxcox",
        lambda y, lmbda: R.exp(_inverse_power(y, lmbda)),
        "y lmbda",
        "Inverse of `boxcox`.",
        "[1.0, 2.0], 0.0",
    ),
    (
        "inv_boxcox1p",
        lambda y, lmbda: R.expm1(_inverse_power(y, lmbda)),
        "y lmbda",
        "Inverse of `boxcox1p`.",
        "[1.0, 2.0], 0.0",
    ),
)


@special_function("np.special.softplus([0.0, 800.0])")
def softplus(x: Any) -> Any:
    """``log(1 + exp(x))``."""
    (point,) = floating(x, half=True)
    return R.softplus(point)


@special_function("np.special.sinc([0.0, 0.5])")
def sinc(x: Any) -> Any:
    """``sin(pi x) / (pi x)``, which is 1 at 0."""
    (point,) = floating(x, half=True)
    return R.sinc(point)


@special_function(
    "np.special.diric([0.5, 1.0], 3)",
    n="The number of terms, a positive whole number.",
)
def diric(x: Any, n: Any) -> Any:
    """Periodic sinc function ``sin(n x / 2) / (n sin(x / 2))``."""
    point, count = floating(x, n)
    turns = point / (2.0 * math.pi)
    whole = computed(np.round, turns)
    rest = turns - whole
    # sin(n x / 2) / (n sin(x / 2)) is sinc(n r) / sinc(r) but for the sign of the half turns.
    sign = computed(
        lambda k, n: np.where(k * (n - 1) % 2 == 0, 1.0, -1.0).astype(n.dtype), whole, count
    )
    value = sign * R.sinc(count * rest) / R.sinc(rest)
    valid = computed(lambda n: (n > 0) & (n == np.floor(n)), count)
    return R.where(valid, value, constant(point, np.nan))
