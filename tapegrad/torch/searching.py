"""Searching in order, and unique elements."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.torch.documentation import documented
from tapegrad.torch.examples import as_array
from tapegrad.torch.operation import takes_out
from tapegrad.torch.tensor import Tensor, discrete, install, wrapped

__all__ = [
    "bucketize",
    "isin",
    "searchsorted",
    "unique",
    "unique_consecutive",
]


_search: Any = np.searchsorted


@documented(
    "torch.searchsorted(torch.tensor([1, 3, 5]), torch.tensor([3, 6]))",
    "",
    sorted_sequence="Numbers in order along the last dimension.",
    out_int32="Whether the indices are int32.",
    right="Whether equal numbers stay on the left.",
    side="``'left'`` or ``'right'``, the same as `right`.",
    sorter="The order, if the sequence is not in order.",
)
@takes_out
def searchsorted(
    sorted_sequence: Tensor,
    input: Any,
    *,
    out_int32: bool = False,
    right: bool = False,
    side: str | None = None,
    out: Any = None,
    sorter: Tensor | None = None,
) -> Tensor:
    """Where numbers would be inserted to keep the order."""
    if side == "left" and right:
        raise RuntimeError(
            "torch.searchsorted(): side and right can't be set to opposites, got side of left "
            "while right was True"
        )
    where: Any = "right" if right or side == "right" else "left"
    sequence = as_array(sorted_sequence._value)
    if sorter is not None:
        sequence = np.take_along_axis(sequence, as_array(sorter._value), -1)
    values = as_array(input._value if isinstance(input, Tensor) else input)
    kind = np.int32 if out_int32 else np.int64
    if sequence.ndim > 1 and sequence.shape[:-1] != values.shape[:-1]:
        raise RuntimeError(
            f"torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 "
            f"dimensions of boundaries tensor and input value tensor must match, but we got "
            f"boundaries tensor {list(sequence.shape)} and input value tensor "
            f"{list(values.shape)}"
        )
    if sequence.ndim == 1:
        found: Any = _search(sequence, values, where)
    else:
        rows = sequence.reshape(-1, sequence.shape[-1])
        wanted = values.reshape(len(rows), -1)
        pairs = zip(rows, wanted, strict=True)
        found = np.array([_search(r, w, where) for r, w in pairs]).reshape(values.shape)
    return discrete("searchsorted", np.asarray(found).astype(kind)[()], sorted_sequence, input)


@documented(
    "torch.bucketize(torch.tensor([3, 6]), torch.tensor([1, 3, 5]))",
    "",
    boundaries="Numbers in order.",
    out_int32="Whether the indices are int32.",
    right="Whether a number on a boundary belongs to the bucket above.",
)
@takes_out
def bucketize(
    input: Any, boundaries: Tensor, *, out_int32: bool = False, right: bool = False, out: Any = None
) -> Tensor:
    """Between which boundaries numbers are."""
    return searchsorted(boundaries, input, out_int32=out_int32, right=right)


@documented(
    "torch.isin(torch.tensor([1, 2]), torch.tensor([2, 3]))",
    "",
    elements="What to look for: a tensor or a number.",
    test_elements="Where to look.",
    assume_unique="Without effect.",
    invert="Whether to tell what is not there.",
)
def isin(
    elements: Any, test_elements: Any, *, assume_unique: bool = False, invert: bool = False
) -> Tensor:
    """Which elements occur in another tensor."""
    a, b = (x._value if isinstance(x, Tensor) else x for x in (elements, test_elements))
    return wrapped(np.isin(a, b, invert=invert)[()])


def _several(parts: list[Any]) -> Any:
    return parts[0] if len(parts) == 1 else tuple(parts)


@documented(
    "torch.unique(torch.tensor([3, 1, 3]))",
    "",
    sorted="They are always sorted.",
    return_inverse="Whether to tell where each element went.",
    return_counts="Whether to tell how often each occurs.",
)
def unique(
    input: Tensor,
    sorted: bool = True,
    return_inverse: bool = False,
    return_counts: bool = False,
    dim: int | None = None,
) -> Any:
    """The different elements, or the different entries of a dimension."""
    array = as_array(input._value)
    values, inverse, counts = np.unique(
        array, return_inverse=True, return_counts=True, axis=dim, equal_nan=False
    )
    parts = [discrete("unique", values, input)]
    if return_inverse:
        shape = array.shape if dim is None else (array.shape[dim],)
        parts.append(wrapped(inverse.reshape(shape)))
    if return_counts:
        parts.append(wrapped(counts))
    return _several(parts)


@documented(
    "torch.unique_consecutive(torch.tensor([3, 3, 1, 3]))",
    "",
    return_inverse="Whether to tell where each element went.",
    return_counts="Whether to tell how often each occurs.",
)
def unique_consecutive(
    input: Tensor, return_inverse: bool = False, return_counts: bool = False, dim: Any = None
) -> Any:
    """The elements without those equal to the one before."""
    array = as_array(input._value)
    rows = array.reshape(-1) if dim is None else np.moveaxis(array, dim, 0)
    differs = np.ones(len(rows), np.bool_)
    if len(rows) > 1:
        changed = rows[1:] != rows[:-1]
        differs[1:] = changed.reshape(len(rows) - 1, -1).any(1) if changed.size else False
    values = rows[differs]
    if dim is not None:
        values = np.ascontiguousarray(np.moveaxis(values, 0, dim))
    parts = [discrete("unique_consecutive", values, input)]
    if return_inverse:
        inverse = np.cumsum(differs) - 1
        parts.append(wrapped(inverse.reshape(array.shape) if dim is None else inverse))
    if return_counts:
        starts = np.flatnonzero(differs)
        parts.append(wrapped(np.diff([*starts, len(rows)]).astype(np.int64)))
    return _several(parts)


install(
    unique=unique,
    unique_consecutive=unique_consecutive,
    isin=isin,
    bucketize=bucketize,
)
