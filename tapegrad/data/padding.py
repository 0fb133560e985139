"""Batches of elements of different shapes, padded to a common one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np

from tapegrad.core import nest
from tapegrad.core.convert import as_tensor
from tapegrad.core.shape import TensorShape
from tapegrad.core.tensor_spec import TensorSpec
from tapegrad.data.elements import Element, is_structure
from tapegrad.errors import DataLossError


class Padding:
    """How each component of the elements is padded.

    Parameters
    ----------
    shapes
        The shapes to pad to, in the elements' structure: None (or -1) is the largest size in the
        batch. None in place of all of them pads every size that the spec leaves open.
    values
        What to pad with, in the elements' structure or one value for all; None is 0, or empty
        strings.
    spec
        The spec of the elements.
    """

    def __init__(self, shapes: Any, values: Any, spec: Any) -> None:
        self._specs: list[TensorSpec] = nest.flatten(spec)
        if shapes is None:
            if any(s.shape.rank is None for s in self._specs):
                raise ValueError(
                    "Dataset.padded_batch: You must provide `padded_shapes`, because a component "
                    "has unknown rank."
                )
            self._shapes = [s.shape for s in self._specs]
        else:
            self._shapes = [_shape_of(s) for s in _in_structure(spec, shapes, "padded_shapes")]
        for s, shape in zip(self._specs, self._shapes, strict=True):
            self._require_fits(s.shape, shape)
        if values is None or not is_structure(values):
            given = [values] * len(self._specs)
        else:
            given = _in_structure(spec, values, "padding_values")
        self._values = [_value_of(v, s) for v, s in zip(given, self._specs, strict=True)]
        self._spec = spec

    @staticmethod
    def _require_fits(shape: TensorShape, padded: TensorShape) -> None:
        if shape.rank is None:
            return
        if shape.rank != padded.rank:
            raise ValueError(
                f"Dataset.padded_batch: The padded shape {padded} is not compatible with the "
                f"shape {shape} of the corresponding input component: the ranks differ."
            )
        for n, m in zip(shape, padded, strict=True):
            if n is not None and m is not None and n > m:
                raise ValueError(
                    f"Dataset.padded_batch: The padded shape {padded} is not compatible with the "
                    f"shape {shape} of the corresponding input component: {n} > {m}."
                )

    def spec(self, size: int | None) -> Any:
        """The spec of the batches."""
        pairs = zip(self._specs, self._shapes, strict=True)
        leaves = [TensorSpec([size, *shape.as_list()], s.dtype) for s, shape in pairs]
        return nest.packed(self._spec, iter(leaves))

    def batches(self, upstream: Iterator[Element], size: int, drop: bool) -> Iterator[Element]:
        """Padded stacks of `size` elements; the last may be smaller, unless it is dropped."""
        while rows := list(islice(upstream, size)):
            if len(rows) < size and drop:
                return
            columns = zip(*[nest.flatten(row) for row in rows], strict=True)
            parts = zip(columns, self._shapes, self._values, strict=True)
            leaves = [_padded(column, shape, value) for column, shape, value in parts]
            yield nest.packed(rows[0], iter(leaves))


def _in_structure(spec: Any, given: Any, name: str) -> list[Any]:
    """The parts of an argument that has the structure of `spec`, shapes and lists being leaves."""
    if not is_structure(spec):
        return [given]
    children = nest.children_of(spec)
    if not is_structure(given) or len(nest.children_of(given)) != len(children):
        raise TypeError(
            f"Dataset.padded_batch: `{name}` must have the structure of the elements, {spec!r}, "
            f"not {given!r}."
        )
    pairs = zip(children, nest.children_of(given), strict=True)
    return [leaf for part, g in pairs for leaf in _in_structure(part, g, name)]


def _shape_of(shape: Any) -> TensorShape:
    if isinstance(shape, TensorShape):
        return shape
    sizes = [shape] if shape is not None and hasattr(shape, "__index__") else shape
    return TensorShape([None if n is None or n == -1 else int(n) for n in sizes])


def _value_of(value: Any, spec: TensorSpec) -> Any:
    dtype = spec.dtype.numpy_dtype
    if value is None:
        return b"" if dtype.kind == "O" else dtype.type(0)
    array = as_tensor(value, dtype)._value
    if array.dtype != dtype:
        raise TypeError(
            f"Dataset.padded_batch: the padding value is {array.dtype.name}, but the component is "
            f"{dtype.name}: write {value!r} as {dtype.name}."
        )
    if array.shape:
        raise ValueError(
            f"Dataset.padded_batch: Padding value should be a scalar, but it has the shape "
            f"{list(array.shape)}."
        )
    return array[()]


def _padded(arrays: Sequence[Any], shape: TensorShape, value: Any) -> Any:
    rank = shape.rank or 0
    largest = [max([a.shape[axis] for a in arrays]) for axis in range(rank)]
    sizes = [m if n is None else n for n, m in zip(shape, largest, strict=True)]
    for array in arrays:
        if any(have > room for have, room in zip(array.shape, sizes, strict=True)):
            raise DataLossError(
                f"Dataset.padded_batch: Attempted to pad to a smaller size than the input "
                f"element: shape {list(array.shape)} to {sizes}."
            )
    out = np.full((len(arrays), *sizes), value, arrays[0].dtype)
    for i, array in enumerate(arrays):
        room: Any = (i, *map(slice, array.shape))
        out[room] = array if rank else array[()]
    return out
