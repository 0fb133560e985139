"""Distributions with a place and a width: uniform, Laplace, Cauchy."""

from __future__ import annotations

import math
from typing import Any

import tapegrad.torch as torch
from tapegrad.torch.distributions import constraints
from tapegrad.torch.distributions.distribution import checked
from tapegrad.torch.distributions.documentation import documented
from tapegrad.torch.distributions.parametric import Parametric, constrained

__all__ = ["Cauchy", "Laplace", "Uniform"]


@documented(
    "torch.distributions.Uniform(0.0, 2.0).log_prob(torch.tensor(1.0))",
    low="The lower end.",
    high="The upper end, which is not drawn.",
)
class Uniform(Parametric):
    """Numbers between two ends, all equally likely."""

    has_rsample = True

    def __init__(self, low: Any, high: Any, validate_args: bool | None = None) -> None:
        self._settle(validate_args, low=low, high=high)

    @property
    def arg_constraints(self) -> Any:
        """Each end on its side of the other."""
        return {
            "low": constraints.less_than(self.high),
            "high": constraints.greater_than(self.low),
        }

    @constraints.dependent_property(is_discrete=False, event_dim=0)
    def support(self) -> Any:
        """From `low` to `high`."""
        return constraints.interval(self.low, self.high)

    @property
    def mean(self) -> Any:
        """The middle."""
        return (self.high + self.low) / 2

    @property
    def mode(self) -> Any:
        """NaN: no value has a larger density than others."""
        return math.nan * self.high

    @property
    def stddev(self) -> Any:
        r"""The width over :math:`\sqrt{12}`."""
        return (self.high - self.low) / 12**0.5

    @property
    def variance(self) -> Any:
        """A twelfth of the squared width."""
        return (self.high - self.low).pow(2) / 12

    def rsample(self, sample_shape: Any = ()) -> Any:
        """``low + (high - low) * u`` for uniform u."""
        u = torch.rand(self._extended_shape(sample_shape), dtype=self.low.dtype)
        return self.low + u * (self.high - self.low)

    @checked
    def log_prob(self, value: Any) -> Any:
        """The logarithm of the density."""
        inside = self.low.le(value) & self.high.gt(value)
        return torch.log(inside.type_as(self.low)) - torch.log(self.high - self.low)

    @checked
    def cdf(self, value: Any) -> Any:
        """The probability of values up to this one."""
        return ((value - self.low) / (self.high - self.low)).clamp(min=0, max=1)

    def icdf(self, value: Any) -> Any:
        """The inverse of `cdf`."""
        return value * (self.high - self.low) + self.low

    def entropy(self) -> Any:
        """The logarithm of the width."""
        return torch.log(self.high - self.low)


@documented("torch.distributions.Laplace(0.0, 1.0).log_prob(torch.tensor(1.0))")
class Laplace(Parametric):
    r"""The Laplace distribution, :math:`e^{-|x - \mu| / b} / 2 b`."""

    arg_constraints = constrained(loc=constraints.real, scale=constraints.positive)
    support: Any = constraints.real
    has_rsample = True

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        self._settle(validate_args, loc=loc, scale=scale)

    @property
    def mean(self) -> Any:
        """`loc`."""
        return self.loc

    mode = mean

    @property
    def variance(self) -> Any:
        """Twice the squared scale."""
        return 2 * self.scale.pow(2)

    @property
    def stddev(self) -> Any:
        r""":math:`\sqrt{2}` times the scale."""
        return (2**0.5) * self.scale

    def rsample(self, sample_shape: Any = ()) -> Any:
        """Quantiles of uniform numbers."""
        u = torch.rand(self._extended_shape(sample_shape), dtype=self.loc.dtype)
        eps = torch.finfo(self.loc.dtype).eps
        u = (eps - 1) + (2 - eps) * u
        return self.loc - self.scale * u.sign() * torch.log1p(-u.abs())

    @checked
    def log_prob(self, value: Any) -> Any:
        """The logarithm of the density."""
        return -torch.log(2 * self.scale) - torch.abs(value - self.loc) / self.scale

    @checked
    def cdf(self, value: Any) -> Any:
        """The probability of values up to this one."""
        d = value - self.loc
        return 0.5 - 0.5 * d.sign() * torch.expm1(-d.abs() / self.scale)

    def icdf(self, value: Any) -> Any:
        """The inverse of `cdf`."""
        d = value - 0.5
        return self.loc - self.scale * d.sign() * torch.log1p(-2 * d.abs())

    def entropy(self) -> Any:
        """The entropy."""
        return 1 + torch.log(2 * self.scale)


@documented("torch.distributions.Cauchy(0.0, 1.0).log_prob(torch.tensor(1.0))")
class Cauchy(Parametric):
    r"""The Cauchy distribution, :math:`1 / \pi \gamma (1 + ((x - x_0) / \gamma)^2)`."""

    arg_constraints = constrained(loc=constraints.real, scale=constraints.positive)
    support: Any = constraints.real
    has_rsample = True

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        self._settle(validate_args, loc=loc, scale=scale)

    @property
    def mean(self) -> Any:
        """NaN: there is none."""
        return torch.full(self._extended_shape(), math.nan, dtype=self.loc.dtype)

    @property
    def mode(self) -> Any:
        """`loc`."""
        return self.loc

    @property
    def variance(self) -> Any:
        """Infinite."""
        return torch.full(self._extended_shape(), math.inf, dtype=self.loc.dtype)

    def rsample(self, sample_shape: Any = ()) -> Any:
        """``loc + scale * z`` for standard Cauchy numbers z."""
        z = torch.empty(self._extended_shape(sample_shape), dtype=self.loc.dtype).cauchy_()
        return self.loc + z * self.scale

    @checked
    def log_prob(self, value: Any) -> Any:
        """The logarithm of the density."""
        squares = ((value - self.loc) / self.scale) ** 2
        return -math.log(math.pi) - self.scale.log() - squares.log1p()

    @checked
    def cdf(self, value: Any) -> Any:
        """The probability of values up to this one."""
        return torch.atan((value - self.loc) / self.scale) / math.pi + 0.5

    def icdf(self, value: Any) -> Any:
        """The inverse of `cdf`."""
        return torch.tan(math.pi * (value - 0.5)) * self.scale + self.loc

    def entropy(self) -> Any:
        """The entropy."""
        return math.log(4 * math.pi) + self.scale.log()
