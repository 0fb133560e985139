"""TensorSpec: the shape and dtype that a tensor must have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tapegrad.core.dtypes import DType, as_dtype, float32
from tapegrad.core.shape import TensorShape
from tapegrad.core.tensor import ArrayLike, Tensor


class TensorSpec:
    """The shape and dtype of tensors that a function takes or returns.

    Parameters
    ----------
    shape
        A shape; sizes that may vary are None, and None alone is any shape.
    dtype
        A dtype.
    name
        A name for the argument, or None.

    Examples
    --------
    >>> import tapegrad as tf
    >>> spec = tf.TensorSpec([None, 2])
    >>> spec
    TensorSpec(shape=(None, 2), dtype=tf.float32, name=None)
    >>> spec.is_compatible_with(tf.zeros([5, 2])), spec.is_compatible_with(tf.zeros([5, 3]))
    (True, False)
    """

    __slots__ = ("_dtype", "_name", "_shape")

    def __init__(self, shape: Any, dtype: Any = float32, name: str | None = None) -> None:
        self._shape = TensorShape(shape)
        self._dtype = as_dtype(dtype)
        self._name = name

    @classmethod
    def from_tensor(cls, tensor: Tensor, name: str | None = None) -> TensorSpec:
        """The spec that a tensor fits exactly.

        Raises
        ------
        ValueError
            If `tensor` is not a Tensor.
        """
        if not isinstance(tensor, Tensor):
            raise ValueError(
                f"`tensor` should be a tf.Tensor, but got type {type(tensor)}: convert it with "
                f"tf.convert_to_tensor(x)."
            )
        return cls(tensor.shape, tensor.dtype, name)

    @classmethod
    def from_spec(cls, spec: Any, name: str | None = None) -> TensorSpec:
        """The same spec with another name, if one is given."""
        return cls(spec.shape, spec.dtype, name or spec.name)

    @property
    def shape(self) -> TensorShape:
        """The shape, with None for sizes that may vary."""
        return self._shape

    @property
    def dtype(self) -> DType:
        """The dtype."""
        return self._dtype

    @property
    def name(self) -> str | None:
        """The name, or None."""
        return self._name

    @property
    def value_type(self) -> type[Tensor]:
        """The type of the values that it describes: `Tensor`."""
        return Tensor

    def is_compatible_with(self, spec_or_value: Any) -> bool:
        """True for a tensor that fits, or a spec that some tensor could fit as well."""
        return (
            isinstance(spec_or_value, (TensorSpec, ArrayLike))
            and self._dtype == spec_or_value.dtype
            and self._shape.is_compatible_with(spec_or_value.shape)
        )

    def is_subtype_of(self, other: Any) -> bool:
        """True if every tensor that fits this fits `other` too."""
        if not isinstance(other, TensorSpec) or self._dtype != other._dtype:
            return False
        wide = other._shape.dims
        if wide is None:
            return True
        narrow = self._shape.dims
        return (
            narrow is not None
            and len(narrow) == len(wide)
            and all(w is None or n == w for n, w in zip(narrow, wide, strict=True))
        )

    def most_specific_common_supertype(self, others: Sequence[Any]) -> TensorSpec | None:
        """The narrowest spec that covers this and the others; None if dtypes differ."""
        if any(not isinstance(o, TensorSpec) or o._dtype != self._dtype for o in others):
            return None
        dims = self._shape.dims
        for other in others:
            more = other._shape.dims
            if dims is None or more is None or len(dims) != len(more):
                dims = None
            else:
                dims = [a if a == b else None for a, b in zip(dims, more, strict=True)]
        return TensorSpec(dims, self._dtype, self._name)

    def most_specific_compatible_type(self, other: Any) -> TensorSpec:
        """The same for one other spec; ValueError if dtypes differ."""
        found = self.most_specific_common_supertype([other])
        if found is None:
            raise ValueError(f"No TypeSpec is compatible with both {self!r} and {other!r}")
        return found

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TensorSpec) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[Any, ...]:
        return self._shape, self._dtype, self._name

    def __repr__(self) -> str:
        return f"TensorSpec(shape={self._shape}, dtype={self._dtype!r}, name={self._name!r})"

    def __reduce__(self) -> Any:
        return TensorSpec, (self._shape, self._dtype, self._name)
