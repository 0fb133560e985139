"""The kind of a call: what has to be the same for a program to be used again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from tapegrad.core import nest
from tapegrad.core.dtypes import DType
from tapegrad.core.indexed_slices import IndexedSlices
from tapegrad.core.tensor import Tensor
from tapegrad.core.variable import Variable

_BY_VALUE = (bool, int, str, bytes, complex, type(None), DType, slice, type(Ellipsis))


def kind_of(value: Any, tensors: list[Tensor], kept: list[Any]) -> Any:
    """A hashable description; the tensors inside are appended to `tensors`.

    Numbers and strings count by value, tensors by dtype and shape, anything else by identity;
    the objects that count by identity are appended to `kept`.
    """
    kind = value.__class__
    if kind is Tensor:
        tensors.append(value)
        array = value._value
        return array.dtype.num, array.shape
    if kind is float:
        return kind, value or repr(value)  # 0.0 is not -0.0
    if kind in _BY_VALUE:
        return kind, value if kind is not slice else (value.start, value.stop, value.step)
    if isinstance(value, Tensor):
        tensors.append(value)
        return kind, value._value.dtype.num, value._value.shape
    if nest.is_nested(value) and not isinstance(value, Variable):
        keys = tuple(value) if isinstance(value, Mapping) else None
        return kind, keys, tuple([kind_of(v, tensors, kept) for v in nest.children_of(value)])
    kept.append(value)
    return kind, id(value)


def with_tensors(value: Any, tensors: Iterator[Tensor]) -> Any:
    """The same arguments with other tensors."""
    if isinstance(value, Tensor):
        return next(tensors)
    if nest.is_nested(value) and not isinstance(value, Variable):
        return nest.rebuilt(value, [with_tensors(v, tensors) for v in nest.children_of(value)])
    return value


def parts_of(result: Any) -> tuple[list[Tensor], Callable[[Sequence[Tensor]], Any]]:
    """The tensors in a function's result, and how to make such a result of others."""
    if result.__class__ is Tensor:
        return [result], _only
    tensors: list[Tensor] = []
    makers = []
    for leaf in nest.flatten(result):
        begin = len(tensors)
        if isinstance(leaf, IndexedSlices):
            tensors += [leaf.values, leaf.indices]
            makers.append(_slices(begin, leaf.dense_shape))
        elif isinstance(leaf, Tensor):
            tensors.append(leaf)
            makers.append(_tensor(begin))
        else:
            makers.append(_fixed(leaf))

    def rebuild(values: Sequence[Tensor]) -> Any:
        return nest.packed(result_structure, iter([make(values) for make in makers]))

    result_structure = nest.map_structure(lambda _: None, result)
    return tensors, rebuild


def _only(values: Sequence[Tensor]) -> Tensor:
    return values[0]


def _tensor(place: int) -> Callable[[Sequence[Tensor]], Any]:
    return lambda values: values[place]


def _slices(place: int, dense_shape: Any) -> Callable[[Sequence[Tensor]], Any]:
    return lambda values: IndexedSlices(values[place], values[place + 1], dense_shape)


def _fixed(leaf: Any) -> Callable[[Sequence[Tensor]], Any]:
    return lambda values: leaf
