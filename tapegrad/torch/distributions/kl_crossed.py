r"""Divergences of distributions of different families, :math:`-H(p) - E_p[\ln q]`.

The logarithm of a density q is a sum of a few functions: of x, its square, its logarithm, its
exponential. So there is no formula for each pair, but the expectations of these for each p, and
what each q makes of them. Where p has values that q has not, the divergence is infinite.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import tapegrad.torch as torch
from tapegrad.torch.distributions.binary import Bernoulli
from tapegrad.torch.distributions.continuous_bernoulli import ContinuousBernoulli
from tapegrad.torch.distributions.counts import Binomial, Poisson
from tapegrad.torch.distributions.extremes import Gumbel, Pareto
from tapegrad.torch.distributions.gamma import Exponential, Gamma
from tapegrad.torch.distributions.kl import infinite_where, register_kl
from tapegrad.torch.distributions.location_scale import Laplace, Uniform
from tapegrad.torch.distributions.normal import Normal
from tapegrad.torch.distributions.shares import Beta
from tapegrad.torch.distributions.utils import euler_constant

__all__: list[str] = []


def _between(low: Any, high: Any, f: Callable[[Any], Any]) -> Any:
    """The mean slope of a function over an interval: the mean of its derivative there."""
    return (f(high) - f(low)) / (high - low)


def _x_log_x(x: Any) -> Any:
    return torch.xlogy(x, x) - x


#: E[ln X], by the class of X; for numbers that can be negative there is none.
MEAN_LOG: dict[type, Callable[[Any], Any]] = {
    Beta: lambda p: p.concentration1.digamma() - (p.concentration1 + p.concentration0).digamma(),
    Gamma: lambda p: p.concentration.digamma() - p.rate.log(),
    Exponential: lambda p: -euler_constant - p.rate.log(),
    Pareto: lambda p: p.scale.log() + p.alpha.reciprocal(),
    Uniform: lambda p: _between(p.low, p.high, _x_log_x),
}
#: E[ln(1 - X)].
MEAN_LOG_REST: dict[type, Callable[[Any], Any]] = {
    Uniform: lambda p: _between(1 - p.high, 1 - p.low, _x_log_x),
}
#: E[e^(-t X)].
MEAN_EXP: dict[type, Callable[[Any, Any], Any]] = {
    Exponential: lambda p, t: p.rate / (p.rate + t),
    Gamma: lambda p, t: (1 + t / p.rate).pow(-p.concentration),
    Normal: lambda p, t: torch.exp(0.5 * (t * p.scale).pow(2) - t * p.loc),
    Uniform: lambda p, t: _between(p.low, p.high, lambda x: torch.exp(-t * x)) / -t,
}


def _as_normal(p: Any, q: Any) -> Any:
    variance = q.scale.pow(2)
    squares = p.variance + (p.mean - q.loc).pow(2)
    return -0.5 * (2 * math.pi * variance).log() - 0.5 * squares / variance


def _as_exponential(p: Any, q: Any) -> Any:
    return q.rate.log() - q.rate * p.mean


def _as_gamma(p: Any, q: Any) -> Any:
    a = q.concentration
    constant = a * q.rate.log() - a.lgamma()
    return constant + (a - 1) * MEAN_LOG[type(p)](p) - q.rate * p.mean


def _as_beta(p: Any, q: Any) -> Any:
    a, b = q.concentration1, q.concentration0
    constant = (a + b).lgamma() - a.lgamma() - b.lgamma()
    logs = (a - 1) * MEAN_LOG[type(p)](p) + (b - 1) * MEAN_LOG_REST[type(p)](p)
    return constant + logs


def _as_uniform(p: Any, q: Any) -> Any:
    return -(q.high - q.low).log() + 0 * p.mean


def _as_pareto(p: Any, q: Any) -> Any:
    return q.alpha.log() + q.alpha * q.scale.log() - (q.alpha + 1) * MEAN_LOG[type(p)](p)


def _as_gumbel(p: Any, q: Any) -> Any:
    ends = torch.exp(q.loc / q.scale) * MEAN_EXP[type(p)](p, q.scale.reciprocal())
    return -q.scale.log() - (p.mean - q.loc) / q.scale - ends


def _as_continuous_bernoulli(p: Any, q: Any) -> Any:
    return p.mean * q.logits + torch.log1p(-q.probs) + q._log_constant()


def _as_laplace(p: Any, q: Any) -> Any:
    """Of normal numbers: the mean of their distance from a place."""
    apart = p.loc - q.loc
    z = apart / p.scale
    peak = math.sqrt(2 / math.pi) * p.scale * torch.exp(-0.5 * z.pow(2))
    distance = peak + apart * torch.erf(math.sqrt(0.5) * z)
    return -(2 * q.scale).log() - distance / q.scale


def _register(mean_log_density: Callable[[Any, Any], Any], q: type, *families: type) -> None:
    def formula(p: Any, q: Any) -> Any:
        return -p.entropy() - mean_log_density(p, q)

    for p in families:
        register_kl(p, q)(formula)


_register(_as_normal, Normal, Beta, ContinuousBernoulli, Exponential, Gamma, Gumbel, Laplace)
_register(_as_normal, Normal, Uniform)
_register(_as_exponential, Exponential, Beta, ContinuousBernoulli, Gamma)
_register(_as_gamma, Gamma, Beta, Exponential)
_register(_as_gumbel, Gumbel, Exponential, Gamma, Normal, Uniform)
_register(_as_laplace, Laplace, Normal)
_register(_as_continuous_bernoulli, ContinuousBernoulli, Beta)


def _only_where(
    mean_log_density: Callable[[Any, Any], Any], p: type, q: type, outside: Callable[..., Any]
) -> None:
    """A formula that holds except where a condition does."""

    @register_kl(p, q)
    def formula(p: Any, q: Any) -> Any:
        return infinite_where(outside(p, q), -p.entropy() - mean_log_density(p, q))


_only_where(_as_normal, Pareto, Normal, lambda p, q: p.alpha + 0 * q.loc <= 2)
_only_where(_as_exponential, Pareto, Exponential, lambda p, q: p.alpha + 0 * q.rate <= 1)
_only_where(_as_gamma, Pareto, Gamma, lambda p, q: p.alpha + 0 * q.rate <= 1)
_only_where(_as_exponential, Uniform, Exponential, lambda p, q: p.low + 0 * q.rate < 0)
_only_where(_as_gamma, Uniform, Gamma, lambda p, q: p.low + 0 * q.rate < 0)
_only_where(_as_pareto, Uniform, Pareto, lambda p, q: p.low < q.scale)
_only_where(
    _as_beta, Uniform, Beta, lambda p, q: ((p.low < 0) | (p.high > 1)) & (q.concentration1 > 0)
)
_only_where(_as_uniform, Beta, Uniform, lambda p, q: (q.low > 0) | (q.high < 1))
# Here, as in PyTorch, the ends of the interval from 0 to 1 count as outside.
_only_where(_as_uniform, ContinuousBernoulli, Uniform, lambda p, q: (q.low >= 0) | (q.high <= 1))
_only_where(
    _as_continuous_bernoulli,
    Uniform,
    ContinuousBernoulli,
    lambda p, q: ((p.high >= 1) | (p.low <= 0)) & (q.probs > 0),
)


@register_kl(Bernoulli, Poisson)
def _bernoulli_poisson(p: Any, q: Any) -> Any:
    return -p.entropy() - (p.probs * q.rate.log() - q.rate)


def _infinite(p: Any, q: Any) -> Any:
    """Some values of p are impossible for q."""
    like = next(iter(vars(p)[name] for name in p.arg_constraints if name in vars(p)), p.mean)
    return torch.full_like(like, math.inf)


for _p, _families in (
    (Beta, (Pareto,)),
    (ContinuousBernoulli, (Pareto,)),
    (Exponential, (Beta, ContinuousBernoulli, Pareto, Uniform)),
    (Gamma, (Beta, ContinuousBernoulli, Pareto, Uniform)),
    (Gumbel, (Beta, ContinuousBernoulli, Exponential, Gamma, Pareto, Uniform)),
    (Laplace, (Beta, ContinuousBernoulli, Exponential, Gamma, Pareto, Uniform)),
    (Normal, (Beta, ContinuousBernoulli, Exponential, Gamma, Pareto, Uniform)),
    (Pareto, (Beta, ContinuousBernoulli, Uniform)),
    (Poisson, (Bernoulli, Binomial)),
):
    for _q in _families:
        register_kl(_p, _q)(_infinite)
