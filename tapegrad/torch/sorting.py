"""Order: sorting, extremes and where they are, medians, searching, unique elements."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from tapegrad.core.structural import identity
from tapegrad.core.table import TABLE
from tapegrad.core.tensor import wrap
from tapegrad.ops import reduce as core_reduce
from tapegrad.ops.positions import numbers_of, pick
from tapegrad.torch.binary import maximum, minimum
from tapegrad.torch.documentation import documented
from tapegrad.torch.dtypes import from_numpy_dtype
from tapegrad.torch.examples import as_array
from tapegrad.torch.node import node_type
from tapegrad.torch.numpy_names import numpy_words
from tapegrad.torch.operation import into, operation, takes_out
from tapegrad.torch.reductions import amax, amin
from tapegrad.torch.running import run
from tapegrad.torch.size import dimension
from tapegrad.torch.tensor import Tensor, discrete, install

__all__ = [
    "aminmax",
    "argmax",
    "argmin",
    "argsort",
    "kthvalue",
    "max",
    "median",
    "min",
    "mode",
    "msort",
    "nanmedian",
    "sort",
    "topk",
]


def named_result(name: str, *fields: str) -> Any:
    """The class of a named result, which prints as PyTorch's do."""
    kind: Any = NamedTuple(name, [(f, Any) for f in fields])  # type: ignore[misc]

    def show(self: Any) -> str:
        parts = []
        for field in fields:
            text = repr(getattr(self, field)).replace("\n", "\n" + " " * (len(field) + 1))
            parts.append(f"{field}={text}")
        return f"torch.return_types.{name}(\n" + ",\n".join(parts) + ")"

    type.__setattr__(kind, "__repr__", show)
    kind.__module__ = "tapegrad.torch.return_types"
    return kind


Sorted = named_result("sort", "values", "indices")
Top = named_result("topk", "values", "indices")
Largest = named_result("max", "values", "indices")
Smallest = named_result("min", "values", "indices")
Medians = named_result("median", "values", "indices")
NanMedians = named_result("nanmedian", "values", "indices")
Kth = named_result("kthvalue", "values", "indices")
Modes = named_result("mode", "values", "indices")
Both = named_result("aminmax", "min", "max")


def _at(x: Any, indices: Any, dim: int) -> Any:
    """The elements at indices along a dimension."""
    return pick(x, np.take_along_axis(numbers_of(x), indices, dim))


def _order(array: Any, dim: int, descending: bool, stable: bool = True) -> Any:
    """The stable order; NaN counts as the largest."""
    if not descending:
        return np.argsort(array, dim, kind="stable")
    turned = np.flip(array, dim)
    order = np.flip(np.argsort(turned, dim, kind="stable"), dim)
    return array.shape[dim] - 1 - order


@documented(
    "torch.sort(torch.tensor([3.0, 1.0, 2.0])).values",
    "",
    descending="Whether the largest come first.",
    stable="Equal elements always keep their order.",
)
@operation("SortBackward0", overload=("stable", "SortBackward1"))
def sort(input: Any, dim: int = -1, descending: bool = False, stable: bool = False) -> Any:
    """The elements in order along a dimension, and where they were."""
    if not input._value.ndim:
        dimension(dim, 0)
        return Sorted(identity(input), wrap(np.int64(0)))
    at = dimension(dim, input._value.ndim)
    order = _order(input._value, at, descending)
    return Sorted(_at(input, order, at), wrap(order.astype(np.int64)))


@documented("torch.msort(torch.tensor([3.0, 1.0, 2.0]))", "")
def msort(input: Tensor) -> Tensor:
    """The elements in order along the first dimension."""
    return sort(input, 0)[0]


@numpy_words
@documented(
    "torch.argsort(torch.tensor([3.0, 1.0, 2.0]))",
    "",
    descending="Whether the largest come first.",
    stable="Equal elements always keep their order.",
)
def argsort(input: Tensor, dim: int = -1, descending: bool = False, stable: bool = False) -> Tensor:
    """Where the elements in order are."""
    return sort(input.detach(), dim, descending)[1]


@documented(
    "torch.topk(torch.tensor([1.0, 3.0, 2.0]), 2).values",
    "",
    k="How many.",
    largest="Whether the largest or the smallest.",
    sorted="They are always sorted.",
)
@operation("TopkBackward0")
def topk(input: Any, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> Any:
    """The largest elements along a dimension, and where they are."""
    if not input._value.ndim:
        return Top(identity(input), wrap(np.int64(0)))
    at = dimension(dim, input._value.ndim)
    if not 0 <= k <= input._value.shape[at]:
        raise RuntimeError("selected index k out of range")
    order = np.take(_order(input._value, at, largest), range(k), at)
    return Top(_at(input, order, at), wrap(order.astype(np.int64)))


def _found(kind: Any, x: Any, indices: Any, dim: int, keepdim: bool) -> Any:
    """One element along a dimension, and where it is."""
    whole = np.expand_dims(indices, dim)
    positions = np.take_along_axis(numbers_of(x), whole, dim)
    if not keepdim:
        positions, whole = positions.squeeze(dim), indices
    return kind(pick(x, positions), wrap(np.asarray(whole).astype(np.int64)[()]))


def _not_empty(name: str, x: Any, dim: int) -> None:
    if not x._value.shape[dim]:
        raise IndexError(f"{name}(): Expected reduction dim {dim} to have non-zero size.")


@operation("MaxBackward0", method=False)
def _max_along(input: Any, dim: int, keepdim: bool) -> Any:
    if not input._value.ndim:
        return Largest(identity(input), wrap(np.int64(0)))
    at = dimension(dim, input._value.ndim)
    _not_empty("max", input, at)
    return _found(Largest, input, np.argmax(input._value, at), at, keepdim)


@operation("MinBackward0", method=False)
def _min_along(input: Any, dim: int, keepdim: bool) -> Any:
    if not input._value.ndim:
        return Smallest(identity(input), wrap(np.int64(0)))
    at = dimension(dim, input._value.ndim)
    _not_empty("min", input, at)
    return _found(Smallest, input, np.argmin(input._value, at), at, keepdim)


@operation("MaxBackward1", method=False)
def _max_of_all(input: Any) -> Any:
    return _whole(core_reduce.reduce_max, "max", input)


@operation("MinBackward1", method=False)
def _min_of_all(input: Any) -> Any:
    return _whole(core_reduce.reduce_min, "min", input)


def _whole(function: Any, name: str, input: Any) -> Any:
    if input._value.dtype.kind == "c":
        kind = from_numpy_dtype(input._value.dtype).abbreviation
        raise NotImplementedError(f"\"{name}_all\" not implemented for '{kind}'")
    if not input._value.size:
        raise RuntimeError(
            f"{name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the "
            f"reduction dim with the 'dim' argument."
        )
    if input._value.dtype.kind == "b":
        return wrap(np.bool_(input._value.max() if name == "max" else input._value.min()))
    return function(input)


def _extreme(name: str, of_all: Any, along: Any, of_two: Any, word: str) -> Any:
    def call(
        input: Tensor, dim: Any = None, keepdim: bool = False, *, other: Any = None, out: Any = None
    ) -> Any:
        if isinstance(dim, Tensor):
            other, dim = dim, None
        if other is not None:
            return of_two(input, other) if out is None else of_two(input, other, out=out)
        if dim is None:
            result = of_all(input)
        else:
            result = along(input, dim, keepdim)
        return result if out is None else into(out, name, result, (input,))

    call.__name__ = call.__qualname__ = name
    call.__doc__ = (
        f"The {word} element; along a dimension also where it is; of two tensors, elementwise."
    )
    call = numpy_words(call)
    install(**{name: call})
    return documented(
        f"torch.{name}(torch.tensor([1.0, 3.0, 2.0]))",
        "",
        dim="The dimension; without it all elements. A tensor stands for `other`.",
        other="Another tensor, to compare with elementwise.",
    )(call)


max = _extreme("max", _max_of_all, _max_along, maximum, "largest")
min = _extreme("min", _min_of_all, _min_along, minimum, "smallest")


@documented("torch.aminmax(torch.tensor([1.0, 3.0]))", "")
def aminmax(input: Tensor, *, dim: Any = None, keepdim: bool = False) -> Any:
    """The smallest and the largest element."""
    if dim is None and not input._value.size:
        raise RuntimeError(
            "aminmax(): cannot compute aminmax over an empty dimension as the operation has no "
            "identity."
        )
    dims = () if dim is None else dim
    return Both(amin(input, dims, keepdim), amax(input, dims, keepdim))


def _position_of_example(name: str, input: Tensor, dim: Any, keepdim: bool) -> Tensor:
    flat = input.reshape(-1) if dim is None or not input._value.ndim else input
    at = 0 if dim is None else dimension(dim, input._value.ndim)

    def find(x: Any) -> Any:
        return TABLE[name](x, axis=at - x._value.ndim, dtype=np.dtype(np.int64))

    found: Tensor = run(find, node_type("ArgmaxBackward0"), (flat,), {})
    if not keepdim or not input._value.ndim:
        return found
    return found.reshape((1,) * input._value.ndim) if dim is None else found.unsqueeze(at)


def _position(name: str, function: Any, word: str) -> Any:
    def call(input: Tensor, dim: Any = None, keepdim: bool = False) -> Tensor:
        if input._level is not None:
            return _position_of_example(name, input, dim, keepdim)
        array = as_array(input._value)
        if dim is None:
            if not array.size:
                raise IndexError(
                    f"{name}(): Expected reduction dim to be specified for input.numel() == 0."
                )
            found = np.asarray(function(array.reshape(-1)), np.int64)
            if keepdim:
                found = found.reshape((1,) * array.ndim)
            return discrete(name, found[()], input)
        at = dimension(dim, array.ndim)
        if not array.ndim:
            return discrete(name, np.int64(0), input)
        if not array.shape[at]:
            raise IndexError(f"{name}(): Expected reduction dim {at} to have non-zero size.")
        found = function(array, at).astype(np.int64)
        return discrete(name, np.expand_dims(found, at) if keepdim else found[()], input)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"Where the {word} element is."
    call = numpy_words(call)
    install(**{name: call})
    return documented(f"torch.{name}(torch.tensor([1.0, 3.0, 2.0]))", "")(takes_out(call))


argmax = _position("argmax", np.argmax, "largest")
argmin = _position("argmin", np.argmin, "smallest")


def _median_index(array: Any, dim: int, ignore_nan: bool) -> Any:
    """Where the lower of the middle elements is; NaN, if there is one, comes first."""
    order = np.argsort(array, dim, kind="stable")
    size = array.shape[dim]
    if array.dtype.kind != "f":
        middle = np.full(order.take(0, dim).shape, (size - 1) // 2)
    else:
        nans = np.isnan(array).sum(dim)
        counted = size - nans
        if ignore_nan:
            middle = np.maximum(counted - 1, 0) // 2
        else:
            middle = np.where(nans > 0, counted, (size - 1) // 2)
    return np.take_along_axis(order, np.expand_dims(middle, dim), dim).squeeze(dim)


def _median(name: str, kind: Any, ignore_nan: bool) -> Any:
    @operation(f"{name.capitalize()}Backward1", method=False)
    def along(input: Any, dim: int, keepdim: bool) -> Any:
        if not input._value.ndim:
            dimension(dim, 0)
            return kind(identity(input), wrap(np.int64(0)))
        at = dimension(dim, input._value.ndim)
        _not_empty(name, input, at)
        return _found(kind, input, _median_index(input._value, at, ignore_nan), at, keepdim)

    @operation(f"{name.capitalize()}Backward0", method=False)
    def whole(input: Any) -> Any:
        if not input._value.size:
            return wrap(input._value.dtype.type(np.nan))
        flat = as_array(input._value).reshape(-1)
        return pick(input, np.asarray(_median_index(flat, 0, ignore_nan)))

    def call(input: Tensor, dim: Any = None, keepdim: bool = False, *, out: Any = None) -> Any:
        result = whole(input) if dim is None else along(input, dim, keepdim)
        return result if out is None else into(out, name, result, (input,))

    call.__name__ = call.__qualname__ = name
    call.__doc__ = "The middle element in order, the lower one of two, and where it is." + (
        " NaN is left out." if ignore_nan else ""
    )
    call = numpy_words(call)
    install(**{name: call})
    return documented(f"torch.{name}(torch.tensor([1.0, 3.0, 2.0, 5.0]))", "")(call)


median = _median("median", Medians, False)
nanmedian = _median("nanmedian", NanMedians, True)


@documented("torch.kthvalue(torch.tensor([3.0, 1.0, 2.0]), 2).values", "", k="Which, from 1.")
@operation("KthvalueBackward0")
def kthvalue(input: Any, k: int, dim: int = -1, keepdim: bool = False) -> Any:
    """The k-th smallest element along a dimension, and where it is."""
    if not input._value.ndim:
        return Kth(identity(input), wrap(np.int64(0)))
    at = dimension(dim, input._value.ndim)
    if not 1 <= k <= input._value.shape[at]:
        raise RuntimeError(f"kthvalue(): selected number k out of range for dimension {at}")
    order = np.argsort(input._value, at, kind="stable").take(k - 1, at)
    return _found(Kth, input, order, at, keepdim)


@documented("torch.mode(torch.tensor([1.0, 2.0, 2.0])).values", "")
@operation("ModeBackward0")
def mode(input: Any, dim: int = -1, keepdim: bool = False) -> Any:
    """The most frequent element along a dimension (the smallest of several), and its last place."""
    if not input._value.ndim:
        return Modes(identity(input), wrap(np.int64(0)))
    at = dimension(dim, input._value.ndim)

    def last_of_most_frequent(row: Any) -> int:
        values, counts = np.unique(row, return_counts=True)
        return int(np.flatnonzero(row == values[counts.argmax()])[-1])

    found = np.apply_along_axis(last_of_most_frequent, at, input._value)
    return _found(Modes, input, found, at, keepdim)


# Searching


install(
    msort=msort,
    argsort=argsort,
    aminmax=aminmax,
)
