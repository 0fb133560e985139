"""What usually helps against a NaN or an infinity, by operation, in the words of each dialect."""

from __future__ import annotations

_LOG = (
    "Keep the argument away from 0: {log}(x + 1e-12), {log1p}, {xlogy} for x log y, {log_softmax} "
    "or {log_sigmoid} instead of the log of a probability"
)
_DIVIDE = "Use {safe_divide}, or add an epsilon to the denominator"
_EXP = (
    "Large arguments overflow: subtract the maximum first, or use the stable form ({logsumexp}, "
    "{softmax}, {softplus}, {expm1})"
)
_ROOT = "Add an epsilon under the root, {sqrt}(x + 1e-12)"
_INVERSE = "Keep the argument inside of the domain: {clip}"
_OVERFLOW = "The result overflows: scale down, or use {float64}"

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
    "sqrt": "The argument must not be negative: {sqrt}({not_negative})",
    "rsqrt": "Add an epsilon under the root, {rsqrt}(x + 1e-12)",
    "pow": (
        "Negative bases need whole exponents, and a base of 0 a positive one: clip the base; if "
        "the power overflows, take its logarithm instead"
    ),
    "acos": _INVERSE,
    "asin": _INVERSE,
    "atanh": _INVERSE,
    "acosh": "The argument must be at least 1",
    "subtract": "Infinity minus infinity: bound both terms before",
    "add": "The sum overflows or adds opposite infinities: scale down, or use {float64}",
    "multiply": "The product overflows, or is 0 times infinity: scale down, or use {float64}",
    "square": _OVERFLOW,
    "dot": _OVERFLOW,
    "matmul": _OVERFLOW,
    "reduce_sum": _OVERFLOW,
    "reduce_prod": _OVERFLOW,
    "cast": "The value is too large for the new dtype: scale down, or use a wider one",
    "xlogy": _LOG,
    "cholesky": "The matrix is not positive definite: add a small multiple of {eye}",
}
_BACKWARD = {
    "sqrt": f"The derivative is infinite at 0. {_ROOT}",
    "reduce_euclidean_norm": f"The derivative of the norm does not exist at 0. {_ROOT} of squares",
    "norm": f"The derivative of the norm does not exist at 0. {_ROOT} of squares",
    "pow": "The derivative of x ** p is infinite at 0 for p < 1: add an epsilon to x",
    "log": f"The derivative 1 / x is infinite at 0. {_LOG}",
    "divide": f"The derivative divides by the square of the denominator. {_DIVIDE}",
    "reciprocal": f"The derivative divides by the square of the denominator. {_DIVIDE}",
    "acos": f"The derivative is infinite at -1 and 1. {_INVERSE}",
    "asin": f"The derivative is infinite at -1 and 1. {_INVERSE}",
    "atan2": "The angle of (0, 0) has no derivative: add an epsilon to one of the arguments",
}
_WHERE = (
    "If a {where} is to choose another value there, make the argument safe too (double where): "
    "safe = {where}(ok, x, 1.0); y = {where}(ok, f(safe), 0.0)"
)
_OTHERS = "Look at the inputs there; {float64}, a smaller learning rate or {clip_norm} may do"
_INPUT = "The data hold it already: check them with {check}"

_NAMES = {
    "tf": {
        "log": "tf.math.log",
        "log1p": "tf.math.log1p",
        "xlogy": "tf.math.xlogy",
        "log_softmax": "tf.nn.log_softmax",
        "log_sigmoid": "tf.math.log_sigmoid",
        "safe_divide": "tf.math.divide_no_nan(a, b)",
        "logsumexp": "tf.reduce_logsumexp",
        "softmax": "tf.nn.softmax",
        "softplus": "tf.math.softplus",
        "expm1": "tf.math.expm1",
        "sqrt": "tf.sqrt",
        "rsqrt": "tf.math.rsqrt",
        "not_negative": "tf.maximum(x, 0.0)",
        "clip": "tf.clip_by_value(x, -1 + 1e-6, 1 - 1e-6)",
        "where": "tf.where",
        "eye": "tf.eye(n)",
        "float64": "tf.float64",
        "clip_norm": "tf.clip_by_norm",
        "check": "tf.debugging.check_numerics",
    },
    "np": {
        "log": "np.log",
        "log1p": "np.log1p",
        "xlogy": "np.special.xlogy",
        "log_softmax": "np.special.log_softmax",
        "log_sigmoid": "np.special.log_expit",
        "safe_divide": "np.where(b == 0, 0.0, a / np.where(b == 0, 1.0, b))",
        "logsumexp": "np.special.logsumexp",
        "softmax": "np.special.softmax",
        "softplus": "np.special.softplus",
        "expm1": "np.expm1",
        "sqrt": "np.sqrt",
        "rsqrt": "1 / np.sqrt",
        "not_negative": "np.maximum(x, 0.0)",
        "clip": "np.clip(x, -1 + 1e-6, 1 - 1e-6)",
        "where": "np.where",
        "eye": "np.eye(n)",
        "float64": "np.float64",
        "clip_norm": "a bound on the norm of the gradient",
        "check": "np.isfinite(x).all()",
    },
    "torch": {
        "log": "torch.log",
        "log1p": "torch.log1p",
        "xlogy": "torch.xlogy",
        "log_softmax": "torch.log_softmax",
        "log_sigmoid": "torch.nn.functional.logsigmoid",
        "safe_divide": "torch.where(b == 0, 0.0, a / torch.where(b == 0, 1.0, b))",
        "logsumexp": "torch.logsumexp",
        "softmax": "torch.softmax",
        "softplus": "torch.nn.functional.softplus",
        "expm1": "torch.expm1",
        "sqrt": "torch.sqrt",
        "rsqrt": "torch.rsqrt",
        "not_negative": "torch.clamp(x, min=0.0)",
        "clip": "torch.clamp(x, -1 + 1e-6, 1 - 1e-6)",
        "where": "torch.where",
        "eye": "torch.eye(n)",
        "float64": "torch.float64",
        "clip_norm": "torch.nn.utils.clip_grad_norm_",
        "check": "torch.isfinite(x).all()",
    },
}


def cure(operation: str, phase: str, dialect: str = "tf") -> str:
    """What usually helps, in sentences, with the names of a dialect."""
    if phase == "input":
        text = f"{_INPUT}."
    else:
        table = _FORWARD if phase == "forward" else {**_FORWARD, **_BACKWARD}
        known = table.get(operation)
        text = f"{_OTHERS}." if known is None else f"{known}. {_WHERE}."
    return text.format_map(_NAMES[dialect])


def known_operations() -> set[str]:
    """The operations with a cure of their own."""
    return {*_FORWARD, *_BACKWARD}
