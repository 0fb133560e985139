"""Data sets whose elements are several elements of another one, and back."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle, repeat
from typing import Any, Self

import numpy as np

from tapegrad.core import nest
from tapegrad.core.shape import TensorShape
from tapegrad.data import counts, streams
from tapegrad.data.dataset_spec import DatasetSpec
from tapegrad.data.elements import Element, map_leaves, map_specs, row_count, rows_of
from tapegrad.data.mappings import Mappings
from tapegrad.data.padding import Padding
from tapegrad.data.pipeline import positive
from tapegrad.errors import InvalidArgumentError


class Groups(Mappings):
    """The methods that put elements together and take them apart."""

    def batch(
        self,
        batch_size: Any,
        drop_remainder: Any = False,
        num_parallel_calls: Any = None,
        deterministic: bool | None = None,
        name: str | None = None,
    ) -> Self:
        """Stacks of `batch_size` elements.

        Parameters
        ----------
        batch_size
            A positive integer.
        drop_remainder
            Whether a last batch that is smaller is left out.
        num_parallel_calls, deterministic
            Without effect.

        Raises
        ------
        InvalidArgumentError
            If `batch_size` is not positive; while iterating, if shapes differ.

        Examples
        --------
        >>> import tapegrad as tf
        >>> [batch.numpy().tolist() for batch in tf.data.Dataset.range(5).batch(2)]
        [[0, 1], [2, 3], [4]]
        """
        size = positive(batch_size, "batch", "batch_size")
        drop = bool(drop_remainder)
        return self._made(
            "Batch",
            lambda run: streams.batches(self._begin(run), repeat(size), drop),
            self._from_spec(lambda spec: _with_rows(spec, size if drop else None)),
            counts.batched(self._count, size, drop),
        )

    def padded_batch(
        self,
        batch_size: Any,
        padded_shapes: Any = None,
        padding_values: Any = None,
        drop_remainder: Any = False,
        name: str | None = None,
    ) -> Self:
        """Stacks of `batch_size` elements that are padded to one shape.

        Parameters
        ----------
        batch_size
            A positive integer.
        padded_shapes
            The shape to pad to, for each component: None or -1 stands for the largest size in the
            batch. By default every size that `element_spec` does not know.
        padding_values
            What to pad with, for each component or one for all; 0 by default.
        drop_remainder
            Whether a last batch that is smaller is left out.

        Raises
        ------
        ValueError
            If a shape cannot be padded to.
        InvalidArgumentError
            If `batch_size` is not positive; while iterating, if an element is too large.

        Examples
        --------
        >>> import tapegrad as tf
        >>> ds = tf.data.Dataset.range(1, 4).map(lambda n: tf.fill([n], n))
        >>> ds.padded_batch(3, padded_shapes=[None]).get_single_element().numpy().tolist()
        [[1, 0, 0], [2, 2, 0], [3, 3, 3]]
        """
        size = positive(batch_size, "padded_batch", "batch_size")
        drop = bool(drop_remainder)
        padding = Padding(padded_shapes, padding_values, self.element_spec)
        return self._made(
            "PaddedBatch",
            lambda run: padding.batches(self._begin(run), size, drop),
            padding.spec(size if drop else None),
            counts.batched(self._count, size, drop),
        )

    def unbatch(self, name: str | None = None) -> Self:
        """The rows of the elements, one after the other.

        Raises
        ------
        ValueError
            If a component is a scalar, or the components differ in their number of rows.
        """

        def rows(element: Element) -> Iterator[Element]:
            row_count(element, "Dataset.unbatch")
            return rows_of(element)

        if self._spec_is_known():
            sizes = {s.shape[0] for s in nest.flatten(self.element_spec) if s.shape.rank}
            known = sizes.pop() if len(sizes) == 1 else None
        else:
            known = None
        return self._made(
            "Unbatch",
            lambda run: streams.flattened(self._begin(run), rows),
            self._from_spec(lambda spec: map_specs(lambda s: s.shape[1:], spec)),
            counts.times(self._count, known),
        )

    def rebatch(
        self, batch_size: Any, drop_remainder: Any = False, name: str | None = None
    ) -> Self:
        """The rows of the elements in batches of another size: `unbatch`, then `batch`.

        Parameters
        ----------
        batch_size
            A positive integer, or a list of them, which are taken in turn.
        drop_remainder
            Whether a last batch that is smaller is left out.

        Raises
        ------
        InvalidArgumentError
            If a size is not positive.

        Examples
        --------
        >>> import tapegrad as tf
        >>> ds = tf.data.Dataset.range(8).batch(4).rebatch([2, 1, 1])
        >>> [batch.numpy().tolist() for batch in ds]
        [[0, 1], [2], [3], [4, 5], [6], [7]]
        """
        if np.ndim(batch_size) == 0:
            return self.unbatch().batch(batch_size, drop_remainder)
        rows, drop = self.unbatch(), bool(drop_remainder)
        sizes = [positive(size, "rebatch", "batch_size") for size in np.asarray(batch_size)]
        if not sizes:
            raise InvalidArgumentError("Dataset.rebatch: batch_size has no elements.")
        even = sizes[0] if drop and len(set(sizes)) == 1 else None
        return self._made(
            "Rebatch",
            lambda run: streams.batches(rows._begin(run), cycle(sizes), drop),
            rows._from_spec(lambda spec: _with_rows(spec, even)),
            counts.UNKNOWN,
        )

    def window(
        self,
        size: Any,
        shift: Any = None,
        stride: Any = 1,
        drop_remainder: Any = False,
        name: str | None = None,
    ) -> Self:
        """Data sets of `size` elements each.

        Parameters
        ----------
        size
            The number of elements of a window.
        shift
            How much further each window begins; `size` by default.
        stride
            The distance between the elements of a window.
        drop_remainder
            Whether last windows that are smaller are left out.

        Raises
        ------
        InvalidArgumentError
            If a number is not positive.

        Examples
        --------
        >>> import tapegrad as tf
        >>> windows = tf.data.Dataset.range(5).window(3, shift=1, drop_remainder=True)
        >>> [w.numpy().tolist() for w in windows.flat_map(lambda window: window.batch(3))]
        [[0, 1, 2], [1, 2, 3], [2, 3, 4]]
        """
        n = positive(size, "window", "size")
        step = n if shift is None else positive(shift, "window", "shift")
        apart = positive(stride, "window", "stride")
        drop = bool(drop_remainder)

        def window_of(elements: list[Element]) -> Element:
            leaves = zip(*map(nest.flatten, elements), strict=True)
            specs = nest.flatten(self.element_spec)
            parts = zip(leaves, specs, strict=True)
            windows = [self._in_memory(list(column), spec) for column, spec in parts]
            return nest.packed(elements[0], iter(windows))

        return self._made(
            "Window",
            lambda run: map(window_of, streams.windows(self._begin(run), n, step, apart, drop)),
            self._from_spec(lambda spec: map_leaves(DatasetSpec, spec)),
            counts.windowed(self._count, n, step, apart, drop),
        )

    def _in_memory(self, elements: list[Element], spec: Any) -> Self:
        return self._made("Memory", lambda run: iter(elements), spec, len(elements))


def _with_rows(spec: Any, size: int | None) -> Any:
    return map_specs(lambda s: TensorShape([size]).concatenate(s.shape), spec)
