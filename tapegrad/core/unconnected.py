"""What a gradient is when source and target are not connected."""

from __future__ import annotations

from enum import Enum
from typing import Any

import numpy as np

from tapegrad.core.indexed_slices import IndexedSlices
from tapegrad.core.slices import Slices
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor, wrap, wrap_constant


class UnconnectedGradients(Enum):
    """How `GradientTape.gradient` answers for a source that the target does not depend on.

    ``NONE`` gives None, ``ZERO`` zeros of the source's shape and dtype. The strings ``"none"`` and
    ``"zero"`` mean the same.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x, y = tf.constant(1.0), tf.constant(2.0)
    >>> with tf.GradientTape(persistent=True) as tape:
    ...     tape.watch(x)
    >>> print(tape.gradient(y, x))
    None
    >>> tape.gradient(y, x, unconnected_gradients=tf.UnconnectedGradients.ZERO).numpy()
    np.float32(0.0)
    """

    NONE = "none"
    ZERO = "zero"


_NONE = UnconnectedGradients.NONE


def wants_zeros(value: Any) -> bool:
    """Read an `unconnected_gradients` argument; ValueError if it is neither."""
    if value is _NONE:
        return False
    try:
        return UnconnectedGradients(value) is UnconnectedGradients.ZERO
    except ValueError:
        raise ValueError(
            f"Unknown value for unconnected_gradients: {value!r}. "
            f"{value!r} is not a valid UnconnectedGradients: use 'none' or 'zero'."
        ) from None


def zeros_for(x: Any, leading: tuple[int, ...] = ()) -> Tensor:
    """Zeros of the shape and dtype of `x`, behind leading axes."""
    return wrap_constant(np.zeros((*leading, *x._value.shape), x._value.dtype)[()])


def result_for(x: Any, found: dict[int, Any], zeros: bool) -> Any:
    """The gradient of a source, of its dtype; zeros or None if none has reached it."""
    g = found.get(x._id)
    if g is None:
        return zeros_for(x) if zeros else None
    if g.__class__ is Slices:
        return IndexedSlices.from_cotangent(g)
    t = g if isinstance(g, Tensor) else wrap(g)
    dtype, source = x._value.dtype, t._value.dtype
    if source is not dtype and source != dtype:  # rules may widen small floats (bfloat16)
        t = recording.cast(t, dtype=dtype, source=source)
    return t
