"""Functions of two or three numbers: extremes, clamping, choosing, angles, logarithms of sums."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.core.structural import identity
from tapegrad.core.table import TABLE
from tapegrad.core.tensor import wrap
from tapegrad.ops import (
    compare,
    division,
    elementwise,
    gamma_functions,
    log_space,
    roots,
    select,
    special,
    transcendental,
)
from tapegrad.ops import incomplete_gamma as core_gamma
from tapegrad.ops import rounding as core_rounding
from tapegrad.ops.cast import in_dtype
from tapegrad.ops.replacing import nan_to_num as core_nan_to_num
from tapegrad.torch.arithmetic import div
from tapegrad.torch.documentation import documented
from tapegrad.torch.dtypes import category, from_numpy_dtype
from tapegrad.torch.examples import Example
from tapegrad.torch.operation import operation
from tapegrad.torch.promotion import as_floating, check_operand, promoted, promoted_floating
from tapegrad.torch.tensor import alias, install

__all__ = [
    "addcdiv",
    "addcmul",
    "arctan2",
    "atan2",
    "clamp",
    "clamp_max",
    "clamp_min",
    "clip",
    "copysign",
    "dist",
    "float_power",
    "fmax",
    "fmin",
    "fmod",
    "gcd",
    "heaviside",
    "hypot",
    "igamma",
    "igammac",
    "lcm",
    "ldexp",
    "lerp",
    "logaddexp",
    "logaddexp2",
    "logit",
    "maximum",
    "minimum",
    "mvlgamma",
    "nan_to_num",
    "nextafter",
    "polygamma",
    "true_divide",
    "where",
]

_where = TABLE["where"]


def _of_two(
    name: str, function: Callable[..., Any], summary: str, example: str, floating: bool = False
) -> Any:
    convert = promoted_floating if floating else promoted

    def call(input: Any, other: Any) -> Any:
        check_operand(name, "other", other)
        return function(*convert(input, other))

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"{summary}, elementwise."
    return documented(f"torch.{name}({example})", "")(operation(in_place=True)(call))


def _shared(function: Callable[..., Any]) -> Callable[..., Any]:
    """Half of the cotangent for each of two equal numbers, and all of it for both beside a NaN."""
    name = function.__name__

    def extreme(a: Any, b: Any) -> Any:
        kind = a._value.dtype.kind
        if kind == "c":
            raise RuntimeError(f"{name} not implemented for complex tensors.")
        if kind == "b":
            either = compare.logical_or if name == "maximum" else compare.logical_and
            return either(a, b)
        result = function(a, b)
        if category(a._value.dtype) < 2:
            return result
        if isinstance(a._value, Example) or isinstance(b._value, Example):
            one, half = (in_dtype(n, a._value.dtype) for n in (1.0, 0.5))
            share = _where(compare.is_nan(result), one, half)
            return _where(compare.not_equal(a, b), result, a * share + b * share)
        is_one = (a._value < b._value) | (a._value > b._value)
        if np.all(is_one):
            return result
        share = wrap(np.where(np.isnan(result._value), 1.0, 0.5).astype(a._value.dtype)[()])
        return _where(wrap(is_one), result, a * share + b * share)

    return extreme


def _atan2(a: Any, b: Any) -> Any:
    """The angle, whose derivative at the origin is zero in PyTorch."""
    result = transcendental.atan2(a, b)
    at_origin = compare.equal(a, 0) & compare.equal(b, 0)
    if not isinstance(at_origin._value, Example) and not np.any(at_origin._value):
        return result
    one = in_dtype(1, a._value.dtype)
    elsewhere = transcendental.atan2(_where(at_origin, one, a), _where(at_origin, one, b))
    return _where(at_origin, TABLE["stop_gradient"](result), elsewhere)


_PAIR = "torch.tensor([1.0, 2.0]), torch.tensor([3.0, -1.0])"
atan2 = _of_two("atan2", _atan2, "The angle of the points (other, input)", _PAIR, True)
hypot = _of_two("hypot", roots.hypot, r":math:`\sqrt{a^2 + b^2}`", _PAIR, True)
maximum = _of_two("maximum", _shared(select.maximum), "The larger one, NaN if one is NaN", _PAIR)
minimum = _of_two("minimum", _shared(select.minimum), "The smaller one, NaN if one is NaN", _PAIR)
logaddexp = _of_two("logaddexp", log_space.logaddexp, r":math:`\ln(e^a + e^b)`", _PAIR, True)
logaddexp2 = _of_two("logaddexp2", log_space.logaddexp2, r":math:`\log_2(2^a + 2^b)`", _PAIR, True)
nextafter = _of_two("nextafter", core_rounding.nextafter, "The next number towards `other`", _PAIR)
igamma = _of_two(
    "igamma",
    core_gamma.igamma,
    "The regularised lower incomplete gamma function",
    "torch.tensor([1.0]), torch.tensor([2.0])",
    True,
)
igammac = _of_two(
    "igammac",
    core_gamma.igammac,
    "The regularised upper incomplete gamma function",
    "torch.tensor([1.0]), torch.tensor([2.0])",
    True,
)
arctan2 = atan2


def _ignoring_nan(function: Callable[..., Any]) -> Callable[..., Any]:
    def extreme(a: Any, b: Any) -> Any:
        if category(a._value.dtype) < 2:
            return function(a, b)
        a_nan, b_nan = wrap(np.isnan(a._value)), wrap(np.isnan(b._value))
        return function(_where(a_nan, b, a), _where(b_nan, a, b))

    return extreme


fmax = _of_two("fmax", _ignoring_nan(select.maximum), "The larger one, of which NaN is none", _PAIR)
fmin = _of_two(
    "fmin", _ignoring_nan(select.minimum), "The smaller one, of which NaN is none", _PAIR
)


@documented(f"torch.fmod({_PAIR})", "")
@operation(in_place=True, overload=("other", "FmodBackward1"))
def fmod(input: Any, other: Any) -> Any:
    """The remainder of the division, with the sign of `input`."""
    a, b = promoted(input, other)
    if category(a._value.dtype) < 2 and not np.all(b._value):
        raise RuntimeError("ZeroDivisionError")
    return division.truncatemod(a, b)


@documented("torch.copysign(torch.tensor([1.0, 2.0]), torch.tensor([-1.0, 1.0]))", "")
@operation("CopysignBackward1", in_place=True, overload=("other", "CopysignBackward0"))
def copysign(input: Any, other: Any) -> Any:
    """The magnitude of `input` with the sign of `other`."""
    a, b = promoted_floating(input, other)
    flipped = wrap(np.signbit(a._value) != np.signbit(b._value))
    return _where(flipped, elementwise.negative(a), a)


@documented(
    "torch.heaviside(torch.tensor([-1.0, 0.0, 2.0]), torch.tensor([0.5]))",
    "",
    values="What it is at 0.",
)
@operation(in_place=True)
def heaviside(input: Any, values: Any) -> Any:
    """0 for negative numbers, 1 for positive ones, and `values` at 0."""
    return wrap(np.heaviside(input._value, values._value).astype(input._value.dtype))


def _of_integers(name: str, function: Callable[..., Any], summary: str) -> Any:
    def call(input: Any, other: Any) -> Any:
        a, b = promoted(input, other)
        if a._value.dtype.kind not in "iu":
            kind = from_numpy_dtype(a._value.dtype).abbreviation
            raise NotImplementedError(f"\"{name}_cpu\" not implemented for '{kind}'")
        return wrap(function(a._value, b._value))

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"{summary} of integers."
    return documented(f"torch.{name}(torch.tensor([4, 6]), torch.tensor([6, 9]))", "")(
        operation(in_place=True)(call)
    )


gcd = _of_integers("gcd", np.gcd, "The greatest common divisor")
lcm = _of_integers("lcm", np.lcm, "The least common multiple")


@documented("torch.ldexp(torch.tensor([1.0]), torch.tensor([1, 2, 3]))", "")
@operation(in_place=True)
def ldexp(input: Any, other: Any) -> Any:
    r""":math:`a\, 2^b`."""
    a, b = promoted_floating(input, other)
    return elementwise.multiply(a, TABLE["exp2"](b))


@documented("torch.float_power(torch.tensor([1, 2]), 2)", "", exponent="A number or a tensor.")
@operation("PowBackward1", in_place=False)
def float_power(input: Any, exponent: Any) -> Any:
    """The power, computed and returned in double precision."""
    wide = np.dtype(np.complex128 if "c" in (_kind(input), _kind(exponent)) else np.float64)
    return elementwise.pow(in_dtype(input, wide), in_dtype(exponent, wide))


def _kind(x: Any) -> str:
    return str(np.asarray(getattr(x, "_value", x)).dtype.kind)


# Clamping and choosing


@documented(
    "torch.clamp(torch.tensor([-1.0, 0.5, 2.0]), 0.0, 1.0)",
    "",
    min="The lowest value, a number or a tensor; None for no bound.",
    max="The highest value.",
)
@operation("ClampBackward1", in_place=True, overload=("min max", "ClampBackward0"))
def clamp(input: Any, min: Any = None, max: Any = None) -> Any:
    """The elements, with those below `min` or above `max` replaced by these.

    The derivative is 1 from `min` to `max`, both included, and 0 outside.
    """
    if min is None and max is None:
        raise RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")
    bounds = [b for b in (min, max) if b is not None]
    x, *bounds = promoted(input, *bounds)
    low = bounds[0] if min is not None else None
    high = bounds[-1] if max is not None else None
    if low is not None:
        x = _where(compare.less(x, low), low, x)
    if high is not None:
        x = _where(compare.greater(x, high), high, x)
    return x if x is not input else identity(x)


clip = clamp


@documented("torch.clamp_min(torch.tensor([-1.0, 2.0]), 0.0)", "", min="The lowest value.")
@operation(in_place=True, overload=("min", "ClampMinBackward1"))
def clamp_min(input: Any, min: Any) -> Any:
    """The elements, with those below `min` replaced by it."""
    x, low = promoted(input, min)
    return _where(compare.less(x, low), low, x)


@documented("torch.clamp_max(torch.tensor([-1.0, 2.0]), 0.0)", "", max="The highest value.")
@operation(in_place=True, overload=("max", "ClampMaxBackward1"))
def clamp_max(input: Any, max: Any) -> Any:
    """The elements, with those above `max` replaced by it."""
    x, high = promoted(input, max)
    return _where(compare.greater(x, high), high, x)


@operation("WhereBackward0", method=False)
def _chosen(condition: Any, input: Any, other: Any) -> Any:
    if condition._value.dtype.kind != "b" and condition._value.dtype != np.uint8:
        kind = from_numpy_dtype(condition._value.dtype).abbreviation
        raise RuntimeError(
            f"where expected condition to be a boolean tensor, but got a tensor with dtype {kind}"
        )
    a, b = promoted(input, other)
    return _where(in_dtype(condition, np.dtype(np.bool_)), a, b)


@documented(
    "torch.where(torch.tensor([True, False]), torch.tensor([1.0, 2.0]), 0.0)",
    "",
    condition="A bool tensor.",
    input="Taken where the condition is true.",
    other="Taken elsewhere.",
)
def where(condition: Any, input: Any = None, other: Any = None, *, out: Any = None) -> Any:
    """Elements of the one or the other tensor; with a condition alone, where it is true."""
    if input is None and other is None:
        return condition.nonzero(as_tuple=True)
    result = (
        _chosen(condition, input, other)
        if out is None
        else _chosen(condition, input, other, out=out)
    )
    return result


install(where=lambda self, condition, other: where(condition, self, other))
alias(clip="clamp", arctan2="atan2")


@documented(
    "torch.nan_to_num(torch.tensor([float('nan'), 1.0]))",
    "",
    nan="For NaN.",
    posinf="For infinity; the largest number by default.",
    neginf="For minus infinity.",
)
@operation(in_place=True)
def nan_to_num(input: Any, nan: float | None = 0.0, posinf: Any = None, neginf: Any = None) -> Any:
    """Numbers in the place of what is not finite."""
    if category(input._value.dtype) < 2:
        return identity(input)
    return core_nan_to_num(input, 0.0 if nan is None else nan, posinf, neginf)


# Of three


@documented(
    "torch.lerp(torch.tensor([0.0]), torch.tensor([10.0]), 0.3)",
    "",
    end="Where the weight is 1.",
    weight="A number or a tensor.",
)
@operation("LerpBackward0", in_place=True, overload=("weight", "LerpBackward1"))
def lerp(input: Any, end: Any, weight: Any) -> Any:
    """``input + weight * (end - input)``."""
    if end._value.dtype != input._value.dtype:
        names = [from_numpy_dtype(x._value.dtype).c_name for x in (input, end)]
        raise RuntimeError(f"expected dtype {names[0]} for `end` but got dtype {names[1]}")
    w = in_dtype(weight, input._value.dtype)
    near = elementwise.add(input, elementwise.multiply(w, elementwise.subtract(end, input)))
    one = in_dtype(1, input._value.dtype)
    far = elementwise.subtract(
        end, elementwise.multiply(elementwise.subtract(end, input), elementwise.subtract(one, w))
    )
    half = in_dtype(0.5, np.abs(w._value).dtype)
    return _where(wrap(np.abs(w._value) < half._value), near, far)


@documented(
    "torch.addcmul(torch.ones(2), torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0]), value=2)",
    "",
    tensor1="The first factor.",
    tensor2="The second factor.",
    value="A number that the product is multiplied by.",
)
@operation(in_place=True)
def addcmul(input: Any, tensor1: Any, tensor2: Any, *, value: Any = 1) -> Any:
    """``input + value * tensor1 * tensor2``."""
    a, b, c = promoted(input, tensor1, tensor2)
    scaled = elementwise.multiply(b, c)
    if value != 1:
        scaled = elementwise.multiply(scaled, in_dtype(value, a._value.dtype))
    return elementwise.add(a, scaled)


@documented(
    "torch.addcdiv(torch.ones(2), torch.tensor([1.0, 2.0]), torch.tensor([2.0, 4.0]), value=2)",
    "",
    tensor1="The numerator.",
    tensor2="The denominator.",
    value="A number that the quotient is multiplied by.",
)
@operation(in_place=True)
def addcdiv(input: Any, tensor1: Any, tensor2: Any, *, value: Any = 1) -> Any:
    """``input + value * tensor1 / tensor2``."""
    a, b, c = promoted_floating(input, tensor1, tensor2)
    scaled = elementwise.divide(b, c)
    if value != 1:
        scaled = elementwise.multiply(scaled, in_dtype(value, a._value.dtype))
    return elementwise.add(a, scaled)


@documented(
    "torch.logit(torch.tensor([0.5, 0.9]))", "", eps="Keeps the argument in [eps, 1 - eps]."
)
@operation(in_place=True)
def logit(input: Any, eps: float | None = None) -> Any:
    r""":math:`\ln(x / (1 - x))`, the inverse of `sigmoid`."""
    x = as_floating(input)
    if eps is not None:
        low, high = in_dtype(eps, x._value.dtype), in_dtype(1 - eps, x._value.dtype)
        x = _where(compare.less(x, low), low, _where(compare.greater(x, high), high, x))
    return log_space.logit(x)


@documented("torch.polygamma(1, torch.tensor([1.0]))", "", n="The order of the derivative.")
def polygamma(n: int, input: Any, *, out: Any = None) -> Any:
    r"""The n-th derivative of `digamma`."""
    return _polygamma(input, n) if out is None else _polygamma(input, n, out=out)


@operation("PolygammaBackward0", method=False)
def _polygamma(input: Any, n: int) -> Any:
    if n < 0:
        raise RuntimeError("polygamma(n, x) does not support negative n.")
    x = as_floating(input)
    return special.polygamma(in_dtype(n, x._value.dtype), x)


install(polygamma=lambda self, n: polygamma(n, self))


@documented("torch.mvlgamma(torch.tensor([2.0, 3.0]), 2)", "", p="The dimension.")
@operation(in_place=True)
def mvlgamma(input: Any, p: int) -> Any:
    """The logarithm of the multivariate gamma function of dimension `p`."""
    x = as_floating(input)
    return gamma_functions.multigammaln(x, p)


@documented(
    "torch.dist(torch.tensor([1.0, 2.0]), torch.tensor([4.0, 6.0]))", "", p="The norm's exponent."
)
def dist(input: Any, other: Any, p: float = 2) -> Any:
    """The p-norm of the difference."""
    return (input - other).norm(p)


install(dist=dist)
true_divide = div
