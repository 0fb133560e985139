"""Parameters as one vector."""

from __future__ import annotations

from collections.abc import Iterable

from tapegrad.torch.documentation import documented
from tapegrad.torch.nn.modules.registry import type_name
from tapegrad.torch.shaping import cat
from tapegrad.torch.tensor import Tensor

__all__ = ["parameters_to_vector", "vector_to_parameters"]


@documented(
    "torch.nn.utils.parameters_to_vector([torch.ones(2), torch.zeros(1)])",
    "tensor([1., 1., 0.])",
    parameters="The parameters.",
)
def parameters_to_vector(parameters: Iterable[Tensor]) -> Tensor:
    """All entries of several parameters, one after the other."""
    return cat([p.reshape(-1) for p in parameters])


@documented(
    "a, b = torch.nn.Parameter(torch.zeros(2)), torch.nn.Parameter(torch.zeros(1))\n"
    "torch.nn.utils.vector_to_parameters(torch.tensor([1.0, 2.0, 3.0]), [a, b])\n"
    "a.data, b.data",
    "(tensor([1., 2.]), tensor([3.]))",
    vec="The entries.",
    parameters="The parameters, whose values are replaced.",
)
def vector_to_parameters(vec: Tensor, parameters: Iterable[Tensor]) -> None:
    """The entries of a vector as the values of several parameters."""
    if not isinstance(vec, Tensor):
        raise TypeError(f"expected torch.Tensor, but got: {type_name(vec)}")
    start = 0
    for p in parameters:
        size = p.numel()
        p.data = vec[start : start + size].view_as(p).data
        start += size
