"""Operations in place: the array gets a new value, and so do its base and the other views."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.core import views
from tapegrad.core.context import active_recorders
from tapegrad.core.tensor import Tensor, wrap, wrap_constant
from tapegrad.numpy.array import holding, ndarray, of_type
from tapegrad.ops.positions import numbers_of, place


def view_of(base: Any, tensor: Tensor, take: Callable[[Any], Any]) -> ndarray:
    """An array that shows a part of another, as `take` finds it in the other's tensor."""
    x = holding(tensor)
    if base.__class__ is ndarray:
        x._view = views.View(base, take)
        views.enter(x)
    return x


def assign(x: ndarray, new: Tensor) -> None:
    """Let an array hold another tensor of its shape and type, and tell base and views."""
    view = x._view
    if view is None:
        x._tensor = new
        _renew(x, x)
        return
    base = view.base
    _check_distinct(positions := view.positions())
    base._tensor = put(base._tensor, positions, new)
    x._tensor = new
    _renew(base, x)


def _check_distinct(positions: Any) -> None:
    if positions.size and 0 in np.asarray(positions).strides and positions.size > 1:
        for size, stride in zip(positions.shape, positions.strides, strict=True):
            if size > 1 and stride == 0:
                raise ValueError("assignment destination is read-only")


def _renew(base: ndarray, changed: ndarray) -> None:
    for reference in base.__dict__.get("_views", ()):
        x = reference()
        if x is not None and x is not changed and x._view.base is base:
            x._tensor = x._view._taken(base._tensor)


def put(x: Tensor, positions: Any, values: Tensor) -> Tensor:
    """A tensor with other values at some positions of the flattened array."""
    if active_recorders():
        return place(x, positions, values)
    array = np.array(x._value).reshape(-1)
    array[positions] = values._value
    return wrap(array.reshape(x._value.shape)[()])


def set_items(x: ndarray, key: Any, value: Tensor) -> None:
    """``x[key] = value`` for a key of NumPy's own.

    Raises
    ------
    IndexError, ValueError, TypeError
        As NumPy does.
    """
    old = x._tensor
    check_kinds(value._value.dtype, old._value.dtype)
    if active_recorders():
        positions = np.asarray(numbers_of(old)[key])
        shape = np.broadcast_shapes(value._value.shape, positions.shape)
        if shape != positions.shape and value._value.size != positions.size:
            _refuse(value, positions)
        assign(x, put(old, positions, of_type(value, old._value.dtype)))
        return
    array = np.array(old._value)
    array[key] = value._value
    assign(x, wrap_constant(array[()]))


def check_kinds(source: np.dtype[Any], target: np.dtype[Any]) -> None:
    """Raise an error, if imaginary parts would be lost."""
    if source.kind == "c" and target.kind != "c":
        raise TypeError(
            f"Cannot write complex numbers into an array of {target}: take np.real of them."
        )


def _refuse(value: Tensor, positions: Any) -> None:
    raise ValueError(
        f"shape mismatch: value array of shape {value._value.shape} could not be broadcast to "
        f"indexing result of shape {positions.shape}"
    )


def write(out: Any, result: Tensor, casting: str = "same_kind", name: str = "ufunc") -> Any:
    """Write a result into the array that ``out=`` names, and return that array.

    Raises
    ------
    TypeError
        If `out` is no array of this dialect.
    ValueError
        If shapes do not fit.
    """
    if isinstance(out, tuple) and len(out) == 1:
        (out,) = out
    if out.__class__ is not ndarray:
        raise TypeError(
            f"{name}: out is a {type(out).__module__}.{type(out).__name__}, in which the result "
            f"would be lost to tapes. Use an array of this dialect, such as "
            f"tapegrad.numpy.empty({result._value.shape})."
        )
    new, old = result._value, out._value
    if not np.can_cast(new.dtype, old.dtype, casting):  # type: ignore[arg-type]
        raise np._core._exceptions._UFuncOutputCastingError(  # type: ignore[attr-defined]
            getattr(np, name, np.add), casting, new.dtype, old.dtype, 0
        )
    if new.shape != old.shape:
        raise ValueError(
            f"non-broadcastable output operand with shape {old.shape} doesn't match the broadcast "
            f"shape {new.shape}"
        )
    assign(out, of_type(result, old.dtype))
    return out
