"""Tensors that say where something is: one_hot and sequence_mask."""

from __future__ import annotations

from math import ceil
from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.define import general
from tapegrad.core.dtypes import bool as bool_
from tapegrad.core.dtypes import numpy_dtype
from tapegrad.core.host import computed
from tapegrad.core.primitive import NONDIFF, apply
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor, wrap_constant
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arguments import int_argument
from tapegrad.ops.operands import indices_operand, require_kinds

__all__ = ["one_hot", "sequence_mask"]

_FLOAT32 = np.dtype(np.float32)
_BOOL = np.dtype(np.bool_)


def _one_hot(indices: Any, on: Any, off: Any, *, depth: int, axis: int) -> Any:
    line = np.arange(depth).reshape((depth, *(1,) * (-axis - 1)))
    hot = np.expand_dims(indices, axis) == line
    if on == 1 and off == 0 and on.dtype.kind != "O":
        return hot.astype(on.dtype)
    chosen: Any = np.where(hot, on, off)
    return chosen


_indicators = general("one_hot", _one_hot, NONDIFF, NONDIFF, NONDIFF, inputs="indices on off")


def one_hot(
    indices: Any,
    depth: Any,
    on_value: Any = None,
    off_value: Any = None,
    axis: Any = None,
    dtype: Any = None,
    name: str | None = None,
) -> Tensor:
    """Indicator vectors: `on_value` at the index, `off_value` elsewhere.

    Parameters
    ----------
    indices
        Integer tensor; indices outside of ``[0, depth)`` give vectors without `on_value`.
    depth
        The length of the vectors.
    on_value, off_value
        Numbers or tensors of shape ``()``, 1 and 0 by default.
    axis
        Where the new axis stands in the result; -1, the default, means last.
    dtype
        By default that of the values, or float32.

    Returns
    -------
    Tensor
        Of rank one more than `indices`. There is no gradient.

    Raises
    ------
    InvalidArgumentError
        If `indices` are not integers, `depth` is negative, or `axis` is out of range.
    TypeError
        If the dtypes of the values and `dtype` differ.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.one_hot([0, 2], 3).numpy().tolist()
    [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    """
    x = indices_operand(indices, "one_hot")
    size = int_argument(depth, "one_hot", "depth")
    if size < 0:
        raise InvalidArgumentError(f"one_hot: depth must be non-negative, got: {size}.")
    ndim = x._value.ndim + 1
    at = -1 if axis is None else int_argument(axis, "one_hot", "axis")
    if not -1 <= at < ndim:
        raise InvalidArgumentError(
            f"one_hot: Expected axis to be -1 or between [0, {ndim}). But received: {at}."
        )
    wanted = None if dtype is None else numpy_dtype(dtype)
    given = [None if v is None else operand(v, wanted) for v in (on_value, off_value)]
    kinds = {v._value.dtype for v in given if v is not None} | (
        {wanted} if wanted is not None else set()
    )
    if len(kinds) > 1:
        raise TypeError(
            f"one_hot: on_value, off_value and dtype must agree, but there are "
            f"{' and '.join(sorted(k.name for k in kinds))}. Use tf.cast."
        )
    of = kinds.pop() if kinds else _FLOAT32
    if of.kind == "O" and None in given:
        raise TypeError("one_hot: strings have no default: give both on_value and off_value.")
    on, off = [
        wrap_constant(of.type(d)) if v is None else v for v, d in zip(given, (1, 0), strict=True)
    ]
    if on._value.shape != () or off._value.shape != ():
        raise InvalidArgumentError(
            f"one_hot: on_value and off_value must be scalars, but their shapes are {on.shape} "
            f"and {off.shape}."
        )
    params = {"depth": size, "axis": at if at < 0 else at - ndim}
    return apply(_indicators, (x, on, off), params)  # type: ignore[no-any-return]


def _longest(lengths: Any) -> Any:
    if not np.isfinite(lengths).all():
        raise InvalidArgumentError(f"sequence_mask: lengths must be finite, but are {lengths}.")
    return np.int64(ceil(np.maximum.reduce(lengths.reshape(-1), initial=0)))


def sequence_mask(
    lengths: Any, maxlen: Any = None, dtype: Any = bool_, name: str | None = None
) -> Tensor:
    """Masks of given lengths: true in the first places.

    Parameters
    ----------
    lengths
        Tensor of numbers, of any shape.
    maxlen
        The number of places; by default the largest length.
    dtype
        bool by default.

    Returns
    -------
    Tensor
        Of shape ``(*lengths.shape, maxlen)``: ``mask[..., j] = j < lengths[...]``.

    Raises
    ------
    InvalidArgumentError
        If `maxlen` is negative, or lengths are not finite.
    TypeError
        If `maxlen` is not an integer.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.sequence_mask([1, 3], dtype=tf.int32).numpy().tolist()
    [[1, 0, 0], [1, 1, 1]]
    """
    x = operand(lengths)
    require_kinds("sequence_mask", x, "iuf", "int32")
    if maxlen is None:
        size = int(computed(_longest, x))
    else:
        size = int_argument(maxlen, "sequence_mask", "maxlen")
    if size < 0:
        raise InvalidArgumentError(f"sequence_mask: maxlen must not be negative, but is {size}.")

    def places(value: Any) -> Any:
        whole = value if maxlen is None else value.astype(np.int64)
        return np.arange(size) < whole[..., None]

    mask = computed(places, x)
    wanted = _BOOL if dtype is None else numpy_dtype(dtype)
    if wanted.kind == "b":
        return mask  # type: ignore[no-any-return]
    return recording.cast_discrete(mask, dtype=wanted, source=_BOOL)  # type: ignore[no-any-return]
