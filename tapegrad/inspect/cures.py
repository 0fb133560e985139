"""What usually helps against a NaN or an infinity, by operation."""

from __future__ import annotations

_LOG = (
    "Keep the argument away from 0: tf.math.log(x + 1e-12), tf.math.log1p, tf.math.xlogy for "
    "x log y, tf.nn.log_softmax or tf.math.log_sigmoid instead of the log of a probability"
)
_DIVIDE = "Use tf.math.divide_no_nan(a, b), or add an epsilon to the denominator"
_EXP = (
    "Large arguments overflow: subtract the maximum first, or use the stable form "
    "(tf.reduce_logsumexp, tf.nn.softmax, tf.math.softplus, tf.math.expm1)"
)
_ROOT = "Add an epsilon under the root, tf.sqrt(x + 1e-12)"
_INVERSE = "Keep the argument inside of the domain: tf.clip_by_value(x, -1 + 1e-6, 1 - 1e-6)"

_FORWARD = {
    "log": _LOG,
    "log1p": "The argument must be above -1",
    "divide": _DIVIDE,
    "truediv": _DIVIDE,
    "reciprocal": _DIVIDE,
    "exp": _EXP,
    "expm1": _EXP,
    "sinh": _EXP,
    "cosh": _EXP,
    "sqrt": "The argument must not be negative: tf.sqrt(tf.maximum(x, 0.0))",
    "rsqrt": _ROOT.replace("tf.sqrt", "tf.math.rsqrt"),
    "pow": "Negative bases need whole exponents, and a base of 0 a positive one: clip the base",
    "acos": _INVERSE,
    "asin": _INVERSE,
    "atanh": _INVERSE,
    "acosh": "The argument must be at least 1: tf.maximum(x, 1.0)",
    "subtract": "Infinity minus infinity: bound both terms before",
    "add": "The sum overflows or adds opposite infinities: scale down, or use float64",
    "multiply": "The product overflows, or is 0 times infinity: scale down, or use float64",
    "cast": "The value is too large for the new dtype: scale down, or use tf.float32",
    "xlogy": _LOG,
    "cholesky": "The matrix is not positive definite: add a small multiple of tf.eye(n)",
}
_BACKWARD = {
    "sqrt": f"The derivative is infinite at 0. {_ROOT}",
    "reduce_euclidean_norm": f"The derivative of the norm does not exist at 0. {_ROOT} of squares",
    "norm": f"The derivative of the norm does not exist at 0. {_ROOT} of squares",
    "pow": "The derivative of x ** p is infinite at 0 for p < 1: add an epsilon to x",
    "log": f"The derivative 1 / x is infinite at 0. {_LOG}",
    "divide": f"The derivative divides by the square of the denominator. {_DIVIDE}",
    "acos": f"The derivative is infinite at -1 and 1. {_INVERSE}",
    "asin": f"The derivative is infinite at -1 and 1. {_INVERSE}",
}
_WHERE = (
    "If a tf.where is to choose another value there, make the argument safe too (double where): "
    "safe = tf.where(ok, x, 1.0); y = tf.where(ok, f(safe), 0.0)"
)
_OTHERS = "Look at the inputs there; tf.float64, a smaller learning rate or tf.clip_by_norm may do"


def cure(operation: str, phase: str) -> str:
    """What usually helps, in sentences."""
    if phase == "input":
        return "The data hold it already: check them with tf.debugging.check_numerics."
    table = _FORWARD if phase == "forward" else {**_FORWARD, **_BACKWARD}
    known = table.get(operation)
    return f"{_OTHERS}." if known is None else f"{known}. {_WHERE}."
