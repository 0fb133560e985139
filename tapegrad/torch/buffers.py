"""Tensors of what has values already: arrays, buffers, bounds."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from tapegrad.torch.documentation import documented
from tapegrad.torch.dtypes import get_default_dtype, to_numpy
from tapegrad.torch.from_data import from_numpy, made, tensor
from tapegrad.torch.tensor import Tensor, install

__all__ = ["asarray", "frombuffer", "range"]


@documented(
    "torch.asarray([1.0, 2.0])",
    obj="A tensor, an array, a number or a sequence.",
    copy="True for memory of its own, False for that of `obj` or an error, None for either.",
    requires_grad="Whether operations on the result are recorded; by default as for `obj`.",
)
def asarray(
    obj: Any,
    *,
    dtype: Any = None,
    device: Any = None,
    copy: bool | None = None,
    requires_grad: bool | None = None,
) -> Tensor:
    """A tensor in the memory of a tensor or of an array, or a new one of anything else.

    ValueError if memory cannot be shared and `copy` is False.
    """
    has_memory = isinstance(obj, (Tensor, np.ndarray))
    if not has_memory:
        if copy is False:
            raise ValueError("can't alias arbitrary sequence into a tensor.")
        return tensor(obj, dtype=dtype, requires_grad=bool(requires_grad))
    found: Any = obj if isinstance(obj, Tensor) else from_numpy(obj)
    if requires_grad is None and found.requires_grad:
        warnings.warn(
            "torch.asarray: unspecified requires_grad now defaults to obj.requires_grad instead "
            "of False. Pass requires_grad=False explicitly to get the old behavior and silence "
            "this warning.",
            stacklevel=2,
        )
    if requires_grad is False:
        found = found.detach()
    if dtype is not None and dtype != found.dtype:
        if copy is False:
            raise ValueError(f"can't alias tensor with dtype '{found.dtype}' into dtype '{dtype}'.")
        found = found.to(dtype)
    elif copy:
        found = found.clone()
    if requires_grad and not found.requires_grad:
        found = found.detach().requires_grad_()
    return found


@documented(
    "torch.frombuffer(bytearray([1, 0, 2, 0]), dtype=torch.int16)",
    buffer="Anything with Python's buffer protocol.",
    dtype="The type of the entries.",
    count="How many entries; -1 for all.",
    offset="How many bytes are skipped.",
)
def frombuffer(
    buffer: Any, *, dtype: Any, count: int = -1, offset: int = 0, requires_grad: bool = False
) -> Tensor:
    """A tensor of one axis in the memory of a buffer.

    ValueError if the buffer is too short, or does not end with an entry.
    """
    view = memoryview(buffer).cast("B")
    length, size = view.nbytes, to_numpy(dtype).itemsize
    if length <= 0 or count == 0:
        raise ValueError(f"both buffer length ({length}) and count ({count}) must not be 0")
    if not 0 <= offset < length:
        raise ValueError(
            f"offset ({offset} bytes) must be non-negative and no greater than buffer length "
            f"({length} bytes) minus 1"
        )
    rest = length - offset
    if count < 0 and rest % size:
        raise ValueError(
            f"buffer length ({length} bytes) after offset ({offset} bytes) must be a multiple of "
            f"element size ({size})"
        )
    if count > 0 and count * size > rest:
        raise ValueError(
            f"requested buffer length ({count} * {size} bytes) after offset ({offset} bytes) must "
            f"not be greater than actual buffer length ({length} bytes)"
        )
    if view.readonly:
        warnings.warn(
            "The given buffer is not writable, and PyTorch does not support non-writable tensors. "
            "This means you can write to the underlying (supposedly non-writable) buffer using "
            "the tensor. Here the tensor is a copy.",
            stacklevel=2,
        )
        view = memoryview(bytearray(view))
    found = from_numpy(np.frombuffer(view, to_numpy(dtype), count, offset))
    return found.requires_grad_() if requires_grad else found


@documented(
    "import warnings\n"
    "with warnings.catch_warnings():\n"
    "    warnings.simplefilter('ignore')\n"
    "    x = torch.range(1, 2, 0.5)\n"
    "\n"
    "x",
    "tensor([1.0000, 1.5000, 2.0000])",
    start="The first number.",
    end="The largest number that there may be; the only argument is this one.",
    step="From one number to the next.",
)
def range(  # PyTorch's name
    start: float = 0,
    end: float | None = None,
    step: float = 1,
    *,
    out: Any = None,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Numbers from one to another, with both ends; deprecated, use `arange`."""
    warnings.warn(
        "torch.range is deprecated and will be removed in a future release because its behavior "
        "is inconsistent with Python's range builtin. Instead, use torch.arange, which produces "
        "values in [start, end).",
        stacklevel=2,
    )
    if end is None:
        start, end = 0, start
    if step == 0:
        raise RuntimeError("step must be nonzero")
    if (end - start) * step < 0:
        raise RuntimeError("upper bound and lower bound inconsistent with step sign")
    count = math.floor((end - start) / step) + 1
    values = start + step * np.arange(count, dtype=np.float64)
    kind = to_numpy(get_default_dtype() if dtype is None else dtype)
    return made(values.astype(kind), requires_grad, out)


def _dim_order(self: Tensor, ambiguity_check: Any = False) -> tuple[int, ...]:
    """The dimensions by their strides, the largest first."""
    strides = self.stride()
    return tuple(sorted(np.arange(self.dim()).tolist(), key=lambda d: -strides[d]))


install(dim_order=_dim_order)
