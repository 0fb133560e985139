"""Normal distributions of several variables, by a covariance or by one of low rank."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import tapegrad.torch as torch
from tapegrad.torch.distributions import constraints
from tapegrad.torch.distributions.distribution import Distribution, checked
from tapegrad.torch.distributions.documentation import documented
from tapegrad.torch.distributions.parametric import Parametric, constrained
from tapegrad.torch.distributions.utils import _standard_normal, lazy_property

__all__ = ["LowRankMultivariateNormal", "MultivariateNormal"]


def squared_length(factor: Any, x: Any) -> Any:
    r""":math:`|L^{-1} x|^2` for lower triangular matrices and vectors, whose batches broadcast."""
    shape = torch.broadcast_shapes(factor.shape[:-2], x.shape[:-1])
    n = factor.shape[-1]
    columns = x.expand((*shape, n)).unsqueeze(-1)
    solved = torch.linalg.solve_triangular(factor.expand((*shape, n, n)), columns, upper=False)
    return solved.pow(2).sum((-2, -1))


def half_log_determinant(factor: Any) -> Any:
    """The sum of the logarithms of diagonals."""
    return factor.diagonal(dim1=-2, dim2=-1).log().sum(-1)


def times(matrix: Any, vector: Any) -> Any:
    """Products of matrices with vectors."""
    return torch.matmul(matrix, vector.unsqueeze(-1)).squeeze(-1)


def factor_of_inverse(precision: Any) -> Any:
    """The Cholesky factor of the inverse: of the matrix backwards, transposed and inverted."""
    backwards = torch.linalg.cholesky(torch.flip(precision, (-2, -1)))
    inverse = torch.flip(backwards, (-2, -1)).mT
    identity = torch.eye(precision.shape[-1], dtype=precision.dtype)
    return torch.linalg.solve_triangular(inverse, identity.expand_as(inverse), upper=False)


def _require_matrix(name: str, value: Any) -> None:
    if value.dim() < 2:
        raise ValueError(
            f"{name} must be at least two-dimensional, with optional leading batch dimensions"
        )


_MATRICES = {"covariance_matrix": 2, "precision_matrix": 2, "scale_tril": 2}


def the_one_given(kind: type[Exception], *given: Any) -> tuple[str, Any]:
    """The name and value of the one matrix that is not None; an error of `kind` for others."""
    found = [(n, v) for n, v in zip(_MATRICES, given, strict=True) if v is not None]
    if len(found) != 1:
        raise kind(
            "Exactly one of covariance_matrix or precision_matrix or scale_tril may be specified."
        )
    return found[0]


class WithCovariance(Parametric):
    """Distributions with one of `covariance_matrix`, `precision_matrix` and `scale_tril`."""

    _of_all: ClassVar[tuple[str, ...]] = ("_unbroadcasted_scale_tril",)

    def _factorise(self, name: str, value: Any) -> None:
        """Keep the Cholesky factor of the covariance, without the batch of other parameters."""
        factors: dict[str, Any] = {
            "covariance_matrix": torch.linalg.cholesky,
            "precision_matrix": factor_of_inverse,
        }
        factor = value if name == "scale_tril" else factors[name](value)
        self._unbroadcasted_scale_tril = factor

    @property
    def _matrix_shape(self) -> Any:
        return (*self._batch_shape, *2 * self._event_shape[-1:])

    @lazy_property
    def scale_tril(self) -> Any:
        """The Cholesky factor of the covariance."""
        return self._unbroadcasted_scale_tril.expand(self._matrix_shape)

    @lazy_property
    def covariance_matrix(self) -> Any:
        """The covariance."""
        factor = self._unbroadcasted_scale_tril
        return torch.matmul(factor, factor.mT).expand(self._matrix_shape)

    @lazy_property
    def precision_matrix(self) -> Any:
        """The inverse of the covariance."""
        found = torch.cholesky_inverse(self._unbroadcasted_scale_tril)
        return found.expand(self._matrix_shape)


@documented(
    "d = torch.distributions.MultivariateNormal(torch.zeros(2), torch.eye(2))\n"
    "d.log_prob(torch.zeros(2))",
    loc="The mean, a vector.",
    covariance_matrix="The covariance, a positive definite matrix; or one of the other two.",
    precision_matrix="The inverse of the covariance.",
    scale_tril="The Cholesky factor of the covariance, which is what is computed with.",
)
class MultivariateNormal(WithCovariance):
    r"""Normal vectors, :math:`e^{-|L^{-1} (x - \mu)|^2 / 2} / (2 \pi)^{n/2} |L|`.

    :math:`L L^T` is the covariance matrix.
    """

    arg_constraints = constrained(
        loc=constraints.real_vector,
        covariance_matrix=constraints.positive_definite,
        precision_matrix=constraints.positive_definite,
        scale_tril=constraints.lower_cholesky,
    )
    support: Any = constraints.real_vector
    has_rsample = True
    _event_axes: ClassVar[dict[str, int]] = {"loc": 1, **_MATRICES}

    def __init__(
        self,
        loc: Any,
        covariance_matrix: Any = None,
        precision_matrix: Any = None,
        scale_tril: Any = None,
        validate_args: bool | None = None,
    ) -> None:
        if loc.dim() < 1:
            raise ValueError("loc must be at least one-dimensional.")
        name, value = the_one_given(ValueError, covariance_matrix, precision_matrix, scale_tril)
        _require_matrix("scale_tril matrix" if name == "scale_tril" else name, value)
        shape = torch.broadcast_shapes(value.shape[:-2], loc.shape[:-1])
        self.__dict__[name] = value.expand((*shape, -1, -1))
        self.loc = loc.expand((*shape, -1))
        Distribution.__init__(self, shape, self.loc.shape[-1:], validate_args=validate_args)
        self._factorise(name, value)

    @property
    def mean(self) -> Any:
        """`loc`."""
        return self.loc

    mode = mean

    @property
    def variance(self) -> Any:
        """The diagonal of the covariance."""
        found = self._unbroadcasted_scale_tril.pow(2).sum(-1)
        return found.expand(self._extended_shape())

    def rsample(self, sample_shape: Any = ()) -> Any:
        """``loc + L @ z`` for standard normal vectors z."""
        z = _standard_normal(self._extended_shape(sample_shape), self.loc.dtype)
        return self.loc + times(self._unbroadcasted_scale_tril, z)

    @checked
    def log_prob(self, value: Any) -> Any:
        """The logarithm of the density."""
        factor = self._unbroadcasted_scale_tril
        squares = squared_length(factor, value - self.loc)
        constant = self._event_shape[0] * math.log(2 * math.pi)
        return -0.5 * (constant + squares) - half_log_determinant(factor)

    def entropy(self) -> Any:
        """The entropy."""
        constant = 0.5 * self._event_shape[0] * (1.0 + math.log(2 * math.pi))
        found = constant + half_log_determinant(self._unbroadcasted_scale_tril)
        return found.expand(self._batch_shape) if self._batch_shape else found


@documented(
    "d = torch.distributions\n"
    "d.LowRankMultivariateNormal(torch.zeros(2), torch.ones(2, 1), torch.ones(2)).variance",
    loc="The mean, a vector of size n.",
    cov_factor="A matrix W of shape (n, m).",
    cov_diag="The diagonal D, n positive numbers.",
)
class LowRankMultivariateNormal(Parametric):
    r"""Normal vectors with the covariance :math:`W W^T + D`.

    Determinant and inverse are those of matrices of size m, the rank of W (Woodbury's formula and
    the matrix determinant lemma).
    """

    arg_constraints = constrained(
        loc=constraints.real_vector,
        cov_factor=constraints.independent(constraints.real, 2),
        cov_diag=constraints.independent(constraints.positive, 1),
    )
    support: Any = constraints.real_vector
    has_rsample = True
    _event_axes: ClassVar[dict[str, int]] = {
        "loc": 1,
        "cov_factor": 2,
        "cov_diag": 1,
        "variance": 1,
        "_capacitance_tril": 2,
        **_MATRICES,
    }

    def __init__(
        self, loc: Any, cov_factor: Any, cov_diag: Any, validate_args: bool | None = None
    ) -> None:
        if loc.dim() < 1:
            raise ValueError("loc must be at least one-dimensional.")
        event = loc.shape[-1:]
        _require_matrix("cov_factor", cov_factor)
        if cov_factor.shape[-2:-1] != event:
            raise ValueError(f"cov_factor must be a batch of matrices with shape {event[0]} x m")
        if cov_diag.shape[-1:] != event:
            raise ValueError(f"cov_diag must be a batch of vectors with shape {event}")
        try:
            parts: Any = torch.broadcast_tensors(
                loc.unsqueeze(-1), cov_factor, cov_diag.unsqueeze(-1)
            )
        except RuntimeError as error:
            raise ValueError(
                f"Incompatible batch shapes: loc {loc.shape}, cov_factor {cov_factor.shape}, "
                f"cov_diag {cov_diag.shape}"
            ) from error
        self.loc, self.cov_factor, self.cov_diag = parts[0][..., 0], parts[1], parts[2][..., 0]
        Distribution.__init__(self, self.loc.shape[:-1], event, validate_args=validate_args)
        small = self._scaled_factor() @ cov_factor
        identity = torch.eye(cov_factor.shape[-1], dtype=small.dtype)
        self._capacitance_tril = torch.linalg.cholesky(small + identity)

    def _scaled_factor(self) -> Any:
        """W transposed, over D."""
        return self.cov_factor.mT / self.cov_diag.unsqueeze(-2)

    @property
    def mean(self) -> Any:
        """`loc`."""
        return self.loc

    mode = mean

    @lazy_property
    def variance(self) -> Any:
        """The diagonal of the covariance."""
        return self.cov_factor.pow(2).sum(-1) + self.cov_diag

    @lazy_property
    def covariance_matrix(self) -> Any:
        """The covariance."""
        return self.cov_factor @ self.cov_factor.mT + torch.diag_embed(self.cov_diag)

    @lazy_property
    def scale_tril(self) -> Any:
        """The Cholesky factor of the covariance."""
        root = self.cov_diag.sqrt().unsqueeze(-1)
        scaled = self.cov_factor / root
        identity = torch.eye(scaled.shape[-2], dtype=scaled.dtype)
        return root * torch.linalg.cholesky(scaled @ scaled.mT + identity)

    @lazy_property
    def precision_matrix(self) -> Any:
        """The inverse of the covariance."""
        solved = torch.linalg.solve_triangular(
            self._capacitance_tril, self._scaled_factor(), upper=False
        )
        return torch.diag_embed(self.cov_diag.reciprocal()) - solved.mT @ solved

    def rsample(self, sample_shape: Any = ()) -> Any:
        """``loc + W @ z + sqrt(D) * e`` for standard normal vectors z and e."""
        shape = self._extended_shape(sample_shape)
        few = _standard_normal((*shape[:-1], self.cov_factor.shape[-1]), self.loc.dtype)
        noise = self.cov_diag.sqrt() * _standard_normal(shape, self.loc.dtype)
        return self.loc + times(self.cov_factor, few) + noise

    def log_determinant(self) -> Any:
        """The logarithm of the determinant of the covariance."""
        return 2 * half_log_determinant(self._capacitance_tril) + self.cov_diag.log().sum(-1)

    def mahalanobis(self, x: Any) -> Any:
        """Squared lengths of vectors, measured by the covariance."""
        few = times(self._scaled_factor(), x)
        whole = (x.pow(2) / self.cov_diag).sum(-1)
        return whole - squared_length(self._capacitance_tril, few)

    @checked
    def log_prob(self, value: Any) -> Any:
        """The logarithm of the density."""
        constant = self._event_shape[0] * math.log(2 * math.pi)
        squares = self.mahalanobis(value - self.loc)
        return -0.5 * (constant + self.log_determinant() + squares)

    def entropy(self) -> Any:
        """The entropy."""
        constant = self._event_shape[0] * (1.0 + math.log(2 * math.pi))
        return 0.5 * (constant + self.log_determinant())
