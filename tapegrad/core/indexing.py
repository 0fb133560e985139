"""Reading a TensorFlow index, ``t[1, ..., ::2, tf.newaxis]``, into NumPy's terms."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.tensor import ArrayLike
from tapegrad.errors import InvalidArgumentError

Index = tuple[Any, ...]


def parse_index(key: Any, shape: tuple[int, ...]) -> Index:
    """Turn a basic index into one integer, slice or None per axis, without ellipsis.

    Parameters
    ----------
    key
        What stood between the brackets: integers (Python, NumPy or scalar integer tensors),
        slices, ``...``, None; or a tuple of these. Lists count as tuples, as in TensorFlow.
    shape
        Shape of the tensor that is indexed.

    Returns
    -------
    tuple
        An ellipsis (room for batch axes), then non-negative integers, slices and None, one for
        every axis.

    Raises
    ------
    TypeError
        For arrays, floats and strings.
    InvalidArgumentError
        For integers out of range, too many indices, or a zero step.
    """
    parts = list(key) if isinstance(key, (tuple, list)) else [key]
    ellipses = sum(1 for part in parts if part is Ellipsis)
    if ellipses > 1:
        raise InvalidArgumentError("Multiple ellipses in slice spec not allowed: use one `...`.")
    consuming = sum(1 for part in parts if part is not None and part is not Ellipsis)
    missing = len(shape) - consuming
    if missing < 0:
        raise InvalidArgumentError(
            f"Index out of range using input dim {len(shape)}; input has only {len(shape)} dims "
            f"(shape {shape}), but the index has {consuming}."
        )
    if not ellipses:
        parts.append(Ellipsis)
    index: list[Any] = []
    axis = 0
    for part in parts:
        if part is Ellipsis:
            index += [slice(None)] * missing
            axis += missing
        elif part is None:
            index.append(None)
        else:
            index.append(_one_axis(part, axis, shape[axis]))
            axis += 1
    return (Ellipsis, *index)


def _one_axis(part: Any, axis: int, size: int) -> Any:
    if isinstance(part, slice):
        start, stop, step = (_bound(b) for b in (part.start, part.stop, part.step))
        if step == 0:
            raise InvalidArgumentError(f"slice step of axis {axis} is 0: it must be non-zero.")
        return slice(start, stop, step)
    position = _integer(part)
    if not -size <= position < size:
        raise InvalidArgumentError(f"slice index {position} of dimension {axis} out of bounds.")
    return position % size


def _bound(value: Any) -> int | None:
    return None if value is None else _integer(value)


def _integer(value: Any) -> int:
    array = value._read() if isinstance(value, ArrayLike) else value
    if isinstance(array, (np.ndarray, np.generic)):
        if array.shape != () or array.dtype.kind not in "iu":
            raise _bad_index(value)
    elif isinstance(value, bool) or not isinstance(value, int):
        raise _bad_index(value)
    return int(array)


def _bad_index(value: Any) -> TypeError:
    return TypeError(
        "Only integers, slices (`:`), ellipsis (`...`), tf.newaxis (`None`) and scalar "
        f"tf.int32/tf.int64 tensors are valid indices, got {value!r}. To pick elements by a list "
        "or array use tf.gather(t, indices), by a mask tf.boolean_mask(t, mask)."
    )


def is_mask(key: Any) -> bool:
    """True for a boolean tensor or array, which selects elements instead of slicing."""
    if not isinstance(key, (ArrayLike, np.ndarray)):
        return False
    array: Any = key._value if isinstance(key, ArrayLike) else key
    return bool(array.dtype.kind == "b" and array.ndim > 0)
