"""Diagonals and triangles of matrices."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.table import TABLE
from tapegrad.core.tensor import wrap, wrap_constant
from tapegrad.ops.cast import in_dtype
from tapegrad.ops.positions import numbers_of, pick, place
from tapegrad.ops.reduce import reduce_sum
from tapegrad.torch.documentation import documented
from tapegrad.torch.operation import operation, takes_out
from tapegrad.torch.size import dimension
from tapegrad.torch.tensor import Tensor, install

__all__ = [
    "diag",
    "diag_embed",
    "diagflat",
    "diagonal",
    "diagonal_scatter",
    "trace",
    "tril",
    "triu",
]


def _diagonal_memory(a: Any, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Any:
    seen = np.diagonal(a, offset, dim1, dim2)
    if a.flags.writeable:
        seen.flags.writeable = True
    return seen


@operation("DiagonalBackward0", method=False, view=_diagonal_memory)
def _diagonal(input: Any, offset: int, dim1: int, dim2: int) -> Any:
    return pick(input, np.diagonal(numbers_of(input), offset, dim1, dim2))


@documented(
    "torch.diagonal(torch.ones(2, 3), 1)",
    "",
    offset="How far above the main diagonal.",
    dim1="The rows.",
    dim2="The columns.",
)
def diagonal(input: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """The diagonal of two dimensions, as a view; it becomes the last dimension."""
    ndim = input._value.ndim
    first, second = dimension(dim1, ndim), dimension(dim2, ndim)
    if first == second:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    return _diagonal(input, offset, first, second)


@documented(
    "torch.diag_embed(torch.tensor([1.0, 2.0]))",
    "",
    offset="How far above the main diagonal.",
    dim1="Where the rows are.",
    dim2="Where the columns are.",
)
@operation("DiagEmbedBackward0")
def diag_embed(input: Any, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Any:
    """Matrices with the last dimension on their diagonal, and zeros elsewhere."""
    shape = input._value.shape
    ndim = len(shape) + 1
    first, second = dimension(dim1, ndim), dimension(dim2, ndim)
    if first == second:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    size = shape[-1] + abs_of(offset)
    whole = list(shape[:-1])
    for at in sorted((first, second)):
        whole.insert(at, size)
    zeros = _zeros(tuple(whole), input._value.dtype)
    places = np.diagonal(numbers_of(zeros), offset, first, second)
    return place(zeros, places, input)


def abs_of(n: int) -> int:
    """The magnitude."""
    return n if n >= 0 else -n


def _zeros(shape: tuple[int, ...], dtype: Any) -> Any:
    return wrap_constant(np.zeros(shape, dtype)[()])


@documented("torch.diag(torch.tensor([1.0, 2.0]))", "", diagonal="How far above the main one.")
@takes_out
def diag(input: Tensor, diagonal: int = 0, *, out: Any = None) -> Tensor:
    """The diagonal of a matrix, or the matrix with a vector on its diagonal."""
    if input._value.ndim == 1:
        return diag_embed(input, diagonal)
    if input._value.ndim != 2:
        raise RuntimeError(f"diag(): Supports 1D or 2D tensors. Got {input._value.ndim}D")
    return _diagonal(input, diagonal, 0, 1).clone()


@documented(
    "torch.diagflat(torch.tensor([[1.0], [2.0]]))", "", offset="How far above the main one."
)
def diagflat(input: Tensor, offset: int = 0) -> Tensor:
    """The matrix with all elements on its diagonal."""
    return diag_embed(input.reshape(-1), offset)


@documented("torch.trace(torch.ones(2, 2))", "")
@operation()
def trace(input: Any) -> Any:
    """The sum of a matrix's diagonal."""
    if input._value.ndim != 2:
        ndim = input._value.ndim
        raise RuntimeError(f"trace: expected a matrix, but got tensor with dim {ndim}")
    found = pick(input, np.diagonal(numbers_of(input)))
    if found._value.dtype.kind == "b":
        raise NotImplementedError("\"trace\" not implemented for 'Bool'")
    if found._value.dtype.kind in "iu":
        found = in_dtype(found, np.dtype(np.int64))
    return reduce_sum(found)


def _triangle(name: str, keep: Any, words: str) -> Any:
    def call(input: Any, diagonal: int = 0) -> Any:
        if input._value.ndim < 2:
            raise RuntimeError(f"{name}: input tensor must have at least 2 dimensions")
        rows, columns = input._value.shape[-2:]
        mask = keep(np.ones((rows, columns), np.bool_), diagonal)
        return TABLE["masked"](input, wrap(np.broadcast_to(mask, input._value.shape)))

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"The {words} triangle of matrices, with zeros elsewhere."
    return documented(
        f"torch.{name}(torch.ones(2, 2))", "", diagonal="Up to which diagonal it goes."
    )(operation(in_place=True)(call))


tril = _triangle("tril", np.tril, "lower")


triu = _triangle("triu", np.triu, "upper")


@documented(
    "torch.diagonal_scatter(torch.zeros(2, 2), torch.ones(2))",
    "",
    src="The new values.",
    offset="How far above the main diagonal.",
    dim1="The rows.",
    dim2="The columns.",
)
@operation("DiagonalScatterBackward0")
def diagonal_scatter(input: Any, src: Any, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Any:
    """A copy with other values on a diagonal."""
    return place(input, np.diagonal(numbers_of(input), offset, dim1, dim2), src)


install(
    diagonal=diagonal,
    diag=diag,
    diagflat=diagflat,
)
