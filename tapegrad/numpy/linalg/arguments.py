"""What the functions of matrices share: types, checks of shapes, and NumPy's error."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.linalg import LinAlgError

from tapegrad.core.tensor import Tensor
from tapegrad.numpy.array import of_type, tensor_of
from tapegrad.numpy.function import function

__all__ = ["LinAlgError"]


def refusal(message: str) -> LinAlgError:
    """The engine's refusal in the words of this dialect."""
    return LinAlgError(re.sub(r"tf\.(linalg\.)?(\w+)", _renamed, message))


def _renamed(name: re.Match[str]) -> str:
    module = np.linalg if name[1] else np
    return name[0].replace("tf.", "np.", 1) if hasattr(module, name[2]) else name[0]


def linear(example: str, **options: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a function one of ``numpy.linalg``."""
    return function(example, module=np.linalg, error=refusal, **options)


def floating(a: Any) -> Tensor:
    """An array in a precision that LAPACK has; integers become float64.

    Raises
    ------
    TypeError
        For float16 and whatever is no number.
    """
    x = tensor_of(a)
    dtype = x._value.dtype
    if dtype.kind in "biu":
        return of_type(x, np.dtype(np.float64))
    if dtype.char not in "fdFD":
        raise TypeError(f"array type {dtype.name} is unsupported in linalg")
    return x


def of_one_type(*values: Any) -> list[Tensor]:
    """Arrays in the precision that they have in common."""
    given = [floating(v) for v in values]
    dtype = given[0]._value.dtype
    if all(x._value.dtype is dtype for x in given):
        return given
    dtype = np.result_type(*[x._value.dtype for x in given])
    return [of_type(x, dtype) for x in given]


def matrices(a: Any) -> Tensor:
    """An array of at least two axes.

    Raises
    ------
    LinAlgError
        If it has fewer.
    """
    x = tensor_of(a)
    if x._value.ndim < 2:
        raise LinAlgError(
            f"{x._value.ndim}-dimensional array given. Array must be at least two-dimensional"
        )
    return floating(x)


def square(a: Any) -> Tensor:
    """An array of shape ``(..., n, n)``.

    Raises
    ------
    LinAlgError
        If it has another shape.
    """
    x = tensor_of(a)
    shape = x._value.shape
    if len(shape) >= 2 and shape[-1] != shape[-2]:
        raise LinAlgError("Last 2 dimensions of the array must be square")
    return matrices(x)
