"""Elements picked, replaced and added up by index tensors and masks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.core.table import TABLE, recording
from tapegrad.core.tensor import wrap, wrap_constant
from tapegrad.ops import elementwise
from tapegrad.ops.cast import in_dtype
from tapegrad.ops.positions import add_at, fitted, numbers_of, pick, place
from tapegrad.ops.segment_reductions import (
    unsorted_segment_max,
    unsorted_segment_min,
    unsorted_segment_prod,
)
from tapegrad.torch.documentation import documented
from tapegrad.torch.examples import Example, as_array
from tapegrad.torch.indexing import put_at
from tapegrad.torch.operation import changing, operation
from tapegrad.torch.size import dimension
from tapegrad.torch.tensor import Tensor, install

__all__ = [
    "gather",
    "index_add",
    "index_copy",
    "index_fill",
    "index_put",
    "index_reduce",
    "index_select",
    "put",
    "scatter",
    "scatter_add",
    "scatter_reduce",
    "take",
    "take_along_dim",
]


def _whole_numbers(name: str, index: Any) -> Any:
    array = as_array(index._value)
    if array.dtype.kind not in "iu":
        word = " or " if name == "index_select" else "/"
        raise RuntimeError(f"{name}(): Expected dtype int32{word}int64 for index")
    return array


def _checked(name: str, index: Any, size: int, dim: int) -> Any:
    array = _whole_numbers(name, index)
    if array.size and (array.min() < 0 or array.max() >= size):
        wrong = array[(array < 0) | (array >= size)].flat[0]
        raise RuntimeError(f"index {wrong} is out of bounds for dimension {dim} with size {size}")
    return array


def _along(name: str, x: Any, index: Any, dim: int) -> Any:
    """The positions that ``out[i][j] = x[index[i][j]][j]`` means."""
    shape = x._value.shape
    at = dimension(dim, len(shape))
    if not shape:
        return np.zeros(np.shape(index._value), np.int64)
    array = _checked(name, index, shape[at], at)
    if array.ndim != len(shape) and array.size:
        raise RuntimeError(
            f"Index tensor must have the same number of dimensions as "
            f"{'input' if name == 'gather' else 'self'} tensor"
        )
    if not array.size:
        return np.zeros(array.shape, np.int64)
    for d, (n, m) in enumerate(zip(array.shape, shape, strict=True)):
        if d != at and n > m:
            raise RuntimeError(
                f"Size does not match at dimension {d} expected index {list(array.shape)} to be no "
                f"larger than self {list(shape)} apart from dimension {at}"
            )
    grids = list(np.ogrid[tuple(slice(n) for n in array.shape)])
    grids[at] = array
    return np.ravel_multi_index(tuple(np.broadcast_arrays(*grids)), shape)


def _differ_only_in(x: Any, index: Any, dim: int) -> bool:
    """Whether an index has the sizes of a tensor but for a dimension."""
    a, b = list(x._value.shape), list(index._value.shape)
    return bool(a) and len(a) == len(b) and a[:dim] + a[dim:][1:] == b[:dim] + b[dim:][1:]


@documented(
    "torch.gather(torch.tensor([[1, 2], [3, 4]]), 1, torch.tensor([[0, 0], [1, 0]]))",
    "",
    index="Which entries of the dimension, for every place of the result.",
    sparse_grad="Without effect.",
)
@operation()
def gather(input: Any, dim: int, index: Any, *, sparse_grad: bool = False) -> Any:
    """``out[i][j] = input[index[i][j]][j]`` for dimension 0, and so on for others."""
    if isinstance(index._value, Example) and _differ_only_in(input, index, dim):
        return recording.take_along_axis(input, index, axis=dim % input._value.ndim - input.ndim)
    return pick(input, _along("gather", input, index, dim))


@documented(
    "torch.take_along_dim(torch.tensor([[3, 1], [2, 4]]), torch.tensor([[1], [0]]), 1)",
    "",
    indices="Which entries; they broadcast.",
)
@operation("GatherBackward0")
def take_along_dim(input: Any, indices: Any, dim: int | None = None) -> Any:
    """Elements by indices along a dimension, such as those from `argsort`."""
    if dim is None:
        return pick(input, _checked("take", indices, input._value.size, 0).reshape(-1))
    at = dimension(dim, input._value.ndim)
    shape = list(input._value.shape)
    index = list(indices._value.shape)
    both = np.broadcast_shapes(
        tuple(n for d, n in enumerate(shape) if d != at),
        tuple(n for d, n in enumerate(index) if d != at),
    )
    whole = list(both)
    numbers = np.broadcast_to(numbers_of(input), (*whole[:at], shape[at], *whole[at:]))
    wanted = np.broadcast_to(indices._value, (*whole[:at], index[at], *whole[at:]))
    return pick(input, np.take_along_axis(numbers, wanted, at))


@documented(
    "torch.take(torch.tensor([[1, 2], [3, 4]]), torch.tensor([0, 3]))",
    "",
    index="Which elements of the flattened tensor.",
)
@operation()
def take(input: Any, index: Any) -> Any:
    """Elements of the flattened tensor."""
    positions = _whole_numbers("take", index)
    size = input._value.size
    if positions.size and (positions.min() < -size or positions.max() >= size):
        raise IndexError(
            f"out of range: tried to access index {positions.max()} on a tensor of {size} elements."
        )
    return pick(input, np.where(positions < 0, positions + size, positions))


@documented(
    "torch.index_select(torch.tensor([[1, 2], [3, 4]]), 0, torch.tensor([1]))",
    "",
    index="Which entries.",
)
@operation()
def index_select(input: Any, dim: int, index: Any) -> Any:
    """Entries of a dimension."""
    at = dimension(dim, input._value.ndim)
    if isinstance(index._value, Example) and input._value.ndim and index._value.ndim == 1:
        return TABLE["gather"](input, index, axis=at - input._value.ndim)
    array = _whole_numbers("index_select", index)
    if array.ndim > 1:
        raise IndexError("index_select(): Index is supposed to be a vector")
    if not input._value.ndim:
        return pick(input, np.zeros((), np.int64))
    array = _checked_index(array, input._value.shape[at])
    return TABLE["gather"](input, wrap_constant(np.atleast_1d(array)), axis=at - input._value.ndim)


def _checked_index(array: Any, size: int) -> Any:
    if array.size and (array.min() < 0 or array.max() >= size):
        raise IndexError("index out of range in self")
    return array


def _rows(x: Any, dim: int, index: Any) -> Any:
    """Positions of whole entries of a dimension."""
    at = dimension(dim, x._value.ndim)
    if not x._value.ndim:
        return numbers_of(x)
    array = np.atleast_1d(_whole_numbers("index", index))
    size = x._value.shape[at]
    if array.size and (array.min() < -size or array.max() >= size):
        raise IndexError("index out of range in self")
    return np.take(numbers_of(x), array, at)


@documented(
    "torch.index_add(torch.zeros(3), 0, torch.tensor([0, 0]), torch.ones(2))",
    "",
    index="Which entries.",
    source="What to add to them.",
    alpha="A number that it is multiplied by.",
)
@operation(in_place=True)
def index_add(input: Any, dim: int, index: Any, source: Any, *, alpha: Any = 1) -> Any:
    """A copy with values added to entries of a dimension."""
    if alpha != 1:
        source = elementwise.multiply(source, in_dtype(alpha, source._value.dtype))
    return add_at(input, _rows(input, dim, index), source)


@documented(
    "torch.index_copy(torch.zeros(3), 0, torch.tensor([0, 2]), torch.ones(2))",
    "",
    index="Which entries.",
    source="Their new values.",
)
@operation(in_place=True)
def index_copy(input: Any, dim: int, index: Any, source: Any) -> Any:
    """A copy with other values in entries of a dimension."""
    return place(input, _rows(input, dim, index), source)


@documented(
    "torch.index_fill(torch.zeros(3), 0, torch.tensor([0, 2]), 1.0)",
    "",
    index="Which entries.",
    value="A number, or a tensor without dimensions.",
)
@operation(in_place=True, overload=("value", "IndexFillBackward1"))
def index_fill(input: Any, dim: int, index: Any, value: Any) -> Any:
    """A copy with one value in entries of a dimension."""
    return place(input, _rows(input, dim, index), in_dtype(value, input._value.dtype))


_REDUCTIONS: dict[str, Callable[..., Any]] = {
    "prod": unsorted_segment_prod,
    "multiply": unsorted_segment_prod,
    "amax": unsorted_segment_max,
    "amin": unsorted_segment_min,
}


def _reduced_at(x: Any, positions: Any, source: Any, reduce: str, include_self: bool) -> Any:
    """Combine values at positions, with those that are there or in their place."""
    source = fitted(source, x, positions.shape)
    size = x._value.size
    flat = np.asarray(positions).reshape(-1)
    hit = np.zeros(size, np.bool_)
    hit[flat] = True
    hit = hit.reshape(x._value.shape)
    if reduce in ("sum", "add", "mean"):
        start = x if include_self else TABLE["masked"](x, wrap_constant(~hit))
        total = add_at(start, positions, source)
        if reduce != "mean":
            return total
        counts = np.bincount(flat, minlength=size).reshape(x._value.shape)
        counts = np.maximum(counts + (1 if include_self else 0), 1).astype(x._value.dtype)
        if x._value.dtype.kind in "iu":
            return wrap(total._value // counts)
        return elementwise.divide(total, wrap_constant(counts))
    combine = _REDUCTIONS.get(reduce)
    if combine is None:
        raise RuntimeError(
            f"reduce argument must be either sum, prod, mean, amax or amin, got {reduce}."
        )
    values = TABLE["reshape"](source, to=(flat.size,))
    where = flat
    kept = np.arange(size) if include_self else np.flatnonzero(~hit)
    values = TABLE["concat"](values, pick(x, kept), axis=-1)
    where = np.concatenate([where, kept])
    found = combine(values, wrap_constant(where), size)
    return TABLE["reshape"](found, to=x._value.shape)


@documented(
    "torch.index_reduce(torch.ones(2), 0, torch.tensor([0, 0]), torch.tensor([2.0, 3.0]), 'prod')",
    "",
    index="Which entries.",
    source="What to combine with them.",
    reduce="How: prod, mean, amax or amin.",
    include_self="Whether the values that are there count.",
)
@operation(in_place=True)
def index_reduce(
    input: Any, dim: int, index: Any, source: Any, reduce: str, *, include_self: bool = True
) -> Any:
    """A copy with values combined into entries of a dimension."""
    return _reduced_at(input, _rows(input, dim, index), source, reduce, include_self)


def _source_part(src: Any, index: Any) -> Any:
    """The part of a source that an index tensor of smaller shape speaks of."""
    if src._value.shape == index._value.shape or not src._value.ndim:
        return src
    for d, (n, m) in enumerate(zip(index._value.shape, src._value.shape, strict=True)):
        if n > m:
            raise RuntimeError(
                f"Expected index {list(index._value.shape)} to be no larger than src "
                f"{list(src._value.shape)} in dimension {d}"
            )
    part = tuple(slice(n) for n in index._value.shape)
    return TABLE["getitem"](src, index=(Ellipsis, *part))


@documented(
    "torch.scatter(torch.zeros(3), 0, torch.tensor([0, 2]), torch.tensor([1.0, 2.0]))",
    "",
    index="Where each value goes, along the dimension.",
    src="The values: a tensor or a number.",
    value="A number for all places.",
    reduce="``'add'`` or ``'multiply'`` to combine with what is there.",
)
@operation("ScatterBackward1", in_place=True, overload=("src", "ScatterBackward0"))
def scatter(
    input: Any, dim: int, index: Any, src: Any = None, *, value: Any = None, reduce: Any = None
) -> Any:
    """A copy with values at ``out[index[i][j]][j]`` for dimension 0, and so on."""
    positions = _along("scatter", input, index, dim)
    given = src if src is not None else value
    if hasattr(given, "_value"):
        given = _source_part(given, index)
        if given._value.dtype != input._value.dtype:
            raise RuntimeError("scatter(): Expected self.dtype to be equal to src.dtype")
    else:
        given = in_dtype(given, input._value.dtype)
    if reduce is not None:
        return _reduced_at(input, positions, given, reduce, True)
    return place(input, positions, given)


@documented(
    "torch.scatter_add(torch.zeros(3), 0, torch.tensor([0, 0]), torch.ones(2))",
    "",
    index="Where each value is added, along the dimension.",
    src="The values.",
)
@operation(in_place=True)
def scatter_add(input: Any, dim: int, index: Any, src: Any) -> Any:
    """A copy with values added at ``out[index[i][j]][j]`` for dimension 0, and so on."""
    positions = _along("scatter_add", input, index, dim)
    return add_at(input, positions, _source_part(src, index))


@documented(
    "torch.scatter_reduce(torch.ones(2), 0, torch.tensor([0, 0]), torch.tensor([2., 3.]), 'amax')",
    "",
    index="Where each value goes, along the dimension.",
    src="The values.",
    reduce="How: sum, prod, mean, amax or amin.",
    include_self="Whether the values that are there count.",
)
@operation(in_place=True)
def scatter_reduce(
    input: Any, dim: int, index: Any, src: Any, reduce: str, *, include_self: bool = True
) -> Any:
    """A copy with values combined at ``out[index[i][j]][j]`` for dimension 0, and so on."""
    positions = _along("scatter_reduce", input, index, dim)
    return _reduced_at(input, positions, _source_part(src, index), reduce, include_self)


@documented(
    "torch.put(torch.zeros(3), torch.tensor([0, 2]), torch.tensor([1.0, 2.0]))",
    "",
    index="Which elements of the flattened tensor.",
    source="Their new values.",
    accumulate="Whether to add them instead.",
)
@operation(in_place=True)
def put(input: Any, index: Any, source: Any, accumulate: bool = False) -> Any:
    """A copy with other values in elements of the flattened tensor."""
    positions = _whole_numbers("put_", index)
    positions = np.where(positions < 0, positions + input._value.size, positions)
    source = TABLE["reshape"](source, to=positions.shape)
    return (add_at if accumulate else place)(input, positions, source)


def _positions_by(x: Any, indices: Any) -> Any:
    key = tuple([slice(None) if i is None else as_array(i._value) for i in indices])
    return numbers_of(x)[key]


@documented(
    "torch.index_put(torch.zeros(3), (torch.tensor([0, 2]),), torch.tensor([1.0, 2.0]))",
    "",
    indices="One index tensor for each dimension.",
    values="The new values.",
    accumulate="Whether to add them instead.",
)
@operation(in_place=True)
def index_put(input: Any, indices: Any, values: Any, accumulate: bool = False) -> Any:
    """A copy with other values where index tensors point, as in ``x[i, j] = values``."""
    return (add_at if accumulate else place)(input, _positions_by(input, indices), values)


# Masks


def fill_(self: Tensor, value: Any) -> Tensor:
    """Write one value everywhere."""
    return _filled(self, value)


@operation("FillBackward0", method=False)
def _full(input: Any, value: Any) -> Any:
    if hasattr(value, "_value") and value._value.ndim:
        raise RuntimeError(
            f"fill_ only supports 0-dimension value tensor but got tensor with "
            f"{value._value.ndim} dimensions."
        )
    return TABLE["broadcast_to"](in_dtype(value, input._value.dtype), to=input._value.shape)


_filled = changing("fill_", _full)


def zero_(self: Tensor) -> Tensor:
    """Write zeros everywhere."""
    return _zeroed(self)


@operation("ZeroBackward0", method=False)
def _zeros(input: Any) -> Any:
    return wrap(np.zeros(input._value.shape, input._value.dtype)[()])


_zeroed = changing("zero_", _zeros)
install(
    fill_=fill_,
    zero_=zero_,
    index_put_=lambda self, indices, values, accumulate=False: put_at(
        self,
        tuple([as_array(i._value) for i in indices]),
        values,
        accumulate,
    ),
)
