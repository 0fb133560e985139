"""Brackets: views by integers and slices, picking by arrays and masks, and assignment to both."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.structural import getitem
from tapegrad.core.tensor import wrap_constant
from tapegrad.numpy.array import holding, install, ndarray, plain, tensor_of
from tapegrad.numpy.in_place import set_items, view_of
from tapegrad.ops.index import plain_index, taken
from tapegrad.ops.positions import numbers_of, pick

__all__: list[str] = []

_NUMBERS = (bool, int, float, complex)


def _key(key: Any) -> Any:
    """A key as NumPy takes it."""
    if key.__class__ is tuple:
        return tuple([plain(part) for part in key])
    return plain(key)


def _plain(key: Any) -> Any:
    """A key with Python's integers for NumPy's."""
    if isinstance(key, np.integer):
        return int(key)
    if key.__class__ is tuple:
        return tuple([int(part) if isinstance(part, np.integer) else part for part in key])
    return key


def _getitem(self: ndarray, key: Any) -> ndarray:
    tensor = self._tensor
    value = tensor._value
    if key.__class__ is not int and key.__class__ is not slice:
        key = _plain(key)
    index = plain_index(key, value.ndim)
    if index is not None:
        try:
            picked = value[index][()]
        except (IndexError, ValueError):
            return _by_numbers(self, key)
        if self._loose and picked.__class__ is np.ndarray:
            picked = picked.copy()
        found = taken(tensor, index, picked)
        if not picked.shape and not _has_ellipsis(key):
            return holding(found)
        return view_of(self, found, lambda x: getitem(x, index=index))
    return _by_numbers(self, key)


def _has_ellipsis(key: Any) -> bool:
    """Whether NumPy gives a view of shape ``()``, where it gives a number otherwise."""
    return key is Ellipsis or (key.__class__ is tuple and any(part is Ellipsis for part in key))


def _by_numbers(self: ndarray, key: Any) -> ndarray:
    tensor = self._tensor
    numbers = numbers_of(tensor)
    positions = numbers[_key(key)]
    found = pick(tensor, positions)
    if isinstance(positions, np.ndarray) and np.may_share_memory(positions, numbers):
        return view_of(self, found, lambda x: pick(x, positions))
    return holding(found)


def _setitem(self: ndarray, key: Any, value: Any) -> None:
    if value.__class__ in _NUMBERS and not (value.__class__ is complex and self.dtype.kind != "c"):
        value = wrap_constant(self.dtype.type(value))  # raises where it does not fit
    else:
        kind = type(value).__name__
        value = tensor_of(value)
        if not hasattr(value._value, "dtype"):
            raise TypeError(
                f"Arrays hold numbers: a {kind} cannot be one. For a missing number write nan."
            )
    set_items(self, _plain(_key(key)), value)


install(__getitem__=_getitem, __setitem__=_setitem)
