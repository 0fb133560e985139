"""IndexedSlices: a tensor that is zero outside some of its rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core import nest
from tapegrad.core.convert import as_tensor, conversions
from tapegrad.core.dtypes import DType
from tapegrad.core.shape import TensorShape
from tapegrad.core.slices import Slices
from tapegrad.core.table import recording
from tapegrad.core.tape_tools import tool
from tapegrad.core.tensor import Tensor, wrap, wrap_constant


class IndexedSlices:
    """Rows of a larger tensor and where they belong; rows given twice add up.

    It is what the gradient of `gather` along the first axis is: as large as the rows that were
    used, not as the table they came from. ``tf.convert_to_tensor`` makes it dense.

    Parameters
    ----------
    values
        Tensor of shape ``(n, ...)``.
    indices
        Integer tensor of shape ``(n,)``.
    dense_shape
        Shape of the whole, or None.

    Examples
    --------
    >>> import tapegrad as tf
    >>> rows = tf.IndexedSlices(tf.constant([1.0, 2.0]), tf.constant([0, 0]), tf.constant([3]))
    >>> tf.convert_to_tensor(rows).numpy().tolist()
    [3.0, 0.0, 0.0]
    """

    __slots__ = ("_dense_shape", "_indices", "_values")

    def __init__(self, values: Any, indices: Any, dense_shape: Any = None) -> None:
        self._values = as_tensor(values)
        self._indices = as_tensor(indices)
        self._dense_shape = None if dense_shape is None else as_tensor(dense_shape)

    @classmethod
    def from_cotangent(cls, slices: Slices) -> IndexedSlices:
        """The public form of a cotangent."""
        values, indices = slices.values, slices.indices
        return cls(
            values if isinstance(values, Tensor) else wrap(values),
            indices if isinstance(indices, Tensor) else wrap(indices),
            wrap_constant(np.array(slices.shape, np.int32)),
        )

    @property
    def values(self) -> Tensor:
        """The rows, shape ``(n, ...)``."""
        return self._values

    @property
    def indices(self) -> Tensor:
        """Where each row belongs, shape ``(n,)``."""
        return self._indices

    @property
    def dense_shape(self) -> Tensor | None:
        """The shape of the whole as an integer tensor, or None."""
        return self._dense_shape

    @property
    def shape(self) -> TensorShape:
        """The shape of the whole."""
        if self._dense_shape is None:
            return TensorShape([None, *self._values._value.shape[1:]])
        return TensorShape(self._dense_shape._read().tolist())

    @property
    def dtype(self) -> DType:
        """The dtype of the values."""
        return self._values.dtype

    @property
    def device(self) -> str:
        """Where the data is: always this machine's memory."""
        return self._values.device

    @property
    def name(self) -> str:
        """Eager values have no name: AttributeError."""
        return self._values.name

    def _as_rows(self) -> tuple[Any, Any]:
        return self._indices._value, self._values._value

    def _parts(self) -> list[Any]:
        parts = [self._values, self._indices]
        return parts if self._dense_shape is None else [*parts, self._dense_shape]

    def _to_tensor(self) -> Tensor:
        if self._dense_shape is None:
            raise ValueError(
                "Tensor conversion requested for IndexedSlices without dense_shape: "
                "make it with tf.IndexedSlices(values, indices, dense_shape)."
            )
        shape = tuple(self._dense_shape._read().tolist())
        dense: Tensor = recording.scatter_rows(
            self._values, self._indices, to=shape, axis=-len(shape)
        )
        return dense

    def _map_values(self, function: Any) -> IndexedSlices:
        return IndexedSlices(function(self._values), self._indices, self._dense_shape)

    def __neg__(self) -> IndexedSlices:
        return self._map_values(lambda v: -v)

    def _repr_html_(self) -> str:
        """How notebooks show it."""
        return str(tool("html", "of_slices")(self))

    def __repr__(self) -> str:
        return (
            f"IndexedSlices(indices={self._indices!r}, values={self._values!r}, "
            f"dense_shape={self._dense_shape!r})"
        )


conversions[IndexedSlices] = IndexedSlices._to_tensor
nest.composites[IndexedSlices] = IndexedSlices._parts
