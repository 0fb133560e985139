"""Comparisons, tests of single values, logic: all of them without gradient."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from tapegrad.core.define import elementwise
from tapegrad.core.primitive import NONDIFF
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.describe import FLOATS, REALS, binary, unary

__all__ = (
    "equal",
    "greater",
    "greater_equal",
    "is_finite",
    "is_inf",
    "is_nan",
    "less",
    "less_equal",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "not_equal",
)

_BOOLS = "Of the common shape and dtype bool."


def _ordering(compare: Any) -> Any:
    """The comparison, for numbers that have an order."""

    def forward(a: Any, b: Any) -> Any:
        if a.dtype.kind in "bcO":
            raise TypeError
        return compare(a, b)

    return forward


def _of_floats(test: Any) -> Any:
    def forward(x: Any) -> Any:
        if x.dtype.kind in "iubcO":
            raise TypeError
        return test(x)

    return forward


def _require_bool(x: Any) -> None:
    if x.dtype.kind != "b":
        raise InvalidArgumentError(
            f"logical operations take bool tensors, not {x.dtype}: compare first, for example "
            f"x != 0, or use tf.cast(x, tf.bool)."
        )


def _logical(function: Any) -> Any:
    def forward(a: Any, b: Any) -> Any:
        _require_bool(a)
        return function(a, b)

    return forward


def _logical_not(x: Any) -> Any:
    _require_bool(x)
    return ~x


def _comparison(name: str, compare: Any, symbol: str, expected: str, takes: str = REALS) -> Any:
    return elementwise(
        name,
        compare,
        NONDIFF,
        NONDIFF,
        discrete=True,
        doc=binary(
            f"Whether ``x {symbol} y``, elementwise.",
            f"tf.{name}([1, 2, 3], 2).numpy()",
            expected,
            takes=takes,
            returns=_BOOLS,
        ),
    )


equal = _comparison(
    "equal", operator.eq, "==", "array([False,  True, False])", "numeric, bool or string"
)
not_equal = _comparison(
    "not_equal", operator.ne, "!=", "array([ True, False,  True])", "numeric, bool or string"
)
less = _comparison("less", _ordering(operator.lt), "<", "array([ True, False, False])")
less_equal = _comparison("less_equal", _ordering(operator.le), "<=", "array([ True,  True, False])")
greater = _comparison("greater", _ordering(operator.gt), ">", "array([False, False,  True])")
greater_equal = _comparison(
    "greater_equal", _ordering(operator.ge), ">=", "array([False,  True,  True])"
)


def _test(name: str, test: Any, summary: str, expected: str) -> Any:
    return elementwise(
        name,
        _of_floats(test),
        NONDIFF,
        discrete=True,
        doc=unary(
            summary,
            f"tf.math.{name}([1.0, float('inf'), float('nan')]).numpy()",
            expected,
            takes=FLOATS,
            returns="Of the shape of `x` and dtype bool.",
        ),
    )


is_nan = _test(
    "is_nan", np.isnan, "Whether `x` is NaN, elementwise.", "array([False, False,  True])"
)
is_inf = _test(
    "is_inf", np.isinf, "Whether `x` is infinite, elementwise.", "array([False,  True, False])"
)
is_finite = _test(
    "is_finite",
    np.isfinite,
    "Whether `x` is neither infinite nor NaN, elementwise.",
    "array([ True, False, False])",
)


def _connective(name: str, function: Any, summary: str, expected: str) -> Any:
    return elementwise(
        name,
        _logical(function),
        NONDIFF,
        NONDIFF,
        discrete=True,
        doc=binary(
            summary,
            f"tf.math.{name}([True, True, False], [True, False, False]).numpy()",
            expected,
            takes="bool",
            returns=_BOOLS,
        ),
    )


logical_and = _connective(
    "logical_and",
    operator.and_,
    "Whether both are true, elementwise: the operator ``x & y``.",
    "array([ True, False, False])",
)
logical_or = _connective(
    "logical_or",
    operator.or_,
    "Whether at least one is true, elementwise: the operator ``x | y``.",
    "array([ True,  True, False])",
)
logical_xor = _connective(
    "logical_xor",
    operator.xor,
    "Whether exactly one is true, elementwise: the operator ``x ^ y``.",
    "array([False,  True, False])",
)
logical_not = elementwise(
    "logical_not",
    _logical_not,
    NONDIFF,
    discrete=True,
    doc=unary(
        "Whether `x` is false, elementwise: the operator ``~x``.",
        "tf.logical_not([True, False]).numpy()",
        "array([False,  True])",
        takes="bool",
    ),
)
