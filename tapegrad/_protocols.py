"""NumPy's own functions of tensors and Variables: the first one loads what records them."""

from __future__ import annotations

import importlib
from typing import Any

from tapegrad.core.tensor import Tensor
from tapegrad.core.variable import Variable

__all__ = ()


def _array_ufunc(self: Any, *args: Any, **options: Any) -> Any:
    importlib.import_module("tapegrad.numpy")
    return type(self).__array_ufunc__(self, *args, **options)


def _array_function(self: Any, *args: Any) -> Any:
    importlib.import_module("tapegrad.numpy")
    return type(self).__array_function__(self, *args)


_kind: Any
for _kind in (Tensor, Variable):
    if not hasattr(_kind, "__array_ufunc__"):  # unless it was loaded already
        _kind.__array_ufunc__ = _array_ufunc
        _kind.__array_function__ = _array_function
