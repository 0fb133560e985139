"""Norms of weights: along all dimensions but one, and the largest singular value."""

from __future__ import annotations

from typing import Any

from tapegrad.torch import modes
from tapegrad.torch.documentation import documented
from tapegrad.torch.nn.functional import normalize
from tapegrad.torch.tensor import Tensor

__all__ = ["norm_except_dim"]


@documented(
    "torch.norm_except_dim(torch.tensor([[3.0, 4.0], [0.0, 2.0]]))",
    "tensor([[5.],\n        [2.]])",
    v="A tensor.",
    pow="The exponent of the norm.",
    dim="The dimension that stays; -1 for none.",
)
def norm_except_dim(v: Tensor, pow: int = 2, dim: int = 0) -> Tensor:
    """The norms along all dimensions but one, with sizes of 1."""
    if dim == -1:
        whole: Tensor = v.norm(pow)
        return whole
    shape = [1] * v._value.ndim
    shape[dim] = -1
    rows: Any = v.transpose(0, dim).reshape(v.size(dim), -1)
    norms: Tensor = rows.norm(pow, 1).view(shape)
    return norms


def as_rows(weight: Tensor, dim: int) -> Any:
    """A weight as a matrix, a row for each entry of a dimension."""
    if weight._value.ndim == 1:
        return weight
    return weight.movedim(dim, 0).reshape(weight.size(dim), -1)


def iterate(rows: Any, u: Any, v: Any, steps: int, eps: float) -> tuple[Any, Any]:
    """Come nearer to the first singular vectors, by multiplying with the matrix and back."""
    with modes.no_grad():
        for _ in range(steps):
            u = normalize(rows @ v, dim=0, eps=eps)
            v = normalize(rows.T @ u, dim=0, eps=eps)
    return u, v
