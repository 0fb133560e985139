"""Selecting entries by size: maximum, minimum, clipping; and zeros where a mask is false."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.define import Gate, elementwise, general
from tapegrad.core.indexed_slices import IndexedSlices
from tapegrad.core.primitive import NONDIFF, apply
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.describe import REALS, binary
from tapegrad.ops.operands import require_same_dtype

__all__ = ("clip_by_value", "maximum", "minimum")

_INTEGERS = {2: np.int16, 4: np.int32, 8: np.int64}


def _masked(x: Any, mask: Any) -> Any:
    """`x` where the mask is true and 0 elsewhere; unlike in a product, NaN becomes 0 too."""
    integer = _INTEGERS.get(x.itemsize)
    if x.size < 1024 or integer is None or mask.__class__ is not np.ndarray:
        return np.where(mask, x, x.dtype.type(0))[()]
    # The mask as bits, all set or none, is many times faster than `where` on random masks.
    bits = mask.astype(integer)
    np.negative(bits, bits)
    if x.shape == bits.shape:
        return np.bitwise_and(bits, x.view(integer), out=bits).view(x.dtype)
    return np.bitwise_and(bits, x.view(integer)).view(x.dtype)


def summed(F: Any, g: Any, shape: tuple[int, ...]) -> Any:
    return g if tuple(g.shape) == shape else F.sum_to(g, to=shape)


def widened(F: Any, t: Any, shapes: Any) -> Any:
    to = np.broadcast_shapes(*shapes)
    return t if tuple(t.shape) == to else F.broadcast_to(t, to=to)


general(
    "masked",
    _masked,
    lambda F, g, mask, shapes: summed(F, F.masked(g, mask), shapes[0]),
    NONDIFF,
    inputs="x mask",
    jvps=(lambda F, t, mask, shapes: widened(F, F.masked(t, mask), shapes), NONDIFF),
)


def _of_reals(function: Any) -> Any:
    def forward(a: Any, b: Any) -> Any:
        if a.dtype.kind in "bc":
            raise TypeError
        return function(a, b)

    return forward


maximum = elementwise(
    "maximum",
    _of_reals(np.maximum),
    Gate(lambda F, a, b: F.greater_equal(a, b)),
    Gate(lambda F, a, b: F.logical_not(F.greater_equal(a, b))),
    doc=binary(
        "The larger one, elementwise; NaN if one of them is.",
        "tf.maximum([1.0, 5.0], 3.0).numpy()",
        "array([3., 5.], dtype=float32)",
        takes=REALS,
        notes="Where both are equal, the gradient goes to `x`.",
    ),
)
minimum = elementwise(
    "minimum",
    _of_reals(np.minimum),
    Gate(lambda F, a, b: F.less_equal(a, b)),
    Gate(lambda F, a, b: F.logical_not(F.less_equal(a, b))),
    doc=binary(
        "The smaller one, elementwise; NaN if one of them is.",
        "tf.minimum([1.0, 5.0], 3.0).numpy()",
        "array([1., 3.], dtype=float32)",
        takes=REALS,
        notes="Where both are equal, the gradient goes to `x`.",
    ),
)


def _clip_forward(x: Any, low: Any, high: Any) -> Any:
    if x.dtype.kind in "bc":
        raise InvalidArgumentError(f"clip_by_value: tensors of dtype {x.dtype} have no order.")
    return np.maximum(np.minimum(x, high), low)


# As the composition of maximum and minimum that it is: on the bounds, everything goes to x.
_clip = elementwise(
    "clip",
    _clip_forward,
    Gate(lambda F, a, b, c: F.logical_and(F.less_equal(a, c), F.greater_equal(a, b))),
    Gate(lambda F, a, b, c: F.logical_not(F.greater_equal(F.minimum(a, c), b))),
    Gate(
        lambda F, a, b, c: F.logical_and(
            F.logical_not(F.less_equal(a, c)), F.greater_equal(F.minimum(a, c), b)
        )
    ),
)


def clip_by_value(t: Any, clip_value_min: Any, clip_value_max: Any, name: str | None = None) -> Any:
    """Move values that lie outside an interval to its nearest bound.

    Parameters
    ----------
    t : Tensor or IndexedSlices
        A floating point or integer tensor.
    clip_value_min, clip_value_max : Tensor
        The bounds: of the dtype of `t`, and of shapes that broadcast to its shape.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor or IndexedSlices
        Of the shape and dtype of `t`.

    Raises
    ------
    InvalidArgumentError
        If dtypes differ, or the bounds do not broadcast to the shape of `t`.

    Notes
    -----
    The derivative with respect to `t` is 1 inside the interval and on its bounds; outside, the
    gradient goes to the bound.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.clip_by_value([-3.0, 0.5, 3.0], -1.0, 1.0).numpy()
    array([-1. ,  0.5,  1. ], dtype=float32)
    """
    if isinstance(t, IndexedSlices):
        return t._map_values(lambda v: clip_by_value(v, clip_value_min, clip_value_max))
    t = operand(t)
    dtype, shape = t._value.dtype, t._value.shape
    low, high = operand(clip_value_min, dtype), operand(clip_value_max, dtype)
    require_same_dtype("clip_by_value", t, low, high)
    for bound in (low, high):
        if bound._value.shape not in ((), shape):
            _require_broadcast(bound._value.shape, shape)
    return apply(_clip, (t, low, high), {})


def _require_broadcast(bound: tuple[int, ...], shape: tuple[int, ...]) -> None:
    try:
        fits = np.broadcast_shapes(bound, shape) == shape
    except ValueError:
        fits = False
    if not fits:
        raise InvalidArgumentError(
            f"clip_by_value: Incompatible shapes: {list(shape)} vs. {list(bound)}. The bounds must "
            f"broadcast to the shape of the tensor: use scalars, or tf.reshape."
        )
