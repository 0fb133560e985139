"""TensorShape: the shape of a tensor, with TensorFlow's manners."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, SupportsIndex, overload


class TensorShape:
    """The shape of a tensor or variable: known dimensions, unknown ones (None), or no known rank.

    Parameters
    ----------
    dims
        An iterable of non-negative integers or None, one integer, or None for an unknown rank.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.zeros([2, 3]).shape
    TensorShape([2, 3])
    >>> tf.zeros([2, 3]).shape == (2, 3), tf.zeros([2, 3]).shape.as_list()
    (True, [2, 3])
    """

    __slots__ = ("_dims",)

    def __init__(self, dims: Any) -> None:
        self._dims: tuple[int | None, ...] | None
        if dims is None:
            self._dims = None
        elif isinstance(dims, TensorShape):
            self._dims = dims._dims
        elif hasattr(dims, "__index__") and not len(getattr(dims, "shape", ())):
            self._dims = (_dimension(dims),)
        elif isinstance(dims, Iterable):
            self._dims = tuple(_dimension(d) for d in dims)
        else:
            raise TypeError(f"TensorShape takes dimensions, an integer or None, not {dims!r}.")

    @property
    def rank(self) -> int | None:
        """Number of dimensions, or None if unknown."""
        return None if self._dims is None else len(self._dims)

    @property
    def ndims(self) -> int | None:
        """The same as `rank`."""
        return self.rank

    @property
    def dims(self) -> list[int | None] | None:
        """The dimensions as a list, or None if the rank is unknown."""
        return None if self._dims is None else list(self._dims)

    def as_list(self) -> list[int | None]:
        """The dimensions as a list; ValueError if the rank is unknown."""
        return list(self._known())

    def num_elements(self) -> int | None:
        """Number of elements, or None if it is not known."""
        if self._dims is None or None in self._dims:
            return None
        n = 1
        for d in self._dims:
            n *= d  # type: ignore[operator]
        return n

    def is_fully_defined(self) -> bool:
        """True if every dimension is known."""
        return self._dims is not None and None not in self._dims

    def assert_is_fully_defined(self) -> None:
        """Raise ValueError unless every dimension is known."""
        if not self.is_fully_defined():
            raise ValueError(f"Shape {self} is not fully defined.")

    def is_compatible_with(self, other: Any) -> bool:
        """True if some fully defined shape is both `self` and `other`."""
        other = TensorShape(other)
        if self._dims is None or other._dims is None:
            return True
        return len(self._dims) == len(other._dims) and all(
            a is None or b is None or a == b for a, b in zip(self._dims, other._dims, strict=True)
        )

    def assert_is_compatible_with(self, other: Any) -> None:
        """Raise ValueError unless `is_compatible_with(other)`."""
        if not self.is_compatible_with(other):
            raise ValueError(f"Shapes {self} and {TensorShape(other)} are incompatible.")

    def merge_with(self, other: Any) -> TensorShape:
        """The shape with what is known from both; ValueError if they contradict each other."""
        other = TensorShape(other)
        self.assert_is_compatible_with(other)
        if self._dims is None:
            return TensorShape(other)
        if other._dims is None:
            return self
        return TensorShape(
            b if a is None else a for a, b in zip(self._dims, other._dims, strict=True)
        )

    def most_specific_compatible_shape(self, other: Any) -> TensorShape:
        """The sizes that both agree on; unknown where they differ, or if the ranks do."""
        other = TensorShape(other)
        if self._dims is None or other._dims is None or len(self._dims) != len(other._dims):
            return TensorShape(None)
        return TensorShape([m if m == n else None for m, n in zip(self, other, strict=True)])

    def concatenate(self, other: Any) -> TensorShape:
        """The dimensions of `self` followed by those of `other`."""
        other = TensorShape(other)
        if self._dims is None or other._dims is None:
            return TensorShape(None)
        return TensorShape(self._dims + other._dims)

    def with_rank(self, rank: int) -> TensorShape:
        """`self` if its rank is `rank` (or unknown); ValueError otherwise."""
        if self._dims is None:
            return TensorShape([None] * rank)
        if len(self._dims) != rank:
            raise ValueError(f"Shape {self} must have rank {rank}")
        return self

    def with_rank_at_least(self, rank: int) -> TensorShape:
        """`self`; ValueError if its rank is known and below `rank`."""
        if self._dims is not None and len(self._dims) < rank:
            raise ValueError(f"Shape {self} must have rank at least {rank}")
        return self

    def _known(self) -> tuple[int | None, ...]:
        if self._dims is None:
            raise ValueError("The rank of this TensorShape is unknown.")
        return self._dims

    def __len__(self) -> int:
        return len(self._known())

    def __bool__(self) -> bool:
        return self._dims is not None

    def __iter__(self) -> Iterator[int | None]:
        return iter(self._known())

    @overload
    def __getitem__(self, key: SupportsIndex) -> Any: ...
    @overload
    def __getitem__(self, key: slice) -> TensorShape: ...
    def __getitem__(self, key: Any) -> Any:
        dims = self._known()
        return TensorShape(dims[key]) if isinstance(key, slice) else dims[key]

    def __add__(self, other: Any) -> TensorShape:
        return self.concatenate(other)

    def __radd__(self, other: Any) -> TensorShape:
        return TensorShape(other).concatenate(self)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, TensorShape):
            return self._dims == other._dims
        if other is None:
            return self._dims is None
        if not isinstance(other, (Sequence, int)):
            return NotImplemented
        try:
            return self._dims == TensorShape(other)._dims
        except (TypeError, ValueError):
            return False

    def __hash__(self) -> int:
        return hash(self._dims)

    def __repr__(self) -> str:
        return f"TensorShape({None if self._dims is None else list(self._dims)})"

    def __str__(self) -> str:
        if self._dims is None:
            return "<unknown>"
        if len(self._dims) == 1:
            return f"({self._dims[0]},)"
        return f"({', '.join(map(str, self._dims))})"

    def __reduce__(self) -> tuple[Any, ...]:
        return TensorShape, (self._dims,)


def _dimension(value: Any) -> int | None:
    if value is None:
        return None
    if not hasattr(value, "__index__"):
        raise TypeError(f"Dimension value must be an integer or None, not {value!r}.")
    size = value.__index__()
    if size < 0:
        raise ValueError(f"Dimension {size} must be >= 0")
    return int(size)
