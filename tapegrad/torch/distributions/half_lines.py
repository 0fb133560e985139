"""Distributions of positive numbers made of normal and Cauchy ones."""

from __future__ import annotations

import math
from typing import Any

import tapegrad.torch as torch
from tapegrad.torch.distributions import constraints
from tapegrad.torch.distributions.distribution import checked
from tapegrad.torch.distributions.documentation import documented
from tapegrad.torch.distributions.location_scale import Cauchy
from tapegrad.torch.distributions.normal import Normal
from tapegrad.torch.distributions.parametric import constrained
from tapegrad.torch.distributions.transformed_distribution import TransformedDistribution
from tapegrad.torch.distributions.transforms import (
    AbsTransform,
    ExpTransform,
    StickBreakingTransform,
)

__all__ = ["HalfCauchy", "HalfNormal", "LogNormal", "LogisticNormal"]


@documented(
    "torch.distributions.LogNormal(0.0, 1.0).log_prob(torch.tensor(1.0))",
    loc="The mean of the logarithm.",
    scale="The standard deviation of the logarithm.",
)
class LogNormal(TransformedDistribution):
    """Exponentials of normal numbers."""

    arg_constraints = constrained(loc=constraints.real, scale=constraints.positive)
    support: Any = constraints.positive
    has_rsample = True

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        base = Normal(loc, scale, validate_args=validate_args)
        super().__init__(base, ExpTransform(), validate_args=validate_args)

    @property
    def loc(self) -> Any:
        """The mean of the logarithm."""
        return self.base_dist.loc

    @property
    def scale(self) -> Any:
        """The standard deviation of the logarithm."""
        return self.base_dist.scale

    @property
    def mean(self) -> Any:
        r""":math:`e^{\mu + \sigma^2 / 2}`."""
        return (self.loc + self.scale.pow(2) / 2).exp()

    @property
    def mode(self) -> Any:
        r""":math:`e^{\mu - \sigma^2}`."""
        return (self.loc - self.scale.square()).exp()

    @property
    def variance(self) -> Any:
        r""":math:`(e^{\sigma^2} - 1) e^{2 \mu + \sigma^2}`."""
        squares = self.scale.pow(2)
        return squares.expm1() * (2 * self.loc + squares).exp()

    def entropy(self) -> Any:
        """The entropy."""
        return self.base_dist.entropy() + self.loc


class _Half(TransformedDistribution):
    """Absolute values of numbers whose distribution is symmetric about 0."""

    arg_constraints = constrained(scale=constraints.positive)
    support: Any = constraints.nonnegative
    has_rsample = True

    @property
    def scale(self) -> Any:
        """The scale of the numbers with signs."""
        return self.base_dist.scale

    @property
    def mode(self) -> Any:
        """0."""
        return torch.zeros_like(self.scale)

    @checked
    def log_prob(self, value: Any) -> Any:
        """The logarithm of the density."""
        found = self.base_dist.log_prob(value) + math.log(2)
        return torch.where(value >= 0, found, -math.inf)

    @checked
    def cdf(self, value: Any) -> Any:
        """The probability of values up to this one."""
        return 2 * self.base_dist.cdf(value) - 1

    def icdf(self, value: Any) -> Any:
        """The inverse of `cdf`."""
        return self.base_dist.icdf((value + 1) / 2)

    def entropy(self) -> Any:
        """The entropy."""
        return self.base_dist.entropy() - math.log(2)


@documented("torch.distributions.HalfNormal(1.0).log_prob(torch.tensor(1.0))")
class HalfNormal(_Half):
    """Absolute values of normal numbers with mean 0."""

    def __init__(self, scale: Any, validate_args: bool | None = None) -> None:
        base = Normal(0, scale, validate_args=False)
        super().__init__(base, AbsTransform(), validate_args=validate_args)

    @property
    def mean(self) -> Any:
        r""":math:`\sigma \sqrt{2 / \pi}`."""
        return self.scale * math.sqrt(2 / math.pi)

    @property
    def variance(self) -> Any:
        r""":math:`\sigma^2 (1 - 2 / \pi)`."""
        return self.scale.pow(2) * (1 - 2 / math.pi)


@documented("torch.distributions.HalfCauchy(1.0).log_prob(torch.tensor(1.0))")
class HalfCauchy(_Half):
    """Absolute values of Cauchy numbers around 0."""

    def __init__(self, scale: Any, validate_args: bool | None = None) -> None:
        base = Cauchy(0, scale, validate_args=False)
        super().__init__(base, AbsTransform(), validate_args=validate_args)

    @property
    def mean(self) -> Any:
        """Infinite."""
        return torch.full(self._extended_shape(), math.inf, dtype=self.scale.dtype)

    @property
    def variance(self) -> Any:
        """Infinite."""
        return self.base_dist.variance


@documented(
    "torch.distributions.LogisticNormal(torch.zeros(2), 1.0).sample().shape",
    loc="Means before the transform, one less than there are probabilities.",
    scale="Standard deviations before the transform.",
)
class LogisticNormal(TransformedDistribution):
    """Probabilities that `StickBreakingTransform` makes of normal numbers."""

    arg_constraints = constrained(loc=constraints.real, scale=constraints.positive)
    support: Any = constraints.simplex
    has_rsample = True

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        base = Normal(loc, scale, validate_args=validate_args)
        if not base.batch_shape:
            base = base.expand([1])
        super().__init__(base, StickBreakingTransform(), validate_args=validate_args)

    @property
    def loc(self) -> Any:
        """Means before the transform."""
        return self.base_dist.base_dist.loc

    @property
    def scale(self) -> Any:
        """Standard deviations before the transform."""
        return self.base_dist.base_dist.scale
