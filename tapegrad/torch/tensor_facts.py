"""What can be asked of a tensor without looking at its numbers: shape, type, strides, place."""

from __future__ import annotations

from typing import Any

from tapegrad.core.tensor import ArrayLike
from tapegrad.torch.dtypes import dtype, from_numpy_dtype
from tapegrad.torch.size import CPU, Size, device, dimension, layout, strided


class TensorFacts(ArrayLike):
    """Attributes and methods of tensors that follow from the array's description."""

    __slots__ = ()

    @property
    def shape(self) -> Size:  # type: ignore[override]
        """The shape."""
        return Size(self._value.shape)

    def size(self, dim: int | None = None) -> Any:
        """The shape, or the size of one dimension."""
        if dim is None:
            return Size(self._value.shape)
        return self._value.shape[dimension(dim, self._value.ndim)]

    @property
    def dtype(self) -> dtype:  # type: ignore[override]
        """The type of the elements."""
        return from_numpy_dtype(self._value.dtype)

    @property
    def device(self) -> device:  # type: ignore[override]
        """Always the processor."""
        return CPU

    @property
    def layout(self) -> layout:
        """Always ``torch.strided``."""
        return strided

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return int(self._value.ndim)

    def dim(self) -> int:
        """The number of dimensions."""
        return int(self._value.ndim)

    ndimension = dim

    def numel(self) -> int:
        """The number of elements."""
        return int(self._value.size)

    nelement = numel

    @property
    def itemsize(self) -> int:
        """Bytes per element."""
        return int(self._value.dtype.itemsize)

    def element_size(self) -> int:
        """Bytes per element."""
        return int(self._value.dtype.itemsize)

    @property
    def nbytes(self) -> int:
        """Bytes of all elements."""
        return int(self._value.nbytes)

    def stride(self, dim: int | None = None) -> Any:
        """Per dimension, how many elements apart neighbours are in memory."""
        size = self._value.dtype.itemsize
        steps = tuple(s // size for s in self._value.strides)
        return steps if dim is None else steps[dimension(dim, len(steps))]

    def is_contiguous(self, memory_format: Any = None) -> bool:
        """Whether elements lie in memory in order."""
        return bool(self._value.flags.c_contiguous)

    def is_floating_point(self) -> bool:
        """Whether the type is a real floating point one."""
        return self.dtype.is_floating_point

    def is_complex(self) -> bool:
        """Whether the type is complex."""
        return self._value.dtype.kind == "c"

    def is_signed(self) -> bool:
        """Whether there are negative numbers of the type."""
        return self.dtype.is_signed

    def is_conj(self) -> bool:
        """Always false: conjugates are computed at once."""
        return False

    is_cuda = is_sparse = is_quantized = is_meta = is_mkldnn = is_nested = False
    is_cpu = True
    names: Any = None

    def get_device(self) -> int:
        """-1: the processor."""
        return -1
