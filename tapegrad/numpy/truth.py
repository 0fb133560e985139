"""Whether all or some elements are true, and how many."""

from __future__ import annotations

from typing import Any

from tapegrad.numpy.array import tensor_of
from tapegrad.numpy.function import function
from tapegrad.numpy.reducing import by_numpy
from tapegrad.numpy.ufunc_methods import REDUCERS

__all__ = ["all", "any", "count_nonzero"]


@function("np.all(np.array([True, False]))", method=True)
def all(
    a: Any, axis: Any = None, out: Any = None, keepdims: Any = False, *, where: Any = True
) -> Any:
    """Whether all elements are true."""
    return by_numpy("all", tensor_of(a), axis, keepdims, where=where)


@function("np.any(np.array([True, False]))", method=True)
def any(
    a: Any, axis: Any = None, out: Any = None, keepdims: Any = False, *, where: Any = True
) -> Any:
    """Whether one of the elements is true."""
    return by_numpy("any", tensor_of(a), axis, keepdims, where=where)


@function("np.count_nonzero(np.array([1.0, 0.0]))")
def count_nonzero(a: Any, axis: Any = None, *, keepdims: Any = False) -> Any:
    """How many elements are not 0."""
    return by_numpy("count_nonzero", tensor_of(a), axis, keepdims)


REDUCERS.update(logical_and=all, logical_or=any)
