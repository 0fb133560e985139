"""Brackets: views by integers and slices, picking by arrays and masks, and assignment to both."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.structural import getitem
from tapegrad.numpy.array import holding, install, ndarray, plain, tensor_of
from tapegrad.numpy.in_place import set_items, view_of
from tapegrad.ops.index import plain_index
from tapegrad.ops.positions import numbers_of, pick

__all__: list[str] = []


def _key(key: Any) -> Any:
    """A key as NumPy takes it."""
    if key.__class__ is tuple:
        return tuple([plain(part) for part in key])
    return plain(key)


def _getitem(self: ndarray, key: Any) -> ndarray:
    tensor = self._tensor
    index = plain_index(key, tensor._value.ndim)
    if index is not None:
        try:
            found = getitem(tensor, index=index)
        except (IndexError, ValueError):
            return _by_numbers(self, key)
        if not found._value.shape:
            return holding(found)
        return view_of(self, found, lambda x: getitem(x, index=index))
    return _by_numbers(self, key)


def _by_numbers(self: ndarray, key: Any) -> ndarray:
    tensor = self._tensor
    numbers = numbers_of(tensor)
    positions = numbers[_key(key)]
    found = pick(tensor, positions)
    if isinstance(positions, np.ndarray) and np.may_share_memory(positions, numbers):
        return view_of(self, found, lambda x: pick(x, positions))
    return holding(found)


def _setitem(self: ndarray, key: Any, value: Any) -> None:
    set_items(self, _key(key), tensor_of(value))


install(__getitem__=_getitem, __setitem__=_setitem)
