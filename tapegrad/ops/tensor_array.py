"""TensorArray: a list of tensors that a loop writes and reads."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.convert import as_tensor
from tapegrad.core.dtypes import DType, as_dtype
from tapegrad.core.shape import TensorShape
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor, wrap_constant
from tapegrad.errors import InvalidArgumentError, OutOfRangeError
from tapegrad.ops.arguments import int_argument, ints_argument, shape_argument

__all__ = ["TensorArray"]


class TensorArray:
    """A list of tensors of one dtype, written and read by position; differentiable.

    Methods that write return the array itself, so that ``array = array.write(i, x)`` works here as
    it does inside TensorFlow's graphs.

    Parameters
    ----------
    dtype
        The dtype of all elements.
    size
        How many there are.
    dynamic_size
        Whether writing beyond the end makes the array longer.
    clear_after_read
        Whether an element can be read only once; true by default.
    infer_shape
        Whether all elements must have the shape of the first.
    element_shape
        The shape that elements must have; elements that were never written are zeros of it.
    tensor_array_name, handle, flow, colocate_with_first_write_call, name
        Accepted for compatibility, without effect.

    Raises
    ------
    ValueError
        If `size` is missing.

    Examples
    --------
    >>> import tapegrad as tf
    >>> array = tf.TensorArray(tf.float32, size=3)
    >>> for i in range(3):
    ...     array = array.write(i, tf.constant(2.0) ** i)
    >>> array.stack().numpy().tolist()
    [1.0, 2.0, 4.0]
    """

    def __init__(
        self,
        dtype: Any,
        size: Any = None,
        dynamic_size: bool | None = None,
        clear_after_read: bool | None = None,
        tensor_array_name: str | None = None,
        handle: Any = None,
        flow: Any = None,
        infer_shape: bool = True,
        element_shape: Any = None,
        colocate_with_first_write_call: bool = True,
        name: str | None = None,
    ) -> None:
        if size is None:
            raise ValueError(
                "Size must be declared for TensorArrays when eager execution is enabled: "
                "tf.TensorArray(dtype, size=n), or size=0, dynamic_size=True."
            )
        self._dtype = as_dtype(dtype)
        self._elements: list[Tensor | None] = [None] * int_argument(size, "TensorArray", "size")
        self._read_before = [False] * len(self._elements)
        self._dynamic = bool(dynamic_size)
        self._clear = clear_after_read is None or clear_after_read
        self._infer = infer_shape
        self._shape = TensorShape(element_shape)

    @property
    def dtype(self) -> DType:
        """The dtype of the elements."""
        return self._dtype

    @property
    def element_shape(self) -> TensorShape:
        """The shape of the elements, as far as it is known."""
        return self._shape

    @property
    def dynamic_size(self) -> bool:
        """Whether the array grows when it is written beyond its end."""
        return self._dynamic

    @property
    def handle(self) -> None:
        """Nothing: there is no resource behind the array."""
        return

    @property
    def flow(self) -> Tensor:
        """An integer without meaning, as in TensorFlow's eager mode."""
        return wrap_constant(np.int32(0))

    def size(self, name: str | None = None) -> Tensor:
        """The number of elements, an int32 scalar."""
        return wrap_constant(np.int32(len(self._elements)))

    def identity(self) -> TensorArray:
        """The array itself."""
        return self

    def close(self, name: str | None = None) -> None:
        """Drop all elements."""
        self._elements, self._read_before = [], []

    def grad(self, source: Any, flow: Any = None, name: str | None = None) -> None:
        """Not needed: NotImplementedError. A GradientTape differentiates through the array."""
        raise NotImplementedError(
            "TensorArray.grad is not supported when executing eagerly: tf.GradientTape "
            "differentiates what is written and read."
        )

    def write(self, index: Any, value: Any, name: str | None = None) -> TensorArray:
        """Set an element, and return the array.

        Raises
        ------
        OutOfRangeError
            Beyond the end, unless the size is dynamic.
        InvalidArgumentError
            If the dtype is not that of the array.
        ValueError
            If the shape is not that of the other elements.
        """
        i = int_argument(index, "TensorArray.write", "index")
        if i < 0:
            raise OutOfRangeError(f"Writing to negative indices (index {i}) is not allowed.")
        size = len(self._elements)
        if i >= size and not self._dynamic:
            raise OutOfRangeError(
                f"Tried to write to index {i} but array is not resizeable and size is: {size}. "
                f"Make it with dynamic_size=True."
            )
        x = as_tensor(value, self._dtype.numpy_dtype)
        if x.dtype != self._dtype:
            raise InvalidArgumentError(
                f"TensorArray dtype is {self._dtype.name} but Op is trying to write dtype "
                f"{x.dtype.name}: use tf.cast(x, tf.{self._dtype.name})."
            )
        if not self._shape.is_compatible_with(x.shape):
            raise ValueError(
                f"Incompatible shape for value ({x.shape}), expected ({self._shape}). "
                f"infer_shape=False allows elements of different shapes."
            )
        if self._infer:
            self._shape = self._shape.merge_with(x.shape)
        if i >= size:
            self._elements += [None] * (i + 1 - size)
            self._read_before += [False] * (i + 1 - size)
        self._elements[i] = x
        self._read_before[i] = False
        return self

    def read(self, index: Any, name: str | None = None) -> Tensor:
        """An element.

        Raises
        ------
        OutOfRangeError
            Beyond the end.
        InvalidArgumentError
            If it was read before, and `clear_after_read` is true.
        """
        i = int_argument(index, "TensorArray.read", "index")
        if i < 0:
            raise OutOfRangeError(f"Reading from negative indices (index {i}) is not allowed.")
        if i >= len(self._elements):
            raise OutOfRangeError(
                f"Tried to read from index {i} but array size is: {len(self._elements)}"
            )
        if self._clear and self._read_before[i]:
            raise InvalidArgumentError(
                f"Could not read index {i} twice because it was cleared after a previous read "
                f"(perhaps try setting clear_after_read = false?)"
            )
        self._read_before[i] = True
        return self._element(i)

    def _element(self, i: int) -> Tensor:
        x = self._elements[i]
        if x is not None:
            return x
        dtype = self._dtype.numpy_dtype
        if not self._shape.is_fully_defined():
            raise ValueError(
                f"Element {i} of the TensorArray was never written, and the shape of its elements "
                f"is not known, {self._shape}: give element_shape."
            )
        return wrap_constant(np.zeros(shape_argument(self._shape, "TensorArray"), dtype)[()])

    def stack(self, name: str | None = None) -> Tensor:
        """All elements along a new first axis."""
        return self.gather(range(len(self._elements)))

    def gather(self, indices: Any, name: str | None = None) -> Tensor:
        """Some elements along a new first axis."""
        positions = ints_argument(indices, "TensorArray.gather", "indices")
        for i in positions:
            if not 0 <= i < len(self._elements):
                raise OutOfRangeError(
                    f"Tried to read from index {i} but array size is: {len(self._elements)}"
                )
        parts = [self._element(i) for i in positions]
        if not parts:
            known: Any = self._shape if self._shape.is_fully_defined() else []
            sizes = shape_argument(known, "TensorArray")
            return wrap_constant(np.zeros((0, *sizes), self._dtype.numpy_dtype))
        self._require_equal_shapes(parts)
        stacked: Tensor = recording.stack(*parts, axis=-len(parts[0].shape) - 1)
        return stacked

    def concat(self, name: str | None = None) -> Tensor:
        """All elements one after the other along their first axis."""
        parts = [self._element(i) for i in range(len(self._elements))]
        for i, part in enumerate(parts):
            if not part.ndim:
                raise InvalidArgumentError(
                    f"Concat saw a scalar shape at index {i} but requires at least vectors. Use "
                    f"stack()."
                )
        if not parts:
            return wrap_constant(np.zeros((0,), self._dtype.numpy_dtype))
        joined: Tensor = recording.concat(*parts, axis=-parts[0].ndim)
        return joined

    def unstack(self, value: Any, name: str | None = None) -> TensorArray:
        """Fill the array with the rows of a tensor."""
        x = as_tensor(value, self._dtype.numpy_dtype)
        rows = self._rows(x)
        if len(rows) > len(self._elements) and not self._dynamic:
            raise ValueError(
                f"Cannot unstack {len(rows)} tensors into a TensorArray of static size "
                f"{len(self._elements)}"
            )
        self.close()
        self._elements = [None] * len(rows)
        self._read_before = [False] * len(rows)
        return self.scatter(range(len(rows)), x)

    def scatter(self, indices: Any, value: Any, name: str | None = None) -> TensorArray:
        """Write the rows of a tensor at given positions."""
        rows = self._rows(as_tensor(value, self._dtype.numpy_dtype))
        positions = ints_argument(indices, "TensorArray.scatter", "indices")
        for i, row in zip(positions, rows, strict=True):
            self.write(i, row)
        return self

    def split(self, value: Any, lengths: Any, name: str | None = None) -> TensorArray:
        """Write consecutive pieces of a tensor, of given lengths along its first axis."""
        x = as_tensor(value, self._dtype.numpy_dtype)
        sizes = ints_argument(lengths, "TensorArray.split", "lengths")
        if not x.ndim or sum(sizes) != len(x):
            raise InvalidArgumentError(
                f"TensorArray.split: the lengths {list(sizes)} must add up to the first size of "
                f"the value, of shape {x.shape}."
            )
        self._shape = TensorShape([None, *x._value.shape[1:]])
        infer, self._infer = self._infer, False
        for i, part in enumerate(recording.split(x, sizes=sizes, axis=-x.ndim)):
            self.write(i, part)
        self._infer = infer
        return self

    @staticmethod
    def _rows(x: Tensor) -> tuple[Tensor, ...]:
        if not x.ndim:
            raise ValueError("TensorArray: a scalar has no rows.")
        rows: tuple[Tensor, ...] = recording.unstack(x, axis=-x.ndim) if len(x) else ()
        return rows

    @staticmethod
    def _require_equal_shapes(parts: list[Tensor]) -> None:
        for i, part in enumerate(parts):
            if part._value.shape != parts[0]._value.shape:
                raise InvalidArgumentError(
                    f"Shapes of all inputs must match: values[0].shape = {parts[0].shape} != "
                    f"values[{i}].shape = {part.shape}"
                )

    def __repr__(self) -> str:
        return (
            f"<tf.TensorArray: size={len(self._elements)}, dtype={self._dtype.name}, "
            f"element_shape={self._shape}>"
        )
