"""Other types and other memory: ``to``, ``float()`` and their like, `copy_`."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.structural import broadcast_to, identity
from tapegrad.ops.cast import in_dtype
from tapegrad.torch import dtypes
from tapegrad.torch.in_place import assign, check_changeable
from tapegrad.torch.node import node_type
from tapegrad.torch.operation import operation
from tapegrad.torch.running import run
from tapegrad.torch.size import device as _device
from tapegrad.torch.tensor import Tensor, install, wrapped

__all__ = []


@operation("ToCopyBackward0", method=False)
def _converted(input: Any, dtype: np.dtype[Any]) -> Any:
    return in_dtype(input, dtype)


def to(self: Tensor, *args: Any, **options: Any) -> Tensor:
    """The tensor in another type; the tensor itself if it has that type already.

    Parameters
    ----------
    args
        A type, a device, a type after a device, or another tensor, whose type counts.
    options
        The same by name, and ``copy=True`` for a copy in any case.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> torch.tensor([1, 2]).to(torch.float64)
    tensor([1., 2.], dtype=torch.float64)
    """
    wanted = options.get("dtype")
    where = options.get("device")
    other = options.get("other")
    copy = options.get("copy", False)
    for i, argument in enumerate(args):
        if isinstance(argument, Tensor):
            other = argument
        elif isinstance(argument, bool):
            copy = argument if i == len(args) - 1 and i > 1 else copy
        elif isinstance(argument, dtypes.dtype) or argument in (float, int, bool, complex):
            wanted = argument
        elif argument is not None:
            where = argument
    if where is not None:
        _device(where)
    if other is not None:
        wanted = other.dtype
    target = self._value.dtype if wanted is None else dtypes.to_numpy(wanted)
    if target != self._value.dtype:
        return _converted(self, target)
    return self.clone() if copy else self


def _caster(name: str, target: dtypes.dtype) -> Any:
    def method(self: Tensor, memory_format: Any = None) -> Tensor:
        return to(self, target)

    method.__name__ = name
    method.__doc__ = f"The tensor as {target}."
    return method


for _name in (
    "bool",
    "short",
    "int",
    "long",
    "half",
    "bfloat16",
    "float",
    "double",
    "cfloat",
    "cdouble",
):
    setattr(Tensor, _name, _caster(_name, getattr(dtypes, _name)))
install(byte=_caster("byte", dtypes.uint8), char=_caster("char", dtypes.int8))


def type_as(self: Tensor, other: Tensor) -> Tensor:
    """The tensor in the type of another."""
    return to(self, other.dtype)


def cpu(self: Tensor, memory_format: Any = None) -> Tensor:
    """The tensor itself: it is in this machine's memory."""
    return self


def cuda(self: Tensor, *args: Any, **options: Any) -> Tensor:
    """There is no other device: AssertionError, as PyTorch without CUDA."""
    raise AssertionError("Torch not compiled with CUDA enabled")


@operation("CloneBackward0", method=False)
def _copied(input: Any) -> Any:
    return identity(input)


def contiguous(self: Tensor, memory_format: Any = None) -> Tensor:
    """The tensor itself if its elements lie in order, else a copy in which they do."""
    if self.is_contiguous():
        return self
    copy: Tensor = _copied(self)
    copy._value = np.ascontiguousarray(copy._value)
    return copy


def type(self: Tensor, dtype: Any = None, non_blocking: bool = False) -> Any:
    """The name of the tensor's type, or the tensor in another type."""
    if dtype is None:
        return f"torch.{self.dtype.abbreviation}Tensor"
    if isinstance(dtype, str):
        named = {f"torch.{d.abbreviation}Tensor": d for d in dtypes.ALL}
        if dtype not in named:
            raise ValueError(f"invalid type: {dtype!r}")
        dtype = named[dtype]
    return to(self, getattr(dtype, "of", dtype))


def copy_(self: Tensor, src: Any, non_blocking: bool = False) -> Tensor:
    """Write the values of another tensor, broadcast and converted, into this one."""
    check_changeable(self)
    if not isinstance(src, Tensor):
        src = wrapped(np.asarray(src))
    shape, target = self._value.shape, self._value.dtype
    try:
        fits = np.broadcast_shapes(src._value.shape, shape) == shape
    except ValueError:
        fits = False
    if not fits:
        size, given = list(shape), list(src._value.shape)
        if len(given) > len(size):
            raise RuntimeError(
                f"expand({_tensor_name(src)}{{{given}}}, size={size}): the number of sizes "
                f"provided ({len(size)}) must be greater or equal to the number of dimensions in "
                f"the tensor ({len(given)})"
            )
        offset = len(size) - len(given)
        axis = next(i for i in range(len(given)) if given[i] not in (1, size[i + offset]))
        raise RuntimeError(
            f"The expanded size of the tensor ({size[axis + offset]}) must match the existing size "
            f"({given[axis]}) at non-singleton dimension {axis + offset}.  Target sizes: {size}.  "
            f"Tensor sizes: {given}"
        )

    def values(x: Any) -> Any:
        x = in_dtype(x, target)
        x = broadcast_to(x, to=shape) if x._value.shape != shape else identity(x)
        return identity(x)

    return assign(self, run(values, node_type("CopyBackwards"), (src,), {}), "copy")


def _tensor_name(x: Tensor) -> str:
    return f"torch.{x.dtype.abbreviation}Tensor"


install(
    to=to,
    type_as=type_as,
    cpu=cpu,
    cuda=cuda,
    contiguous=contiguous,
    type=type,
    copy_=copy_,
)
