"""Transforms of vectors and matrices."""

from __future__ import annotations

import math
from typing import Any

import tapegrad.torch as torch
from tapegrad.torch.distributions import constraints
from tapegrad.torch.distributions.documentation import documented
from tapegrad.torch.distributions.transforms.elementwise import Plain, clipped_sigmoid
from tapegrad.torch.distributions.utils import tril_matrix_to_vec, vec_to_tril_matrix
from tapegrad.torch.nn import functional as F

__all__ = [
    "CorrCholeskyTransform",
    "LowerCholeskyTransform",
    "PositiveDefiniteTransform",
    "SoftmaxTransform",
    "StickBreakingTransform",
]


def require_dimensions(shape: Any, count: int) -> None:
    """ValueError unless a shape has as many axes."""
    if len(shape) < count:
        raise ValueError("Too few dimensions on input")


@documented("torch.distributions.transforms.SoftmaxTransform()(torch.zeros(2))")
class SoftmaxTransform(Plain):
    """Vectors to probabilities; all that differ by a constant have the same image."""

    domain: Any = constraints.real_vector
    codomain: Any = constraints.simplex

    def _call(self, x: Any) -> Any:
        weights = (x - x.max(-1, True)[0]).exp()
        return weights / weights.sum(-1, True)

    def _inverse(self, y: Any) -> Any:
        return y.log()

    def forward_shape(self, shape: Any) -> Any:
        """The same shape, of at least one axis."""
        require_dimensions(shape, 1)
        return shape

    inverse_shape = forward_shape


@documented("torch.distributions.transforms.StickBreakingTransform()(torch.zeros(1))")
class StickBreakingTransform(Plain):
    """Vectors to probabilities, one more: each entry says how much of the rest is broken off.

    The bijection is that of Stan's unit simplex (Stan Reference Manual, "Constraint transforms");
    zeros become equal probabilities.
    """

    domain: Any = constraints.real_vector
    codomain: Any = constraints.simplex
    bijective = True

    def _call(self, x: Any) -> Any:
        z = clipped_sigmoid(x - self._offset(x).log())
        rest = (1 - z).cumprod(-1)
        return F.pad(z, [0, 1], value=1) * F.pad(rest, [1, 0], value=1)

    @staticmethod
    def _offset(x: Any) -> Any:
        """How many pieces come after each."""
        return x.shape[-1] + 1 - x.new_ones(x.shape[-1]).cumsum(-1)

    def _inverse(self, y: Any) -> Any:
        pieces = y[..., :-1]
        rest = (1 - pieces.cumsum(-1)).clamp(min=torch.finfo(y.dtype).tiny)
        return pieces.log() - rest.log() + self._offset(pieces).log()

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """The sum of the logarithms of pieces and of what was left."""
        x = x - self._offset(x).log()
        return (-x + F.logsigmoid(x) + y[..., :-1].log()).sum(-1)

    def forward_shape(self, shape: Any) -> Any:
        """One more along the last axis."""
        require_dimensions(shape, 1)
        return shape[:-1] + type(shape)((shape[-1] + 1,))

    def inverse_shape(self, shape: Any) -> Any:
        """One less along the last axis."""
        require_dimensions(shape, 1)
        return shape[:-1] + type(shape)((shape[-1] - 1,))


@documented("torch.distributions.transforms.LowerCholeskyTransform()(torch.zeros(2, 2))")
class LowerCholeskyTransform(Plain):
    """Matrices to lower triangles with positive diagonals: exponentials of what there was."""

    domain: Any = constraints.independent(constraints.real, 2)
    codomain: Any = constraints.lower_cholesky

    def _call(self, x: Any) -> Any:
        return x.tril(-1) + x.diagonal(dim1=-2, dim2=-1).exp().diag_embed()

    def _inverse(self, y: Any) -> Any:
        return y.tril(-1) + y.diagonal(dim1=-2, dim2=-1).log().diag_embed()


@documented("torch.distributions.transforms.PositiveDefiniteTransform()(torch.zeros(2, 2))")
class PositiveDefiniteTransform(Plain):
    """Matrices to positive definite ones, by way of their Cholesky factors."""

    domain: Any = constraints.independent(constraints.real, 2)
    codomain: Any = constraints.positive_definite

    def _call(self, x: Any) -> Any:
        factor = LowerCholeskyTransform()(x)
        return factor @ factor.mT

    def _inverse(self, y: Any) -> Any:
        return LowerCholeskyTransform().inv(torch.linalg.cholesky(y))


@documented("torch.distributions.transforms.CorrCholeskyTransform()(torch.zeros(1))")
class CorrCholeskyTransform(Plain):
    r"""Vectors of :math:`D(D-1)/2` numbers to Cholesky factors of correlation matrices.

    Rows of the factor are unit vectors; each entry says, by its hyperbolic tangent, how much of
    what is left of the length it takes (Lewandowski, Kurowicka and Joe, "Generating random
    correlation matrices based on vines and extended onion method", 2009).
    """

    domain: Any = constraints.real_vector
    codomain: Any = constraints.corr_cholesky
    bijective = True

    def _is(self, other: Any) -> bool:
        return self is other

    def _call(self, x: Any) -> Any:
        eps = torch.finfo(x.dtype).eps
        r = vec_to_tril_matrix(torch.tanh(x).clamp(min=-1 + eps, max=1 - eps), diag=-1)
        left = (1 - r**2).sqrt().cumprod(-1)
        r = r + torch.eye(r.shape[-1], dtype=r.dtype)
        return r * F.pad(left[..., :-1], [1, 0], value=1)

    def _inverse(self, y: Any) -> Any:
        left = F.pad((1 - torch.cumsum(y * y, dim=-1))[..., :-1], [1, 0], value=1)
        t = tril_matrix_to_vec(y, diag=-1) / tril_matrix_to_vec(left, diag=-1).sqrt()
        return (t.log1p() - t.neg().log1p()) / 2

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """Of breaking lengths off, and of the hyperbolic tangents."""
        left = tril_matrix_to_vec(1 - (y * y).cumsum(dim=-1), diag=-2)
        tangents = -2 * (x + F.softplus(-2 * x) - math.log(2.0)).sum(dim=-1)
        return 0.5 * left.log().sum(-1) + tangents

    def forward_shape(self, shape: Any) -> Any:
        """The size of the matrix that has as many entries below its diagonal."""
        require_dimensions(shape, 1)
        size = round((0.25 + 2 * shape[-1]) ** 0.5 + 0.5)
        if size * (size - 1) // 2 != shape[-1]:
            raise ValueError("Input is not a flattened lower-diagonal number")
        return shape[:-1] + type(shape)(
            (
                size,
                size,
            )
        )

    def inverse_shape(self, shape: Any) -> Any:
        """The number of entries below the diagonal."""
        require_dimensions(shape, 2)
        if shape[-2] != shape[-1]:
            raise ValueError("Input is not square")
        return shape[:-2] + type(shape)((shape[-1] * (shape[-1] - 1) // 2,))
