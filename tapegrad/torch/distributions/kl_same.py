"""Divergences of distributions of one family: exactly 0 for equal ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tapegrad.torch as torch
from tapegrad.torch.distributions import (
    binary,
    categorical,
    continuous_bernoulli,
    counts,
    distribution,
    extremes,
    gamma,
    half_lines,
    independent,
    location_scale,
    multivariate_normal,
    normal,
    shares,
    transformed_distribution,
)
from tapegrad.torch.distributions.kl import (
    Formula,
    infinite_where,
    kl_divergence,
    register_kl,
)
from tapegrad.torch.distributions.utils import _sum_rightmost, euler_constant
from tapegrad.torch.nn.functional import softplus

__all__: list[str] = []


def _same(kind: type) -> Callable[[Formula], Formula]:
    return register_kl(kind, kind)


@_same(binary.Bernoulli)
def _bernoulli(p: Any, q: Any) -> Any:
    def part(of_p: Any, of_q: Any, sign: float) -> Any:
        found = of_p * (softplus(-sign * q.logits) - softplus(-sign * p.logits))
        found = infinite_where(of_q == 0, found)
        return torch.where(of_p == 0, torch.zeros_like(found), found)

    return part(p.probs, q.probs, 1.0) + part(1 - p.probs, 1 - q.probs, -1.0)


@_same(counts.Binomial)
def _binomial(p: Any, q: Any) -> Any:
    if (p.total_count < q.total_count).any():
        raise NotImplementedError(
            "KL between Binomials where q.total_count > p.total_count is not implemented"
        )
    each = p.probs * (p.logits - q.logits) + (-p.probs).log1p() - (-q.probs).log1p()
    return infinite_where(p.total_count > q.total_count, p.total_count * each)


@_same(categorical.Categorical)
def _categorical(p: Any, q: Any) -> Any:
    found = infinite_where(q.probs == 0, p.probs * (p.logits - q.logits))
    return torch.where(p.probs == 0, torch.zeros_like(found), found).sum(-1)


@_same(categorical.OneHotCategorical)
def _one_hot(p: Any, q: Any) -> Any:
    return _categorical(p._categorical, q._categorical)


@_same(continuous_bernoulli.ContinuousBernoulli)
def _continuous_bernoulli(p: Any, q: Any) -> Any:
    own = p._log_constant() + torch.log1p(-p.probs)
    other = q._log_constant() + torch.log1p(-q.probs)
    return p.mean * (p.logits - q.logits) + own - other


@_same(shares.Dirichlet)
def _dirichlet(p: Any, q: Any) -> Any:
    a, b = p.concentration, q.concentration
    all_a = a.sum(-1)
    constants = all_a.lgamma() - b.sum(-1).lgamma() - (a.lgamma() - b.lgamma()).sum(-1)
    logarithms = a.digamma() - all_a.digamma().unsqueeze(-1)
    return constants + ((a - b) * logarithms).sum(-1)


@_same(shares.Beta)
def _beta(p: Any, q: Any) -> Any:
    return _dirichlet(p._dirichlet, q._dirichlet)


@_same(gamma.Exponential)
def _exponential(p: Any, q: Any) -> Any:
    ratio = q.rate / p.rate
    return ratio - 1 - ratio.log()


@_same(gamma.Gamma)
def _gamma(p: Any, q: Any) -> Any:
    a, b = p.concentration, q.concentration
    constants = torch.lgamma(b) - torch.lgamma(a) + b * (p.rate / q.rate).log()
    return constants + (a - b) * torch.digamma(a) + (q.rate - p.rate) * (a / p.rate)


@_same(extremes.Gumbel)
def _gumbel(p: Any, q: Any) -> Any:
    ratio, apart = p.scale / q.scale, (p.loc - q.loc) / q.scale
    exponentials = torch.exp((1 + ratio).lgamma() - apart)
    return apart - ratio.log() + ratio * euler_constant + exponentials - (1 + euler_constant)


@_same(binary.Geometric)
def _geometric(p: Any, q: Any) -> Any:
    return -p.entropy() - torch.log1p(-q.probs) / p.probs - q.logits


@_same(location_scale.Laplace)
def _laplace(p: Any, q: Any) -> Any:
    ratio, apart = p.scale / q.scale, (p.loc - q.loc).abs()
    return apart / q.scale + ratio * torch.exp(-apart / p.scale) - ratio.log() - 1


@_same(location_scale.Cauchy)
def _cauchy(p: Any, q: Any) -> Any:
    squares = (p.scale + q.scale).pow(2) + (p.loc - q.loc).pow(2)
    return squares.log() - (4 * p.scale * q.scale).log()


@_same(normal.Normal)
def _normal(p: Any, q: Any) -> Any:
    ratio = (p.scale / q.scale).pow(2)
    return 0.5 * (ratio + ((p.loc - q.loc) / q.scale).pow(2) - 1 - ratio.log())


@_same(half_lines.HalfNormal)
def _half_normal(p: Any, q: Any) -> Any:
    return _normal(p.base_dist, q.base_dist)


@_same(extremes.Pareto)
def _pareto(p: Any, q: Any) -> Any:
    ratio = q.alpha / p.alpha
    found = q.alpha * (p.scale / q.scale).log() - ratio.log() + ratio - 1
    return infinite_where(p.scale < q.scale, found)


@_same(counts.Poisson)
def _poisson(p: Any, q: Any) -> Any:
    return p.rate * (p.rate.log() - q.rate.log()) - (p.rate - q.rate)


@_same(location_scale.Uniform)
def _uniform(p: Any, q: Any) -> Any:
    found = ((q.high - q.low) / (p.high - p.low)).log()
    return infinite_where((q.low > p.low) | (q.high < p.high), found)


@_same(transformed_distribution.TransformedDistribution)
def _transformed(p: Any, q: Any) -> Any:
    if p.transforms != q.transforms or p.event_shape != q.event_shape:
        raise NotImplementedError
    return kl_divergence(p.base_dist, q.base_dist)


@_same(independent.Independent)
def _independent(p: Any, q: Any) -> Any:
    if p.reinterpreted_batch_ndims != q.reinterpreted_batch_ndims:
        raise NotImplementedError
    return _sum_rightmost(kl_divergence(p.base_dist, q.base_dist), p.reinterpreted_batch_ndims)


@_same(distribution.ExponentialFamily)
def _exponential_family(p: Any, q: Any) -> Any:
    """The Bregman divergence of the normalizer (Nielsen and Nock, 2010)."""
    if type(p) is not type(q):
        raise NotImplementedError(
            "The cross KL-divergence between different exponential families cannot be computed "
            "using Bregman divergences"
        )
    own = [v.detach().requires_grad_() for v in p._natural_params]
    normalizer = p._log_normalizer(*own)
    slopes = torch.autograd.grad(normalizer.sum(), own, create_graph=True)
    found = q._log_normalizer(*q._natural_params) - normalizer
    for a, b, slope in zip(own, q._natural_params, slopes, strict=True):
        found = found - _sum_rightmost((b - a) * slope, len(q.event_shape))
    return found


def _factor_and_logs(d: Any) -> tuple[Any, Any]:
    """Columns whose products add up to the covariance, and its log determinant."""
    if isinstance(d, multivariate_normal.MultivariateNormal):
        factor = d._unbroadcasted_scale_tril
        return factor, 2 * multivariate_normal.half_log_determinant(factor)
    columns = torch.cat([d.cov_factor, torch.diag_embed(d.cov_diag.sqrt())], -1)
    return columns, d.log_determinant()


def _normal_vectors(p: Any, q: Any) -> Any:
    if p.event_shape != q.event_shape:
        kinds = {type(d).__name__ for d in (p, q)}
        name = {1: "Multivariate Normals", 2: "(Low Rank) Multivariate Normals"}[len(kinds)]
        if kinds == {"LowRankMultivariateNormal"}:
            name = "Low Rank Multivariate Normals"
        raise ValueError(
            f"KL-divergence between two {name} with different event shapes cannot be computed"
        )
    columns, own = _factor_and_logs(p)
    _, other = _factor_and_logs(q)

    def lengths(vectors: Any) -> Any:
        if isinstance(q, multivariate_normal.MultivariateNormal):
            return multivariate_normal.squared_length(q._unbroadcasted_scale_tril, vectors)
        return q.mahalanobis(vectors)

    spread: Any = sum(lengths(columns[..., i]) for i in range(columns.shape[-1]))
    return 0.5 * (other - own + spread + lengths(p.loc - q.loc) - p.event_shape[0])


for _p in (multivariate_normal.MultivariateNormal, multivariate_normal.LowRankMultivariateNormal):
    for _q in (
        multivariate_normal.MultivariateNormal,
        multivariate_normal.LowRankMultivariateNormal,
    ):
        register_kl(_p, _q)(_normal_vectors)
