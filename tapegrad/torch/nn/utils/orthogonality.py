"""Weights that are orthogonal whatever the optimizer does."""

from __future__ import annotations

from typing import Any

from tapegrad.torch import linalg, modes
from tapegrad.torch.creation import eye, zeros_like
from tapegrad.torch.documentation import documented
from tapegrad.torch.environment import finfo
from tapegrad.torch.linalg import matrix_exp
from tapegrad.torch.matrix_functions import geqrf
from tapegrad.torch.nn.modules.module import Module
from tapegrad.torch.nn.utils.parametrize import register_parametrization
from tapegrad.torch.random import randn
from tapegrad.torch.shaping import cat
from tapegrad.torch.tensor import Tensor

__all__ = ["orthogonal"]

_MAPS = ("matrix_exp", "cayley", "householder")


def _is_orthogonal(q: Any) -> bool:
    n, k = q.size(-2), q.size(-1)
    apart = (q.mH @ q - eye(k, dtype=q.dtype)).abs()
    return bool((apart <= 10.0 * n * finfo(apart.dtype).eps).all())


def _made_orthogonal(a: Any) -> Any:
    """The factor Q, by which a matrix whose QR factor R has a positive diagonal is made."""
    q, r = linalg.qr(a)
    d = r.diagonal(dim1=-2, dim2=-1)
    return q * (d / d.abs()).unsqueeze(-2)


class _Orthogonal(Module):
    base: Any

    def __init__(self, weight: Any, orthogonal_map: str, use_trivialization: bool) -> None:
        super().__init__()
        if weight.is_complex() and orthogonal_map == "householder":
            raise ValueError("The householder parametrization does not support complex tensors.")
        self.shape, self.orthogonal_map = weight.shape, orthogonal_map
        self.has_base = use_trivialization
        if use_trivialization:
            self.register_buffer("base", None)

    def forward(self, x: Any) -> Any:
        """The orthogonal matrix that belongs to any matrix."""
        transposed = x.size(-2) < x.size(-1)
        x = x.mT if transposed else x
        q = self._reflections(x) if self.orthogonal_map == "householder" else self._rotation(x)
        if self.has_base:
            q = self.base @ q
        return q.mT if transposed else q

    def _rotation(self, x: Any) -> Any:
        """The exponential, or Cayley's map, of a skew-symmetric matrix."""
        n, k = x.size(-2), x.size(-1)
        x = x.tril()
        if n != k:
            x = cat([x, x.new_zeros((*x.shape[:-1], n - k))], dim=-1)
        a = x - x.mH
        if self.orthogonal_map == "matrix_exp":
            q = matrix_exp(a)
        else:
            identity = eye(n, dtype=a.dtype)
            q = linalg.solve(identity - 0.5 * a, identity + 0.5 * a)
        return q[..., :k]

    def _reflections(self, x: Any) -> Any:
        below = x.tril(diagonal=-1)
        tau = 2.0 / (1.0 + (below * below).sum(dim=-2))
        signs = x.diagonal(dim1=-2, dim2=-1).int().unsqueeze(-2)
        return linalg.householder_product(below, tau) * signs

    def right_inverse(self, q: Any) -> Any:
        """The matrix whose image this is; a matrix that is not orthogonal is made so."""
        if q.shape != self.shape:
            raise ValueError(
                f"Expected a matrix or batch of matrices of shape {self.shape}. Got a tensor of "
                f"shape {q.shape}."
            )
        if not self.has_base and self.orthogonal_map != "householder":
            raise NotImplementedError(
                "It is not possible to assign to the matrix exponential or the Cayley "
                "parametrizations when use_trivialization=False."
            )
        with modes.no_grad():
            return self._inverse(q)

    def _inverse(self, given: Any) -> Any:
        transposed = given.size(-2) < given.size(-1)
        q = given.mT if transposed else given
        if not self.has_base:
            return _reflected(q, transposed)
        n, k = q.size(-2), q.size(-1)
        if n != k:
            more = randn(*q.shape[:-2], n, n - k, dtype=q.dtype)
            q = _made_orthogonal(cat([q, more], dim=-1))
        else:
            q = q.clone() if _is_orthogonal(q) else _made_orthogonal(q)
        self.base = q
        # The image of minus the identity is the identity: the base is what it was made of.
        found = zeros_like(given)
        found.diagonal(dim1=-2, dim2=-1).fill_(-1.0)
        return found


def _reflected(q: Any, transposed: bool) -> Any:
    """Householder's vectors of an orthogonal matrix, with signs on the diagonal."""
    a, tau = geqrf(q)
    d = a.diagonal(dim1=-2, dim2=-1)
    d.sign_()
    d.mul_((1.0 - 2.0 * (tau == 0)).to(d.dtype))
    return a.mT if transposed else a


@documented(
    "layer = torch.nn.utils.parametrizations.orthogonal(torch.nn.Linear(3, 3))\n"
    "torch.dist(layer.weight @ layer.weight.T, torch.eye(3)).item() < 1e-5",
    "True",
    module="The module.",
    name="The name of the weight, a matrix or several.",
    orthogonal_map="'matrix_exp', 'cayley' or 'householder'.",
    use_trivialization="Whether the map is around the present weight, rather than the identity.",
)
def orthogonal(
    module: Any,
    name: str = "weight",
    orthogonal_map: str | None = None,
    *,
    use_trivialization: bool = True,
) -> Any:
    r"""Keep a weight orthogonal: :math:`Q^H Q = I`, or :math:`Q Q^H = I` for a wide matrix.

    It is the exponential or the Cayley transform of a skew-symmetric matrix, or a product of
    Householder's reflections (Lezcano-Casado, "Trivializations for gradient-based optimization on
    manifolds", 2019).
    """
    weight = getattr(module, name, None)
    if not isinstance(weight, Tensor):
        raise ValueError(f"Module '{module}' has no parameter or buffer with name '{name}'")
    if weight.dim() < 2:
        raise ValueError(
            f"Expected a matrix or batch of matrices. Got a tensor of {weight.dim()} dimensions."
        )
    if orthogonal_map is None:
        square = weight.size(-2) == weight.size(-1)
        orthogonal_map = "matrix_exp" if square or weight.is_complex() else "householder"
    if orthogonal_map not in _MAPS:
        raise ValueError(
            'orthogonal_map has to be one of "matrix_exp", "cayley", "householder". Got: '
            f"{orthogonal_map}"
        )
    made = _Orthogonal(weight, orthogonal_map, use_trivialization)
    return register_parametrization(module, name, made, unsafe=True)
