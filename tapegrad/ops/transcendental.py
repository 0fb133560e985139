"""Elementwise exponentials, logarithms, trigonometric and hyperbolic functions."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.define import elementwise
from tapegrad.core.tensor import Tensor
from tapegrad.ops import roots  # noqa: F401 - used by rules as F.hypot
from tapegrad.ops.describe import unary

__all__ = (
    "acos",
    "acosh",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "cos",
    "cosh",
    "exp",
    "expm1",
    "log",
    "log1p",
    "sin",
    "sinh",
    "tan",
    "tanh",
)


def _doc(summary: str, name: str, at: float, value: float, notes: str = "") -> str:
    return unary(summary, f"tf.math.{name}({at!r}).numpy()", f"np.float32({value!r})", notes=notes)


exp = elementwise(
    "exp",
    np.exp,
    lambda F, y: y,
    doc=_doc(r"Exponential :math:`e^x`, elementwise.", "exp", 0.0, 1.0),
)
expm1 = elementwise(
    "expm1",
    np.expm1,
    lambda F, y: y + 1.0,
    doc=_doc(r":math:`e^x - 1`, elementwise, accurate near 0.", "expm1", 0.0, 0.0),
)
log = elementwise(
    "log",
    np.log,
    lambda F, x: 1.0 / x,
    doc=_doc(
        "Natural logarithm, elementwise; NaN for negative numbers.",
        "log",
        1.0,
        0.0,
        notes="The derivative at 0 is infinite. A cotangent of 0 there gives 0, not NaN, so that\n"
        "``tf.where(x > 0, tf.math.log(x), 0)`` has the gradient that one expects.",
    ),
)
log1p = elementwise(
    "log1p",
    np.log1p,
    lambda F, x: 1.0 / (1.0 + x),
    doc=_doc(r":math:`\log(1 + x)`, elementwise, accurate near 0.", "log1p", 0.0, 0.0),
)
sin = elementwise(
    "sin",
    np.sin,
    lambda F, x: F.cos(x),
    doc=_doc("Sine, elementwise.", "sin", 0.0, 0.0),
)
cos = elementwise(
    "cos",
    np.cos,
    lambda F, x: -F.sin(x),
    doc=_doc("Cosine, elementwise.", "cos", 0.0, 1.0),
)
tan = elementwise(
    "tan",
    np.tan,
    lambda F, y: 1.0 + y * y,
    doc=_doc("Tangent, elementwise.", "tan", 0.0, 0.0),
)
# As one operation: the derivatives of the two factors would be an infinity times zero at the ends.


def _one_minus_square(x: Any) -> Any:
    if x.dtype.kind == "c":  # the sign of a zero beside it tells the side of the branch cut
        return -((x - 1.0) * (x + 1.0))
    return (1.0 - x) * (1.0 + x)


elementwise("one_minus_square", _one_minus_square, lambda F, x: -2.0 * x)
asin = elementwise(
    "asin",
    np.arcsin,
    lambda F, x: F.rsqrt(F.one_minus_square(x)),
    doc=_doc(
        "Inverse sine, elementwise; NaN outside ``[-1, 1]`` for real numbers.", "asin", 0.0, 0.0
    ),
)
acos = elementwise(
    "acos",
    np.arccos,
    lambda F, x: -F.rsqrt(F.one_minus_square(x)),
    doc=_doc(
        "Inverse cosine, elementwise; NaN outside ``[-1, 1]`` for real numbers.", "acos", 1.0, 0.0
    ),
)
atan = elementwise(
    "atan",
    np.arctan,
    lambda F, x: 1.0 / (1.0 + x * x),
    doc=_doc("Inverse tangent, elementwise.", "atan", 0.0, 0.0),
)
sinh = elementwise(
    "sinh",
    np.sinh,
    lambda F, x: F.cosh(x),
    doc=_doc("Hyperbolic sine, elementwise.", "sinh", 0.0, 0.0),
)
cosh = elementwise(
    "cosh",
    np.cosh,
    lambda F, x: F.sinh(x),
    doc=_doc("Hyperbolic cosine, elementwise.", "cosh", 0.0, 1.0),
)
tanh = elementwise(
    "tanh",
    np.tanh,
    lambda F, y: 1.0 - y * y,
    doc=_doc("Hyperbolic tangent, elementwise.", "tanh", 0.0, 0.0),
)


def _asinh_slope(F: Any, x: Any) -> Any:
    return F.rsqrt(1.0 + x * x) if x.dtype.kind == "c" else F.reciprocal(F.hypot(x, 1.0))


asinh = elementwise(
    "asinh",
    np.arcsinh,
    _asinh_slope,
    doc=_doc("Inverse hyperbolic sine, elementwise.", "asinh", 0.0, 0.0),
)
# Two roots, because for complex numbers that of the product is on another branch.
acosh = elementwise(
    "acosh",
    np.arccosh,
    lambda F, x: F.rsqrt(x - 1.0) * F.rsqrt(x + 1.0),
    doc=_doc(
        "Inverse hyperbolic cosine, elementwise; NaN below 1 for real numbers.", "acosh", 1.0, 0.0
    ),
)
atanh = elementwise(
    "atanh",
    np.arctanh,
    lambda F, x: F.reciprocal(F.one_minus_square(x)),
    doc=_doc(
        "Inverse hyperbolic tangent, elementwise; infinite at -1 and 1, NaN beyond for real "
        "numbers.",
        "atanh",
        0.0,
        0.0,
    ),
)
# By distances, because squares of large or small numbers are infinite or zero.
_atan2 = elementwise(
    "atan2",
    np.arctan2,
    lambda F, a, b: b / (distance := F.hypot(a, b)) / distance,
    lambda F, a, b: -a / (distance := F.hypot(a, b)) / distance,
)


def atan2(y: Any, x: Any, name: str | None = None) -> Tensor:
    r"""Angle of the point :math:`(x, y)` from the positive x axis, in :math:`[-\pi, \pi]`.

    Parameters
    ----------
    y : Tensor
        A floating point tensor.
    x : Tensor
        A tensor of the same dtype, of a shape that broadcasts with that of `y`.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the common shape and dtype. The derivatives at ``(0, 0)`` are NaN.

    Raises
    ------
    InvalidArgumentError
        If the dtypes differ or are not floating point, or the shapes do not broadcast.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.atan2([0.0, 0.0], [1.0, 2.0]).numpy()
    array([0., 0.], dtype=float32)
    """
    return _atan2(y, x)  # type: ignore[no-any-return]
