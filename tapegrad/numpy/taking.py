"""Taking elements by position or by condition."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.numpy.array import install, plain, tensor_of
from tapegrad.numpy.function import function
from tapegrad.ops.positions import numbers_of, pick

__all__ = ["compress", "extract", "take", "take_along_axis"]

#: For calls whose arguments NumPy checks itself.
_numpy: Any = np


@function("np.take(np.array([1.0, 2.0, 4.0]), [2, 0])", method=True)
def take(a: Any, indices: Any, axis: Any = None, out: Any = None, mode: str = "raise") -> Any:
    """The elements, or slices along an axis, at some positions."""
    x = tensor_of(a)
    numbers = numbers_of(x)
    return pick(x, _numpy.take(numbers, plain(indices), axis, mode=mode))


@function("np.take_along_axis(np.array([1.0, 2.0]), np.array([1]), 0)")
def take_along_axis(arr: Any, indices: Any, axis: Any = -1) -> Any:
    """The elements at positions along an axis that are chosen for each row by itself."""
    x = tensor_of(arr)
    numbers = numbers_of(x)
    return pick(x, np.take_along_axis(numbers, plain(indices), axis))


@function("np.compress([True, False], np.array([1.0, 2.0]))")
def compress(condition: Any, a: Any, axis: Any = None, out: Any = None) -> Any:
    """The slices along an axis for which a condition holds."""
    x = tensor_of(a)
    numbers = numbers_of(x)
    return pick(x, np.compress(plain(condition), numbers, axis))


@function("np.extract([True, False], np.array([1.0, 2.0]))")
def extract(condition: Any, arr: Any) -> Any:
    """The elements for which a condition holds."""
    x = tensor_of(arr)
    numbers = numbers_of(x)
    return pick(x, np.extract(plain(condition), numbers))


install(
    compress=lambda self, condition, axis=None, out=None: compress(condition, self, axis, out=out)
)
