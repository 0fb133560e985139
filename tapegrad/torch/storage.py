"""Storages: the memory of a tensor as one row, whatever shape and strides show of it."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np

from tapegrad.torch import mutations
from tapegrad.torch.dtypes import dtype, from_numpy_dtype
from tapegrad.torch.size import CPU, device
from tapegrad.torch.tensor import Tensor, install, shared

__all__ = ["TypedStorage", "UntypedStorage"]

_DEPRECATED = (
    "TypedStorage is deprecated. It will be removed in the future and UntypedStorage will be the "
    "only storage class. This should only matter to you if you are using storages directly.  To "
    "access UntypedStorage directly, use tensor.untyped_storage() instead of tensor.storage()"
)


def memory_of(array: Any) -> Any:
    """All of the memory that an array shows a part of, as one row of the array's type."""
    row = mutations.owner(array).ravel(order="K")
    return row if row.dtype == array.dtype else row.view(array.dtype)


class _Storage:
    """A row of numbers that tensors show."""

    _row: Any

    @property
    def device(self) -> device:
        """Always the processor."""
        return CPU

    is_cuda = is_sparse = False

    def data_ptr(self) -> int:
        """The address of the first byte: two tensors share memory if it is the same."""
        return int(self._row.__array_interface__["data"][0])

    def nbytes(self) -> int:
        """How many bytes there are."""
        return int(self._row.nbytes)

    def size(self) -> int:
        """How many elements there are."""
        return int(self._row.size)

    def element_size(self) -> int:
        """Bytes per element."""
        return int(self._row.itemsize)

    def tolist(self) -> list[Any]:
        """The elements as Python's numbers."""
        values: list[Any] = self._row.tolist()
        return values

    def fill_(self, value: Any) -> Any:
        """Write one number everywhere."""
        self._row[...] = value
        return self

    def __len__(self) -> int:
        return self.size()

    def __iter__(self) -> Iterator[Any]:
        return iter(self.tolist())

    def _shown(self, kind: str) -> str:
        return "".join(f" {v}\n" for v in self.tolist()) + f"[torch.storage.{kind}"


class UntypedStorage(_Storage):
    """The bytes of a tensor's memory; made by `Tensor.untyped_storage`.

    Parameters
    ----------
    size
        How many bytes; their values are not set.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> x = torch.zeros(4)
    >>> x[2:].untyped_storage().data_ptr() == x.data_ptr()
    True
    """

    def __init__(self, size: int = 0) -> None:
        self._row = np.empty(size, np.uint8)

    def __repr__(self) -> str:
        return f"{self._shown('UntypedStorage')}(device={self.device}) of size {len(self)}]"

    def __getitem__(self, index: Any) -> Any:
        found = self._row[index]
        return _untyped(found) if isinstance(index, slice) else int(found)

    def __setitem__(self, index: Any, value: Any) -> None:
        self._row[index] = value

    def clone(self) -> UntypedStorage:
        """The same bytes in memory of their own."""
        return _untyped(self._row.copy())

    def is_shared(self) -> bool:
        """Whether other processes see it: never."""
        return False


class TypedStorage(_Storage):
    """The numbers of a tensor's memory; made by `Tensor.storage`, deprecated by PyTorch.

    Parameters
    ----------
    row
        An array.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> torch.tensor([[1.0, 2.0], [3.0, 4.0]])[1].untyped_storage().nbytes()
    16
    """

    def __init__(self, row: Any) -> None:
        self._row = row

    @property
    def dtype(self) -> dtype:
        """The type of the elements."""
        return from_numpy_dtype(self._row.dtype)

    def untyped(self) -> UntypedStorage:
        """The same memory as bytes."""
        return _untyped(self._row.view(np.uint8))

    def __repr__(self) -> str:
        return (
            f"{self._shown('TypedStorage')}(dtype={self.dtype}, device={self.device}) of size "
            f"{len(self)}]"
        )

    def __getitem__(self, index: Any) -> Any:
        found = self._row[index]
        return TypedStorage(found) if isinstance(index, slice) else found.item()

    def __setitem__(self, index: Any, value: Any) -> None:
        self._row[index] = value


def _untyped(row: Any) -> UntypedStorage:
    storage = UntypedStorage()
    storage._row = row
    return storage


def _untyped_storage(self: Tensor) -> UntypedStorage:
    """The bytes of the memory that this tensor shows a part of."""
    return _untyped(memory_of(shared(self)).view(np.uint8))


def _typed_storage(self: Tensor) -> TypedStorage:
    """The numbers of the memory that this tensor shows a part of."""
    warnings.warn(_DEPRECATED, UserWarning, stacklevel=2)
    return TypedStorage(memory_of(shared(self)))


def _set(
    self: Tensor, source: Any = None, storage_offset: int = 0, size: Any = None, stride: Any = None
) -> Tensor:
    """Let this tensor show other memory: a storage's or a tensor's, or none at all."""
    if isinstance(source, Tensor) and size is None:
        self._value = shared(source)
        return self
    if source is None:
        self._value = np.empty(0, self._value.dtype)
        return self
    row = memory_of(shared(source)) if isinstance(source, Tensor) else source._row
    row = row.view(self._value.dtype)
    self._value = strided(row, (row.size,) if size is None else size, stride, storage_offset)
    return self


def strided(row: Any, size: Any, stride: Any, storage_offset: int) -> Any:
    """A row of memory with another shape and other strides.

    Raises
    ------
    RuntimeError
        If they lead out of it.
    """
    size = tuple(size)
    if stride is None:
        stride = [int(np.prod(size[d + 1 :], dtype=np.int64)) for d in range(len(size))]
    if 0 in size:
        return np.empty(size, row.dtype)
    last = storage_offset + sum((n - 1) * s for n, s in zip(size, stride, strict=True))
    if last >= row.size or storage_offset < 0:
        raise RuntimeError(
            f"setStorage: sizes {list(size)}, strides {list(stride)}, storage offset "
            f"{storage_offset}, and itemsize {row.itemsize} requiring a storage size of "
            f"{(last + 1) * row.itemsize} are out of bounds for storage of size {row.nbytes}"
        )
    steps = tuple(s * row.itemsize for s in stride)
    # Not stride_tricks.as_strided, whose results do not know whose memory they show.
    return np.ndarray(size, row.dtype, row, storage_offset * row.itemsize, steps)


def _is_set_to(self: Tensor, tensor: Tensor) -> bool:
    """Whether both show the same memory in the same way."""
    same = self.data_ptr() == tensor.data_ptr() and self.dtype == tensor.dtype
    return same and (self.shape, self.stride()) == (tensor.shape, tensor.stride())


install(
    untyped_storage=_untyped_storage,
    storage=_typed_storage,
    set_=_set,
    is_set_to=_is_set_to,
)
