"""Distributions of matrices: Cholesky factors of correlations, and covariances."""

from __future__ import annotations

import math
import warnings
from typing import Any, ClassVar

import tapegrad.torch as torch
from tapegrad.torch.distributions import constraints
from tapegrad.torch.distributions.distribution import Distribution, ExponentialFamily, checked
from tapegrad.torch.distributions.documentation import documented
from tapegrad.torch.distributions.gamma import Chi2
from tapegrad.torch.distributions.multivariate_normal import (
    WithCovariance,
    half_log_determinant,
    the_one_given,
)
from tapegrad.torch.distributions.parametric import Parametric, constrained
from tapegrad.torch.distributions.shares import Beta
from tapegrad.torch.distributions.utils import _standard_normal, broadcast_all, is_number
from tapegrad.torch.size import Size

__all__ = ["LKJCholesky", "Wishart"]


@documented(
    "torch.distributions.LKJCholesky(2, 1.0).log_prob(torch.eye(2))",
    dim="The size of the matrices, at least 2.",
    concentration="1 for matrices that are all equally likely; larger for less correlation.",
)
class LKJCholesky(Parametric):
    r"""Cholesky factors of correlation matrices, :math:`p \propto \det(L L^T)^{\eta - 1}`.

    Lewandowski, Kurowicka and Joe, "Generating random correlation matrices based on vines and
    extended onion method", 2009.
    """

    arg_constraints = constrained(concentration=constraints.positive)
    support: Any = constraints.corr_cholesky

    def __init__(
        self, dim: int, concentration: Any = 1.0, validate_args: bool | None = None
    ) -> None:
        if dim < 2:
            raise ValueError(
                f"Expected dim to be an integer greater than or equal to 2. Found dim={dim}."
            )
        self.dim = dim
        (self.concentration,) = broadcast_all(concentration)
        shape = self.concentration.size()
        Distribution.__init__(self, shape, Size((dim, dim)), validate_args=validate_args)

    def _lengths(self) -> Any:
        """The distribution of the squared lengths of rows left of the diagonal."""
        before = torch.arange(self.dim - 1, dtype=self.concentration.dtype)
        before = torch.cat([before.new_zeros((1,)), before])
        rest = (self.concentration + 0.5 * (self.dim - 2)).unsqueeze(-1) - 0.5 * before
        return Beta(before + 0.5, rest)

    def sample(self, sample_shape: Any = ()) -> Any:
        """Random factors by the onion method: rows of random lengths and directions."""
        with torch.no_grad():
            squares = self._lengths().sample(sample_shape).unsqueeze(-1)
            shape = self._extended_shape(sample_shape)
            normal = _standard_normal(shape, self.concentration.dtype).tril(-1)
            directions = normal / normal.norm(dim=-1, keepdim=True)
            directions[..., 0, :].fill_(0.0)
            w = torch.sqrt(squares) * directions
            tiny = torch.finfo(w.dtype).tiny
            diagonal = torch.clamp(1 - torch.sum(w**2, dim=-1), min=tiny).sqrt()
            return w + torch.diag_embed(diagonal)

    @checked
    def log_prob(self, value: Any) -> Any:
        """The logarithm of the density."""
        diagonal = value.diagonal(dim1=-1, dim2=-2)[..., 1:]
        order = torch.arange(2, self.dim + 1)
        order = 2 * (self.concentration - 1).unsqueeze(-1) + self.dim - order
        n = self.dim - 1
        alpha = self.concentration + 0.5 * n
        constant = 0.5 * n * math.log(math.pi) + torch.mvlgamma(alpha - 0.5, n)
        constant = constant - torch.lgamma(alpha) * n
        return torch.sum(order * diagonal.log(), dim=-1) - constant


@documented(
    "torch.distributions.Wishart(torch.tensor(3.0), torch.eye(2)).mean",
    df="Degrees of freedom, more than the size of the matrices less 1.",
    covariance_matrix="The scale, a positive definite matrix; or one of the other two.",
    precision_matrix="The inverse of the scale.",
    scale_tril="The Cholesky factor of the scale, which is what is computed with.",
)
class Wishart(WithCovariance, ExponentialFamily):
    r"""Sums of :math:`\nu` products :math:`x x^T` of normal vectors, for whole :math:`\nu`.

    The density is :math:`\propto |X|^{(\nu - p - 1)/2} e^{-\operatorname{tr}(V^{-1} X) / 2}`.
    Samples are those of Bartlett's decomposition, and move with the scale and with `df`.
    """

    support: Any = constraints.positive_definite
    has_rsample = True
    _mean_carrier_measure: Any = 0
    _event_axes: ClassVar[dict[str, int]] = {
        "covariance_matrix": 2,
        "precision_matrix": 2,
        "scale_tril": 2,
    }

    def __init__(
        self,
        df: Any,
        covariance_matrix: Any = None,
        precision_matrix: Any = None,
        scale_tril: Any = None,
        validate_args: bool | None = None,
    ) -> None:
        name, value = the_one_given(AssertionError, covariance_matrix, precision_matrix, scale_tril)
        if value.dim() < 2:
            raise ValueError(
                "scale_tril must be at least two-dimensional, with optional leading batch "
                "dimensions"
            )
        if is_number(df):
            df = torch.tensor(df, dtype=value.dtype)
        shape = torch.broadcast_shapes(value.shape[:-2], df.shape)
        self.df, n = df.expand(shape), value.shape[-1]
        if (self.df <= n - 1).any():
            raise ValueError(f"Value of df={df} expected to be greater than ndim - 1 = {n - 1}.")
        if (self.df < n).any():
            warnings.warn(
                "Low df values detected. Singular samples are highly likely to occur for "
                "ndim - 1 < df < ndim.",
                stacklevel=2,
            )
        self.__dict__[name] = value.expand((*shape, -1, -1))
        Distribution.__init__(self, shape, value.shape[-2:], validate_args=validate_args)
        self._factorise(name, value)

    @property
    def arg_constraints(self) -> Any:
        """What parameters must satisfy."""
        return {
            "covariance_matrix": constraints.positive_definite,
            "precision_matrix": constraints.positive_definite,
            "scale_tril": constraints.lower_cholesky,
            "df": constraints.greater_than(self._event_shape[-1] - 1),
        }

    def _times_df(self, matrix: Any, df: Any) -> Any:
        return df[..., None, None] * matrix

    @property
    def mean(self) -> Any:
        """`df` times the scale."""
        return self._times_df(self.covariance_matrix, self.df)

    @property
    def mode(self) -> Any:
        """NaN for few degrees of freedom."""
        factor = self.df - self._event_shape[-1] - 1
        factor = torch.where(factor <= 0, math.nan, factor)
        return self._times_df(self.covariance_matrix, factor)

    @property
    def variance(self) -> Any:
        """The variance of each entry."""
        v = self.covariance_matrix
        d = v.diagonal(dim1=-2, dim2=-1)
        return self._times_df(v.pow(2) + d.unsqueeze(-1) * d.unsqueeze(-2), self.df)

    def rsample(self, sample_shape: Any = ()) -> Any:
        """Random positive definite matrices."""
        n, dtype = self._event_shape[-1], self._unbroadcasted_scale_tril.dtype
        lengths = Chi2(self.df.unsqueeze(-1) - torch.arange(n, dtype=dtype)).rsample(sample_shape)
        diagonal = lengths.sqrt().clamp(min=torch.finfo(dtype).eps)
        below = _standard_normal(self._extended_shape(sample_shape), dtype).tril(-1)
        factor = self._unbroadcasted_scale_tril @ (below + diagonal.diag_embed())
        return factor @ factor.mT

    @checked
    def log_prob(self, value: Any) -> Any:
        """The logarithm of the density."""
        n, factor = self._event_shape[-1], self._unbroadcasted_scale_tril
        spread = -self.df * (n * math.log(2) / 2 + half_log_determinant(factor))
        powers = (self.df - n - 1) / 2 * torch.linalg.slogdet(value).logabsdet
        traces = torch.cholesky_solve(value, factor).diagonal(dim1=-2, dim2=-1).sum(dim=-1) / 2
        return spread - torch.mvlgamma(self.df / 2, p=n) + powers - traces

    def entropy(self) -> Any:
        """The entropy."""
        n, factor = self._event_shape[-1], self._unbroadcasted_scale_tril
        half = (self.df / 2).unsqueeze(-1) - torch.arange(n, dtype=factor.dtype) / 2
        spread = (n + 1) * (n * math.log(2) / 2 + half_log_determinant(factor))
        rest = (self.df - n - 1) / 2 * torch.digamma(half).sum(-1)
        return spread + torch.mvlgamma(self.df / 2, p=n) - rest + self.df * n / 2

    @property
    def _natural_params(self) -> Any:
        return -self.precision_matrix / 2, (self.df - self._event_shape[-1] - 1) / 2

    def _log_normalizer(self, x: Any, y: Any) -> Any:
        n = self._event_shape[-1]
        half = y + (n + 1) / 2
        logs = math.log(2) * n - torch.linalg.slogdet(-2 * x).logabsdet
        return half * logs + torch.mvlgamma(half, p=n)
