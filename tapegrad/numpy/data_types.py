"""Questions about types of elements, answered by NumPy, also for arrays of this dialect."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.tensor import ArrayLike
from tapegrad.numpy.function import function

__all__ = ["can_cast", "finfo", "iinfo", "isdtype", "issubdtype", "promote_types", "result_type"]

#: For calls whose arguments NumPy checks itself.
_numpy: Any = np


def _type_of(value: Any) -> Any:
    """The type of an array of ours; anything else as it is."""
    return value._value.dtype if isinstance(value, ArrayLike) else value


def _kind_of(value: Any) -> Any:
    """The type of any array, as NumPy's classes of limits want it."""
    return value.dtype if isinstance(value, (np.ndarray, np.generic)) else _type_of(value)


@function("np.can_cast(np.int32, np.float64)", from_="A type or an array.", to="A type.")
def can_cast(from_: Any, to: Any, casting: str = "safe") -> bool:
    """Whether values of one type can be converted to another."""
    return np.can_cast(_type_of(from_), _type_of(to), casting)  # type: ignore[arg-type]


class finfo:
    """The limits of a floating point type, or of the type of an array.

    All that `numpy.finfo` tells; numbers are Python's, which change the type of no result.

    Parameters
    ----------
    dtype
        A floating point or complex type, or an array of it.

    Attributes
    ----------
    bits, eps, max, min, smallest_normal, dtype
        What the array API standard asks for.

    Examples
    --------
    >>> import tapegrad.numpy as np
    >>> np.finfo(np.float32).max
    3.4028234663852886e+38
    """

    def __init__(self, dtype: Any, /) -> None:
        self._model = _numpy.finfo(_kind_of(dtype))

    def __getattr__(self, name: str) -> Any:
        found = getattr(object.__getattribute__(self, "_model"), name)
        return float(found) if isinstance(found, np.floating) else found

    def __repr__(self) -> str:
        return repr(self._model)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, finfo) and self._model == other._model

    def __hash__(self) -> int:
        return hash(self._model)


@function("np.iinfo(np.int8).max", result="127")
def iinfo(type: Any, /) -> Any:
    """The limits of an integer type, or of the type of an array.

    Parameters
    ----------
    type
        An integer type, or an array of it.

    Returns
    -------
    numpy.iinfo
        With ``max``, ``min``, ``bits`` and ``dtype``.
    """
    return _numpy.iinfo(_kind_of(type))


@function(
    "np.isdtype(np.float32, 'real floating')",
    kind="A type, the name of a kind, or several.",
)
def isdtype(dtype: Any, kind: Any) -> bool:
    """Whether a type is of a kind."""
    return np.isdtype(_numpy.dtype(dtype), kind)


@function(
    "np.issubdtype(np.float32, np.floating)",
    arg1="A type.",
    arg2="A type or one of NumPy's classes of types.",
)
def issubdtype(arg1: Any, arg2: Any) -> bool:
    """Whether a type belongs to a class of types."""
    return np.issubdtype(arg1, arg2)


@function("np.promote_types(np.int32, np.float32)", type1="A type.", type2="A type.")
def promote_types(type1: Any, type2: Any, /) -> Any:
    """The smallest type to which both can be converted."""
    return np.promote_types(type1, type2)


@function("np.result_type(np.float32, 1.0)")
def result_type(*arrays_and_dtypes: Any) -> Any:
    """The type of what an operation makes of arrays, types and Python numbers."""
    return np.result_type(*map(_type_of, arrays_and_dtypes))
