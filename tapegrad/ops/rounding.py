"""Rounding, elementwise: piecewise constant, so without gradient."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.define import elementwise
from tapegrad.core.primitive import NONDIFF, ZERO
from tapegrad.core.tensor import Tensor
from tapegrad.ops.describe import FLOATS, REALS, unary

__all__ = ("ceil", "floor", "nextafter", "rint", "round")


def _of_floats(function: Any) -> Any:
    def forward(x: Any) -> Any:
        if x.dtype.kind in "iubc":
            raise TypeError
        return function(x)

    return forward


def _round_forward(x: Any) -> Any:
    if x.dtype.kind in "bc":
        raise TypeError
    return x if x.dtype.kind in "iu" else np.rint(x)


floor = elementwise(
    "floor",
    _of_floats(np.floor),
    NONDIFF,
    doc=unary(
        "Largest whole number that is not above `x`, elementwise. The gradient is None.",
        "tf.floor([1.5, -1.5]).numpy()",
        "array([ 1., -2.], dtype=float32)",
        takes=FLOATS,
    ),
)
ceil = elementwise(
    "ceil",
    _of_floats(np.ceil),
    NONDIFF,
    doc=unary(
        "Smallest whole number that is not below `x`, elementwise. The gradient is None.",
        "tf.math.ceil([1.5, -1.5]).numpy()",
        "array([ 2., -1.], dtype=float32)",
        takes=FLOATS,
    ),
)
rint = elementwise(
    "rint",
    _of_floats(np.rint),
    NONDIFF,
    doc=unary(
        "Nearest whole number, halves to the even one. The gradient is None.",
        "tf.math.rint([0.5, 1.5]).numpy()",
        "array([0., 2.], dtype=float32)",
        takes=FLOATS,
    ),
)
round = elementwise(
    "round",
    _round_forward,
    NONDIFF,
    doc=unary(
        "Nearest whole number, halves to the even one; integers stay as they are. The gradient is "
        "None.",
        "tf.round([0.5, 1.5, 2.6]).numpy()",
        "array([0., 2., 3.], dtype=float32)",
        takes=REALS,
    ),
)
_nextafter = elementwise("nextafter", np.nextafter, 1, ZERO)


def nextafter(x1: Any, x2: Any, name: str | None = None) -> Tensor:
    """Next floating point number after `x1` in the direction of `x2`, elementwise.

    Parameters
    ----------
    x1 : Tensor
        A floating point tensor.
    x2 : Tensor
        A tensor of the same dtype, of a shape that broadcasts with that of `x1`.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the common shape and dtype. The derivatives are 1 and 0.

    Raises
    ------
    InvalidArgumentError
        If the dtypes differ or are not floating point, or the shapes do not broadcast.

    Examples
    --------
    >>> import tapegrad as tf
    >>> (tf.math.nextafter(1.0, 2.0) > 1.0).numpy()
    np.True_
    """
    return _nextafter(x1, x2)  # type: ignore[no-any-return]
