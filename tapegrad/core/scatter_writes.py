"""How Variables are changed at indices."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from tapegrad.core.context import (
    only_recorders,
    restore_float_errors,
    silence_float_errors,
)
from tapegrad.core.convert import operand
from tapegrad.core.host import computed
from tapegrad.core.indexed_slices import IndexedSlices
from tapegrad.core.rows import check_indices
from tapegrad.core.tensor import ArrayLike
from tapegrad.errors import InvalidArgumentError

if TYPE_CHECKING:
    from tapegrad.core.variable import Variable


class ScatterWrites(ArrayLike):
    """The methods of a Variable that change some of its rows or elements.

    All of them return the variable and raise, before anything is changed, TypeError for what is
    not an `IndexedSlices`, ValueError for another dtype, and InvalidArgumentError for indices out
    of range and for values that do not have the shape of what they are written to.
    """

    __slots__ = ()

    if TYPE_CHECKING:

        def _replace(self, new: Any, read_value: bool = True, source: Any = None) -> Any: ...
        def _fitting(self, value: Any) -> Any: ...

    def scatter_add(
        self, sparse_delta: Any, use_locking: bool = False, name: str | None = None
    ) -> Variable:
        """Add the rows of an IndexedSlices; repeated indices accumulate."""
        return self._scatter_rows(np.add, sparse_delta, "scatter_add")

    def scatter_sub(
        self, sparse_delta: Any, use_locking: bool = False, name: str | None = None
    ) -> Variable:
        """Subtract the rows of an IndexedSlices; repeated indices accumulate."""
        return self._scatter_rows(np.subtract, sparse_delta, "scatter_sub")

    def scatter_mul(
        self, sparse_delta: Any, use_locking: bool = False, name: str | None = None
    ) -> Variable:
        """Multiply rows by those of an IndexedSlices."""
        return self._scatter_rows(np.multiply, sparse_delta, "scatter_mul")

    def scatter_div(
        self, sparse_delta: Any, use_locking: bool = False, name: str | None = None
    ) -> Variable:
        """Divide rows by those of an IndexedSlices."""
        return self._scatter_rows(np.divide, sparse_delta, "scatter_div")

    def scatter_max(
        self, sparse_delta: Any, use_locking: bool = False, name: str | None = None
    ) -> Variable:
        """Take the maximum with the rows of an IndexedSlices."""
        return self._scatter_rows(np.maximum, sparse_delta, "scatter_max")

    def scatter_min(
        self, sparse_delta: Any, use_locking: bool = False, name: str | None = None
    ) -> Variable:
        """Take the minimum with the rows of an IndexedSlices."""
        return self._scatter_rows(np.minimum, sparse_delta, "scatter_min")

    def scatter_update(
        self, sparse_delta: Any, use_locking: bool = False, name: str | None = None
    ) -> Variable:
        """Replace rows by those of an IndexedSlices."""
        return self._scatter_rows(None, sparse_delta, "scatter_update")

    def batch_scatter_update(
        self, sparse_delta: Any, use_locking: bool = False, name: str | None = None
    ) -> Variable:
        """Replace rows of each batch: ``v[b, indices[b, i]] = values[b, i]``."""
        indices, values = self._indices_and_values(sparse_delta)
        batch = tuple(np.indices(indices._value.shape)[:-1])

        def write(new: Any, rows: Any, values: Any) -> None:
            where = self._places((*batch, rows), values, "batch_scatter_update")
            new[where] = values

        return self._write(write, indices, values)

    def scatter_nd_add(self, indices: Any, updates: Any, name: str | None = None) -> Variable:
        """Add `updates` at index vectors; repeated indices accumulate."""
        return self._scatter_points(np.add, indices, updates, "scatter_nd_add")

    def scatter_nd_sub(self, indices: Any, updates: Any, name: str | None = None) -> Variable:
        """Subtract `updates` at index vectors; repeated indices accumulate."""
        return self._scatter_points(np.subtract, indices, updates, "scatter_nd_sub")

    def scatter_nd_update(self, indices: Any, updates: Any, name: str | None = None) -> Variable:
        """Replace the values at index vectors."""
        return self._scatter_points(None, indices, updates, "scatter_nd_update")

    def scatter_nd_max(self, indices: Any, updates: Any, name: str | None = None) -> Variable:
        """Take the maximum with `updates` at index vectors."""
        return self._scatter_points(np.maximum, indices, updates, "scatter_nd_max")

    def scatter_nd_min(self, indices: Any, updates: Any, name: str | None = None) -> Variable:
        """Take the minimum with `updates` at index vectors."""
        return self._scatter_points(np.minimum, indices, updates, "scatter_nd_min")

    def _indices_and_values(self, sparse_delta: Any) -> tuple[Any, Any]:
        if not isinstance(sparse_delta, IndexedSlices):
            raise TypeError(
                f"sparse_delta is not IndexedSlices: {sparse_delta!r}. "
                f"Write tf.IndexedSlices(values, indices)."
            )
        return sparse_delta.indices, self._fitting(sparse_delta.values)

    def _scatter_rows(self, function: Any, sparse_delta: Any, op: str) -> Variable:
        def write(new: Any, indices: Any, values: Any) -> None:
            if values.shape == ():  # one value for all of the rows
                values = np.broadcast_to(values, indices.shape + new.shape[1:])
            _put(function, new, self._places((indices,), values, op), values)

        return self._write(write, *self._indices_and_values(sparse_delta))

    def _scatter_points(self, function: Any, indices: Any, updates: Any, op: str) -> Variable:
        def write(new: Any, points: Any, values: Any) -> None:
            if points.ndim == 0:
                raise InvalidArgumentError(
                    f"{op}: indices is a single number, but has to hold index vectors: write [[i]]."
                )
            where = self._places(tuple(np.moveaxis(points, -1, 0)), values, op)
            _put(function, new, where, values)

        return self._write(write, operand(indices, np.dtype(np.int32)), self._fitting(updates))

    def _places(self, where: tuple[Any, ...], values: Any, op: str) -> tuple[Any, ...]:
        """Index arrays for the leading axes, checked."""
        shape, depth = self._value.shape, len(where)
        if depth > len(shape):
            raise InvalidArgumentError(
                f"{op}: indices for {depth} axes do not index into a variable of shape {shape}."
            )
        count = where[0].shape if where else ()
        for index, size in zip(where, shape, strict=False):
            if index.dtype.kind not in "iu":
                raise InvalidArgumentError(
                    f"{op}: indices are integers, not {index.dtype.name}: use "
                    f"tf.cast(indices, tf.int32)."
                )
            check_indices(index, size, op)
        if values.shape != count + shape[depth:]:
            raise InvalidArgumentError(
                f"{op}: values of shape {values.shape} do not fit the parts of shape "
                f"{shape[depth:]} that indices of shape {count} name: they must have shape "
                f"{count + shape[depth:]}. Use tf.broadcast_to."
            )
        return where

    def _write(self, write: Callable[..., None], *operands: Any) -> Variable:
        """Change a copy of the value; `write` gets it and the arrays of operands."""

        def scatter(old: Any, *arrays: Any) -> Any:
            new = np.array(old)
            token = silence_float_errors()
            try:
                write(new, *arrays)
            finally:
                restore_float_errors(token)
            return new[()]

        with only_recorders(()):
            self._touch()
            new = computed(scatter, self, *operands)
        written: Variable = self._replace(new._value, True, new)
        return written


def _put(function: Any, array: Any, where: tuple[Any, ...], values: Any) -> None:
    if function is None:
        array[where] = values
    else:
        function.at(array, where, values)
