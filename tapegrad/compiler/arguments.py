"""The kind of a call: what has to be the same for a program to be used again."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from tapegrad.core import nest
from tapegrad.core.convert import as_tensor
from tapegrad.core.dtypes import DType
from tapegrad.core.indexed_slices import IndexedSlices
from tapegrad.core.tensor import ArrayLike, Tensor
from tapegrad.core.variable import Variable
from tapegrad.ops.tensor_array import TensorArray

_BY_VALUE = frozenset((bool, int, str, bytes, type(None), DType, type(Ellipsis)))

#: Defaults that a call may as well have given.
_PLAIN = _BY_VALUE | {float, complex}


def kind_of(value: Any, tensors: list[Tensor], kept: list[Any], sizes: bool = True) -> Any:
    """A hashable description; the tensors inside are appended to `tensors`.

    Numbers and strings count by value, tensors by dtype and shape (or rank, without `sizes`),
    anything else by identity; the objects that count by identity are appended to `kept`.
    """
    kind = value.__class__
    if kind is Tensor:
        tensors.append(value)
        array = value._value
        return array.dtype.num, array.shape if sizes else len(array.shape)
    if kind is tuple or kind is list:
        return kind, tuple([kind_of(v, tensors, kept, sizes) for v in value])
    if kind is dict and not value:
        return kind
    if kind is float or kind is complex:
        return kind, repr(value)  # 0.0 is not -0.0, but NaN is NaN
    if kind in _BY_VALUE:
        return kind, value
    if kind is bytearray:
        return kind, bytes(value)
    if kind is set or kind is frozenset:
        return kind, frozenset([kind_of(v, tensors, kept, sizes) for v in value])
    if kind is slice:
        parts = value.start, value.stop, value.step
        if all(p is None or p.__class__ is int for p in parts):
            return kind, parts
    if isinstance(value, Tensor):
        tensors.append(value)
        array = value._value
        return kind, array.dtype.num, array.shape if sizes else len(array.shape)
    if _is_of_dialect(value):
        return kind, kind_of(value._operand(), tensors, kept, sizes)
    if nest.is_nested(value) and not isinstance(value, Variable):
        keys = tuple(value) if isinstance(value, Mapping) else None
        children = nest.children_of(value)
        return kind, keys, tuple([kind_of(v, tensors, kept, sizes) for v in children])
    kept.append(value)
    return kind, id(value)


def _is_of_dialect(value: Any) -> bool:
    """Whether it holds a tensor and is none, like the arrays of NumPy's dialect."""
    return isinstance(value, ArrayLike) and value._takes_over


class Parameters:
    """The parameters of a function, so that calls that mean the same look the same.

    Parameters
    ----------
    function
        The Python function.
    method
        Whether its first parameter is the object that it belongs to, which is left out.
    """

    def __init__(self, function: Callable[..., Any], method: bool) -> None:
        self._places: list[inspect.Parameter] = []
        self._keywords: list[inspect.Parameter] = []
        try:
            parameters = list(inspect.signature(function).parameters.values())[method:]
        except (TypeError, ValueError):  # some builtins do not tell
            return
        for p in parameters:
            if p.kind is p.KEYWORD_ONLY:
                self._keywords.append(p)
            elif p.kind is not p.VAR_POSITIONAL and p.kind is not p.VAR_KEYWORD:
                self._places.append(p)

    def in_one_form(
        self, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The same arguments, by position where there is one, and with plain defaults."""
        if len(args) < len(self._places):
            placed = list(args)
            remaining = dict(kwargs)
            for p in self._places[len(args) :]:
                if p.name in remaining and p.kind is not p.POSITIONAL_ONLY:
                    placed.append(remaining.pop(p.name))
                elif p.default.__class__ in _PLAIN:
                    placed.append(p.default)
                else:
                    break
            args, kwargs = tuple(placed), remaining
        for p in self._keywords:
            if p.name not in kwargs and p.default.__class__ in _PLAIN:
                kwargs = {**kwargs, p.name: p.default}
        return args, kwargs


def with_tensors(value: Any, tensors: Iterator[Tensor]) -> Any:
    """The same arguments with other tensors."""
    if isinstance(value, Tensor):
        return next(tensors)
    if _is_of_dialect(value):
        return value._in_dialect(next(tensors))
    if nest.is_nested(value) and not isinstance(value, Variable):
        return nest.rebuilt(value, [with_tensors(v, tensors) for v in nest.children_of(value)])
    return value


def parts_of(result: Any) -> tuple[list[Tensor], Callable[[Sequence[Tensor]], Any]]:
    """The tensors in a function's result, and how to make such a result of others."""
    if result.__class__ is Tensor:
        return [result], _only
    tensors: list[Tensor] = []
    known: dict[str, Any] = {"slices": IndexedSlices}
    text = _expression(result, tensors, known)
    if text is not None:
        return tensors, eval(f"lambda t: {text}", known)
    leaves: list[str] = [_expression(x, tensors, known) or "" for x in nest.flatten(result)]
    make = eval(f"lambda t: iter([{', '.join(leaves)}])", known)
    structure = nest.map_structure(lambda _: None, result)
    return tensors, lambda values: nest.packed(structure, make(values))


def _only(values: Sequence[Tensor]) -> Tensor:
    return values[0]


def _expression(value: Any, tensors: list[Tensor], known: dict[str, Any]) -> str | None:
    """A result as an expression of the tensors ``t``; None for what is no plain structure."""
    if isinstance(value, Tensor):
        tensors.append(value)
        return f"t[{len(tensors) - 1}]"
    if isinstance(value, IndexedSlices):
        tensors += [value.values, value.indices]
        n = len(tensors)
        known[f"k{len(known)}"] = value.dense_shape
        return f"slices(t[{n - 2}], t[{n - 1}], k{len(known) - 1})"
    if _is_of_dialect(value):
        tensors.append(value._operand())
        known[f"k{len(known)}"] = value._face
        return f"k{len(known) - 1}(t[{len(tensors) - 1}])"
    if not nest.is_nested(value):
        known[f"k{len(known)}"] = value
        return f"k{len(known) - 1}"
    kind = value.__class__
    if kind not in (list, tuple, dict):
        return None
    if kind is dict:
        if not all(k.__class__ is str for k in value):
            return None
        before = len(tensors)
        parts = {k: _expression(v, tensors, known) for k, v in value.items()}
        if None in parts.values():
            del tensors[before:]
            return None
        return "{" + ", ".join(f"{k!r}: {v}" for k, v in parts.items()) + "}"
    before = len(tensors)
    items = [_expression(v, tensors, known) for v in value]
    if None in items:
        del tensors[before:]
        return None
    inside = ", ".join([str(i) for i in items])
    return f"[{inside}]" if kind is list else f"({inside},)" if items else "()"


def argument(value: Any) -> Any:
    """NumPy data as tensors, also inside lists, tuples and dicts."""
    if isinstance(value, (np.ndarray, np.generic)):
        return as_tensor(value)
    if isinstance(value, (list, tuple, dict)) and any(
        isinstance(leaf, (np.ndarray, np.generic)) for leaf in nest.flatten(value)
    ):
        return nest.map_structure(argument, value)
    return value


def result_of(value: Any) -> Any:
    """A function's result with tensors in place of arrays and numbers."""
    if value is None or value.__class__ is Tensor:
        return value
    return nest.map_structure(_result_leaf, value)


def _result_leaf(value: Any) -> Any:
    if value is None or isinstance(value, (Tensor, IndexedSlices, TensorArray)):
        return value
    if _is_of_dialect(value):
        return value
    try:
        return as_tensor(value)
    except ValueError as error:
        raise TypeError(
            f"To be compatible with tf.function, Python functions must return zero or more Tensors "
            f"or None values, but a value of type {type(value).__name__} was returned."
        ) from error
