"""Making arrays: of values, of a shape; conversions of type."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.containers import array_in
from tapegrad.core.exchange import imported
from tapegrad.core.table import recording as R
from tapegrad.core.tensor import ArrayLike, Tensor, wrap_constant
from tapegrad.core.variable import Variable
from tapegrad.numpy.array import holding, install, ndarray, of_type, plain, tensor_of
from tapegrad.numpy.function import function, not_differentiable
from tapegrad.numpy.in_place import view_of

__all__ = [
    "array",
    "asanyarray",
    "asarray",
    "ascontiguousarray",
    "asfortranarray",
    "astype",
    "copy",
    "empty",
    "empty_like",
    "eye",
    "from_dlpack",
    "frombuffer",
    "fromfunction",
    "fromiter",
    "full",
    "full_like",
    "identity",
    "indices",
    "ones",
    "ones_like",
    "tri",
    "zeros",
    "zeros_like",
]


#: For calls whose arguments NumPy checks itself.
_numpy: Any = np


def check_device(device: Any) -> None:
    """Refuse a device that there is not."""
    if device not in (None, "cpu"):
        raise ValueError(f'Device not understood. Only "cpu" is allowed, but received: {device}')


def made(array: Any, device: Any = None) -> Any:
    """A tensor of an array of NumPy that is new."""
    check_device(device)
    return wrap_constant(np.asarray(array)[()])


@function("np.array([[1.0, 2.0], [3.0, 4.0]])", makes=True)
def array(
    object: Any,
    dtype: Any = None,
    *,
    copy: bool | None = True,
    order: str = "K",
    subok: bool = False,
    ndmin: int = 0,
    ndmax: int = 0,
    like: Any = None,
) -> Any:
    """An array of given values.

    Parameters
    ----------
    object
        Numbers, arrays of any library, or nested lists of these; tapes follow what they followed.
    dtype
        The type of the elements; by default NumPy's choice, float64 for Python floats.
    copy
        Whether memory must not be shared. False raises ValueError where it would be copied.
    order, subok, ndmax, like
        Without effect.
    ndmin
        The number of axes at least.
    """
    if copy is False and not isinstance(object, ArrayLike):
        _refuse_copy()
    if copy is None and object.__class__ is ndarray and ndmin <= object.ndim:
        return asarray(object, dtype)
    x = tensor_of(object, dtype)
    if copy is False and isinstance(object, ArrayLike) and x._value.dtype != object._value.dtype:
        _refuse_copy()
    missing = ndmin - x._value.ndim
    return R.reshape(x, to=(1,) * missing + x._value.shape) if missing > 0 else x


def _refuse_copy() -> None:
    raise ValueError(
        "Unable to avoid copy while creating an array as requested.\nIf using `np.array(obj, "
        "copy=False)` replace it with `np.asarray(obj)` to allow a copy when needed."
    )


@function("np.asarray([1, 2])", dtype="The type of the elements.", makes=True)
def asarray(
    a: Any,
    dtype: Any = None,
    order: Any = None,
    *,
    device: Any = None,
    copy: bool | None = None,
    like: Any = None,
) -> Any:
    """An array of given values; an array of this dialect is handed on as it is."""
    check_device(device)
    if copy is False and not isinstance(a, (ArrayLike, np.ndarray, np.generic)):
        _refuse_copy()
    if dtype is not None:
        dtype = np.dtype(dtype)  # NumPy's float64 "equals" None
    if a.__class__ is ndarray and not copy and (dtype is None or dtype == a.dtype):
        return a
    if isinstance(a, np.ndarray):
        a = array_in(a)
        as_it_is = not copy and (dtype is None or dtype == a.dtype) and a.dtype.isnative
    else:
        as_it_is = False
    if as_it_is:
        return wrap_constant(a[()] if copy is False else a.copy()[()])
    x = tensor_of(a, dtype)
    if copy is False and x._value.dtype != plain(a).dtype:
        _refuse_copy()
    return x


@function("np.asanyarray([1, 2])", makes=True)
def asanyarray(
    a: Any,
    dtype: Any = None,
    order: Any = None,
    *,
    device: Any = None,
    copy: Any = None,
    like: Any = None,
) -> Any:
    """The same as `asarray`: there are no subclasses."""
    return asarray(a, dtype, device=device, copy=copy)


@function("np.ascontiguousarray([1, 2])")
def ascontiguousarray(a: Any, dtype: Any = None, *, like: Any = None) -> Any:
    """The same as `asarray`, with at least one axis."""
    if a.__class__ is ndarray and a.ndim and a._value.flags.c_contiguous:
        return asarray(a, dtype)
    return array(a, dtype, ndmin=1)


@function("np.asfortranarray([1, 2])")
def asfortranarray(a: Any, dtype: Any = None, *, like: Any = None) -> Any:
    """The same as `asarray`: the order in memory is the engine's choice."""
    return array(a, dtype)


@function("np.copy(np.array([1.0, 2.0]))", method=True)
def copy(a: Any, order: str = "K", subok: bool = False) -> Any:
    """An array of its own with the same values."""
    return tensor_of(a)


@function("np.astype(np.array([1.5, 2.5]), np.int64)")
def astype(x: Any, dtype: Any, /, *, copy: bool = True, device: Any = None) -> Any:
    """The values in another type; between floating point types differentiable."""
    check_device(device)
    if not isinstance(x, (ndarray, np.ndarray, ArrayLike)):
        raise TypeError(f"Input should be a NumPy array. It is of type {type(x).__name__} instead.")
    if not copy and x.__class__ is ndarray and x.dtype == np.dtype(dtype):
        return x
    return of_type(tensor_of(x), np.dtype(dtype))


def _astype_method(
    self: ndarray,
    dtype: Any,
    order: str = "K",
    casting: Any = "unsafe",
    subok: bool = True,
    copy: bool = True,
    device: Any = None,
) -> Any:
    """The values in another type; between floating point types differentiable."""
    if casting == "same_value":
        np.asarray(self._value).astype(dtype, casting=casting)  # raises, where values change
        casting = "unsafe"
    if not np.can_cast(self.dtype, dtype, casting):
        raise TypeError(
            f"Cannot cast array data from {self.dtype!r} to {np.dtype(dtype)!r} according to the "
            f"rule '{casting}'"
        )
    return astype(self, dtype, copy=copy, device=device)


install(astype=_astype_method)


@function("np.zeros(3)", makes=True)
def zeros(
    shape: Any, dtype: Any = None, order: str = "C", *, device: Any = None, like: Any = None
) -> Any:
    """An array of zeros."""
    return made(np.zeros(plain(shape), dtype), device)


@function("np.ones((2, 2))", makes=True)
def ones(
    shape: Any, dtype: Any = None, order: str = "C", *, device: Any = None, like: Any = None
) -> Any:
    """An array of ones."""
    return made(np.ones(plain(shape), dtype), device)


@function("np.empty(2).shape", result="(2,)", makes=True)
def empty(
    shape: Any, dtype: Any = None, order: str = "C", *, device: Any = None, like: Any = None
) -> Any:
    """An array to be filled: of zeros."""
    return made(np.zeros(plain(shape), dtype), device)


@function("np.full(3, 0.5)", makes=True)
def full(
    shape: Any,
    fill_value: Any,
    dtype: Any = None,
    order: str = "C",
    *,
    device: Any = None,
    like: Any = None,
) -> Any:
    """An array of one value, which may be one that tapes follow."""
    check_device(device)
    x = tensor_of(fill_value, dtype)
    to = np.empty(plain(shape), np.bool_).shape
    if np.broadcast_shapes(x._value.shape, to) != to:
        raise ValueError(
            f"could not broadcast input array from shape {x._value.shape} into shape {to}"
        )
    return R.broadcast_to(x, to=to)


def _like(a: Any, value: Any, dtype: Any, shape: Any, device: Any) -> Any:
    data = plain(a)
    model = np.empty_like(data, dtype, shape=plain(shape))
    x = tensor_of(value, model.dtype)
    check_device(device)
    return R.broadcast_to(x, to=model.shape)


@function("np.zeros_like(np.array([1.0, 2.0]))", makes=True)
def zeros_like(
    a: Any,
    dtype: Any = None,
    order: str = "K",
    subok: bool = True,
    shape: Any = None,
    *,
    device: Any = None,
) -> Any:
    """Zeros of the shape and type of an array."""
    return _like(a, 0, dtype, shape, device)


@function("np.ones_like(np.array([1.0, 2.0]))", makes=True)
def ones_like(
    a: Any,
    dtype: Any = None,
    order: str = "K",
    subok: bool = True,
    shape: Any = None,
    *,
    device: Any = None,
) -> Any:
    """Ones of the shape and type of an array."""
    return _like(a, 1, dtype, shape, device)


@function("np.empty_like(np.array([1.0, 2.0])).shape", result="(2,)", makes=True)
def empty_like(
    prototype: Any,
    /,
    dtype: Any = None,
    order: str = "K",
    subok: bool = True,
    shape: Any = None,
    *,
    device: Any = None,
) -> Any:
    """An array to be filled, of the shape and type of `prototype`: of zeros."""
    return _like(prototype, 0, dtype, shape, device)


@function("np.full_like(np.array([1.0, 2.0]), 0.5)", makes=True)
def full_like(
    a: Any,
    fill_value: Any,
    dtype: Any = None,
    order: str = "K",
    subok: bool = True,
    shape: Any = None,
    *,
    device: Any = None,
) -> Any:
    """One value in the shape and type of an array."""
    return _like(a, fill_value, dtype, shape, device)


@function("np.eye(2)")
def eye(
    N: int,
    M: int | None = None,
    k: int = 0,
    dtype: Any = float,
    order: str = "C",
    *,
    device: Any = None,
    like: Any = None,
) -> Any:
    """Ones on a diagonal, zeros elsewhere."""
    return made(np.eye(N, M, k, dtype), device)


@function("np.identity(2)")
def identity(n: int, dtype: Any = None, *, like: Any = None) -> Any:
    """The identity matrix."""
    return made(np.identity(n, dtype))


@function("np.tri(2, 3)")
def tri(N: int, M: int | None = None, k: int = 0, dtype: Any = float, *, like: Any = None) -> Any:
    """Ones on and below a diagonal."""
    return made(np.tri(N, M, k, dtype))


@function("np.fromfunction(lambda i, j: i + j, (2, 2))", function="A function of index arrays.")
def fromfunction(
    function: Any, shape: Any, *, dtype: Any = float, like: Any = None, **kwargs: Any
) -> Any:
    """The values of a function at the indices of an array; `kwargs` are handed on to it."""
    places = [made(i) for i in np.indices(shape, dtype=dtype)]
    return tensor_of(function(*map(holding, places), **kwargs))


@function(
    "np.from_dlpack(np.array([1.0, 2.0]))",
    x="An array of any library that has ``__dlpack__``.",
    copy="True copies; False raises where the memory cannot be shared.",
)
def from_dlpack(x: Any, /, *, device: Any = None, copy: bool | None = None) -> Any:
    """An array over the memory of another library, which must not change it afterwards.

    What is an array or a tensor here already stays one that tapes follow.
    """
    check_device(device)
    if x.__class__ is ndarray and not copy:
        return view_of(x, x._tensor, lambda t: t)
    if isinstance(x, (ndarray, Tensor, Variable)):
        return tensor_of(x)
    return wrap_constant(imported(x, copy)[()])


indices = not_differentiable(
    "indices", "The index of each element, along each axis.", "np.indices((2, 3))[1]"
)
frombuffer = not_differentiable(
    "frombuffer", "An array of the data of a buffer.", "np.frombuffer(b'ab', np.uint8)"
)
fromiter = not_differentiable(
    "fromiter", "An array of what an iterator gives.", "np.fromiter(range(3), np.int64)"
)
