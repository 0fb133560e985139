"""Distributions of extremes and of heavy tails: Gumbel, Weibull, Pareto."""

from __future__ import annotations

import math
from typing import Any

import tapegrad.torch as torch
from tapegrad.torch.distributions import constraints
from tapegrad.torch.distributions.distribution import checked
from tapegrad.torch.distributions.documentation import documented
from tapegrad.torch.distributions.gamma import Exponential
from tapegrad.torch.distributions.location_scale import Uniform
from tapegrad.torch.distributions.parametric import Parametric, constrained
from tapegrad.torch.distributions.transformed_distribution import TransformedDistribution
from tapegrad.torch.distributions.transforms import (
    AffineTransform,
    ExpTransform,
    PowerTransform,
)
from tapegrad.torch.distributions.utils import broadcast_all, euler_constant
from tapegrad.torch.size import Size

__all__ = ["GeneralizedPareto", "Gumbel", "Pareto", "Weibull"]


@documented("torch.distributions.Gumbel(0.0, 1.0).log_prob(torch.tensor(1.0))")
class Gumbel(TransformedDistribution):
    r"""The Gumbel distribution, :math:`e^{-z - e^{-z}} / \beta`.

    Here :math:`z = (x - \mu) / \beta`.
    """

    arg_constraints = constrained(loc=constraints.real, scale=constraints.positive)
    support: Any = constraints.real

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        self.loc, self.scale = broadcast_all(loc, scale)
        known = torch.finfo(self.loc.dtype)
        ends = torch.full_like(self.loc, known.tiny), torch.full_like(self.loc, 1 - known.eps)
        base = Uniform(*ends, validate_args=validate_args)
        steps = [
            ExpTransform().inv,
            AffineTransform(loc=0, scale=-torch.ones_like(self.scale)),
            ExpTransform().inv,
            AffineTransform(loc=loc, scale=-self.scale),
        ]
        super().__init__(base, steps, validate_args=validate_args)

    @checked
    def log_prob(self, value: Any) -> Any:
        """The logarithm of the density."""
        y = (self.loc - value) / self.scale
        return (y - y.exp()) - self.scale.log()

    @property
    def mean(self) -> Any:
        """`loc` and Euler's constant times `scale`."""
        return self.loc + self.scale * euler_constant

    @property
    def mode(self) -> Any:
        """`loc`."""
        return self.loc

    @property
    def stddev(self) -> Any:
        r""":math:`\pi \beta / \sqrt{6}`."""
        return (math.pi / math.sqrt(6)) * self.scale

    @property
    def variance(self) -> Any:
        """The square of `stddev`."""
        return self.stddev.pow(2)

    def entropy(self) -> Any:
        """The entropy."""
        return self.scale.log() + (1 + euler_constant)


@documented("torch.distributions.Weibull(1.0, 2.0).log_prob(torch.tensor(1.0))")
class Weibull(TransformedDistribution):
    r"""The Weibull distribution, :math:`k (x / \lambda)^{k - 1} e^{-(x / \lambda)^k} / \lambda`."""

    arg_constraints = constrained(scale=constraints.positive, concentration=constraints.positive)
    support: Any = constraints.positive

    def __init__(self, scale: Any, concentration: Any, validate_args: bool | None = None) -> None:
        self.scale, self.concentration = broadcast_all(scale, concentration)
        base = Exponential(torch.ones_like(self.scale), validate_args=validate_args)
        super().__init__(base, self._steps(), validate_args=validate_args)

    def _steps(self) -> list[Any]:
        self.concentration_reciprocal = self.concentration.reciprocal()
        power = PowerTransform(self.concentration_reciprocal)
        return [power, AffineTransform(loc=0, scale=self.scale)]

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        """The same distribution for a larger `batch_shape`."""
        new = super().expand(batch_shape, _instance)
        new.transforms = new._steps()
        return new

    @property
    def mean(self) -> Any:
        r""":math:`\lambda \Gamma(1 + 1/k)`."""
        return self.scale * torch.exp(torch.lgamma(1 + self.concentration_reciprocal))

    @property
    def mode(self) -> Any:
        r""":math:`\lambda ((k - 1) / k)^{1/k}`."""
        k = self.concentration
        return self.scale * ((k - 1) / k) ** k.reciprocal()

    @property
    def variance(self) -> Any:
        """The variance."""
        inverse = self.concentration_reciprocal
        squares = torch.exp(torch.lgamma(1 + 2 * inverse))
        return self.scale.pow(2) * (squares - torch.exp(2 * torch.lgamma(1 + inverse)))

    def entropy(self) -> Any:
        """The entropy."""
        inverse = self.concentration_reciprocal
        return euler_constant * (1 - inverse) + torch.log(self.scale * inverse) + 1


@documented(
    "torch.distributions.Pareto(1.0, 2.0).log_prob(torch.tensor(1.5))",
    scale="The smallest value: a number or a tensor.",
    alpha="The exponent: a number or a tensor.",
)
class Pareto(TransformedDistribution):
    r"""The Pareto distribution, :math:`\alpha s^\alpha / x^{\alpha + 1}` for :math:`x \ge s`."""

    arg_constraints = constrained(alpha=constraints.positive, scale=constraints.positive)

    def __init__(self, scale: Any, alpha: Any, validate_args: bool | None = None) -> None:
        self.scale, self.alpha = broadcast_all(scale, alpha)
        base = Exponential(self.alpha, validate_args=validate_args)
        steps = [ExpTransform(), AffineTransform(loc=0, scale=self.scale)]
        super().__init__(base, steps, validate_args=validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        """The same distribution for a larger `batch_shape`."""
        new = super().expand(batch_shape, _instance)
        new.transforms = [ExpTransform(), AffineTransform(loc=0, scale=new.scale)]
        return new

    @constraints.dependent_property(is_discrete=False, event_dim=0)
    def support(self) -> Any:
        """From `scale` on."""
        return constraints.greater_than_eq(self.scale)

    @property
    def mean(self) -> Any:
        """Infinite for exponents up to 1."""
        a = self.alpha.clamp(min=1)
        return a * self.scale / (a - 1)

    @property
    def mode(self) -> Any:
        """`scale`."""
        return self.scale

    @property
    def variance(self) -> Any:
        """Infinite for exponents up to 2."""
        a = self.alpha.clamp(min=2)
        return self.scale.pow(2) * a / ((a - 1).pow(2) * (a - 2))

    def entropy(self) -> Any:
        """The entropy."""
        return (self.scale / self.alpha).log() + (1 + self.alpha.reciprocal())


@documented(
    "torch.distributions.GeneralizedPareto(0.0, 1.0, 0.5).log_prob(torch.tensor(1.0))",
    loc="The smallest value: a number or a tensor.",
    concentration="The shape parameter, of any sign: a number or a tensor.",
)
class GeneralizedPareto(Parametric):
    r"""The generalized Pareto distribution, :math:`(1 + \xi z)^{-1 - 1/\xi} / \sigma`.

    Here :math:`z = (x - \mu) / \sigma`; for :math:`\xi = 0` it is the exponential distribution.
    """

    arg_constraints = constrained(
        loc=constraints.real, scale=constraints.positive, concentration=constraints.real
    )
    has_rsample = True

    def __init__(
        self, loc: Any, scale: Any, concentration: Any, validate_args: bool | None = None
    ) -> None:
        self._settle(validate_args, loc=loc, scale=scale, concentration=concentration)

    @constraints.dependent_property(is_discrete=False, event_dim=0)
    def support(self) -> Any:
        """From `loc` on; for negative concentrations up to an end."""
        end = self.loc - self.scale / self.concentration
        return constraints.interval(self.loc, torch.where(self.concentration < 0, end, math.inf))

    def _by_shape(self) -> tuple[Any, Any]:
        """Where the concentration is 0, and concentrations that are not."""
        zero = torch.isclose(self.concentration, torch.zeros_like(self.concentration))
        return zero, torch.where(zero, torch.ones_like(self.concentration), self.concentration)

    def rsample(self, sample_shape: Any = ()) -> Any:
        """Quantiles of uniform numbers."""
        return self.icdf(torch.rand(self._extended_shape(sample_shape), dtype=self.loc.dtype))

    @checked
    def log_prob(self, value: Any) -> Any:
        """The logarithm of the density."""
        z = (value - self.loc) / self.scale
        zero, shape = self._by_shape()
        power = 1 / shape + torch.ones_like(z)
        other = torch.where(power == 0, power, power * torch.log1p(shape * z))
        return -self.scale.log() - torch.where(zero, z, other)

    @checked
    def log_survival_function(self, value: Any) -> Any:
        """The logarithm of the probability of larger values."""
        z = (value - self.loc) / self.scale
        zero, shape = self._by_shape()
        return torch.where(zero, -z, -torch.log1p(shape * z) / shape)

    def log_cdf(self, value: Any) -> Any:
        """The logarithm of `cdf`."""
        return torch.log1p(-torch.exp(self.log_survival_function(value)))

    def cdf(self, value: Any) -> Any:
        """The probability of values up to this one."""
        return torch.exp(self.log_cdf(value))

    def icdf(self, value: Any) -> Any:
        """The inverse of `cdf`."""
        zero, shape = self._by_shape()
        logs = torch.log1p(-value)
        other = self.loc + self.scale / shape * torch.expm1(-shape * logs)
        return torch.where(zero, self.loc - self.scale * logs, other)

    @property
    def mean(self) -> Any:
        """NaN for concentrations from 1 on."""
        valid = self.concentration < 1
        found = self.loc + self.scale / (1 - torch.where(valid, self.concentration, 0.5))
        return torch.where(valid, found, math.nan)

    @property
    def mode(self) -> Any:
        """`loc`."""
        return self.loc

    @property
    def variance(self) -> Any:
        """NaN for concentrations from 1/2 on."""
        valid = self.concentration < 0.5
        a = torch.where(valid, self.concentration, 0.25)
        found = self.scale**2 / ((1 - a) ** 2 * (1 - 2 * a))
        return torch.where(valid, found, math.nan)

    def entropy(self) -> Any:
        """The entropy."""
        found = torch.log(self.scale) + self.concentration + 1
        return torch.broadcast_to(found, Size(self._batch_shape))
