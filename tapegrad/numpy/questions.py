"""Questions about arrays: their shapes, types, memory, and what kind of numbers they hold."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.tensor import ArrayLike
from tapegrad.numpy.array import holding, ndarray, of_type, plain, tensor_of
from tapegrad.numpy.function import function, not_differentiable

__all__ = [
    "allclose",
    "array_equal",
    "array_equiv",
    "asarray_chkfinite",
    "common_type",
    "isclose",
    "iscomplex",
    "iscomplexobj",
    "isfortran",
    "isneginf",
    "isposinf",
    "isreal",
    "isrealobj",
    "may_share_memory",
    "min_scalar_type",
    "ndim",
    "real_if_close",
    "require",
    "shape",
    "shares_memory",
    "size",
]

#: For calls whose arguments NumPy checks itself.
_numpy: Any = np


def _data(value: Any) -> Any:
    """The array of a value of any dialect, which does not leave tapes by being asked about."""
    return tensor_of(value)._value


@function("np.shape([[1.0, 2.0]])")
def shape(a: Any) -> tuple[int, ...]:
    """The sizes along each axis."""
    found: tuple[int, ...] = np.shape(_data(a))
    return found


@function("np.ndim([[1.0, 2.0]])")
def ndim(a: Any) -> int:
    """The number of axes."""
    return np.ndim(_data(a))


@function("np.size([[1.0, 2.0]])")
def size(a: Any, axis: Any = None) -> int:
    """The number of elements, in all or along an axis or several."""
    return int(_numpy.size(_data(a), plain(axis)))


@function("np.common_type(np.ones(2, np.float32), np.ones(2))")
def common_type(*arrays: Any) -> Any:
    """The floating point type that is common to arrays."""
    return np.common_type(*[np.asarray(_data(a)) for a in arrays])


@function("np.min_scalar_type(10)", a="A number or an array.")
def min_scalar_type(a: Any, /) -> Any:
    """The smallest type that holds a number; of an array, its own."""
    return np.min_scalar_type(np.asarray(_data(a)) if isinstance(a, ArrayLike) else a)


@function("np.iscomplexobj(np.array([1.0 + 0.0j]))", x="An array.")
def iscomplexobj(x: Any) -> bool:
    """Whether the type is complex."""
    return bool(np.iscomplexobj(np.asarray(_data(x))))


@function("np.isrealobj(np.array([1.0 + 0.0j]))", x="An array.")
def isrealobj(x: Any) -> bool:
    """Whether the type is not complex."""
    return not iscomplexobj(x)


@function("np.isfortran(np.ones((2, 2)))")
def isfortran(a: Any) -> bool:
    """Whether the memory is ordered column by column, as in Fortran, and not row by row."""
    return np.isfortran(np.asarray(_data(a)))


def _memory(a: Any) -> tuple[Any, Any]:
    """The array that owns what is shown, and the numbers of the elements there."""
    view = a._view
    if view is None:
        return a, np.arange(a.size)
    return view.base, np.asarray(view.positions()).reshape(-1)


def _of_memory(name: str, summary: str) -> Any:
    model = getattr(np, name)

    def call(a: Any, b: Any, /, max_work: Any = -1 if name == "shares_memory" else 0) -> bool:
        if a.__class__ is not ndarray or b.__class__ is not ndarray:
            pair = [np.asarray(v._value) if isinstance(v, ArrayLike) else v for v in (a, b)]
            return bool(model(*pair, max_work=max_work))
        (base, places), (other, places_there) = _memory(a), _memory(b)
        if base is not other or not places.size or not places_there.size:
            return False
        if name == "shares_memory":
            return bool(np.isin(places, places_there).any())
        return bool(places.min() <= places_there.max() and places_there.min() <= places.max())

    call.__name__ = call.__qualname__ = name
    call.__doc__ = summary
    return function(
        f"a = np.zeros(3)\nnp.{name}(a, a[1:])",
        max_work="How much NumPy may try; without effect for two arrays of this dialect.",
    )(call)


shares_memory = _of_memory(
    "shares_memory", "Whether arrays are views of the same elements: a change of one changes both."
)
may_share_memory = _of_memory(
    "may_share_memory", "Whether arrays may be views of the same elements, found by bounds alone."
)


@function("np.real_if_close(np.array([1.0 + 1e-16j]))", tol="How many times the machine epsilon.")
def real_if_close(a: Any, tol: Any = 100) -> Any:
    """The real part, if all imaginary parts are nearly 0; otherwise the array itself."""
    x = tensor_of(a)
    seen = np.real_if_close(np.asarray(plain(x)), plain(tol))
    if seen.dtype == x._value.dtype:
        return x
    return holding(x).real


@function("np.require([1, 2], np.float64)", requirements="Without effect on values.")
def require(a: Any, dtype: Any = None, requirements: Any = None, *, like: Any = None) -> Any:
    """An array of the given type; there are no other demands that it does not fulfil."""
    x = tensor_of(a)
    np.require(np.zeros((0,), x._value.dtype), dtype, requirements)  # checks the arguments
    return x if dtype is None else of_type(x, np.dtype(dtype))


@function("np.asarray_chkfinite([1.0, 2.0])")
def asarray_chkfinite(a: Any, dtype: Any = None, order: Any = None) -> Any:
    """An array, if all its elements are finite.

    Raises
    ------
    ValueError
        If one is infinite or NaN.
    """
    x = tensor_of(a, dtype)
    np.asarray_chkfinite(plain(x))
    return x


_MEANING: dict[str, Any] = {
    "a1": "An array.",
    "a2": "A second array.",
    "out": "An array to write the result to.",
}
allclose = not_differentiable(
    "allclose", "Whether all numbers are nearly equal.", "np.allclose([1.0], 1.0)"
)
array_equal = not_differentiable(
    "array_equal",
    "Whether arrays are equal as a whole.",
    "np.array_equal([1.0], [1.0])",
    **_MEANING,
)
array_equiv = not_differentiable(
    "array_equiv",
    "Whether arrays are equal after broadcasting.",
    "np.array_equiv([1.0, 1.0], 1.0)",
    **_MEANING,
)
isclose = not_differentiable(
    "isclose", "Whether numbers are nearly equal.", "np.isclose([1.0, 1.1], 1.0)"
)
iscomplex = not_differentiable(
    "iscomplex", "Whether imaginary parts differ from 0.", "np.iscomplex([1.0 + 1.0j, 1.0])"
)
isreal = not_differentiable(
    "isreal", "Whether imaginary parts are 0.", "np.isreal([1.0 + 1.0j, 1.0])"
)


def _of_sign(name: str, summary: str) -> Any:
    model = getattr(np, name)

    def call(x: Any, out: Any = None) -> Any:
        return tensor_of(model(plain(tensor_of(x))))

    call.__name__ = call.__qualname__ = name
    call.__doc__ = summary
    return function(f"np.{name}([1.0, np.inf, -np.inf])")(call)


isneginf = _of_sign("isneginf", "Whether it is minus infinity.")
isposinf = _of_sign("isposinf", "Whether it is plus infinity.")
