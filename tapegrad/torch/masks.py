"""Elements by masks, and where elements are not zero."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.table import TABLE
from tapegrad.ops.cast import in_dtype
from tapegrad.ops.positions import numbers_of, pick, place
from tapegrad.torch.documentation import documented
from tapegrad.torch.dtypes import from_numpy_dtype
from tapegrad.torch.examples import as_array
from tapegrad.torch.operation import operation, takes_out
from tapegrad.torch.tensor import Tensor, discrete, install

__all__ = [
    "argwhere",
    "masked_fill",
    "masked_scatter",
    "masked_select",
    "nonzero",
]


def _mask_of(mask: Any) -> Any:
    if mask._value.dtype.kind != "b":
        raise RuntimeError(
            f"masked_fill_ only supports boolean masks, but got mask with dtype "
            f"{from_numpy_dtype(mask._value.dtype).c_name}"
        )
    return mask


@documented(
    "torch.masked_fill(torch.ones(2), torch.tensor([True, False]), 0.0)",
    "",
    mask="Where to write; it broadcasts.",
    value="A number, or a tensor without dimensions.",
)
@operation(in_place=True, overload=("value", "MaskedFillBackward1"))
def masked_fill(input: Any, mask: Any, value: Any) -> Any:
    """A copy with one value where the mask is true."""
    if hasattr(value, "_value") and value._value.ndim:
        raise RuntimeError(
            f"masked_fill_ only supports a 0-dimensional value tensor, but got tensor with "
            f"{value._value.ndim} dimension(s)."
        )
    return TABLE["where"](_mask_of(mask), in_dtype(value, input._value.dtype), input)


@documented(
    "torch.masked_select(torch.tensor([1, 2, 3]), torch.tensor([True, False, True]))",
    "",
    mask="Which elements; it broadcasts.",
)
@operation()
def masked_select(input: Any, mask: Any) -> Any:
    """The elements where the mask is true, in one row."""
    if mask._value.dtype.kind != "b":
        raise RuntimeError("masked_select: expected BoolTensor for mask")
    shape = np.broadcast_shapes(input._value.shape, mask._value.shape)
    numbers = np.broadcast_to(numbers_of(input), shape)
    return pick(input, numbers[np.broadcast_to(as_array(mask._value), shape)])


@documented(
    "torch.masked_scatter(torch.zeros(3), torch.tensor([True, False, True]), torch.ones(2))",
    "",
    mask="Where to write; it broadcasts.",
    source="The values, one after the other.",
)
@operation(in_place=True)
def masked_scatter(input: Any, mask: Any, source: Any) -> Any:
    """A copy with values, one after the other, where the mask is true."""
    shape = np.broadcast_shapes(input._value.shape, mask._value.shape)
    x = input
    if x._value.shape != shape:
        x = TABLE["broadcast_to"](x, to=shape)
    positions = numbers_of(x)[np.broadcast_to(as_array(mask._value), shape)]
    if source._value.size < positions.size:
        raise RuntimeError(
            "masked_scatter: expected self and source to have same dtypes but got too few values"
        )
    return place(x, positions, pick(source, np.arange(positions.size)))


@documented("torch.nonzero(torch.tensor([0, 5, 7]))", "", as_tuple="One tensor per dimension.")
@takes_out
def nonzero(input: Tensor, *, out: Any = None, as_tuple: bool = False) -> Any:
    """The indices of the elements that are not zero, as rows."""
    found = np.nonzero(np.atleast_1d(input._value))
    if as_tuple:
        return tuple([discrete("nonzero", i, input) for i in found])
    if not input._value.ndim:
        return discrete("nonzero", np.zeros((found[0].size, 0), np.int64), input)
    return discrete("nonzero", np.ascontiguousarray(np.stack(found, 1)), input)


@documented("torch.argwhere(torch.tensor([0, 5, 7]))", "")
def argwhere(input: Tensor) -> Tensor:
    """The indices of the elements that are not zero, as rows."""
    return nonzero(input)


install(
    nonzero=nonzero,
    argwhere=argwhere,
)
