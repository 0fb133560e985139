"""Rows of tables by number, and sums, means and maxima of bags of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.rows import gather_rows
from tapegrad.core.structural import reshape
from tapegrad.core.table import recording
from tapegrad.core.tensor import wrap_constant
from tapegrad.torch import modes
from tapegrad.torch.nn.documentation import documented
from tapegrad.torch.operation import operation
from tapegrad.torch.tensor import Tensor, shared, wrapped

__all__ = ["embedding", "embedding_bag"]


def _rows(weight: Any, numbers: Any, padding_idx: int | None, scale: bool, outside: str) -> Any:
    """The rows; gradients of one of them stopped, or divided by how often each was used."""
    array = numbers._value
    count = weight._value.shape[0]
    if array.size and (array.min() < 0 or array.max() >= count):
        raise IndexError(outside)
    picked = gather_rows(weight, numbers)
    if padding_idx is not None:
        kept = (array != padding_idx)[(...,) + (None,) * (weight._value.ndim - 1)]
        picked = recording.where(wrap_constant(kept), picked, recording.stop_gradient(picked))
    if scale:
        often = np.bincount(array.reshape(-1), minlength=count)[array][..., None]
        part = wrap_constant((1 / often).astype(picked._value.dtype))
        still = recording.stop_gradient(picked)
        picked = (picked - still) * part + still
    return picked


def renormalise(weight: Tensor, numbers: Any, max_norm: float, norm_type: float) -> None:
    """Shorten the rows that are used to a largest norm, in place."""
    table = shared(weight)
    with modes.no_grad():
        used = np.unique(numbers)
        rows = table[used]
        norms = np.linalg.norm(rows, norm_type, axis=-1, keepdims=True)
        factor = np.where(norms > max_norm, max_norm / (norms + 1e-7), 1.0)
        table[used] = (rows * factor).astype(table.dtype)


def check_numbers(function: str, numbers: Any) -> None:
    """Raise unless these are integers.

    Raises
    ------
    RuntimeError
        As PyTorch words it.
    """
    if numbers._value.dtype.name not in ("int64", "int32"):
        raise RuntimeError(
            f"Expected tensor for argument #1 'indices' to have one of the following scalar types: "
            f"Long, Int; but got torch.{numbers.dtype.abbreviation}Tensor instead (while checking "
            f"arguments for {function})"
        )


@operation("EmbeddingBackward0", method=False)
def _embedding(input: Any, weight: Any, padding_idx: int | None, scale: bool) -> Any:
    return _rows(weight, input, padding_idx, scale, "index out of range in self")


@documented(
    "torch.nn.functional.embedding(torch.tensor([1, 0]), torch.tensor([[1.0, 2.0], [3.0, 4.0]]))",
    "tensor([[3., 4.],\n        [1., 2.]])",
    input="Numbers of rows.",
    weight="The table.",
)
def embedding(
    input: Tensor,
    weight: Tensor,
    padding_idx: int | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Tensor:
    """The rows of a table with these numbers."""
    check_numbers("embedding", input)
    if padding_idx is not None:
        padding_idx = _row_number(padding_idx, weight)
    if weight._value.ndim != 2:
        raise RuntimeError("'weight' must be 2-D")
    if max_norm is not None:
        renormalise(weight, input._value, max_norm, norm_type)
    return _embedding(input, weight, padding_idx, scale_grad_by_freq)


def _row_number(padding_idx: int, weight: Tensor) -> int:
    count = weight._value.shape[0]
    if padding_idx >= count or padding_idx < -count:
        raise AssertionError("Padding_idx must be within num_embeddings")
    return padding_idx % count


@documented(
    "table = torch.tensor([[1.0, 2.0], [3.0, 4.0]])\n"
    "torch.nn.functional.embedding_bag(torch.tensor([[0, 1]]), table, mode='sum')",
    "tensor([[4., 6.]])",
    input="Numbers of rows: a bag per row, or one list that `offsets` divides.",
    weight="The table.",
    offsets="Where bags begin.",
    mode="'mean', 'sum' or 'max'.",
    per_sample_weights="A factor per number, for 'sum'.",
    include_last_offset="Whether `offsets` ends with the number of all numbers.",
    padding_idx="Rows of this number do not count.",
)
def embedding_bag(
    input: Tensor,
    weight: Tensor,
    offsets: Tensor | None = None,
    max_norm: float | None = None,
    norm_type: float = 2,
    scale_grad_by_freq: bool = False,
    mode: str = "mean",
    sparse: bool = False,
    per_sample_weights: Tensor | None = None,
    include_last_offset: bool = False,
    padding_idx: int | None = None,
) -> Tensor:
    """Sums, means or maxima of bags of rows of a table."""
    check_numbers("embedding_bag", input)
    if mode not in ("mean", "sum", "max"):
        raise ValueError("mode has to be one of sum, mean or max")
    if per_sample_weights is not None and mode != "sum":
        raise NotImplementedError(
            f"embedding_bag: per_sample_weights was not None. per_sample_weights is only supported "
            f"for mode='sum' (got mode='{mode}'). Please open a feature request on GitHub."
        )
    if per_sample_weights is not None and per_sample_weights.shape != input.shape:
        raise ValueError(
            f"embedding_bag: If per_sample_weights ({per_sample_weights.shape}) is not None, it "
            f"must have the same shape as the input ({input.shape})"
        )
    numbers = input._value
    if numbers.ndim == 2:
        if offsets is not None:
            raise ValueError(
                "if input is 2D, then offsets has to be None, as input is treated is a mini-batch "
                "of fixed length sequences. However, found offsets of type <class 'torch.Tensor'>"
            )
        starts = np.arange(0, numbers.size, max(numbers.shape[1], 1))
        bags = np.repeat(np.arange(numbers.shape[0]), numbers.shape[1])
    elif numbers.ndim == 1:
        if offsets is None:
            raise ValueError("offsets has to be a 1D Tensor but got None")
        starts = offsets._value[:-1] if include_last_offset else offsets._value
        if starts.size and starts[0] != 0:
            raise RuntimeError(
                f"offsets[0] has to be 0, i.e., the first sequence in the mini-batch has to start "
                f"from position 0. However, got {starts[0]}"
            )
        bags = np.searchsorted(starts, np.arange(numbers.size), side="right") - 1
    else:
        raise ValueError(
            f"input has to be 1D or 2D Tensor, but got Tensor of dimension {numbers.ndim}"
        )
    if max_norm is not None:
        renormalise(weight, numbers, max_norm, norm_type)
    count = numbers.shape[0] if numbers.ndim == 2 else len(starts)
    if padding_idx is not None:
        padding_idx = _row_number(padding_idx, weight)
    flat = wrapped(numbers.reshape(-1))
    factors = None if per_sample_weights is None else per_sample_weights.reshape(-1)
    options = (mode, count, bags, padding_idx, scale_grad_by_freq)
    if factors is None:
        return _bags(weight, flat, None, *options)
    return _bags(weight, flat, factors, *options)


@operation("EmbeddingBagBackward0", method=False)
def _bags(
    weight: Any,
    numbers: Any,
    factors: Any,
    mode: str,
    count: int,
    bags: Any,
    padding_idx: int | None,
    scale: bool,
) -> Any:
    outside = "embedding_bag: Expected idx >= 0 && idx < num_embeddings but found idx to be outside"
    picked = _rows(weight, numbers, padding_idx, scale, outside)
    width, dtype = weight._value.shape[1], weight._value.dtype
    kept = np.ones(len(bags), bool) if padding_idx is None else numbers._value != padding_idx
    where = wrap_constant(np.flatnonzero(kept))
    if not kept.all():
        picked = gather_rows(picked, where)
        factors = None if factors is None else gather_rows(factors, where)
        bags = bags[kept]
    if factors is not None:
        picked = picked * reshape(factors, to=(len(bags), 1))
    size = np.bincount(bags, minlength=count) if len(bags) else np.zeros(count, np.int64)
    if mode == "max":
        return _largest(picked, bags, size, width)
    total = recording.scatter_rows(picked, wrap_constant(bags), to=(count, width), axis=-2)
    if mode == "mean":
        total = total / wrap_constant(np.maximum(size, 1)[:, None].astype(dtype))
    return total


def _largest(picked: Any, bags: Any, size: Any, width: int) -> Any:
    """The largest entry of each bag and column, the first of several; 0 for empty bags."""
    values = picked._value
    most = int(size.max()) if size.size else 0
    if not most:
        return recording.scatter_rows(picked, wrap_constant(bags), to=(len(size), width), axis=-2)
    within = np.arange(len(bags)) - (np.cumsum(size) - size)[bags]
    table = np.full((len(size), most, width), -np.inf, values.dtype)
    table[bags, within] = values
    first = (np.cumsum(size) - size)[:, None] + table.argmax(1)
    empty = np.broadcast_to((size == 0)[:, None], first.shape)
    flat = np.where(empty, 0, first) * width + np.arange(width)
    column = reshape(picked, to=(values.size,))
    taken = recording.gather(column, wrap_constant(flat), axis=-1)
    return recording.where(wrap_constant(empty), recording.stop_gradient(taken) * 0, taken)
