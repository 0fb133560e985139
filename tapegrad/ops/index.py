"""Indexing with brackets, slice and strided_slice."""

from __future__ import annotations

from typing import Any

from tapegrad.core.context import MarkedRecorders, active_recorders
from tapegrad.core.convert import operand
from tapegrad.core.indexing import is_mask, parse_index
from tapegrad.core.primitive import record, trace
from tapegrad.core.structural import getitem
from tapegrad.core.tensor import ArrayLike, Tensor, wrap
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arguments import int_argument, ints_argument
from tapegrad.ops.where import boolean_mask

__all__ = ["slice", "strided_slice"]

_slice = slice
_EVERYTHING = [(_slice(None),) * n for n in range(65)]


def plain_index(key: Any, ndim: int) -> tuple[Any, ...] | None:
    """The full index for a key of Python's own integers and slices, the common case; else None."""
    if key.__class__ is int and ndim:
        return (Ellipsis, key, *_EVERYTHING[ndim - 1])
    parts = key if key.__class__ is tuple else (key,)
    missing = ndim
    ellipsis = None
    for i, part in enumerate(parts):
        if part.__class__ is int:
            missing -= 1
        elif part.__class__ is _slice:
            for bound in (part.start, part.stop, part.step):
                if bound is not None and bound.__class__ is not int:
                    return None
            missing -= 1
        elif part is Ellipsis and ellipsis is None:
            ellipsis = i
        elif part is not None:
            return None
    if missing < 0:
        return None
    if ellipsis is None:
        return (Ellipsis, *parts, *_EVERYTHING[missing])
    return (Ellipsis, *parts[:ellipsis], *_EVERYTHING[missing], *parts[ellipsis + 1 :])


def _getitem(self: Any, key: Any) -> Tensor:
    if self.__class__ is not Tensor:
        self._touch()
    value = self._value
    index = plain_index(key, value.ndim)
    try:
        picked = value[index][()] if index is not None else None
    except (IndexError, ValueError):
        index = None
    if index is None:
        if key is True or key is False or is_mask(key):
            return boolean_mask(self, key)
        index = parse_index(key, value.shape)
        picked = value[index][()]
    return taken(self, index, picked)


def taken(x: Any, index: tuple[Any, ...], picked: Any) -> Tensor:
    """The tensor of what a full index has picked, recorded."""
    out = wrap(picked)
    recorders = active_recorders()
    if recorders:
        record(recorders, getitem, (x,), out, {"index": index})
        if recorders.__class__ is MarkedRecorders:
            trace(recorders, getitem, (x._id,), (x._value,), out, {"index": index})
    return out


ArrayLike.__getitem__ = _getitem  # type: ignore[method-assign]


def slice(input_: Any, begin: Any, size: Any, name: str | None = None) -> Tensor:
    """Cut out a block.

    Parameters
    ----------
    input_
        Tensor of rank r.
    begin
        r integers: the first index along each axis.
    size
        r integers: the size of the block along each axis; -1 means all that is left.

    Returns
    -------
    Tensor
        Of shape `size`.

    Raises
    ------
    InvalidArgumentError
        If the block reaches outside the tensor.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.slice([[1, 2, 3], [4, 5, 6]], [0, 1], [-1, 2]).numpy().tolist()
    [[2, 3], [5, 6]]
    """
    x = operand(input_)
    shape = x._value.shape
    starts = ints_argument(begin, "slice", "begin")
    sizes = ints_argument(size, "slice", "size")
    if len(starts) != len(shape) or len(sizes) != len(shape):
        raise InvalidArgumentError(
            f"slice: Expected begin and size arguments to be 1-D tensors of size {len(shape)}, "
            f"one number for each axis of shape {shape}, but got {starts} and {sizes}."
        )
    parts = []
    for i, (start, count, n) in enumerate(zip(starts, sizes, shape, strict=True)):
        if not 0 <= start <= n:
            raise InvalidArgumentError(f"slice: Expected begin[{i}] in [0, {n}], but got {start}.")
        if count != -1 and not 0 <= count <= n - start:
            raise InvalidArgumentError(
                f"slice: Expected size[{i}] in [0, {n - start}], but got {count}."
            )
        parts.append(_slice(start, n if count == -1 else start + count))
    return x[tuple(parts)]  # type: ignore[no-any-return]


def strided_slice(
    input_: Any,
    begin: Any,
    end: Any,
    strides: Any = None,
    begin_mask: Any = 0,
    end_mask: Any = 0,
    ellipsis_mask: Any = 0,
    new_axis_mask: Any = 0,
    shrink_axis_mask: Any = 0,
    var: Any = None,
    name: str | None = None,
) -> Tensor:
    """Cut out a block with steps: ``input_[begin[0]:end[0]:strides[0], ...]``.

    Parameters
    ----------
    input_
        Tensor of any dtype.
    begin, end, strides
        Lists of one length: start, stop and step of each axis; steps are 1 by default.
    begin_mask, end_mask
        If bit i is set, ``begin[i]`` or ``end[i]`` is ignored: as far as possible.
    ellipsis_mask
        If bit i is set, place i is an ellipsis, ``...``.
    new_axis_mask
        If bit i is set, place i is ``tf.newaxis``.
    shrink_axis_mask
        If bit i is set, place i is the single index ``begin[i]``, and the axis disappears.
    var
        Ignored; to assign to a part of a Variable write ``v[...].assign(value)``.

    Returns
    -------
    Tensor

    Raises
    ------
    InvalidArgumentError
        If the lists do not fit, a step is 0, or a single index is out of range.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.strided_slice([1, 2, 3, 4, 5], [0], [4], [2]).numpy().tolist()
    [1, 3]
    """
    starts = ints_argument(begin, "strided_slice", "begin")
    stops = ints_argument(end, "strided_slice", "end")
    steps = (1,) * len(starts)
    if strides is not None:
        steps = ints_argument(strides, "strided_slice", "strides")
    if not len(starts) == len(stops) == len(steps):
        raise InvalidArgumentError(
            f"strided_slice: Expected begin, end, and strides to be 1D equal size tensors, but "
            f"got {starts}, {stops} and {steps}."
        )
    masks = [
        int_argument(mask, "strided_slice", "a mask")
        for mask in (begin_mask, end_mask, ellipsis_mask, new_axis_mask, shrink_axis_mask)
    ]
    key: list[Any] = []
    for i, (start, stop, step) in enumerate(zip(starts, stops, steps, strict=True)):
        open_start, open_stop, ellipsis, new_axis, single = [mask >> i & 1 for mask in masks]
        if ellipsis:
            key.append(Ellipsis)
        elif new_axis:
            key.append(None)
        elif single:
            if step < 1:
                raise InvalidArgumentError(
                    f"strided_slice: only stride 1 allowed on non-range indexing, but strides[{i}]"
                    f" is {step}."
                )
            key.append(start)
        else:
            key.append(_slice(None if open_start else start, None if open_stop else stop, step))
    return operand(input_)[tuple(key)]  # type: ignore[no-any-return]
