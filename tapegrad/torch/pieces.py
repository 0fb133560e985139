"""Parts of tensors, most of them views: slices, splits, diagonals, windows."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from tapegrad.core import structural
from tapegrad.core.structural import along
from tapegrad.ops.positions import numbers_of, pick, place
from tapegrad.torch.documentation import documented
from tapegrad.torch.dtypes import int64
from tapegrad.torch.examples import UnbatchableError
from tapegrad.torch.operation import operation
from tapegrad.torch.shaping import transpose
from tapegrad.torch.shaping import view as _view
from tapegrad.torch.size import dimension
from tapegrad.torch.storage import memory_of, strided
from tapegrad.torch.tensor import Tensor, install

__all__ = [
    "as_strided",
    "as_strided_scatter",
    "chunk",
    "dsplit",
    "hsplit",
    "narrow",
    "select",
    "select_scatter",
    "slice_scatter",
    "split",
    "split_with_sizes",
    "swapaxes",
    "swapdims",
    "tensor_split",
    "unflatten",
    "unsafe_chunk",
    "unsafe_split",
    "vsplit",
]


def _index(ndim: int, dim: int, part: Any) -> tuple[Any, ...]:
    return along(dim - ndim, part)


@operation("SliceBackward0", method=False, view=True)
def _sliced(input: Any, dim: int, part: Any) -> Any:
    return structural.getitem(input, index=_index(input._value.ndim, dim, part))


@operation("SelectBackward0", method=False, view=True)
def _selected(input: Any, dim: int, index: int) -> Any:
    return structural.getitem(input, index=_index(input._value.ndim, dim, index))


@documented(
    "torch.narrow(torch.arange(5), 0, 1, 3)", "", start="The first index.", length="How many."
)
def narrow(input: Tensor, dim: int, start: Any, length: int) -> Tensor:
    """A stretch of a dimension, as a view."""
    at = dimension(dim, input._value.ndim)
    size = input._value.shape[at] if input._value.ndim else 0
    if not input._value.ndim:
        raise RuntimeError("narrow() cannot be applied to a 0-dim tensor.")
    first = int(start)
    if not -size <= first <= size:
        raise IndexError(
            f"Dimension out of range (expected to be in range of [{-size}, {size}], but got "
            f"{first})"
        )
    first = first + size if first < 0 else first
    if length < 0:
        raise RuntimeError("narrow(): length must be non-negative.")
    if first + length > size:
        raise RuntimeError(f"start ({first}) + length ({length}) exceeds dimension size ({size}).")
    return _sliced(input, at, slice(first, first + length))


@documented("torch.select(torch.arange(5), 0, 2)", "", index="Which entry.")
def select(input: Tensor, dim: int, index: int) -> Tensor:
    """One entry of a dimension, as a view."""
    if not input._value.ndim:
        raise IndexError("select() cannot be applied to a 0-dim tensor.")
    at = dimension(dim, input._value.ndim)
    size = input._value.shape[at]
    if not -size <= index < size:
        raise IndexError(
            f"select(): index {index} out of range for tensor of size {list(input.shape)} at "
            f"dimension {at}"
        )
    return _selected(input, at, int(index) % size)


@documented(
    "torch.split(torch.arange(5), 2)",
    "",
    tensor="A tensor.",
    split_size_or_sections="The size of each part but the last, or all sizes.",
)
def split(tensor: Tensor, split_size_or_sections: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """The parts of a tensor along a dimension, as views."""
    cut = _parted if hasattr(split_size_or_sections, "__index__") else _parted_by_sizes
    parts: tuple[Tensor, ...] = cut(tensor, *_cuts(tensor, split_size_or_sections, dim))
    return parts


def _cuts(tensor: Tensor, wanted: Any, dim: int) -> tuple[int, list[slice]]:
    """The dimension, and what each part is of it."""
    at = dimension(dim, tensor._value.ndim)
    size = tensor._value.shape[at]
    if hasattr(wanted, "__index__"):
        step = int(wanted)
        if step < 0:
            raise RuntimeError(
                f"split expects split_size be non-negative, but got split_size={step}"
            )
        if step == 0 and size:
            raise RuntimeError(
                f"split_size can only be 0 if dimension size is 0, but got dimension size of {size}"
            )
        sizes = [min(step, size - i) for i in range(0, size, step)] if size else [0]
    else:
        sizes = [int(s) for s in wanted]
        if sum(sizes) != size:
            raise RuntimeError(
                f"split_with_sizes expects split_sizes to sum exactly to {size} (input tensor's "
                f"size at dimension {dim}), but got split_sizes={sizes}"
            )
    ends = np.cumsum([0, *sizes]).tolist()
    return at, [slice(a, b) for a, b in pairwise(ends)]


def _parts_of(input: Any, dim: int, parts: Any) -> Any:
    ndim = input._value.ndim
    return tuple([structural.getitem(input, index=_index(ndim, dim, part)) for part in parts])


_parted = operation("SplitBackward0", method=False, view=True)(_parts_of)
_parted_by_sizes = operation("SplitWithSizesBackward0", method=False, view=True)(_parts_of)
_parted_unsafely = operation("UnsafeSplitBackward0", method=False)(_parts_of)


def split_with_sizes(input: Tensor, split_sizes: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """The parts of these sizes along a dimension."""
    return split(input, list(split_sizes), dim)


documented("torch.split_with_sizes(torch.arange(5), [2, 3])", "", split_sizes="The sizes.")(
    split_with_sizes
)


@documented(
    "torch.unsafe_split(torch.arange(5), 2)",
    "",
    tensor="A tensor.",
    split_size="The size of each part but the last.",
)
def unsafe_split(tensor: Tensor, split_size: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """The parts of a tensor along a dimension, each of which may be changed in place."""
    parts: tuple[Tensor, ...] = _parted_unsafely(tensor, *_cuts(tensor, split_size, dim))
    return parts


@documented("torch.chunk(torch.arange(5), 2)", "", chunks="How many parts at most.")
def chunk(input: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """Parts of equal size, the last of which may be smaller."""
    if not input._value.ndim:
        raise RuntimeError("chunk expects at least a 1-dimensional tensor")
    if chunks <= 0:
        raise RuntimeError(f"chunk expects `chunks` to be greater than 0, got: {chunks}")
    return split(input, _size_of_chunks(input, chunks, dim), dim)


def _size_of_chunks(input: Tensor, chunks: int, dim: int) -> Any:
    size = input._value.shape[dimension(dim, input._value.ndim)]
    return -(-size // chunks) or [0] * chunks


@documented("torch.unsafe_chunk(torch.arange(5), 2)", "", chunks="How many parts at most.")
def unsafe_chunk(input: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """The parts of `chunk`, each of which may be changed in place."""
    return unsafe_split(input, _size_of_chunks(input, chunks, dim), dim)


@documented(
    "torch.tensor_split(torch.arange(5), (1, 4))",
    "",
    indices_or_sections="The number of parts, or the indices at which they begin.",
)
def tensor_split(input: Tensor, indices_or_sections: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """Parts of nearly equal size, or between given indices."""
    if not input._value.ndim:
        raise RuntimeError(
            "tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims"
        )
    at = dimension(dim, input._value.ndim)
    size = input._value.shape[at]
    if isinstance(indices_or_sections, Tensor):
        indices_or_sections = _marks(indices_or_sections)
    if hasattr(indices_or_sections, "__index__"):
        count = int(indices_or_sections)
        if count <= 0:
            raise RuntimeError(f"number of sections must be larger than 0, got {count}")
        base, extra = divmod(size, count)
        ends = np.cumsum([0] + [base + (i < extra) for i in range(count)]).tolist()
        bounds = list(pairwise(ends))
    else:
        marks = [None, *indices_or_sections, None]
        bounds = list(pairwise(marks))
    return tuple([_sliced(input, at, slice(a, b)) for a, b in bounds])


def _marks(given: Tensor) -> Any:
    if given.dtype != int64:
        raise RuntimeError(
            f"tensor_split expected tensor_indices_or_sections to have dtype of long, but got "
            f"{given.dtype.abbreviation}"
        )
    if given.ndim > 1:
        raise RuntimeError(
            f"tensor_split expected tensor_indices_or_sections to be a zero-dimensional or "
            f"one-dimensional tensor, but got a tensor with {given.ndim} dims"
        )
    return given.tolist()


def _split_along(name: str, dim: int, least: int) -> Any:
    def call(input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
        ndim = input._value.ndim
        if ndim < least:
            raise RuntimeError(
                f"torch.{name} requires a tensor with at least {least} dimension"
                f"{'s' if least > 1 else ''}, but got a tensor with {ndim} dimensions!"
            )
        return tensor_split(input, indices_or_sections, 0 if ndim == 1 else dim)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"`tensor_split` along dimension {dim}."
    install(**{name: call})
    shape = {"hsplit": "4", "vsplit": "4, 1", "dsplit": "1, 1, 4"}[name]
    return documented(
        f"[p.shape for p in torch.{name}(torch.ones({shape}), 2)]",
        "",
        indices_or_sections="As for `tensor_split`.",
    )(call)


hsplit = _split_along("hsplit", 1, 1)
vsplit = _split_along("vsplit", 0, 2)
dsplit = _split_along("dsplit", 2, 3)


@documented("torch.unflatten(torch.arange(6), 0, (2, 3))", "", sizes="The shape that it becomes.")
def unflatten(input: Tensor, dim: int, sizes: Any) -> Tensor:
    """One dimension as several."""
    shape = input._value.shape
    at = dimension(dim, len(shape))
    sizes = tuple(sizes)
    known = int(np.prod([s for s in sizes if s != -1]))
    if -1 in sizes and known:
        sizes = tuple(shape[at] // known if s == -1 else s for s in sizes)
    if int(np.prod(sizes)) != shape[at]:
        raise RuntimeError(
            f"unflatten: Provided sizes {list(sizes)} don't multiply up to the size of dim {at} "
            f"({shape[at]}) in the input tensor"
        )
    return _view(input, *shape[:at], *sizes, *shape[at + 1 :])


# Diagonals


# Windows, and memory seen anew


def _windows(a: Any, dimension: int, size: int, step: int) -> Any:
    seen = np.lib.stride_tricks.sliding_window_view(a, size, dimension, writeable=a.flags.writeable)
    return seen[(slice(None),) * dimension + (slice(None, None, step),)]


@operation("UnfoldBackward0", method=False, view=_windows)
def _unfolded(input: Any, dimension: int, size: int, step: int) -> Any:
    return pick(input, _windows(numbers_of(input), dimension, size, step))


def unfold(self: Tensor, dimension_: int, size: int, step: int) -> Tensor:
    """Windows of a dimension, as a view; the window is the last dimension."""
    if not self._value.ndim:
        return self.reshape(1)[:size]
    at = dimension(dimension_, self._value.ndim)
    if size > self._value.shape[at]:
        raise RuntimeError(
            f"maximum size for tensor at dimension {at} is {self._value.shape[at]} but size is "
            f"{size}"
        )
    if step <= 0:
        raise RuntimeError(f"step is {step} but must be > 0")
    return _unfolded(self, at, size, step)


def _strided_memory(a: Any, size: Any, stride: Any, storage_offset: int) -> Any:
    return strided(memory_of(a), size, stride, storage_offset)


@operation("AsStridedBackward0", method=False, view=_strided_memory)
def _as_strided(input: Any, size: Any, stride: Any, storage_offset: int) -> Any:
    return pick(input, strided(memory_of(numbers_of(input)), size, stride, storage_offset))


@documented(
    "torch.as_strided(torch.arange(6), (2, 2), (1, 2))",
    "",
    stride="Per dimension, how far apart neighbours are.",
    storage_offset="Where the first element is.",
)
def as_strided(input: Tensor, size: Any, stride: Any, storage_offset: int | None = None) -> Tensor:
    """The memory seen with another shape and other strides."""
    if input._level is not None:
        raise UnbatchableError("the memory of an example")
    offset = input.storage_offset() if storage_offset is None else storage_offset
    return _as_strided(input, tuple(size), tuple(stride), offset)


# Other values in a part


@documented(
    "torch.select_scatter(torch.zeros(2, 2), torch.ones(2), 0, 1)",
    "",
    src="The new values.",
    index="Which entry.",
)
@operation("SelectScatterBackward0")
def select_scatter(input: Any, src: Any, dim: int, index: int) -> Any:
    """A copy with other values in one entry of a dimension."""
    at = dimension(dim, input._value.ndim)
    return place(input, numbers_of(input)[_index(input._value.ndim, at, index)], src)


@documented(
    "torch.slice_scatter(torch.zeros(4), torch.ones(2), 0, 1, 3)",
    "",
    src="The new values.",
    start="The first index.",
    end="The index after the last.",
    step="From one to the next.",
)
@operation("SliceScatterBackward0")
def slice_scatter(
    input: Any, src: Any, dim: int = 0, start: Any = None, end: Any = None, step: int = 1
) -> Any:
    """A copy with other values in a slice of a dimension."""
    at = dimension(dim, input._value.ndim)
    part = slice(start, end, step)
    return place(input, numbers_of(input)[_index(input._value.ndim, at, part)], src)


@documented(
    "torch.as_strided_scatter(torch.zeros(4), torch.ones(2), (2,), (2,))",
    "",
    src="The new values.",
    stride="As for `as_strided`.",
    storage_offset="As for `as_strided`.",
)
@operation("AsStridedScatterBackward0")
def as_strided_scatter(
    input: Any, src: Any, size: Any, stride: Any, storage_offset: int | None = None
) -> Any:
    """A copy with other values in what `as_strided` shows."""
    places = strided(memory_of(numbers_of(input)), size, stride, storage_offset or 0)
    return place(input, places, src)


swapaxes = swapdims = transpose
install(
    narrow=narrow,
    select=select,
    split=split,
    split_with_sizes=split_with_sizes,
    chunk=chunk,
    unsafe_split=unsafe_split,
    unsafe_chunk=unsafe_chunk,
    tensor_split=tensor_split,
    unflatten=unflatten,
    unfold=unfold,
    as_strided=as_strided,
    swapaxes=swapaxes,
    swapdims=swapdims,
)
