"""DatasetSpec: the kind of a data set that is an element of another one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tapegrad.core.shape import TensorShape


class DatasetSpec:
    """What is known about a data set that is an element of another one.

    Parameters
    ----------
    element_spec
        The spec of its elements.
    dataset_shape
        Accepted for compatibility: the shape is ``()``.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.data.Dataset.range(4).window(2).element_spec
    DatasetSpec(TensorSpec(shape=(), dtype=tf.int64, name=None), TensorShape([]))
    """

    def __init__(self, element_spec: Any, dataset_shape: Any = ()) -> None:
        self._element_spec = element_spec
        self._shape = TensorShape(dataset_shape)

    @property
    def element_spec(self) -> Any:
        """The spec of its elements."""
        return self._element_spec

    def most_specific_common_supertype(self, others: Sequence[Any]) -> DatasetSpec | None:
        """The spec itself, if the others are equal to it; else None."""
        return self if all(other == self for other in others) else None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DatasetSpec) and self._element_spec == other._element_spec

    def __hash__(self) -> int:
        return hash(repr(self))

    def __repr__(self) -> str:
        return f"DatasetSpec({self._element_spec!r}, {self._shape!r})"
