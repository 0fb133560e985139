"""Sets: the different elements of arrays, picked from these and so with their gradients."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.context import active_recorders
from tapegrad.core.table import recording as R
from tapegrad.core.tensor import Tensor
from tapegrad.numpy.array import of_type, plain, tensor_of
from tapegrad.numpy.function import faced, function, not_differentiable, of_data
from tapegrad.numpy.reducing import is_exact
from tapegrad.ops.positions import numbers_of, pick

__all__ = [
    "intersect1d",
    "isin",
    "setdiff1d",
    "setxor1d",
    "union1d",
    "unique",
    "unique_all",
    "unique_counts",
    "unique_inverse",
    "unique_values",
]

#: For calls whose arguments NumPy checks itself.
_numpy: Any = np
_SETS: dict[str, Any] = {
    "ar1": "An array, which is flattened.",
    "ar2": "A second array, which is flattened.",
    "assume_unique": "Whether each array's elements are known to differ.",
}

isin = not_differentiable(
    "isin",
    "Whether elements are among others.",
    "np.isin([1, 2], [2])",
    element="The elements.",
    test_elements="The others.",
    assume_unique="Whether each array's elements are known to differ.",
    invert="Whether to say which are not.",
)


def _is_for_numpy(*tensors: Tensor) -> bool:
    """Whether nobody asks where the elements come from."""
    return not active_recorders() or all(map(is_exact, tensors))


@function(
    "np.unique([2.0, 1.0, 2.0])",
    ar="An array.",
    return_index="Whether to return where each was first.",
    return_inverse="Whether to return the number of each element in the result.",
    return_counts="Whether to return how often each occurs.",
    equal_nan="Whether all NaN are one.",
    sorted="Whether they stand in order.",
)
def unique(
    ar: Any,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: Any = None,
    *,
    equal_nan: bool = True,
    sorted: bool = True,
) -> Any:
    """The different elements, or slices along an axis, in order."""
    x = tensor_of(ar)
    options = {"axis": axis, "equal_nan": equal_nan, "sorted": sorted}
    if _is_for_numpy(x):
        return of_data(np.unique, (ar, return_index, return_inverse, return_counts), options)
    _, index, *others = _numpy.unique(plain(x), True, return_inverse, return_counts, **options)
    if axis is None:
        values = pick(x, index)
    else:
        values = pick(x, np.take(numbers_of(x), index, axis))
    rest = [*([index] if return_index else []), *others]
    return (values, *map(faced, rest)) if rest else values


def _unique_form(name: str, summary: str) -> Any:
    model = getattr(np, name)

    def call(x: Any) -> Any:
        t = tensor_of(x)
        if _is_for_numpy(t):
            return of_data(model, (x,))
        found = model(plain(t))
        values = found if name == "unique_values" else found.values
        _, index = np.unique(plain(t), return_index=True, equal_nan=False)
        places = np.empty(values.shape, np.intp)
        places[np.argsort(values, kind="stable")] = index
        picked = pick(t, places)
        if name == "unique_values":
            return picked
        return type(found)(picked, *map(faced, tuple(found)[1:]))

    call.__name__ = call.__qualname__ = name
    call.__doc__ = summary
    return function(f"np.{name}([2, 1, 2])")(call)


unique_all = _unique_form(
    "unique_all", "The different elements, where each was first, their numbers and their counts."
)
unique_counts = _unique_form("unique_counts", "The different elements and how often each occurs.")
unique_inverse = _unique_form(
    "unique_inverse", "The different elements, and the number of each element among them."
)
unique_values = _unique_form("unique_values", "The different elements.")


def _flat(value: Any) -> Tensor:
    x = tensor_of(value)
    return R.reshape(x, to=(x._value.size,))


def _alone(value: Any, assume_unique: bool) -> Tensor:
    """The elements of an array, each once."""
    return _flat(value) if assume_unique else tensor_of(unique(value))


def _pair(ar1: Any, ar2: Any) -> list[Tensor]:
    pair = [tensor_of(a) for a in (ar1, ar2)]
    dtype = np.result_type(*[x._value.dtype for x in pair])
    return [of_type(x, dtype) for x in pair]


def _together(ar1: Any, ar2: Any, assume_unique: bool) -> Tensor:
    parts = [_alone(x, assume_unique) for x in _pair(ar1, ar2)]
    return R.concat(*parts, axis=-1)


@function("np.union1d([1.0, 3.0], [2.0, 3.0])", **_SETS)
def union1d(ar1: Any, ar2: Any) -> Any:
    """The elements that occur in one of two arrays, in order."""
    return unique(_together(ar1, ar2, True))


@function(
    "np.intersect1d([1.0, 3.0], [2.0, 3.0])",
    return_indices="Whether to return where they are in both arrays.",
    **_SETS,
)
def intersect1d(
    ar1: Any, ar2: Any, assume_unique: bool = False, return_indices: bool = False
) -> Any:
    """The elements that occur in both of two arrays, in order; they are those of the first."""
    x, y = _pair(ar1, ar2)
    if _is_for_numpy(x, y):
        return of_data(np.intersect1d, (ar1, ar2, assume_unique, return_indices))
    _, first, second = _numpy.intersect1d(plain(x), plain(y), assume_unique, True)
    values = pick(x, first)
    return (values, faced(first), faced(second)) if return_indices else values


@function("np.setdiff1d([1.0, 3.0], [2.0, 3.0])", **_SETS)
def setdiff1d(ar1: Any, ar2: Any, assume_unique: bool = False) -> Any:
    """The elements of one array that do not occur in another, in order."""
    x = _flat(ar1) if assume_unique else tensor_of(unique(ar1))
    if _is_for_numpy(x):
        return of_data(np.setdiff1d, (ar1, ar2, assume_unique))
    return pick(x, np.flatnonzero(np.isin(plain(x), plain(tensor_of(ar2)), invert=True)))


@function("np.setxor1d([1.0, 3.0], [2.0, 3.0])", **_SETS)
def setxor1d(ar1: Any, ar2: Any, assume_unique: bool = False) -> Any:
    """The elements that occur in just one of two arrays, in order."""
    both = _together(ar1, ar2, assume_unique)
    if _is_for_numpy(both):
        return of_data(np.setxor1d, (ar1, ar2, assume_unique))
    data = plain(both)
    order = np.argsort(data, kind="stable")
    ordered = data[order]
    alone = np.ones(ordered.size, bool)
    repeated = ordered[1:] == ordered[:-1]
    alone[1:] &= ~repeated
    alone[:-1] &= ~repeated
    return pick(both, order[alone])
