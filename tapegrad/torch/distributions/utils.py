"""What distributions have in common: broadcasting, probabilities and logits, lazy parameters."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import tapegrad.torch as torch
from tapegrad.torch.distributions.documentation import documented
from tapegrad.torch.tensor import Tensor

__all__ = [
    "broadcast_all",
    "clamp_probs",
    "lazy_property",
    "logits_to_probs",
    "probs_to_logits",
    "tril_matrix_to_vec",
    "vec_to_tril_matrix",
]

euler_constant = 0.57721566490153286060

_NUMBERS = (int, float, bool)


def is_number(value: Any) -> bool:
    """True for what Python has as a real number."""
    return isinstance(value, _NUMBERS)


@documented(
    "[t.shape for t in torch.distributions.utils.broadcast_all(1.0, torch.zeros(2))]",
    values="Numbers and tensors; numbers take the type of the first tensor.",
)
def broadcast_all(*values: Any) -> tuple[Tensor, ...]:
    """Tensors of one shape.

    Parameters
    ----------
    values
        Numbers and tensors; numbers take the type of the first tensor.

    Raises
    ------
    ValueError
        If something else is among them.
    """
    if not all(isinstance(v, Tensor) or is_number(v) for v in values):
        raise ValueError(
            "Input arguments must all be instances of Number, torch.Tensor or objects "
            "implementing __torch_function__."
        )
    first = next((v for v in values if isinstance(v, Tensor)), None)
    dtype = torch.get_default_dtype() if first is None else first.dtype
    tensors = [v if isinstance(v, Tensor) else torch.tensor(v, dtype=dtype) for v in values]
    return tuple(torch.broadcast_tensors(*tensors))


def _standard_normal(shape: Any, dtype: Any, device: Any = None) -> Tensor:
    return torch.randn(tuple(shape), dtype=dtype)


def _sum_rightmost(value: Any, dim: int) -> Any:
    """The sum over the last `dim` axes."""
    if dim == 0:
        return value
    return value.reshape((*value.shape[:-dim], -1)).sum(-1)


@documented(
    "torch.distributions.utils.logits_to_probs(torch.zeros(2))",
    is_binary="Whether each entry is the logarithm of odds, rather than each row one of weights.",
)
def logits_to_probs(logits: Any, is_binary: bool = False) -> Any:
    """The probabilities that belong to logits."""
    return torch.sigmoid(logits) if is_binary else logits.softmax(-1)


@documented("torch.distributions.utils.clamp_probs(torch.tensor([0.0, 0.5, 1.0]))")
def clamp_probs(probs: Any) -> Any:
    """Probabilities that are at least the rounding error away from 0 and 1."""
    eps = torch.finfo(probs.dtype).eps
    return probs.clamp(min=eps, max=1 - eps)


@documented(
    "torch.distributions.utils.probs_to_logits(torch.tensor([0.5, 0.5]))",
    is_binary="Whether each entry is a probability of its own, rather than each row several.",
)
def probs_to_logits(probs: Any, is_binary: bool = False) -> Any:
    """The logits that belong to probabilities; finite also for 0 and 1."""
    inside = clamp_probs(probs)
    if is_binary:
        return torch.log(inside) - torch.log1p(-inside)
    return torch.log(inside)


class lazy_property(functools.cached_property[Any]):
    """An attribute that is computed when it is first asked for, with its gradient.

    Parameters
    ----------
    wrapped
        The method that computes it.

    Examples
    --------
    >>> from tapegrad.torch.distributions.utils import lazy_property
    >>> class Square:
    ...     @lazy_property
    ...     def side(self):
    ...         return 2.0
    >>> square = Square()
    >>> square.side, vars(square)
    (2.0, {'side': 2.0})
    """

    def __init__(self, wrapped: Callable[[Any], Any]) -> None:
        super().__init__(wrapped)
        self.wrapped = wrapped

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        with torch.enable_grad():
            return super().__get__(instance, owner)


@documented(
    "torch.distributions.utils.tril_matrix_to_vec(torch.tensor([[1.0, 0.0], [2.0, 3.0]]))",
    mat="Square matrices.",
    diag="The last diagonal that belongs to the triangle, counted from the main one.",
)
def tril_matrix_to_vec(mat: Any, diag: int = 0) -> Any:
    """The entries of lower triangles, row by row."""
    n = mat.shape[-1]
    if diag < -n or diag >= n:
        raise ValueError(f"diag ({diag}) provided is outside [{-n}, {n - 1}].")
    return mat[..., _triangle(n, diag)]


@documented(
    "torch.distributions.utils.vec_to_tril_matrix(torch.tensor([1.0, 2.0, 3.0]))",
    vec="Entries, row by row.",
    diag="The last diagonal that belongs to the triangle, counted from the main one.",
)
def vec_to_tril_matrix(vec: Any, diag: int = 0) -> Any:
    """The lower triangular matrices that have certain entries."""
    count = vec.shape[-1]
    # The larger root of n^2 + (1 + 2 diag) n - |diag| (diag + 1) = 2 count.
    b = 1 + 2 * diag
    n = (-b + (b**2 + 8 * count + 4 * abs(diag) * (diag + 1)) ** 0.5) / 2
    if round(n) - n > torch.finfo(vec.dtype).eps:
        raise ValueError(
            f"The size of last dimension is {count} which cannot be expressed as "
            "the lower triangular part of a square D x D matrix."
        )
    size = round(n)
    mat = vec.new_zeros((*vec.shape[:-1], size, size))
    mat[..., _triangle(size, diag)] = vec
    return mat


def _triangle(n: int, diag: int) -> Any:
    return torch.ones(n, n, dtype=torch.bool).tril(diag)
