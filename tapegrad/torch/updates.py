"""Changes in place that build no graph, such as a step of gradient descent: written directly."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.core.context import active_recorders, restore_float_errors, silence_float_errors
from tapegrad.torch import mutations
from tapegrad.torch.modes import builds_graph
from tapegrad.torch.tensor import Tensor, install

__all__: list[str] = []

_FLOATS = (np.float32, np.float64)
_NUMBERS = (int, float)


def _directly(ufunc: np.ufunc, slow: Callable[..., Any]) -> Callable[..., Any]:
    """The method `slow`, with a short way for arrays of one type that nothing follows."""

    def change(self: Tensor, other: Any, **options: Any) -> Any:
        array = self._value
        if (
            array.__class__ is not np.ndarray
            or array.dtype.type not in _FLOATS
            or active_recorders()
            or self._inference
            or (builds_graph() and _is_followed(self, other))
        ):
            return slow(self, other, **options)
        if other.__class__ in _NUMBERS:
            values: Any = array.dtype.type(other)
        elif isinstance(other, Tensor) and other._value.dtype is array.dtype:
            values = other._value
        else:
            return slow(self, other, **options)
        alpha = options.get("alpha", 1)
        if len(options) > ("alpha" in options) or alpha.__class__ not in _NUMBERS:
            return slow(self, other, **options)
        token = silence_float_errors()
        try:
            ufunc(array, values if alpha == 1 else values * array.dtype.type(alpha), array)
        except (TypeError, ValueError):  # a shape or memory that does not take it: nothing is done
            return slow(self, other, **options)
        finally:
            restore_float_errors(token)
        mutations.stamp(mutations.owner(array))
        return self

    return functools.wraps(slow)(change)


def _is_followed(x: Tensor, other: Any) -> bool:
    return (
        x._node is not None
        or (x._view is not None and x._view.base._node is not None)
        or getattr(other, "_node", None) is not None
    )


for _name, _ufunc, _operator in (
    ("add_", np.add, "__iadd__"),
    ("sub_", np.subtract, "__isub__"),
    ("mul_", np.multiply, "__imul__"),
    ("div_", np.true_divide, "__itruediv__"),
):
    _method = _directly(_ufunc, getattr(Tensor, _name))
    install(**{_name: _method, _operator: _method})
