"""Shapes and memory of tensors changed in place, uninitialised tensors, functions of elements."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.torch import shaping
from tapegrad.torch.creation import shape_of
from tapegrad.torch.documentation import documented
from tapegrad.torch.dtypes import get_default_dtype, to_numpy
from tapegrad.torch.examples import as_array
from tapegrad.torch.from_data import made
from tapegrad.torch.in_place import check_changeable
from tapegrad.torch.operation import takes_out
from tapegrad.torch.pieces import as_strided, split_with_sizes
from tapegrad.torch.size import dimension
from tapegrad.torch.sorting import named_result
from tapegrad.torch.storage import strided
from tapegrad.torch.tensor import Tensor, install, wrapped

__all__ = [
    "empty_permuted",
    "empty_strided",
    "histogram",
    "histogramdd",
    "nonzero_static",
    "split_with_sizes_copy",
]

Histogram = named_result("histogram", "hist", "bin_edges")
Histogramdd = named_result("histogramdd", "hist", "bin_edges")


def _numpy_dtype(dtype: Any) -> Any:
    return get_default_dtype().numpy_dtype if dtype is None else to_numpy(dtype)


@documented(
    "torch.empty_strided((2, 3), (1, 2)).stride()",
    "",
    stride="Per dimension, how many elements apart neighbours are.",
    options="As for `empty`.",
)
def empty_strided(size: Any, stride: Any, *, dtype: Any = None, **options: Any) -> Tensor:
    """An uninitialised tensor with these strides."""
    size, stride = shape_of((size,), "empty_strided"), tuple(stride)
    if len(size) != len(stride):
        raise RuntimeError(
            f"mismatch in length of strides and shape: {len(stride)} strides for {len(size)} "
            f"dimensions"
        )
    count = 1 + sum((n - 1) * s for n, s in zip(size, stride, strict=True)) if 0 not in size else 0
    base = np.empty(count, _numpy_dtype(dtype))
    return made(strided(base, size, stride, 0), options.get("requires_grad", False))


@documented(
    "torch.empty_permuted((2, 3), (1, 0)).stride()",
    "",
    physical_layout="The dimensions, from the one whose neighbours are farthest apart in memory.",
    options="As for `empty`.",
)
def empty_permuted(size: Any, physical_layout: Any, *, dtype: Any = None, **options: Any) -> Tensor:
    """An uninitialised tensor without gaps, whose dimensions are in memory in another order."""
    size, order = shape_of((size,), "empty_permuted"), tuple(physical_layout)
    if sorted(order) != list(range(len(size))):
        raise RuntimeError(
            f"Number of dimensions in the tensor input does not match the length of the physical "
            f"layout; i.e. len(size) = {len(size)} is not equal to len(physical_layout) = "
            f"{len(order)}"
        )
    array = np.empty([size[d] for d in order], _numpy_dtype(dtype))
    return made(array.transpose(np.argsort(order)), options.get("requires_grad", False))


def _new_empty_strided(
    self: Tensor, size: Any, stride: Any, *, dtype: Any = None, **options: Any
) -> Tensor:
    """An uninitialised tensor with these strides, of this tensor's type."""
    return empty_strided(size, stride, dtype=self.dtype if dtype is None else dtype, **options)


def _resize(self: Tensor, *sizes: Any, memory_format: Any = None) -> Tensor:
    """Give this tensor another shape: what fits of its memory stays, what is new is not set."""
    if self._node is not None:
        raise RuntimeError("cannot resize variables that require grad")
    shape = shape_of(sizes, "resize_")
    count = math.prod(shape)
    if count * self._value.itemsize >= 2**63:
        raise RuntimeError(f"Storage size calculation overflowed with sizes={list(shape)}")
    flat = as_array(self._value).reshape(-1)
    if count > flat.size:
        grown = np.empty(count, flat.dtype)
        grown[: flat.size] = flat
        flat = grown
    self._value = flat[:count].reshape(shape)
    return self


def _resize_as(self: Tensor, other: Tensor, *, memory_format: Any = None) -> Tensor:
    """Give this tensor the shape of another."""
    return _resize(self, tuple(other.shape))


def _turned(name: str, view: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """A method that makes its tensor what another method would show of it."""

    def method(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        check_changeable(self)
        origin = "" if self._view is None else self._view.origin
        seen = view(self, *args, **kwargs)
        if seen is self:
            return self
        shown = None
        if self._view is not None and seen._view is not None:
            shown = seen._view
            shown.origin = origin
        self._value, self._id, self._node, self._view = seen._value, seen._id, seen._node, shown
        return self

    method.__name__ = method.__qualname__ = name
    method.__doc__ = f"`{name[:-1]}`, of this tensor itself."
    return method


def _apply(self: Tensor, callable: Any) -> Tensor:
    """Write a Python function of each element in its place."""
    return _elementwise(self, "apply_", callable)


def _map(self: Tensor, tensor: Tensor, callable: Any) -> Tensor:
    """Write a Python function of the elements of two tensors into this one."""
    return _elementwise(self, "map_", callable, tensor)


def _map2(self: Tensor, x: Tensor, y: Tensor, callable: Any) -> Tensor:
    """Write a Python function of the elements of three tensors into this one."""
    return _elementwise(self, "map2_", callable, x, y)


def _elementwise(self: Tensor, name: str, function: Any, *others: Tensor) -> Tensor:
    if self._node is not None or any(x._node is not None for x in others):
        raise RuntimeError(
            f"Can't call {name}() on Variable that requires grad. Use var.detach().{name}() "
            f"instead."
        )
    if not callable(function):
        raise TypeError(f"{name}(): argument 'callable' must be a function, not {function!r}")
    arrays = np.broadcast_arrays(self._value, *[x._value for x in others])
    values = [function(*v) for v in zip(*[a.reshape(-1).tolist() for a in arrays], strict=True)]
    array = np.array(values).astype(self._value.dtype).reshape(self._value.shape)
    return self.copy_(wrapped(array))


def _fill_diagonal(self: Tensor, fill_value: Any, wrap: bool = False) -> Tensor:
    """Write one value on the diagonal."""
    if self.ndim < 2:
        raise RuntimeError("dimensions must larger than 1")
    if self.ndim > 2 and len(set(self.shape)) > 1:
        raise RuntimeError("all dimensions of input must be of equal length")
    mask = np.zeros(tuple(self.shape), np.bool_)
    np.fill_diagonal(mask, True, wrap)
    return self.masked_fill_(wrapped(mask), fill_value)


# Copies and counts


@documented(
    "torch.split_with_sizes_copy(torch.arange(3), [1, 2])",
    "",
    split_sizes="The sizes of the parts.",
)
@takes_out
def split_with_sizes_copy(
    input: Tensor, split_sizes: Any, dim: int = 0, *, out: Any = None
) -> tuple[Tensor, ...]:
    """The parts of these sizes along a dimension, in memory of their own."""
    dimension(dim, input.ndim)
    return tuple([part.clone() for part in split_with_sizes(input, split_sizes, dim)])


@documented(
    "torch.nonzero_static(torch.tensor([0, 5, 7]), size=3)",
    "",
    size="How many rows.",
    fill_value="What stands in rows that there are too many of.",
)
def nonzero_static(input: Tensor, *, size: int, fill_value: int = -1) -> Tensor:
    """The indices of the first elements that are not zero, as a given number of rows."""
    if size < 0:
        raise RuntimeError("nonzero_static: 'size' must be an non-negative integer")
    found = np.full((size, input.ndim), fill_value, np.int64)
    rows = as_array(input.nonzero()._value)[:size]
    found[: len(rows)] = rows
    return wrapped(found)


def _refuse_gradient(name: str, input: Tensor) -> None:
    if input.requires_grad:
        raise RuntimeError(
            f"torch.{name}(): the counts have no derivative: use tensor.detach() first"
        )


@documented(
    "torch.histogram(torch.tensor([1.0, 2.0, 1.0]), 2).hist",
    "",
    bins="How many bins, or their edges as a tensor.",
    range="Where the first begins and the last ends; by default the data's extremes.",
    weight="How much each element counts.",
    density="Whether to divide by widths and the total.",
)
@takes_out
def histogram(
    input: Tensor,
    bins: Any,
    *,
    range: Any = None,
    weight: Tensor | None = None,
    density: bool = False,
    out: Any = None,
) -> Any:
    """How many elements fall in each bin, and the edges of the bins."""
    _refuse_gradient("histogram", input)
    d = input._value.dtype
    data = as_array(input._value).reshape(-1)
    weights = None if weight is None else as_array(weight._value).reshape(-1)
    edges = bins._value if isinstance(bins, Tensor) else _edges(data, int(bins), range, d)
    counts, _ = np.histogram(data, edges, weights=weights, density=density)
    return Histogram(wrapped(counts.astype(d)), wrapped(np.array(edges)))


def _edges(data: Any, bins: int, range: Any, dtype: Any) -> Any:
    if bins <= 0:
        raise RuntimeError(f"torch.histogramdd(): bins must be > 0, but got {bins}")
    if range is None:
        low, high = (data.min(), data.max()) if data.size else (0.0, 0.0)
    else:
        low, high = range
    if low == high:
        low, high = (low - 0.5, high + 0.5) if range is None or data.size else (low, high + 1)
    return np.linspace(low, high, bins + 1).astype(dtype)


@documented(
    "torch.histogramdd(torch.tensor([[1.0, 2.0], [1.0, 3.0]]), 2).hist",
    "",
    bins="How many bins in all or in each coordinate, or their edges as tensors.",
    range="Two numbers for each coordinate.",
    weight="How much each point counts.",
    density="Whether to divide by volumes and the total.",
)
def histogramdd(
    input: Tensor,
    bins: Any,
    *,
    range: Any = None,
    weight: Tensor | None = None,
    density: bool = False,
) -> Any:
    """How many points, the rows of the last dimension, fall in each box, and the boxes' edges."""
    _refuse_gradient("histogramdd", input)
    d = input._value.dtype
    count = input.shape[-1]
    data = as_array(input._value).reshape(-1, count)
    weights = None if weight is None else as_array(weight._value).reshape(-1)
    wanted = [bins] * count if hasattr(bins, "__index__") and not isinstance(bins, Tensor) else bins
    edges = []
    for i, b in enumerate(wanted):
        if isinstance(b, Tensor):
            edges.append(as_array(b._value))
        else:
            span = None if range is None else range[2 * i : 2 * i + 2]
            edges.append(_edges(data[:, i], int(b), span, d))
    counts, _ = np.histogramdd(data, edges, weights=weights, density=density)
    return Histogramdd(wrapped(counts.astype(d)), tuple([wrapped(np.array(e)) for e in edges]))


install(
    new_empty_strided=_new_empty_strided,
    resize_=_resize,
    resize_as_=_resize_as,
    t_=_turned("t_", shaping.t),
    transpose_=_turned("transpose_", shaping.transpose),
    swapaxes_=_turned("swapaxes_", shaping.transpose),
    swapdims_=_turned("swapdims_", shaping.transpose),
    as_strided_=_turned("as_strided_", as_strided),
    squeeze_=_turned("squeeze_", shaping.squeeze),
    unsqueeze_=_turned("unsqueeze_", shaping.unsqueeze),
    apply_=_apply,
    map_=_map,
    map2_=_map2,
    fill_diagonal_=_fill_diagonal,
    histogram=histogram,
    nonzero_static=nonzero_static,
    is_nonzero=bool,
    is_pinned=lambda self, device=None: False,
    is_shared=lambda self: False,
    is_same_size=lambda self, other: self.shape == other.shape,
    is_neg=lambda self: False,
)
