"""Gradients of many parameters at once, cut to size."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from tapegrad.torch import mutations
from tapegrad.torch.documentation import documented
from tapegrad.torch.tensor import Tensor, mutation_holder, shared, wrapped

__all__ = ["clip_grad_norm_", "clip_grad_value_", "clip_grads_with_norm_", "get_total_norm"]

_TEXTS = {
    "parameters": "A parameter, or several; those without a gradient are passed over.",
    "tensors": "A tensor, or several.",
    "max_norm": "The largest norm.",
    "norm_type": "The order of the norm.",
    "error_if_nonfinite": "Whether norms that are infinite or NaN are an error.",
    "foreach": "Without effect.",
    "clip_value": "The largest absolute value.",
    "total_norm": "The norm of all gradients together.",
}


def _gradients(parameters: Any) -> list[Tensor]:
    given = [parameters] if isinstance(parameters, Tensor) else list(parameters)
    return [p._grad for p in given if p._grad is not None]


def _norm(arrays: list[Any], order: float) -> Any:
    """The norm of the norms, in the type of the arrays."""
    if not arrays:
        return np.float32(0)
    flat = [np.abs(a).reshape(-1) for a in map(np.asarray, arrays)]
    if order == math.inf:
        return max(a.max(initial=0) for a in flat)
    if order == 2:
        total = sum(float(np.dot(a, a)) for a in flat)
        return flat[0].dtype.type(math.sqrt(total))
    norms = np.array([np.linalg.norm(a, order) for a in flat])
    return flat[0].dtype.type(np.linalg.norm(norms, order))


@documented(
    "torch.nn.utils.get_total_norm([torch.tensor([3.0]), torch.tensor([4.0])])",
    "tensor(5.)",
    **_TEXTS,
)
def get_total_norm(
    tensors: Tensor | Iterable[Tensor],
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """The norm of several tensors, as if they were one vector."""
    given = [tensors] if isinstance(tensors, Tensor) else list(tensors)
    total = _norm([t._value for t in given], float(norm_type))
    if error_if_nonfinite and not np.isfinite(total):
        raise RuntimeError(
            f"The total norm of order {float(norm_type)} for gradients from `parameters` is "
            f"non-finite, so it cannot be clipped. To disable this error and scale the gradients "
            f"by the non-finite norm anyway, set `error_if_nonfinite=False`"
        )
    return wrapped(total)


@documented(
    "p = torch.nn.Parameter(torch.zeros(2))\n"
    "p.grad = torch.tensor([3.0, 4.0])\n"
    "torch.nn.utils.clip_grads_with_norm_(p, 1.0, torch.tensor(5.0))\n"
    "p.grad",
    "tensor([0.6000, 0.8000])",
    **_TEXTS,
)
def clip_grads_with_norm_(
    parameters: Tensor | Iterable[Tensor],
    max_norm: float,
    total_norm: Tensor,
    foreach: bool | None = None,
) -> None:
    """Scale gradients so that their norm, which is given, becomes at most `max_norm`."""
    factor = float(max_norm) / (total_norm._value + total_norm._value.dtype.type(1e-6))
    factor = np.minimum(factor, 1.0)
    for grad in _gradients(parameters):
        array = shared(grad)
        array *= array.dtype.type(factor)
        mutations.stamp(mutation_holder(grad))


@documented(
    "p = torch.nn.Parameter(torch.zeros(2))\n"
    "p.grad = torch.tensor([3.0, 4.0])\n"
    "torch.nn.utils.clip_grad_norm_(p, 1.0), p.grad",
    "(tensor(5.), tensor([0.6000, 0.8000]))",
    **_TEXTS,
)
def clip_grad_norm_(
    parameters: Tensor | Iterable[Tensor],
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """Scale the gradients so that their norm becomes at most `max_norm`; returns what it was."""
    given = [parameters] if isinstance(parameters, Tensor) else list(parameters)
    total = get_total_norm(_gradients(given), norm_type, error_if_nonfinite)
    clip_grads_with_norm_(given, max_norm, total)
    return total


@documented(
    "p = torch.nn.Parameter(torch.zeros(2))\n"
    "p.grad = torch.tensor([3.0, -4.0])\n"
    "torch.nn.utils.clip_grad_value_(p, 3.5)\n"
    "p.grad",
    "tensor([ 3.0000, -3.5000])",
    **_TEXTS,
)
def clip_grad_value_(
    parameters: Tensor | Iterable[Tensor], clip_value: float, foreach: bool | None = None
) -> None:
    """Move entries of gradients into the interval from ``-clip_value`` to ``clip_value``."""
    bound = float(clip_value)
    for grad in _gradients(parameters):
        array = shared(grad)
        np.clip(array, -bound, bound, out=array)
        mutations.stamp(mutation_holder(grad))
