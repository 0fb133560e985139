"""What can be asked of a tensor without looking at its numbers: shape, type, strides, place."""

from __future__ import annotations

from typing import Any

from tapegrad.core.tensor import ArrayLike
from tapegrad.torch.dtypes import dtype, from_numpy_dtype
from tapegrad.torch.size import CPU, Size, device, dimension, layout, strided


def _settled(shape: tuple[int, ...], steps: tuple[int, ...]) -> tuple[int, ...]:
    """NumPy's new axes, and empty arrays, have strides of 0, PyTorch's that of what follows."""
    known = list(steps)
    for d in range(len(shape) - 1, -1, -1):
        if 0 in shape or (shape[d] == 1 and not known[d]):
            known[d] = 1 if d == len(shape) - 1 else max(shape[d + 1], 1) * known[d + 1]
    return tuple(known)


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
        if 1 in self._value.shape or not self._value.size:
            steps = _settled(self._value.shape, steps)
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

    is_cuda = is_sparse = is_sparse_csr = is_quantized = is_meta = is_mkldnn = is_nested = False
    is_ipu = is_maia = is_mps = is_mtia = is_vulkan = is_xla = is_xpu = False
    is_cpu = True
    names: Any = None

    def is_distributed(self) -> bool:
        """Always false: there is one process."""
        return False

    def get_device(self) -> int:
        """-1: the processor."""
        return -1
