"""Operations in place: the array gets a new value, and so do its base and the other views."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.core import views
from tapegrad.core.context import active_recorders
from tapegrad.core.table import recording as R
from tapegrad.core.tensor import ArrayLike, Tensor, wrap, wrap_constant
from tapegrad.numpy.array import holding, ndarray, of_type
from tapegrad.ops.assigning import set_block
from tapegrad.ops.index import plain_index
from tapegrad.ops.positions import numbers_of, pick, place


class PartView(views.View):
    """How the real or the imaginary parts of an array are seen in it."""

    __slots__ = ("part",)

    def __init__(self, of: Any, part: str) -> None:
        super().__init__(of, lambda t: getattr(R, part)(t) if is_complex(t) else t)
        self.part = part


class FixedView(views.View):
    """How an array is seen in a view that NumPy does not let anybody write to."""

    __slots__ = ()


def is_complex(x: Tensor) -> bool:
    """Whether the numbers have imaginary parts; those of positions do not."""
    return bool(x._value.dtype.kind == "c")


def part_of(base: ndarray, part: str) -> ndarray:
    """The view of the real or the imaginary parts of a complex array."""
    x = holding(getattr(R, part)(base._tensor))
    x._view = PartView(base, part)
    views.enter(x)
    return x


def view_of(
    base: Any, tensor: Tensor, take: Callable[[Any], Any], *, fixed: bool = False
) -> ndarray:
    """An array that shows a part of another, as `take` finds it in the other's tensor.

    Parameters
    ----------
    base, tensor, take
        The other array, what the view shows now, and how that is found.
    fixed
        Whether writing to the view is an error, as where elements are shown several times.
    """
    x = holding(tensor)
    if base.__class__ is ndarray:
        x._view = (FixedView if fixed else views.View)(base, take)
        views.enter(x)
    return x


def assign(x: ndarray, new: Tensor) -> None:
    """Let an array hold another tensor of its shape and type, and tell base and views."""
    view = x._view
    if view is None:
        x._tensor = new
        _renew(x, x)
        return
    base, kind = view.base, view
    while kind is not None:
        if kind.__class__ is FixedView:
            raise ValueError("assignment destination is read-only")
        kind = kind.parent
    _check_distinct(positions := view.positions())
    values = new
    if is_complex(base._tensor) and not is_complex(new):
        values = _completed(view, pick(base._tensor, positions), new)
    base._tensor = put(base._tensor, positions, values)
    x._tensor = new
    _renew(base, x)


def _completed(view: Any, old: Tensor, new: Tensor) -> Tensor:
    """Complex numbers with new real, or imaginary, parts."""
    while not isinstance(view, PartView):
        view = view.parent
    found: Tensor = (
        R.complex(new, R.imag(old)) if view.part == "real" else R.complex(R.real(old), new)
    )
    return found


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


def _is_followed(*tensors: Tensor) -> bool:
    """Whether somebody has to know of an operation with these."""
    recorders = active_recorders()
    if not recorders:
        return False
    if recorders.__class__ is not tuple:
        return True
    return any(x._id in recorder.followed for recorder in recorders for x in tensors)


def put(x: Tensor, positions: Any, values: Tensor) -> Tensor:
    """A tensor with other values at some positions of the flattened array."""
    if _is_followed(x, values):
        return place(x, positions, values)
    array = np.array(x._value).reshape(-1)
    array[positions] = values._value
    return wrap(_bare(array.reshape(x._value.shape)))


def _bare(array: Any) -> Any:
    """An array, or the scalar that stands for one of shape ``()``."""
    return array if array.ndim else array[()]


def _references(x: ndarray) -> tuple[int, int]:
    """How many know the tensor of an array, and how many the tensor's data."""
    return sys.getrefcount(x._tensor), sys.getrefcount(x._tensor._value)


#: What `_references` gives where the array is the only one.
_ALONE = _references(holding(wrap_constant(np.zeros(2))))


def _may_be_written(x: ndarray) -> bool:
    """Whether nobody could see a change of the memory but through the array itself.

    Tapes, views of any library and other arrays with the same value each hold a reference.
    """
    if _references(x) != _ALONE or x._view is not None:
        return False
    known = x.__dict__.get("_views")
    if known:
        known[:] = [v for v in known if v() is not None]
        if known:
            return False
    flags = x._value.flags if isinstance(x._value, np.ndarray) else None
    return flags is not None and flags.owndata and flags.writeable


def _set_block(x: ndarray, index: tuple[Any, ...], value: Tensor) -> bool:
    """``x[index] = value`` in the sight of tapes; False if that is a matter of positions.

    Where nobody else holds the old value, the memory is written to and the array gets a tensor of
    a new identity: a loop over the elements of a vector takes as many steps as the vector is long,
    and not their square. What tapes saved of the old value is held by them.
    """
    if x._view is not None or x._value.__class__ is not np.ndarray:
        return False
    try:
        block = x._value[index].shape
    except (IndexError, ValueError):
        return False
    value = of_type(value, x._value.dtype)
    if value._value.shape != block:
        try:
            if np.broadcast_shapes(value._value.shape, block) != block:
                return False
        except ValueError:
            return False
        value = R.broadcast_to(value, to=block)
    alone = _references(x) == _ALONE and x._value.flags.owndata and x._value.flags.writeable
    old = x._tensor
    array = old._value if alone else np.array(old._value)
    array[index] = value._value
    new = wrap(array)
    for recorder in active_recorders():
        mask = (old._id in recorder.followed) + 2 * (value._id in recorder.followed)
        if mask:
            record = recorder.record_in_place if alone else recorder.record
            record(set_block, (old, value), mask, new, {"index": index})
    x._tensor = new
    x._loose = True
    _renew(x, x)
    return True


def set_items(x: ndarray, key: Any, value: Tensor) -> None:
    """``x[key] = value`` for a key of NumPy's own.

    Raises
    ------
    IndexError, ValueError, TypeError
        As NumPy does.
    """
    check_kinds(value._value.dtype, x.dtype)
    if not active_recorders() and _may_be_written(x):
        array = x._tensor._value
        array[key] = value._value
        x._tensor = wrap(array)
        return
    if active_recorders().__class__ is tuple and _is_followed(x._tensor, value):
        index = plain_index(key, x.ndim)
        if index is not None and _set_block(x, index, value):
            return
    old = x._tensor
    if _is_followed(old, value):
        positions = np.asarray(numbers_of(old)[key])
        shape = np.broadcast_shapes(value._value.shape, positions.shape)
        if shape != positions.shape and value._value.size != positions.size:
            _refuse(value, positions)
        assign(x, put(old, positions, of_type(value, old._value.dtype)))
        return
    array = np.array(old._value)
    array[key] = value._value
    assign(x, wrap_constant(_bare(array)))


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
        fix = f"Use an array of this dialect, such as tapegrad.numpy.empty({result._value.shape})."
        if isinstance(out, ArrayLike):
            why, fix = "which is never written to", f"{fix[:-1]}; for a Variable, v.assign(result)."
        else:
            why = "in which the result would be lost to tapes"
        raise TypeError(
            f"{name}: out is a {type(out).__module__}.{type(out).__name__}, {why}. {fix}"
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
