"""Functions that write into an array: put, place, copyto and the like.

NumPy's own, applied to the numbers of the elements, says which value comes to stand where.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.core.context import active_recorders
from tapegrad.core.tensor import ArrayLike, wrap_constant
from tapegrad.numpy.array import install, ndarray, of_type, plain, tensor_of
from tapegrad.numpy.function import function
from tapegrad.numpy.in_place import assign
from tapegrad.numpy.movers import numbered
from tapegrad.ops.positions import pick

__all__ = ["copyto", "fill_diagonal", "place", "put", "put_along_axis", "putmask"]

#: For calls whose arguments NumPy checks itself.
_numpy: Any = np
#: Numbers that take the type of the array beside them.
_WEAK = (bool, int, float, complex)
_VALUES = "The values, repeated as far as needed."


def _rewrite(name: str, target: Any, values: Any, call: Callable[[Any, Any], Any]) -> None:
    """Let NumPy write values into an array.

    Parameters
    ----------
    name
        The function's name, for errors.
    target
        The array that changes.
    values
        What is written.
    call
        NumPy's function of an array and of values, called with the data or with the numbers of the
        elements.

    Raises
    ------
    TypeError
        If `target` is no array of this dialect.
    """
    if isinstance(target, np.ndarray) and not isinstance(values, ArrayLike):
        call(target, plain(values))
        return
    if target.__class__ is not ndarray:
        raise TypeError(
            f"{name} changes its first argument, and a {type(target).__module__}."
            f"{type(target).__name__} cannot be changed so that tapes see it: make an array of "
            f"tapegrad.numpy of it first, such as a = np.array(x), and call np.{name}(a, ...)."
        )
    old = target._tensor
    given = tensor_of(values)
    if old._value.dtype.kind != "c" and given._value.dtype.kind == "c":
        raise TypeError(
            f"{name}: complex numbers do not fit into an array of {old._value.dtype}: take np.real "
            f"of them."
        )
    array = np.array(old._value)
    call(array, np.asarray(given._value) if values.__class__ not in _WEAK else values)
    if not active_recorders():
        assign(target, wrap_constant(array[()]))
        return
    source, (places, numbers) = numbered([old, of_type(given, old._value.dtype)])
    places = np.array(places)
    call(places, numbers)
    assign(target, pick(source, places))


@function("a = np.zeros(3)\nnp.put(a, [0, 2], [1.0, 5.0])\na", ind="Positions.", v=_VALUES)
def put(a: Any, ind: Any, v: Any, mode: str = "raise") -> None:
    """Put values at positions of the flattened array, in place."""
    ind = plain(ind)
    _rewrite("put", a, v, lambda target, values: _numpy.put(target, ind, values, mode))


@function(
    "a = np.zeros(3)\nnp.place(a, [True, False, True], [1.0, 5.0])\na",
    mask="Where, in the shape of the array.",
    vals=_VALUES,
)
def place(arr: Any, mask: Any, vals: Any) -> None:
    """Put values one after the other where a condition holds, in place."""
    mask = plain(mask)
    _rewrite("place", arr, vals, lambda target, values: np.place(target, mask, values))


@function(
    "a = np.zeros(3)\nnp.putmask(a, [True, False, True], [1.0, 2.0, 3.0])\na",
    mask="Where, in the shape of the array.",
    values="The values, each for its own place; repeated as far as needed.",
)
def putmask(a: Any, /, mask: Any, values: Any) -> None:
    """Put values where a condition holds, those of the same places, in place."""
    mask = plain(mask)
    _rewrite("putmask", a, values, lambda target, values: np.putmask(target, mask, values))


@function(
    "a = np.zeros(3)\nnp.copyto(a, [1.0, 2.0, 3.0], where=[True, False, True])\na",
    dst="The array that changes.",
    src="The values; they broadcast to its shape.",
)
def copyto(dst: Any, src: Any, casting: Any = "same_kind", where: Any = True) -> None:
    """Copy values into an array, in place."""
    where = plain(where)
    _rewrite(
        "copyto", dst, src, lambda target, values: np.copyto(target, values, casting, where=where)
    )


@function(
    "a = np.zeros(3)\nnp.put_along_axis(a, np.array([1]), 5.0, 0)\na",
    values="The values; they broadcast to the shape of `indices`.",
)
def put_along_axis(arr: Any, indices: Any, values: Any, axis: Any) -> None:
    """Put values at positions along an axis that are chosen for each row by itself, in place."""
    indices = plain(indices)
    _rewrite(
        "put_along_axis",
        arr,
        values,
        lambda target, values: _numpy.put_along_axis(target, indices, values, axis),
    )


@function(
    "a = np.zeros((2, 2))\nnp.fill_diagonal(a, 5.0)\na",
    val="The values, repeated as far as needed.",
    wrap="Whether the diagonal begins again in a matrix that is higher than wide.",
)
def fill_diagonal(a: Any, val: Any, wrap: bool = False) -> None:
    """Write values to the main diagonal, in place."""
    _rewrite("fill_diagonal", a, val, lambda target, values: np.fill_diagonal(target, values, wrap))


def _put_method(self: ndarray, indices: Any, values: Any, mode: str = "raise") -> None:
    """Put values at positions of the flattened array."""
    put(self, indices, values, mode)


def _fill_method(self: ndarray, value: Any) -> None:
    """Give all elements one value."""
    self[...] = value


install(put=_put_method, fill=_fill_method)
