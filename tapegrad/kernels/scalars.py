"""How an elementwise primitive is written for one element, in a generated kernel.

The code of a primitive names its inputs ``{a}``, ``{b}``, ``{c}``. ``{zero}`` and ``{one}`` are
numbers of the inputs' dtype, ``{t}`` the suffix of that dtype for functions of `vector_math`. A
primitive that is not here is called as a NumPy function between kernels.
"""

from __future__ import annotations

#: For real floating point inputs.
FLOATS = {
    "abs": "abs({a})",
    "acos": "acos_{t}({a})",
    "acosh": "acosh_{t}({a})",
    "add": "{a} + {b}",
    "asin": "asin_{t}({a})",
    "asinh": "asinh_{t}({a})",
    "atan": "atan_{t}({a})",
    "atan2": "atan2_{t}({a}, {b})",
    "atanh": "atanh_{t}({a})",
    "ceil": "ceil({a})",
    "cos": "cos_{t}({a})",
    "cosh": "cosh_{t}({a})",
    "divide": "{a} / {b}",
    "divide_no_nan": "select({b} == {zero}, {zero}, {a} / {b})",
    "digamma": "digamma_{t}({a})",
    "erf": "erf_{t}({a})",
    "erfc": "erfc_{t}({a})",
    "erfinv": "erfinv_{t}({a})",
    "exp": "exp_{t}({a})",
    "expm1": "expm1_{t}({a})",
    "floor": "floor({a})",
    "indicator": "select({a} == {b}, {one}, {zero})",
    "lgamma": "lgamma_{t}({a})",
    "log": "log_{t}({a})",
    "log1p": "log1p_{t}({a})",
    "log_sigmoid": "-softplus_{t}(-{a})",
    "masked": "select({b}, {a}, {zero})",
    "maximum": "select(({a} >= {b}) | ({a} != {a}), {a}, {b})",
    "minimum": "select(({a} <= {b}) | ({a} != {a}), {a}, {b})",
    "multiply": "{a} * {b}",
    "multiply_no_nan": "select({b} == {zero}, {zero}, {a} * {b})",
    "negative": "-{a}",
    "nonzero": "select({a} != {zero}, {one}, {zero})",
    "pow": "pow_{t}({a}, {b})",
    "reciprocal": "{one} / {a}",
    "reciprocal_no_nan": "select({a} == {zero}, {zero}, {one} / {a})",
    "rint": "rint({a})",
    "round": "rint({a})",
    "rsqrt": "{one} / sqrt({a})",
    "sigmoid": "sigmoid_{t}({a})",
    "sign": "select({a} > {zero}, {one}, select({a} < {zero}, -{one}, {a}))",
    "sin": "sin_{t}({a})",
    "sinh": "sinh_{t}({a})",
    "softplus": "softplus_{t}({a})",
    "softsign": "{a} / ({one} + abs({a}))",
    "sqrt": "sqrt({a})",
    "square": "{a} * {a}",
    "squared_difference": "({a} - {b}) * ({a} - {b})",
    "subtract": "{a} - {b}",
    "tan": "tan_{t}({a})",
    "tanh": "tanh_{t}({a})",
    "where": "select({a}, {b}, {c})",
    "xdivy": "select({a} == {zero}, {zero}, {a} / {b})",
    "xlog1py": "select({a} == {zero}, {zero}, {a} * log1p_{t}({b}))",
    "xlogy": "select({a} == {zero}, {zero}, {a} * log_{t}({b}))",
}

#: For integers; results are brought back to the dtype.
INTEGERS = {
    "add": "{a} + {b}",
    "maximum": "max({a}, {b})",
    "minimum": "min({a}, {b})",
    "multiply": "{a} * {b}",
    "negative": "-{a}",
    "square": "{a} * {a}",
    "subtract": "{a} - {b}",
    "where": "select({a}, {b}, {c})",
}

#: For truth values.
BOOLEANS = {
    "logical_and": "{a} & {b}",
    "logical_not": "not {a}",
    "logical_or": "{a} | {b}",
    "logical_xor": "{a} != {b}",
    "where": "select({a}, {b}, {c})",
}

#: Numbers in, truth values out.
COMPARISONS = {
    "equal": "{a} == {b}",
    "greater": "{a} > {b}",
    "greater_equal": "{a} >= {b}",
    "is_nan": "{a} != {a}",
    "less": "{a} < {b}",
    "less_equal": "{a} <= {b}",
    "not_equal": "{a} != {b}",
}
