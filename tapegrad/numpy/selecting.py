"""Choosing, sorting, searching and comparing elements."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.context import active_recorders
from tapegrad.core.host import computed
from tapegrad.core.table import recording as R
from tapegrad.core.tensor import Tensor, wrap_constant
from tapegrad.numpy import universal
from tapegrad.numpy.array import holding, install, ndarray, of_type, plain, tensor_of
from tapegrad.numpy.function import function, not_differentiable, of_data
from tapegrad.numpy.in_place import assign, is_complex, part_of, write
from tapegrad.numpy.shaping import reshape
from tapegrad.numpy.universal import step_of
from tapegrad.ops import bessel, replacing
from tapegrad.ops import complex as engine_complex
from tapegrad.ops.positions import numbers_of, pick
from tapegrad.ops.sinc import sinc as engine_sinc

__all__ = [
    "angle",
    "argpartition",
    "argsort",
    "argwhere",
    "around",
    "atleast_1d",
    "atleast_2d",
    "atleast_3d",
    "clip",
    "fix",
    "flatnonzero",
    "i0",
    "imag",
    "lexsort",
    "nan_to_num",
    "nonzero",
    "partition",
    "real",
    "round",
    "searchsorted",
    "sinc",
    "sort",
    "sort_complex",
    "where",
]

#: For calls whose arguments NumPy checks itself.
_numpy: Any = np
_X = "np.array([3.0, 1.0, 2.0])"


@function(f"np.where({_X} > 1.5, {_X}, 0.0)", y="The values elsewhere.", x="The values there.")
def where(condition: Any, x: Any = None, y: Any = None, /) -> Any:
    """Values of one array where a condition holds, and of another elsewhere.

    What was not chosen gets a gradient of zero, even if its own derivative is not finite. With the
    condition alone: `nonzero`.
    """
    mask = of_type(tensor_of(condition), np.dtype(np.bool_))
    if x is None and y is None:
        return nonzero(condition)
    if x is None or y is None:
        raise ValueError("either both or neither of x and y should be given")
    weak = [v if v.__class__ in (int, float, complex) else tensor_of(v) for v in (x, y)]
    kinds = [v._value.dtype if isinstance(v, Tensor) else v for v in weak]
    if not any(isinstance(v, Tensor) for v in weak):
        kinds = [np.asarray(v).dtype for v in weak]
    dtype = np.result_type(*kinds)
    a, b = [tensor_of(v, dtype) for v in weak]
    shapes = [t._value.shape for t in (mask, a, b)]
    try:
        np.broadcast_shapes(*shapes)
    except ValueError:
        texts = " ".join(str(s).replace(" ", "") for s in shapes)
        raise ValueError(f"operands could not be broadcast together with shapes {texts} ") from None
    return R.where(mask, a, b)


@function(
    f"np.clip({_X}, 1.5, 2.5)",
    a_min="The lower bound.",
    a_max="The upper bound.",
    min="The lower bound.",
    max="The upper bound.",
)
def clip(
    a: Any,
    min: Any = None,
    max: Any = None,
    out: Any = None,
    *,
    a_min: Any = None,
    a_max: Any = None,
) -> Any:
    """Values outside of bounds moved to these; on a bound the gradient goes to the array."""
    low = min if a_min is None else a_min
    high = max if a_max is None else a_max
    x = holding(tensor_of(a))
    if low is not None:
        x = universal.UNIVERSAL["maximum"](x, low)
    if high is not None:
        x = universal.UNIVERSAL["minimum"](x, high)
    return x._tensor


def _clip_method(
    self: ndarray, min: Any = None, max: Any = None, out: Any = None, **options: Any
) -> Any:
    """Values outside of bounds moved to these."""
    return clip(self, min, max, out=out, **options)


def _order_of(
    x: Any, axis: Any, descending: bool, kind: Any = None, order: Any = None, stable: Any = None
) -> Any:
    """Where the elements stand in order; equal ones keep theirs unless `kind` says otherwise."""
    if kind is None and stable is None:
        stable = True
    values = np.asarray(plain(x))
    if axis is None:
        values, axis = values.reshape(-1), 0
    if not descending:
        return _numpy.argsort(values, axis, kind, order, stable=stable)
    found = _numpy.argsort(np.flip(values, axis), axis, kind, order, stable=stable)
    return np.flip(values.shape[axis] - 1 - found, axis)


@function(f"np.sort({_X})", descending="Whether the largest element comes first.")
def sort(
    a: Any,
    axis: Any = -1,
    kind: Any = None,
    order: Any = None,
    *,
    stable: Any = None,
    descending: bool = False,
) -> Any:
    """The elements in ascending order."""
    x = tensor_of(a)
    if not active_recorders() and not descending:
        return of_data(np.sort, (x, axis, kind, order), {"stable": stable})
    where_to = _order_of(x, axis, descending, kind, order, stable)
    if axis is None:
        return pick(x, where_to)
    return pick(x, np.take_along_axis(numbers_of(x), where_to, axis))


@function(f"np.argsort({_X})", descending="Whether the largest element comes first.", method=True)
def argsort(
    a: Any,
    axis: Any = -1,
    kind: Any = None,
    order: Any = None,
    *,
    stable: Any = None,
    descending: bool = False,
) -> Any:
    """The positions of the elements in ascending order."""

    def compute(values: Any) -> Any:
        return _order_of(values, axis, descending, kind, order, stable)

    compute.__name__ = "argsort"
    return computed(compute, tensor_of(a))


def _sort_method(
    self: ndarray, axis: int = -1, kind: Any = None, order: Any = None, *, stable: Any = None
) -> None:
    """Put the elements in ascending order, in place."""
    assign(self, sort(self, axis, kind, order, stable=stable)._tensor)


@function(f"np.partition({_X}, 1)")
def partition(
    a: Any, kth: Any, axis: Any = -1, kind: str = "introselect", order: Any = None
) -> Any:
    """The elements with the chosen ones at their place in order, smaller ones before them."""
    x = tensor_of(a)
    if axis is None:
        x, axis = R.reshape(x, to=(x._value.size,)), 0
    numbers = np.arange(x._value.size).reshape(x._value.shape)
    chosen = _numpy.argpartition(plain(x), plain(kth), axis)
    return pick(x, np.take_along_axis(numbers, chosen, axis))


@function(
    "np.round(np.array([1.25, 2.5]), 1)", method=True, decimals="How many digits after the point."
)
def round(a: Any, decimals: int = 0, out: Any = None) -> Any:
    """Rounded to a number of digits."""
    x = tensor_of(a)
    if x._value.dtype.kind == "b":
        return computed(lambda v: np.round(v, decimals), x)
    compute = step_of(lambda v: np.round(v, decimals))
    return compute(x)


around = round


def _rounded(self: ndarray, ndigits: int | None = None) -> Any:
    """For Python's ``round(x, ndigits)``: an array, as there are no scalars of another class."""
    return round(self, ndigits or 0)


install(__round__=_rounded)


@function("np.real(np.array([1.0 + 2.0j]))", val="An array.")
def real(val: Any) -> Any:
    """The real part: of a complex array a view, which can be written to."""
    if val.__class__ is not ndarray:
        x = tensor_of(val)
        return R.real(x) if is_complex(x) else x
    return part_of(val, "real") if is_complex(val._tensor) else val


@function("np.imag(np.array([1.0 + 2.0j]))", val="An array.")
def imag(val: Any) -> Any:
    """The imaginary part: of a complex array a view, which can be written to."""
    x = tensor_of(val)
    if not is_complex(x):
        return wrap_constant(np.zeros(x._value.shape, x._value.dtype)[()])
    return part_of(val, "imag") if val.__class__ is ndarray else R.imag(x)


def _set_real(self: ndarray, value: Any) -> None:
    real(self)[...] = value


def _set_imag(self: ndarray, value: Any) -> None:
    if not is_complex(self._tensor):
        raise TypeError("array does not have imaginary part to set")
    imag(self)[...] = value


@function("np.angle(np.array([1.0 + 1.0j]))", z="An array.", deg="Whether in degrees.")
def angle(z: Any, deg: bool = False) -> Any:
    """The angle of complex numbers."""
    x = tensor_of(z)
    if x._value.dtype.kind not in "fc":
        return computed(lambda v: np.angle(v, deg), x)
    y = engine_complex.angle(x)
    return R.multiply(y, wrap_constant(y._value.dtype.type(180 / np.pi))) if deg else y


@function(
    "np.nan_to_num(np.array([1.0, np.nan, np.inf]), posinf=9.0)",
    nan="What NaN becomes.",
    posinf="What infinity becomes; by default the largest number.",
    neginf="What minus infinity becomes.",
)
def nan_to_num(
    x: Any, copy: bool = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None
) -> Any:
    """Numbers in the place of NaN and infinities, with ``copy=False`` in the array itself."""
    t = tensor_of(x)
    found = t if t._value.dtype.kind == "b" else replacing.nan_to_num(t, nan, posinf, neginf)
    return write(x, found) if not copy and x.__class__ is ndarray else found


@function("np.sinc(np.array([0.0, 0.5]))")
def sinc(x: Any) -> Any:
    r""":math:`\sin(\pi x) / (\pi x)`, and 1 at 0."""
    t = tensor_of(x)
    if t._value.dtype.kind == "c":
        angle: Any = holding(t) * np.pi
        at_zero = angle == 0
        safe = where(at_zero, 1.0, angle)
        return where(at_zero, 1.0, universal.UNIVERSAL["sin"](safe) / safe)
    return engine_sinc(t if t._value.dtype.kind in "fc" else of_type(t, np.dtype(np.float64)))


@function("np.i0(np.array([0.0, 1.0]))")
def i0(x: Any) -> Any:
    """The modified Bessel function of the first kind of order 0."""
    t = tensor_of(x)
    if t._value.dtype.kind == "c":
        raise TypeError("i0 not supported for complex values")
    return bessel.bessel_i0(t if t._value.dtype.kind == "f" else of_type(t, np.dtype(np.float64)))


@function("np.fix(np.array([1.7, -1.7]))")
def fix(x: Any, out: Any = None) -> Any:
    """The nearest integer towards zero."""
    return universal.UNIVERSAL["trunc"](x)


@function("np.sort_complex(np.array([3.0, 1.0]))")
def sort_complex(a: Any) -> Any:
    """The elements as complex numbers in ascending order, by real and then imaginary parts."""
    x = sort(a)._tensor
    small = x._value.dtype.char in "bhBH"
    if x._value.dtype.kind == "c":
        return x
    return of_type(x, np.dtype(np.complex64 if small else np.complex128))


def _partition_method(
    self: ndarray, kth: Any, axis: int = -1, kind: str = "introselect", order: Any = None
) -> None:
    """Put the chosen elements at their place in order, smaller ones before them, in place."""
    assign(self, partition(self, kth, axis, kind, order)._tensor)


def _at_least(ndim: int, summary: str) -> Any:
    model = getattr(np, f"atleast_{ndim}d")

    def call(*arys: Any) -> Any:
        found = []
        for a in arys:
            x = a if a.__class__ is ndarray else holding(tensor_of(a))
            to = model(np.broadcast_to(np.False_, x.shape)).shape
            found.append(x if to == x.shape else reshape(x, to))
        return tuple(found) if len(found) != 1 else found[0]

    call.__name__ = call.__qualname__ = f"atleast_{ndim}d"
    call.__doc__ = summary
    return function(f"np.atleast_{ndim}d(1.0)", arys="Arrays.")(call)


atleast_1d = _at_least(1, "With one axis at least.")
atleast_2d = _at_least(2, "With two axes at least.")
atleast_3d = _at_least(3, "With three axes at least.")

argpartition = not_differentiable(
    "argpartition",
    "The positions that `partition` takes.",
    f"np.argpartition({_X}, 1)",
    method=True,
)
lexsort = not_differentiable(
    "lexsort", "The positions in order, by several keys.", f"np.lexsort([{_X}])"
)
searchsorted = not_differentiable(
    "searchsorted",
    "Where values belong in a sorted array.",
    "np.searchsorted(np.array([1.0, 2.0]), 1.5)",
    method=True,
)
nonzero = not_differentiable(
    "nonzero", "The positions of elements that are not 0.", "np.nonzero([0, 3])", method=True
)
argwhere = not_differentiable(
    "argwhere", "The positions of elements that are not 0, in rows.", "np.argwhere([0, 3])"
)
flatnonzero = not_differentiable(
    "flatnonzero", "The numbers of elements that are not 0.", "np.flatnonzero([0, 3])"
)


def _conjugate(self: ndarray) -> Any:
    """The complex conjugate."""
    return universal.UNIVERSAL["conjugate"](self)


install(
    clip=_clip_method,
    partition=_partition_method,
    sort=_sort_method,
    real=property(real, _set_real, doc="The real part."),
    imag=property(imag, _set_imag, doc="The imaginary part."),
    conj=_conjugate,
    conjugate=_conjugate,
)
