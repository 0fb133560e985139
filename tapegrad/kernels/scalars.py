"""How an elementwise primitive is written for one element, in a generated kernel.

The code of a primitive names its inputs ``{a}``, ``{b}``, ``{c}``. Numbers in brackets, such as
``[0.5]``, are of the inputs' dtype, as are ``{zero}`` and ``{one}``; ``{t}`` is the suffix of that
dtype for functions of `vector_math`. Expressions behind semicolons read earlier ones as ``{0}``,
``{1}``...: what primitives have in common is computed once if they spell it alike. A primitive that
is not here is called as a NumPy function between kernels.
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
    "cbrt": "cbrt_{t}({a})",
    "ceil": "ceil({a})",
    "clip": "maximum(minimum({a}, {c}), {b})",
    "cos": "cos_{t}({a})",
    "cosh": "cosh_{t}({a})",
    "digamma": "select({a} == {zero}, {a} / {a}, digamma_{t}({a}))",
    "divide": "{a} / {b}",
    "divide_no_nan": "select({b} == {zero}, {zero}, {a} / {b})",
    "elu": "select({a} > {zero}, {a}, expm1_{t}(select({a} > {zero}, {zero}, {a})))",
    "erf": "-{a}; {0} * {a}; exp_{t}({1}); erf_with_{t}({a}, {2})",
    "erfc": "erfc_{t}({a})",
    "erfinv": "erfinv_{t}({a})",
    "exp": "exp_{t}({a})",
    "expit": "sigmoid_{t}({a})",
    "expm1": "expm1_{t}({a})",
    "floor": "floor({a})",
    "gelu": (
        "{a} * [0.7071067811865476]; -{0}; {1} * {0}; exp_{t}({2}); "
        "select({a} == -{inf}, {zero}, {a}) * [0.5] * (erf_with_{t}({0}, {3}) + {one})"
    ),
    "gelu_tanh": (
        "select({a} == -{inf}, {zero}, {a}) * [0.5] * "
        "(tanh_{t}(({a} * {a} * [0.044715] + {one}) * {a} * [0.7978845608028654]) + {one})"
    ),
    "hypot": "hypot_{t}({a}, {b})",
    "indicator": "select({a} == {b}, {one}, {zero})",
    "lgamma": "lgamma_{t}({a})",
    "log": "log_{t}({a})",
    "log1p": "log1p_{t}({a})",
    "logaddexp": (
        "select({a} == {b}, {a} + [0.6931471805599453], "
        "maximum({a}, {b}) + log1p_exp_{t}({a} - {b}))"
    ),
    "log_sigmoid": "-softplus_{t}(-{a})",
    "masked": "select({b}, {a}, {zero})",
    "maximum": "maximum({a}, {b})",
    "minimum": "minimum({a}, {b})",
    "multiply": "{a} * {b}",
    "multiply_no_nan": "select({b} == {zero}, {zero}, {a} * {b})",
    "multiply_nonzero": "select(({a} == {zero}) | ({b} == {zero}), {zero}, {a} * {b})",
    "ndtr": "ndtr_{t}({a})",
    "negative": "-{a}",
    "negative_part": "select({a} >= {zero}, {zero}, {a})",
    "nonzero": "select({a} != {zero}, {one}, {zero})",
    "one_minus_square": "({one} - {a}) * ({one} + {a})",
    "pow": "pow_{t}({a}, {b})",
    "reciprocal": "{one} / {a}",
    "reciprocal_no_nan": "select({a} == {zero}, {zero}, {one} / {a})",
    "relu": "select({a} <= {zero}, {zero}, {a})",
    "relu6": "select({a} <= {zero}, {zero}, select({a} >= [6.0], [6.0], {a}))",
    "rint": "rint({a})",
    "round": "rint({a})",
    "rsqrt": "{one} / sqrt({a})",
    "selu": (
        "select({a} > {zero}, {a} * [1.0507009873554805], [1.7580993408473766] * "
        "expm1_{t}(select({a} > {zero}, {zero}, {a})))"
    ),
    "sigmoid": "sigmoid_{t}({a})",
    "sigmoid_cross_entropy": (
        "log1p_exp_{t}({b}) + (select({b} <= {zero}, {zero}, {b}) - {a} * {b})"
    ),
    "sign": "select({a} > {zero}, {one}, select({a} < {zero}, -{one}, {a}))",
    "silu": "{a} * sigmoid_{t}({a} * {b})",
    "sin": "sin_{t}({a})",
    "sinh": "sinh_{t}({a})",
    "softplus": "softplus_{t}({a})",
    "softsign": (
        "select({a} == {inf}, {one}, select({a} == -{inf}, -{one}, {a} / ({one} + abs({a}))))"
    ),
    "sqrt": "sqrt({a})",
    "square": "{a} * {a}",
    "squared_difference": "({a} - {b}) * ({a} - {b})",
    "step": "select({a} > {zero}, {one}, {zero})",
    "subtract": "{a} - {b}",
    "tan": "tan_{t}({a})",
    "tanh": "tanh_{t}({a})",
    "where": "select({a}, {b}, {c})",
    "xdivy": "select({a} == {zero}, {zero}, {a} / {b})",
    "xexpy": "select({a} == {zero}, {zero}, {a} * exp_{t}({b}))",
    "xlog1py": "select({a} == {zero}, {zero}, {a} * log1p_{t}({b}))",
    "xlogy": "select({a} == {zero}, {zero}, {a} * log_{t}({b}))",
    "zero_or_divide": "select({a} == {zero}, {zero}, {a} / {b})",
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
    "is_finite": "abs({a}) < {inf}",
    "is_inf": "abs({a}) == {inf}",
    "is_nan": "{a} != {a}",
    "less": "{a} < {b}",
    "less_equal": "{a} <= {b}",
    "not_equal": "{a} != {b}",
}
