"""Division with floors, remainders and guarded zeros."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.define import Along, elementwise
from tapegrad.core.guarded import has_nan
from tapegrad.core.primitive import NONDIFF
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.describe import FLOATS_AND_COMPLEX, REALS, binary, unary

__all__ = (
    "divide_no_nan",
    "floordiv",
    "floormod",
    "mod",
    "multiply_no_nan",
    "reciprocal_no_nan",
    "truncatediv",
    "truncatemod",
    "xdivy",
    "xexpy",
    "xlog1py",
    "xlogy",
)


def _for_reals(of_integers: Any, of_floats: Any) -> Any:
    """One function for integers, which cannot be divided by zero, and one for floats."""

    def forward(a: Any, b: Any) -> Any:
        if a.dtype.kind not in "iu":
            if a.dtype.kind in "cb":
                raise TypeError
            return of_floats(a, b)
        if not b.all():
            raise InvalidArgumentError("Integer division by zero. Floats give inf or nan instead.")
        return of_integers(a, b)

    return forward


def _truncated_quotient(a: Any, b: Any) -> Any:
    return (a - np.fmod(a, b)) // b


def _multiply_no_nan(a: Any, b: Any) -> Any:
    product = a * b
    return _zero_where(b == 0, product) if has_nan(product) else product


def _multiply_nonzero(a: Any, b: Any) -> Any:
    product = a * b
    return _zero_where((a == 0) | (b == 0), product) if has_nan(product) else product


def _zero_where(condition: Any, value: Any) -> Any:
    """The value, and 0 where the condition holds; usually it holds nowhere."""
    if value.__class__ is not np.ndarray:
        return value.dtype.type(0) if condition else value
    return np.where(condition, value.dtype.type(0), value) if condition.any() else value


def _quotient_of_integers(value: Any, a: Any, b: Any) -> Any:
    if a.dtype.itemsize > 2:
        return value
    with np.errstate(all="ignore"):
        return divide_no_nan.primitive.forward(a.astype(np.float32), b.astype(np.float32))


floordiv = elementwise(
    "floordiv",
    _for_reals(np.floor_divide, lambda a, b: np.floor(a / b)),
    NONDIFF,
    NONDIFF,
    doc=binary(
        r"Largest integer not above the quotient, :math:`\lfloor x / y \rfloor`: ``x // y``.",
        "tf.math.floordiv([7, -7], [2, 2]).numpy()",
        "array([ 3, -4], dtype=int32)",
        takes=REALS,
        notes="The gradient is None. Dividing integers by zero is an error.",
    ),
)
floormod = elementwise(
    "floormod",
    _for_reals(np.remainder, np.remainder),
    1,
    lambda F, a, b: -F.floordiv(a, b),
    doc=binary(
        r"Remainder :math:`x - y \lfloor x / y \rfloor`, with the sign of `y`: ``x % y``.",
        "tf.math.floormod([7, -7], [3, 3]).numpy()",
        "array([1, 2], dtype=int32)",
        takes=REALS,
        notes="The derivatives are 1 and ``-tf.math.floordiv(x, y)``.",
    ),
)
mod = floormod
truncatediv = elementwise(
    "truncatediv",
    _for_reals(_truncated_quotient, lambda a, b: np.trunc(a / b)),
    NONDIFF,
    NONDIFF,
    doc=binary(
        "Quotient rounded towards zero, elementwise.",
        "tf.truncatediv([7, -7], [2, 2]).numpy()",
        "array([ 3, -3], dtype=int32)",
        takes=REALS,
        notes="The gradient is None.",
    ),
)
truncatemod = elementwise(
    "truncatemod",
    _for_reals(np.fmod, np.fmod),
    1,
    lambda F, a, b: -F.truncatediv(a, b),
    doc=binary(
        "Remainder of the division rounded towards zero, with the sign of `x`, elementwise.",
        "tf.truncatemod([7, -7], [3, 3]).numpy()",
        "array([ 1, -1], dtype=int32)",
        takes=REALS,
        notes="The derivatives are 1 and ``-tf.truncatediv(x, y)``.",
    ),
)
multiply_no_nan = elementwise(
    "multiply_no_nan",
    _multiply_no_nan,
    Along(lambda F, g, b: F.multiply_nonzero(g, b)),
    Along(lambda F, g, a: F.multiply_no_nan(a, g)),
    doc=binary(
        "Product, and 0 where `y` is 0, even if `x` is infinite or NaN there.",
        "tf.math.multiply_no_nan([float('nan'), 3.0], [0.0, 2.0]).numpy()",
        "array([0., 6.], dtype=float32)",
        takes=FLOATS_AND_COMPLEX,
    ),
)
# 0 where either factor is, and so are all its derivatives: a product with a cotangent of zero, of
# which the first derivative takes the other factor.
elementwise(
    "multiply_nonzero",
    _multiply_nonzero,
    Along(lambda F, g, b: F.multiply_nonzero(g, b)),
    Along(lambda F, g, a: F.multiply_nonzero(g, a)),
)
reciprocal_no_nan = elementwise(
    "reciprocal_no_nan",
    lambda x: _zero_where(x == 0, 1.0 / x),
    lambda F, y: -y * y,
    doc=unary(
        "Reciprocal, elementwise, and 0 where `x` is 0; so is the derivative.",
        "tf.math.reciprocal_no_nan([2.0, 0.0]).numpy()",
        "array([0.5, 0. ], dtype=float32)",
    ),
)
# The quotient of what a rule is linear in: zero over anything is zero.
elementwise(
    "zero_or_divide",
    lambda a, b: _zero_where(a == 0, a / b),
    lambda F, b: F.reciprocal(b),
    lambda F, y, b: -y / b,
    singular=True,
)
divide_no_nan = elementwise(
    "divide_no_nan",
    lambda a, b: _zero_where(b == 0, a / b),
    lambda F, b: F.reciprocal_no_nan(b),
    lambda F, y, b: -F.divide_no_nan(y, b),
    otherwise=_quotient_of_integers,
    doc=binary(
        "Quotient, elementwise, and 0 where `y` is 0; so are the derivatives there.",
        "tf.math.divide_no_nan([1.0, 3.0], [0.0, 2.0]).numpy()",
        "array([0. , 1.5], dtype=float32)",
        returns="Of the common shape; for integers of 8 or 16 bits float32, for larger ones "
        "float64.",
    ),
)
# 1 where x is not 0, else 0: by this factor the functions below switch their derivatives off.
_nonzero = elementwise("nonzero", lambda x: (x != 0).astype(x.dtype), NONDIFF)
# `is_finite` of any numbers: TensorFlow's refuses complex ones.
elementwise("finite", np.isfinite, NONDIFF, discrete=True)
xlogy = elementwise(
    "xlogy",
    lambda a, b: _zero_where(a == 0, a * np.log(b)),
    lambda F, a, b: F.xlogy(F.nonzero(a), b),
    lambda F, a, b: F.xdivy(a, b),
    doc=binary(
        r"Product :math:`x \log y`, elementwise, and 0 where `x` is 0; so are the derivatives.",
        "tf.math.xlogy([0.0, 2.0], [0.0, 1.0]).numpy()",
        "array([0., 0.], dtype=float32)",
        takes=FLOATS_AND_COMPLEX,
    ),
)
xlog1py = elementwise(
    "xlog1py",
    lambda a, b: _zero_where(a == 0, a * np.log1p(b)),
    lambda F, a, b: F.xlog1py(F.nonzero(a), b),
    lambda F, a, b: F.xdivy(a, 1.0 + b),
    doc=binary(
        r"Product :math:`x \log(1 + y)`, and 0 where `x` is 0; so are the derivatives there.",
        "tf.math.xlog1py([0.0, 2.0], [-1.0, 0.0]).numpy()",
        "array([0., 0.], dtype=float32)",
        takes=FLOATS_AND_COMPLEX,
    ),
)
xdivy = elementwise(
    "xdivy",
    lambda a, b: _zero_where(a == 0, a / b),
    lambda F, a, b: F.xdivy(F.nonzero(a), b),
    lambda F, a, b: -F.xdivy(a, b * b),
    doc=binary(
        "Quotient, elementwise, and 0 where `x` is 0; so are the derivatives.",
        "tf.math.xdivy([0.0, 3.0], [0.0, 2.0]).numpy()",
        "array([0. , 1.5], dtype=float32)",
        takes=FLOATS_AND_COMPLEX,
    ),
)
xexpy = elementwise(
    "xexpy",
    lambda a, b: _zero_where(a == 0, a * np.exp(b)),
    lambda F, a, b: F.xexpy(F.nonzero(a), b),
    lambda F, y: y,
    doc=binary(
        r"Product :math:`x e^y`, elementwise, and 0 where `x` is 0; so are the derivatives there.",
        "tf.math.special.xexpy([0.0, 2.0], [1000.0, 0.0]).numpy()",
        "array([0., 2.], dtype=float32)",
        takes=FLOATS_AND_COMPLEX,
    ),
)
