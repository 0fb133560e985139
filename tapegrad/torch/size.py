"""Shapes as PyTorch shows them, and the one device that there is."""

from __future__ import annotations

from math import prod
from typing import Any

__all__ = [
    "Size",
    "channels_last",
    "contiguous_format",
    "device",
    "layout",
    "memory_format",
    "preserve_format",
    "strided",
]


class Size(tuple[int, ...]):
    """A shape: a tuple that knows how many elements it has.

    Parameters
    ----------
    iterable
        The sizes of the dimensions.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> torch.ones(2, 3).shape, torch.ones(2, 3).shape.numel()
    (torch.Size([2, 3]), 6)
    """

    __slots__ = ()

    def numel(self) -> int:
        """The number of elements of a tensor of this shape."""
        return prod(self)

    def __repr__(self) -> str:
        return f"torch.Size({list(self)})"

    def __add__(self, other: Any) -> Size:
        return Size(tuple(self) + tuple(other))

    def __radd__(self, other: Any) -> Size:
        return Size(tuple(other) + tuple(self))

    def __mul__(self, times: Any) -> Size:
        return Size(tuple(self) * times)

    __rmul__ = __mul__

    def __getitem__(self, key: Any) -> Any:
        found = tuple.__getitem__(self, key)
        return Size(found) if isinstance(key, slice) else found


class device:
    """Where data is: the memory of this machine, ``torch.device('cpu')``.

    Parameters
    ----------
    type
        ``"cpu"``, or another device with that name.
    index
        Its number, None or 0.

    Raises
    ------
    RuntimeError
        For any other device.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> torch.ones(1).device
    device(type='cpu')
    """

    __slots__ = ("index", "type")

    type: str
    index: int | None

    def __init__(self, type: Any = "cpu", index: int | None = None) -> None:
        if isinstance(type, device):
            type, index = type.type, type.index
        name, _, number = str(type).partition(":")
        if name != "cpu":
            raise RuntimeError(
                f"Expected one of cpu device type at start of device string: {name}. tapegrad "
                f"computes on the processor only: leave the device out, or choose it with "
                f'`"cuda" if torch.cuda.is_available() else "cpu"`.'
            )
        self.type = name
        self.index = int(number) if number else index

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, device):
            return NotImplemented
        return self.type == other.type and self.index == other.index

    def __hash__(self) -> int:
        return hash((self.type, self.index))

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __repr__(self) -> str:
        index = "" if self.index is None else f", index={self.index}"
        return f"device(type='{self.type}'{index})"

    def __enter__(self) -> device:
        return self

    def __exit__(self, *exc_info: object) -> None:
        pass


CPU = device("cpu")


class layout:
    """How data is stored.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> torch.ones(1).layout
    torch.strided
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return f"torch.{self._name}"


class memory_format(layout):
    """In which order the axes are stored.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> torch.contiguous_format
    torch.contiguous_format
    """


strided = layout("strided")
contiguous_format = memory_format("contiguous_format")
preserve_format = memory_format("preserve_format")
channels_last = memory_format("channels_last")


def dimension(dim: Any, ndim: int) -> int:
    """A dimension counted from the front.

    Raises
    ------
    IndexError
        If there is no such dimension.
    """
    size = max(ndim, 1)
    position = dim.__index__()
    if not -size <= position < size:
        raise IndexError(
            f"Dimension out of range (expected to be in range of [{-size}, {size - 1}], but got "
            f"{position})"
        )
    return int(position % size)
