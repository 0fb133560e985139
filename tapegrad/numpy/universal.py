"""The universal functions: one row each, with the engine's function that computes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.core.context import active_tracer
from tapegrad.core.host import computed
from tapegrad.core.table import recording as R
from tapegrad.core.tensor import Tensor, wrap_constant
from tapegrad.numpy.ufunc import ufunc
from tapegrad.ops import complex as engine_complex
from tapegrad.ops import division, elementwise, log_space, rounding, transcendental
from tapegrad.ops.bases import exp2, log2, log10
from tapegrad.ops.roots import cbrt, hypot
from tapegrad.ops.select import maximum, minimum

__all__: list[str] = []


def step_of(function: Any) -> Callable[..., Any]:
    """A step function: NumPy's values, and a derivative of zero."""

    def compute(*operands: Tensor) -> Any:
        step = computed(function, *operands)
        # Subtracted, because -0.0 + 0.0 is 0.0.
        return R.subtract(step, R.masked(operands[0], wrap_constant(np.bool_(False))))

    return compute


def _scaled(factor: float) -> Callable[..., Any]:
    return lambda x: R.multiply(x, wrap_constant(x._value.dtype.type(factor)))


def _extreme(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The larger or the smaller number; of complex ones NumPy says which, by its order."""
    model = getattr(np, name)

    def first_is_it(a: Any, b: Any) -> Any:
        found = model(a, b)
        return (found == a) | (np.isnan(found) & np.isnan(a))

    def compute(a: Any, b: Any) -> Any:
        if a._value.dtype.kind != "c":
            return function(a, b)
        return R.where(computed(first_is_it, a, b), a, b)

    return compute


def _of_either(choose: Callable[..., Any]) -> Callable[..., Any]:
    """The extreme of two numbers, or the one that is not NaN."""

    def compute(a: Any, b: Any) -> Any:
        b_or_extreme = R.where(R.is_nan(b), a, choose(a, b))
        return R.where(R.is_nan(a), b, b_or_extreme)

    return compute


_maximum, _minimum = _extreme("maximum", maximum), _extreme("minimum", minimum)
_fmax = _extreme("fmax", _of_either(maximum))
_fmin = _extreme("fmin", _of_either(minimum))


def _of_complex_too(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    model = getattr(np, name)
    return lambda *xs: computed(model, *xs) if xs[0]._value.dtype.kind == "c" else function(*xs)


def _sign(x: Tensor) -> Any:
    if x._value.dtype.kind != "c":
        return R.sign(x)
    return R.divide_no_nan(x, engine_complex.complex(*_modulus_and_zero(x)))


def _modulus_and_zero(x: Tensor) -> tuple[Any, Any]:
    modulus = engine_complex.abs(x)
    return modulus, R.subtract(modulus, modulus)


def _copysign(a: Tensor, b: Tensor) -> Any:
    turned = computed(
        lambda a, b: np.where(np.signbit(a) == np.signbit(b), 1.0, -1.0).astype(a.dtype)[()], a, b
    )
    return R.multiply(a, turned)


def _heaviside(x: Tensor, h: Tensor) -> Any:
    step = computed(np.heaviside, x, h)
    at_zero = computed(lambda x, h: (x == 0) & np.ones(np.shape(h), bool), x, h)
    zero = R.masked(R.add(x, h), wrap_constant(np.bool_(False)))
    return R.add(R.where(at_zero, h, step), zero)


def _trunc(x: Tensor) -> Any:
    return step_of(np.trunc)(x)


def _ldexp(x: Tensor, e: Tensor) -> Any:
    return R.multiply(x, computed(lambda x, e: np.ldexp(np.ones_like(x), e), x, e))


def _frexp(x: Tensor) -> Any:
    exponent = computed(lambda x: np.frexp(x)[1], x)
    power = computed(lambda x, e: np.ldexp(np.ones_like(x), -e), x, exponent)
    return R.multiply(x, power), exponent


def _modf(x: Tensor) -> Any:
    whole = computed(lambda x: np.modf(x)[1], x)
    return R.where(
        R.is_inf(x), R.masked(x, wrap_constant(np.bool_(False))), R.subtract(x, whole)
    ), whole


def _floor_divide(a: Any, b: Any) -> Any:
    """NumPy's quotient; where that is NaN for an infinite dividend, the infinite one.

    The array API standard asks for it.
    """
    with np.errstate(all="ignore"):
        quotient = np.floor_divide(a, b)
    endless = np.isnan(quotient) & np.isinf(a) & np.isfinite(b)
    return np.where(endless, np.copysign(a, np.copysign(1, a) * b), quotient)[()]


def _divmod(a: Tensor, b: Tensor) -> Any:
    return step_of(_floor_divide)(a, b), division.floormod(a, b)


def _tanh(x: Tensor) -> Any:
    y = transcendental.tanh(x)
    if x._value.dtype.kind != "c":
        return y
    # Where the real part is infinite the sign of the other is that of the argument's: C's is that
    # of the sine of its double.
    endless = computed(lambda z: np.isinf(z.real) & np.isfinite(z.imag), x)
    if not endless._value.any() and active_tracer() is None:
        return y
    return R.where(endless, computed(_limit_of_tanh, x), y)


def _limit_of_tanh(z: Any) -> Any:
    found = np.empty_like(z)
    found.real, found.imag = np.copysign(1, z.real), np.copysign(0, z.imag)
    return found[()]


def _expm1(x: Tensor) -> Any:
    y = transcendental.expm1(x)
    if x._value.dtype.kind != "c":
        return y
    # NumPy gives NaN for most infinite numbers, where the exponential has a value.
    number = x._value.dtype.type
    finite = computed(np.isfinite, x)
    y = R.where(finite, y, R.subtract(transcendental.exp(x), wrap_constant(number(1))))
    # The real part of a zero is not -0.
    return R.add(y, wrap_constant(number(complex(0.0, -0.0))))


def _fabs(x: Tensor) -> Any:
    return R.abs(x)


def _absolute(x: Tensor) -> Any:
    return engine_complex.abs(x)


def _axis_error(core: str) -> ValueError:
    return ValueError(
        f"matmul: Input operand does not have enough dimensions (has 0, gufunc core with "
        f"signature {core} requires 1)"
    )


def _check_inner(name: str, a: Tensor, b: Tensor, i: int, j: int, core: str) -> None:
    m, n = a._value.shape[i], b._value.shape[j]
    if m != n:
        raise ValueError(
            f"{name}: Input operand 1 has a mismatch in its core dimension 0, with gufunc "
            f"signature {core} (size {n} is different from {m})"
        )


def _matmul(a: Tensor, b: Tensor) -> Any:
    core = "(n?,k),(k,m?)->(n?,m?)"
    if not a._value.ndim or not b._value.ndim:
        raise _axis_error(core)
    _check_inner("matmul", a, b, -1, -2 if b._value.ndim > 1 else 0, core)
    row, column = a._value.ndim == 1, b._value.ndim == 1
    if row and column:
        return R.reduce_sum(R.multiply(a, b), axes=(-1,), keepdims=False)
    if row:
        a = R.reshape(a, to=(1, *a._value.shape))
    if column:
        b = R.reshape(b, to=(*b._value.shape, 1))
    y = R.matmul(a, b)
    shape = y._value.shape
    if row:
        shape = (*shape[:-2], shape[-1])
    if column:
        shape = shape[:-1]
    return R.reshape(y, to=shape) if row or column else y


def _vecdot(a: Tensor, b: Tensor) -> Any:
    if not a._value.ndim or not b._value.ndim:
        raise _axis_error("(n),(n)->()")
    _check_inner("vecdot", a, b, -1, -1, "(n),(n)->()")
    return R.reduce_sum(R.multiply(R.conj(a), b), axes=(-1,), keepdims=False)


def _matvec(a: Tensor, v: Tensor) -> Any:
    _check_inner("matvec", a, v, -1, -1, "(m,n),(n)->(m)")
    y = R.matmul(a, R.reshape(v, to=(*v._value.shape, 1)))
    return R.reshape(y, to=y._value.shape[:-1])


def _vecmat(v: Tensor, a: Tensor) -> Any:
    _check_inner("vecmat", v, a, -1, -2, "(n),(n,m)->(m)")
    shape = v._value.shape
    y = R.matmul(R.reshape(R.conj(v), to=(*shape[:-1], 1, shape[-1])), a)
    shape = y._value.shape
    return R.reshape(y, to=(*shape[:-2], shape[-1]))


def _square(x: Tensor) -> Any:
    return elementwise.square(x)


_ROWS: tuple[tuple[Any, ...], ...] = (
    # name, the engine's function, summary, arguments of an example, primitive
    ("add", elementwise.add, "Sum.", "[1.0, 2.0], 0.5", "add"),
    ("subtract", elementwise.subtract, "Difference.", "[1.0, 2.0], 0.5", "subtract"),
    ("multiply", elementwise.multiply, "Product.", "[1.0, 2.0], 3.0", "multiply"),
    ("divide", elementwise.divide, "Quotient.", "[1, 2], 4", "divide"),
    (
        "negative",
        elementwise.negative,
        "The number with the other sign.",
        "[1.0, -2.0]",
        "negative",
    ),
    ("positive", R.identity, "The number itself.", "[1.0, -2.0]"),
    ("power", elementwise.pow, "Power; the base may be 0.", "[1.0, 2.0], 3.0", "pow"),
    ("float_power", elementwise.pow, "Power, at least in double precision.", "[1, 2], -1"),
    ("remainder", division.floormod, "Remainder, with the divisor's sign.", "[5.0, -5.0], 3.0"),
    ("fmod", division.truncatemod, "Remainder, with the dividend's sign.", "[5.0, -5.0], 3.0"),
    ("floor_divide", step_of(_floor_divide), "Quotient, rounded down.", "[5.0, -5.0], 3.0"),
    ("divmod", _divmod, "Quotient, rounded down, and remainder.", "[5.0, -5.0], 3.0"),
    ("absolute", _absolute, "Absolute value.", "[1.0, -2.0]", "abs"),
    ("fabs", _fabs, "Absolute value as a floating point number.", "[1, -2]"),
    ("sign", _sign, "Sign; of complex numbers the direction.", "[3.0, -2.0, 0.0]"),
    ("conjugate", R.conj, "Complex conjugate.", "[1.0 + 2.0j]"),
    ("rint", step_of(np.rint), "Nearest integer, the even one of two.", "[0.5, 1.5, -1.7]"),
    ("floor", step_of(np.floor), "Largest integer that is not larger.", "[0.5, -1.5]"),
    ("ceil", step_of(np.ceil), "Smallest integer that is not smaller.", "[0.5, -1.5]"),
    ("trunc", _trunc, "Nearest integer towards zero.", "[0.5, -1.5]"),
    ("exp", transcendental.exp, "Exponential.", "[0.0, 1.0]", "exp"),
    ("exp2", exp2, "Power of two.", "[0.0, 3.0]", "exp2"),
    (
        "expm1",
        _expm1,
        "Exponential minus 1, accurate near 0.",
        "[0.0, 1e-9]",
        "expm1",
    ),
    ("log", transcendental.log, "Natural logarithm.", "[1.0, 2.0]", "log"),
    ("log2", log2, "Logarithm to the base 2.", "[1.0, 8.0]", "log2"),
    ("log10", log10, "Logarithm to the base 10.", "[1.0, 1000.0]", "log10"),
    ("log1p", transcendental.log1p, "Logarithm of 1 + x, accurate near 0.", "[0.0, 1e-9]", "log1p"),
    ("sqrt", elementwise.sqrt, "Square root.", "[4.0, 9.0]", "sqrt"),
    ("cbrt", cbrt, "Cube root.", "[8.0, -27.0]", "cbrt"),
    ("square", _square, "Square.", "[2.0, -3.0]", "square"),
    ("reciprocal", elementwise.reciprocal, "Reciprocal.", "[2.0, 4.0]", "reciprocal"),
    ("sin", transcendental.sin, "Sine of an angle in radians.", "[0.0, 1.0]", "sin"),
    ("cos", transcendental.cos, "Cosine of an angle in radians.", "[0.0, 1.0]", "cos"),
    ("tan", transcendental.tan, "Tangent of an angle in radians.", "[0.0, 1.0]", "tan"),
    ("arcsin", transcendental.asin, "Inverse sine.", "[0.0, 1.0]", "asin"),
    ("arccos", transcendental.acos, "Inverse cosine.", "[0.0, 1.0]", "acos"),
    ("arctan", transcendental.atan, "Inverse tangent.", "[0.0, 1.0]", "atan"),
    ("arctan2", R.atan2, "Angle of the point ``(x2, x1)``.", "[1.0, -1.0], [1.0, -1.0]", "atan2"),
    ("hypot", hypot, "Length of a vector with two components.", "3.0, [4.0, 1.0]", "hypot"),
    ("sinh", transcendental.sinh, "Hyperbolic sine.", "[0.0, 1.0]", "sinh"),
    ("cosh", transcendental.cosh, "Hyperbolic cosine.", "[0.0, 1.0]", "cosh"),
    ("tanh", _tanh, "Hyperbolic tangent.", "[0.0, 1.0]", "tanh"),
    ("arcsinh", transcendental.asinh, "Inverse hyperbolic sine.", "[0.0, 1.0]", "asinh"),
    ("arccosh", transcendental.acosh, "Inverse hyperbolic cosine.", "[1.0, 2.0]", "acosh"),
    ("arctanh", transcendental.atanh, "Inverse hyperbolic tangent.", "[0.0, 0.5]", "atanh"),
    ("degrees", _scaled(180 / np.pi), "Radians in degrees.", "[0.0, 1.0]"),
    ("rad2deg", _scaled(180 / np.pi), "Radians in degrees.", "[0.0, 1.0]"),
    ("radians", _scaled(np.pi / 180), "Degrees in radians.", "[0.0, 90.0]"),
    ("deg2rad", _scaled(np.pi / 180), "Degrees in radians.", "[0.0, 90.0]"),
    ("logaddexp", log_space.logaddexp, "Logarithm of a sum of exponentials.", "[0.0, 1.0], 0.0"),
    ("logaddexp2", log_space.logaddexp2, "The same to the base 2.", "[0.0, 1.0], 0.0"),
    (
        "maximum",
        _maximum,
        "The larger one; NaN if one is.",
        "[1.0, 5.0], 3.0",
        "maximum",
    ),
    (
        "minimum",
        _minimum,
        "The smaller one; NaN if one is.",
        "[1.0, 5.0], 3.0",
        "minimum",
    ),
    (
        "fmax",
        _fmax,
        "The larger one, or the one that is not NaN.",
        "[1.0, 5.0], 3.0",
    ),
    (
        "fmin",
        _fmin,
        "The smaller one, or the one that is not NaN.",
        "[1.0, 5.0], 3.0",
    ),
    ("copysign", _copysign, "The first number with the second one's sign.", "[1.0, -2.0], -1.0"),
    (
        "heaviside",
        _heaviside,
        "Step from 0 to 1, with a value of its own at 0.",
        "[-1.0, 0.0], 0.5",
    ),
    ("nextafter", rounding.nextafter, "The next number in a direction.", "1.0, [2.0, 0.0]"),
    ("ldexp", _ldexp, "``x1 * 2**x2``.", "[1.0, 3.0], 2"),
    ("frexp", _frexp, "Mantissa and exponent to the base 2.", "[1.0, 12.0]"),
    ("modf", _modf, "Fractional and whole parts.", "[1.5, -2.25]"),
    ("spacing", None, "The distance to the next number.", "[1.0, 1024.0]"),
    ("matmul", _matmul, "Product of matrices over the last two axes.", "[[1.0, 2.0]], [3.0, 4.0]"),
    ("vecdot", _vecdot, "Inner products of vectors.", "[1.0, 2.0], [3.0, 4.0]"),
    ("matvec", _matvec, "Products of matrices with vectors.", "[[1.0, 2.0]], [3.0, 4.0]"),
    ("vecmat", _vecmat, "Products of vectors with matrices.", "[1.0, 2.0], [[3.0], [4.0]]"),
    # Without a derivative
    ("equal", None, "Whether both are equal.", "[1.0, 2.0], 2.0"),
    ("not_equal", None, "Whether both differ.", "[1.0, 2.0], 2.0"),
    ("less", None, "Whether the first is smaller.", "[1.0, 2.0], 2.0"),
    ("less_equal", None, "Whether the first is not larger.", "[1.0, 2.0], 2.0"),
    ("greater", None, "Whether the first is larger.", "[1.0, 3.0], 2.0"),
    ("greater_equal", None, "Whether the first is not smaller.", "[1.0, 2.0], 2.0"),
    ("logical_and", None, "Whether both are true.", "[True, False], True"),
    ("logical_or", None, "Whether one is true.", "[True, False], True"),
    ("logical_xor", None, "Whether just one is true.", "[True, False], True"),
    ("logical_not", None, "Whether it is false.", "[True, False]"),
    ("isfinite", None, "Whether it is neither NaN nor infinite.", "[1.0, np.inf]"),
    ("isinf", None, "Whether it is infinite.", "[1.0, np.inf]"),
    ("isnat", None, "Whether it is no date.", "np.array(['NaT', '2020-01-01'], 'M8[D]')"),
    ("isnan", None, "Whether it is no number.", "[1.0, np.nan]"),
    ("signbit", None, "Whether its sign is minus.", "[1.0, -0.0]"),
    ("bitwise_and", None, "Bits that both have.", "[5, 6], 3"),
    ("bitwise_or", None, "Bits that one has.", "[5, 6], 3"),
    ("bitwise_xor", None, "Bits that just one has.", "[5, 6], 3"),
    ("invert", None, "The other bits.", "[5, 6]"),
    ("bitwise_count", None, "The number of bits that are set.", "[5, 8]"),
    ("left_shift", None, "Bits shifted to the left.", "[5, 6], 1"),
    ("right_shift", None, "Bits shifted to the right.", "[5, 6], 1"),
    ("gcd", None, "Greatest common divisor.", "[12, 9], 6"),
    ("lcm", None, "Least common multiple.", "[12, 9], 6"),
)

#: All of them, by name.
UNIVERSAL: dict[str, ufunc] = {}
for _name, _compute, _summary, _arguments, *_fast in _ROWS:
    globals()[_name] = ufunc(
        getattr(np, _name), _compute, _summary, f"np.{_name}({_arguments})", *_fast
    )
    UNIVERSAL[_name] = globals()[_name]
    __all__.append(_name)

_ALIASES = {
    "abs": "absolute",
    "acos": "arccos",
    "acosh": "arccosh",
    "asin": "arcsin",
    "asinh": "arcsinh",
    "atan": "arctan",
    "atan2": "arctan2",
    "atanh": "arctanh",
    "bitwise_invert": "invert",
    "bitwise_left_shift": "left_shift",
    "bitwise_not": "invert",
    "bitwise_right_shift": "right_shift",
    "conj": "conjugate",
    "mod": "remainder",
    "pow": "power",
    "true_divide": "divide",
}
for _alias, _name in _ALIASES.items():
    globals()[_alias] = globals()[_name]
    __all__.append(_alias)
