"""``torch.nn.utils.parametrizations``: weights of length one, and of norm one."""

from __future__ import annotations

from typing import Any

from tapegrad.torch import modes
from tapegrad.torch.documentation import documented
from tapegrad.torch.nn.functional import normalize
from tapegrad.torch.nn.modules.module import Module
from tapegrad.torch.nn.utils.orthogonality import orthogonal
from tapegrad.torch.nn.utils.parametrize import register_parametrization
from tapegrad.torch.random import randn
from tapegrad.torch.tensor import Tensor
from tapegrad.torch.weight_norms import as_rows, iterate, norm_except_dim

__all__ = ["orthogonal", "spectral_norm", "weight_norm"]


class _WeightNorm(Module):
    def __init__(self, dim: int | None = 0) -> None:
        super().__init__()
        self.dim = -1 if dim is None else dim

    def forward(self, weight_g: Any, weight_v: Any) -> Any:
        """The direction, as long as the first argument says."""
        return weight_v * (weight_g / norm_except_dim(weight_v, 2, self.dim))

    def right_inverse(self, weight: Any) -> tuple[Any, Any]:
        """Length and direction of a weight."""
        return norm_except_dim(weight, 2, self.dim), weight


@documented(
    "layer = torch.nn.utils.parametrizations.weight_norm(torch.nn.Linear(2, 3))\n"
    "sorted(name for name, _ in layer.named_parameters())",
    "['bias', 'parametrizations.weight.original0', 'parametrizations.weight.original1']",
    module="The module.",
    name="The name of the weight.",
    dim="The dimension whose entries have a length each; None for one length of all.",
)
def weight_norm(module: Any, name: str = "weight", dim: int | None = 0) -> Any:
    r"""Learn length and direction apart: :math:`w = g v / \|v\|` (Salimans and Kingma, 2016)."""
    return register_parametrization(module, name, _WeightNorm(dim), unsafe=True)


class _SpectralNorm(Module):
    def __init__(self, weight: Tensor, n_power_iterations: int, dim: int, eps: float) -> None:
        super().__init__()
        ndim = weight._value.ndim
        if dim >= ndim or dim < -ndim:
            raise IndexError(
                f"Dimension out of range (expected to be in range of [-{ndim}, {ndim - 1}] but got "
                f"{dim})"
            )
        if n_power_iterations <= 0:
            raise ValueError(
                f"Expected n_power_iterations to be positive, but got "
                f"n_power_iterations={n_power_iterations}"
            )
        self.dim = dim if dim >= 0 else dim + ndim
        self.eps, self.n_power_iterations = eps, n_power_iterations
        if ndim > 1:
            rows = as_rows(weight.detach(), self.dim)
            u, v = (normalize(randn(n, dtype=weight.dtype), dim=0, eps=eps) for n in rows.shape)
            u, v = iterate(rows, u, v, 15, eps)
            self.register_buffer("_u", u)
            self.register_buffer("_v", v)

    def forward(self, weight: Any) -> Any:
        """The weight divided by its largest singular value."""
        if weight._value.ndim == 1:
            return normalize(weight, dim=0, eps=self.eps)
        rows = as_rows(weight, self.dim)
        if self.training:
            steps = self.n_power_iterations
            u, v = iterate(rows.detach(), self._u, self._v, steps, self.eps)
            with modes.no_grad():
                self._u.copy_(u)
                self._v.copy_(v)
        u, v = self._u.clone(), self._v.clone()
        return weight / (u @ (rows @ v))

    def right_inverse(self, value: Any) -> Any:
        """The value itself, whose norm is taken to be one."""
        return value


@documented(
    "layer = torch.nn.utils.parametrizations.spectral_norm(torch.nn.Linear(4, 3))\n"
    "sorted(name for name, _ in layer.named_buffers())",
    "['parametrizations.weight.0._u', 'parametrizations.weight.0._v']",
    module="The module.",
    name="The name of the weight.",
    n_power_iterations="How often the estimate of the norm is improved in each call.",
    eps="The smallest length to divide by.",
    dim="The dimension of the outputs; by default 0, or 1 for transposed convolutions.",
)
def spectral_norm(
    module: Any,
    name: str = "weight",
    n_power_iterations: int = 1,
    eps: float = 1e-12,
    dim: int | None = None,
) -> Any:
    r"""Divide a weight by its largest singular value (Miyato and others, 2018)."""
    weight = getattr(module, name, None)
    if not isinstance(weight, Tensor):
        raise ValueError(f"Module '{module}' has no parameter or buffer with name '{name}'")
    if dim is None:
        dim = 1 if "ConvTranspose" in type(module).__name__ else 0
    return register_parametrization(
        module, name, _SpectralNorm(weight, n_power_iterations, dim, eps)
    )
