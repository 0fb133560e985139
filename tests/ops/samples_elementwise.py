"""Samples of the elementwise primitives."""

from __future__ import annotations

import math
from typing import Any

import mpmath
import numpy as np
from scipy import special

from tests.ops.samples import (
    above_one,
    booleans,
    elementwise_samples,
    fixed,
    integers,
    positive,
    reals,
    sample,
    unit,
)


def _each(function: Any) -> Any:
    """A function of Python numbers on arrays."""
    return np.vectorize(function, otypes=[float])


def _mp(function: Any) -> Any:
    return _each(lambda *numbers: float(function(*numbers)))


# Arithmetic.
elementwise_samples("add", reals, reals, reference=np.add, complex=True)
elementwise_samples("subtract", reals, reals, reference=np.subtract, complex=True)
elementwise_samples("multiply", reals, reals, reference=np.multiply, complex=True)
elementwise_samples("divide", reals, reals, reference=np.true_divide, complex=True)
elementwise_samples("negative", reals, reference=np.negative, complex=True)
elementwise_samples("reciprocal", reals, reference=np.reciprocal, complex=True)
elementwise_samples("square", reals, reference=np.square, complex=True)
elementwise_samples("sqrt", positive, reference=lambda x: x**0.5, complex=True)
elementwise_samples("rsqrt", positive, reference=lambda x: x**-0.5, complex=True)
elementwise_samples("pow", positive, reals, reference=np.power, complex=True)
for exponent in (-1.0, 0.0, 0.5, 1.0, 2.0, 3.0):
    sample(
        "pow",
        positive(2, 3),
        fixed(exponent),
        label=f"to_{exponent}",
        reference=np.power,
        complex=True,
    )
sample("pow", fixed([-1.5, 2.5]), fixed(2.0), label="negative_base", reference=np.power, order=0)
elementwise_samples("abs", reals, reference=np.fabs)
elementwise_samples("sign", reals, reference=np.sign)
elementwise_samples(
    "squared_difference", reals, reals, reference=lambda a, b: a * a - 2 * a * b + b * b
)
sample("add_n", reals(2, 3), reals(2, 3), reals(2, 3), reference=lambda *v: sum(v), complex=True)
sample("add_n", reals(2), label="one", reference=lambda x: x)
sample("add_n", reals(), reals(), reals(), label="scalars", reference=lambda *v: sum(v))

# Division with floors and guards.
elementwise_samples("floordiv", reals, positive, reference=lambda a, b: np.floor(a / b), order=0)
sample(
    "floordiv",
    integers(-9, 9, 7),
    fixed(-2, np.int32),
    label="integers",
    reference=_each(lambda a, b: a // b),
    order=0,
)
elementwise_samples("floormod", reals, positive, reference=lambda a, b: a - b * np.floor(a / b))
sample(
    "floormod",
    integers(-9, 9, 7),
    fixed(-2, np.int32),
    label="integers",
    reference=_each(lambda a, b: a % b),
    order=0,
)
elementwise_samples("truncatediv", reals, positive, reference=lambda a, b: np.fix(a / b), order=0)
sample(
    "truncatediv",
    integers(-9, 9, 7),
    fixed(-2, np.int32),
    label="integers",
    reference=_each(lambda a, b: math.trunc(a / b)),
    order=0,
)
elementwise_samples("truncatemod", reals, positive, reference=_each(math.fmod))
elementwise_samples("divide_no_nan", reals, reals, reference=np.true_divide, complex=True)
elementwise_samples("multiply_no_nan", reals, reals, reference=np.multiply, complex=True)
elementwise_samples("reciprocal_no_nan", reals, reference=np.reciprocal, complex=True)
elementwise_samples("hypot", reals, reals, reference=lambda a, b: (a * a + b * b) ** 0.5)
elementwise_samples("cbrt", reals, reference=lambda x: np.sign(x) * np.abs(x) ** (1 / 3))
elementwise_samples("exp2", reals, reference=lambda x: 2.0**x)
elementwise_samples("log2", positive, reference=_each(math.log2))
elementwise_samples("log10", positive, reference=_each(math.log10))
elementwise_samples("one_minus_square", reals, reference=lambda x: 1 - x**2, complex=True)
elementwise_samples("multiply_nonzero", reals, reals, reference=np.multiply, complex=True)
elementwise_samples("zero_or_divide", reals, reals, reference=np.true_divide, complex=True)
elementwise_samples("nonzero", reals, reference=np.ones_like, order=0)
sample(
    "finite",
    fixed([1.0, np.nan, np.inf, -np.inf]),
    reference=lambda x: np.array([True, False, False, False]),
    order=0,
)
sample(
    "finite",
    fixed([1.0 + 1j, complex(0, np.nan), complex(np.inf, 0)]),
    reference=lambda x: np.array([True, False, False]),
    label="complex",
    order=0,
)
elementwise_samples("xlogy", reals, positive, reference=special.xlogy, complex=True)
elementwise_samples("xlog1py", reals, unit, reference=special.xlog1py, complex=True)
elementwise_samples("xdivy", reals, reals, reference=np.true_divide, complex=True)
ZEROS = fixed([0.0, 1.5, 0.0])
BAD = fixed([0.0, 2.0, np.nan])
for name in ("xlogy", "xlog1py", "xdivy"):
    expected = {"xlogy": 1.5 * math.log(2.0), "xlog1py": 1.5 * math.log(3.0), "xdivy": 0.75}[name]
    sample(
        name,
        ZEROS,
        BAD,
        label="zero_times_anything",
        reference=lambda a, b, expected=expected: np.array([0.0, expected, 0.0]),
        order=0,
    )
sample(
    "multiply_no_nan",
    BAD,
    ZEROS,
    label="anything_times_zero",
    reference=lambda a, b: np.array([0.0, 3.0, 0.0]),
    order=0,
)
sample(
    "multiply_nonzero",
    fixed([0.0, 2.0, np.nan, np.inf]),
    fixed([np.inf, 1.5, 0.0, 0.0]),
    label="anything_times_zero",
    reference=lambda a, b: np.array([0.0, 3.0, 0.0, 0.0]),
    order=0,
)
sample(
    "zero_or_divide",
    ZEROS,
    BAD,
    label="zero_by_anything",
    reference=lambda a, b: np.array([0.0, 0.75, 0.0]),
    order=0,
)
sample(
    "divide_no_nan",
    BAD,
    ZEROS,
    label="anything_by_zero",
    reference=lambda a, b: np.array([0.0, 2.0 / 1.5, 0.0]),
    order=0,
)
sample(
    "reciprocal_no_nan",
    ZEROS,
    label="zero",
    reference=lambda x: np.array([0.0, 2.0 / 3.0, 0.0]),
    order=0,
)

# Exponentials, logarithms, trigonometric and hyperbolic functions.
for name, maker, function in (
    ("exp", reals, np.exp),
    ("expm1", reals, np.expm1),
    ("log", positive, np.log),
    ("log1p", unit, np.log1p),
    ("sin", reals, np.sin),
    ("cos", reals, np.cos),
    ("tan", unit, np.tan),
    ("asin", unit, np.arcsin),
    ("acos", unit, np.arccos),
    ("atan", reals, np.arctan),
    ("sinh", reals, np.sinh),
    ("cosh", reals, np.cosh),
    ("tanh", reals, np.tanh),
    ("asinh", reals, np.arcsinh),
    ("acosh", above_one, np.arccosh),
    ("atanh", unit, np.arctanh),
):
    elementwise_samples(name, maker, reference=function, complex=True)
elementwise_samples("atan2", reals, reals, reference=_each(math.atan2))
elementwise_samples(
    "sigmoid", reals, reference=lambda x: 0.5 + 0.5 * np.tanh(0.5 * x), complex=True
)
elementwise_samples("log_sigmoid", reals, reference=special.log_expit)
elementwise_samples("softplus", reals, reference=lambda x: np.logaddexp(x, 0.0))
elementwise_samples("softsign", reals, reference=lambda x: x / (1.0 + np.fabs(x)))
for name, expected in (
    ("sigmoid", [0.0, 1.0]),
    ("log_sigmoid", [-1000.0, 0.0]),
    ("softplus", [0.0, 1000.0]),
):
    sample(
        name,
        fixed([-1000.0, 1000.0]),
        label="far_out",
        reference=lambda x, expected=expected: np.array(expected),
    )

# Special functions.
elementwise_samples("erf", reals, reference=_each(math.erf))
elementwise_samples("erfc", reals, reference=_each(math.erfc))
elementwise_samples("erfinv", unit, reference=_mp(mpmath.erfinv))
elementwise_samples("lgamma", positive, reference=_each(math.lgamma))
elementwise_samples("digamma", positive, reference=_mp(mpmath.digamma))
sample(
    "polygamma",
    fixed([0.0, 1.0, 2.0]),
    positive(2, 3),
    reference=_each(lambda n, x: float(mpmath.polygamma(int(n), x))),
)

# Selection.
elementwise_samples("maximum", reals, reals, reference=np.fmax)
elementwise_samples("minimum", reals, reals, reference=np.fmin)
sample(
    "clip",
    fixed([[-2.5, 0.3], [0.7, 2.5]]),
    fixed(-1.0),
    fixed([0.5, 1.5]),
    reference=lambda x, low, high: np.array([[-1.0, 0.3], [0.5, 1.5]])[: len(x)],
)
sample(
    "clip",
    reals(2, 3),
    fixed(-1.0),
    fixed(1.0),
    label="numbers",
    reference=lambda x, low, high: x.clip(low, high),
)


def _kept(x: np.ndarray, mask: np.ndarray) -> np.ndarray:
    kept = np.zeros(np.broadcast_shapes(x.shape, mask.shape), x.dtype)
    kept[np.broadcast_to(mask, kept.shape)] = np.broadcast_to(x, kept.shape)[
        np.broadcast_to(mask, kept.shape)
    ]
    return kept


sample("masked", reals(2, 3), booleans(2, 3), reference=_kept, complex=True)
sample("masked", reals(2, 3), booleans(3), label="row", reference=_kept)
sample("masked", reals(3), booleans(2, 1), label="column", reference=_kept)
sample("masked", reals(), booleans(), label="scalar", reference=lambda x, m: x if m else x * 0)
sample("masked", reals(40, 30), booleans(40, 30), label="large", reference=_kept, batch=False)
sample("masked", reals(40, 30), booleans(30), label="large_row", reference=_kept, batch=False)
sample(
    "masked",
    fixed([np.nan, np.inf, 1.0]),
    fixed([False, False, True]),
    label="nan",
    reference=lambda x, mask: np.array([0.0, 0.0, 1.0]),
    order=0,
)

# Rounding, comparisons and logic have no derivative.
for name, function in (
    ("floor", _each(math.floor)),
    ("ceil", _each(math.ceil)),
    ("rint", _each(round)),
    ("round", _each(round)),
):
    elementwise_samples(name, reals, reference=function, order=0)
sample("round", integers(-3, 3, 4), label="integers", reference=lambda x: x, order=0)
elementwise_samples("nextafter", reals, reals, reference=_each(math.nextafter))
for name, function in (
    ("equal", np.equal),
    ("not_equal", np.not_equal),
    ("less", np.less),
    ("less_equal", np.less_equal),
    ("greater", np.greater),
    ("greater_equal", np.greater_equal),
):
    elementwise_samples(name, reals, reals, reference=function, order=0)
    sample(
        name,
        integers(0, 3, 9),
        integers(0, 3, 9),
        label="integers",
        reference=function,
        order=0,
    )
sample(
    "indicator",
    fixed([1.0, 2.0, 2.0]),
    fixed(2.0),
    reference=lambda a, b: np.array([0.0, 1.0, 1.0]),
    order=0,
)
ODD = fixed([1.0, np.inf, -np.inf, np.nan])
sample("is_nan", ODD, reference=lambda x: np.array([0, 0, 0, 1], bool), order=0)
sample("is_inf", ODD, reference=lambda x: np.array([0, 1, 1, 0], bool), order=0)
sample("is_finite", ODD, reference=lambda x: np.array([1, 0, 0, 0], bool), order=0)
for name, function in (
    ("logical_and", np.logical_and),
    ("logical_or", np.logical_or),
    ("logical_xor", np.logical_xor),
):
    sample(name, booleans(3, 4), booleans(4), reference=function, order=0)
sample("logical_not", booleans(5), reference=np.logical_not, order=0)
for name, function in (
    ("bitwise_and", lambda a, b: a & b),
    ("bitwise_or", lambda a, b: a | b),
    ("bitwise_xor", lambda a, b: a ^ b),
    ("left_shift", lambda a, b: a << b),
    ("right_shift", lambda a, b: a >> b),
):
    sample(
        name,
        integers(-50, 50, 3, 4),
        integers(0, 8, 4),
        reference=np.vectorize(function, otypes=[int]),
        order=0,
    )
sample("invert", integers(-50, 50, 5), reference=lambda x: -x - 1, order=0)


# Complex numbers.
def _turned(*shape: int) -> Any:
    real, imaginary = reals(*shape), reals(*shape)
    return lambda rng: real(rng) + 1j * imaginary(rng)


for shape in ((2, 3), (), (0, 2)):
    label = "x".join(map(str, shape)) or "scalar"
    options: dict[str, Any] = {"label": label, "dtypes": ()}
    sample("real", _turned(*shape), reference=lambda z: (z + z.conj()).real / 2, **options)
    sample("imag", _turned(*shape), reference=lambda z: (z * -1j).real, **options)
    sample("modulus", _turned(*shape), **options, reference=lambda z: np.hypot(z.real, z.imag))
    sample("angle", _turned(*shape), **options, reference=lambda z: np.arctan2(z.imag, z.real))
sample("complex", reals(2, 3), reals(3), reference=lambda a, b: a + 1j * b, dtypes=("float64",))
sample(
    "complex",
    reals(),
    reals(),
    label="scalars",
    reference=lambda a, b: a + 1j * b,
    dtypes=("float64",),
)
