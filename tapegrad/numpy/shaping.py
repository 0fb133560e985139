"""Shapes: the same elements with other axes."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.table import recording as R
from tapegrad.core.tensor import wrap_constant
from tapegrad.numpy.array import holding, install, ndarray, plain, tensor_of
from tapegrad.numpy.function import function
from tapegrad.numpy.in_place import view_of
from tapegrad.ops.positions import pick

__all__ = ["broadcast_to", "matrix_transpose", "permute_dims", "ravel", "reshape", "transpose"]

_X = "np.array([[1.0, 2.0], [3.0, 4.0]])"


@function("np.reshape(np.arange(4.0), (2, 2))", of=np.reshape)
def reshape(a: Any, /, shape: Any, order: Any = "C", *, copy: Any = None) -> Any:
    """In another shape; one size may be -1."""
    base = a if a.__class__ is ndarray else holding(tensor_of(a))
    if order not in ("C", None) and _by_columns(base._tensor._value, order):
        size, to = base.size, plain(shape)
        to = np.broadcast_to(np.False_, (size,)).reshape(to).shape
        return transpose(reshape(transpose(base), to[::-1], copy=copy))
    x = base._tensor
    to = np.broadcast_to(np.False_, x._value.shape).reshape(plain(shape)).shape
    found = R.reshape(x, to=to)
    shared = copy is not True and _is_seen_in(base, found)
    if copy is False and not shared:
        raise ValueError("Unable to avoid creating a copy while reshaping.")
    return view_of(base, found, lambda t: R.reshape(t, to=to)) if shared else found


def _by_columns(value: Any, order: str) -> bool:
    """Whether an order reads the first axis fastest, as in Fortran."""
    if order == "K":
        raise ValueError("order 'K' is not permitted for reshaping")
    return order == "F" or (
        order == "A" and value.flags.f_contiguous and not value.flags.c_contiguous
    )


def _is_seen_in(base: ndarray, found: Any) -> bool:
    """Whether NumPy makes a view, because the elements are where another shape needs them."""
    value, to = base._tensor._value, found._value.shape
    if value.size < 2:
        return True
    if base._view is not None:
        # Where a view's elements are, only the array knows that owns them.
        root = np.empty_like(base._view.base._value, np.bool_)
        value = base._view._taken(wrap_constant(root))._value
    elif value.flags.c_contiguous or 0 in value.strides:
        return True  # NumPy's own array would have all its elements in a row
    return np.may_share_memory(value, value.reshape(to))


def _numbered(value: Any) -> Any:
    """The numbers of the elements of an array, in memory as the array is."""
    numbers = np.empty_like(value, np.intp)
    numbers[...] = np.arange(value.size).reshape(value.shape)
    return numbers


def _reshape_method(self: ndarray, *shape: Any, order: Any = "C", copy: Any = None) -> Any:
    """In another shape; one size may be -1."""
    return reshape(self, shape[0] if len(shape) == 1 else shape, order, copy=copy)


@function("np.ravel(np.ones((2, 2)))", method=True)
def ravel(a: Any, order: str = "C") -> Any:
    """All elements in one row."""
    base = a if a.__class__ is ndarray else holding(tensor_of(a))
    flags = base._value.flags
    if order != "K" or flags.c_contiguous or flags.f_contiguous:
        return reshape(base, -1, "A" if order == "K" else order)
    return pick(base._tensor, _numbered(base._value).ravel(order="K"))


def _flatten(self: ndarray, order: str = "C") -> Any:
    """All elements in one row, as an array of its own."""
    return ravel(self, order).copy()


@function(f"np.transpose({_X})")
def transpose(a: Any, axes: Any = None) -> Any:
    """The axes in another order, by default reversed."""
    base = a if a.__class__ is ndarray else holding(tensor_of(a))
    x = base._tensor
    ndim = x._value.ndim
    order = tuple(range(ndim))[::-1]
    if axes is not None:
        order = np.lib.array_utils.normalize_axis_tuple(plain(axes), ndim)
        if len(order) != ndim:
            raise ValueError("axes don't match array")
    negative = tuple([axis - ndim for axis in order])

    def take(t: Any) -> Any:
        return R.transpose(t, axes=negative) if ndim else t

    return view_of(base, take(x), take)


def _transpose_method(self: ndarray, *axes: Any) -> Any:
    """The axes in another order, by default reversed."""
    return transpose(self, (axes[0] if len(axes) == 1 else axes) if axes else None)


permute_dims = transpose


@function(f"np.matrix_transpose({_X})")
def matrix_transpose(x: Any, /) -> Any:
    """The last two axes in one another's place."""
    ndim = np.ndim(plain(x))
    if ndim < 2:
        raise ValueError(f"Input array must be at least 2-dimensional, but it is {ndim}")
    return transpose(x, (*range(ndim - 2), ndim - 1, ndim - 2))


@function("np.broadcast_to(np.array([1.0, 2.0]), (2, 2))")
def broadcast_to(array: Any, shape: Any, subok: bool = False) -> Any:
    """Repeated along new axes, and along axes of size 1."""
    base = array if array.__class__ is ndarray else holding(tensor_of(array))
    x = base._tensor
    to = np.broadcast_to(np.broadcast_to(np.False_, x._value.shape), plain(shape)).shape
    return view_of(base, R.broadcast_to(x, to=to), lambda t: R.broadcast_to(t, to=to), fixed=True)


def _view_method(self: ndarray, dtype: Any = None, type: Any = None) -> Any:
    """Another array that shows the same elements.

    Raises
    ------
    TypeError
        If bytes should be read as another type, or there should be another class.
    """
    if type is not None or (dtype is not None and np.dtype(dtype) != self.dtype):
        raise TypeError(
            "x.view(dtype) would read bytes as another type, which tapes do not see. Convert by "
            "x.astype(dtype); take complex numbers apart by np.stack([x.real, x.imag], -1), and "
            "put them together by a + 1j * b. For the bytes: np.asarray(x).view(dtype)."
        )
    return view_of(self, R.identity(self._tensor), R.identity)


install(
    view=_view_method,
    T=property(transpose, doc="The axes reversed."),
    mT=property(matrix_transpose, doc="The last two axes swapped."),
    reshape=_reshape_method,
    flatten=_flatten,
    transpose=_transpose_method,
)
