"""The normal distribution."""

from __future__ import annotations

import math
from typing import Any

import tapegrad.torch as torch
from tapegrad.torch.distributions import constraints
from tapegrad.torch.distributions.distribution import ExponentialFamily, checked
from tapegrad.torch.distributions.documentation import documented
from tapegrad.torch.distributions.parametric import Parametric, constrained
from tapegrad.torch.distributions.utils import _standard_normal

__all__ = ["Normal"]


@documented("torch.distributions.Normal(0.0, 1.0).log_prob(torch.tensor(0.0))")
class Normal(Parametric, ExponentialFamily):
    r"""The normal distribution, :math:`e^{-(x - \mu)^2 / 2 \sigma^2} / \sigma \sqrt{2 \pi}`."""

    arg_constraints = constrained(loc=constraints.real, scale=constraints.positive)
    support: Any = constraints.real
    has_rsample = True
    _mean_carrier_measure: Any = 0

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        self._settle(validate_args, loc=loc, scale=scale)

    @property
    def mean(self) -> Any:
        """`loc`."""
        return self.loc

    mode = mean

    @property
    def stddev(self) -> Any:
        """`scale`."""
        return self.scale

    @property
    def variance(self) -> Any:
        """The square of `scale`."""
        return self.scale.pow(2)

    def rsample(self, sample_shape: Any = ()) -> Any:
        """``loc + scale * z`` for standard normal numbers z."""
        z = _standard_normal(self._extended_shape(sample_shape), self.loc.dtype)
        return self.loc + z * self.scale

    @checked
    def log_prob(self, value: Any) -> Any:
        """The logarithm of the density."""
        squares = (value - self.loc) ** 2 / (2 * self.scale**2)
        return -squares - self.scale.log() - math.log(math.sqrt(2 * math.pi))

    @checked
    def cdf(self, value: Any) -> Any:
        """The probability of values up to this one."""
        z = (value - self.loc) * self.scale.reciprocal()
        return 0.5 * (1 + torch.erf(z / math.sqrt(2)))

    def icdf(self, value: Any) -> Any:
        """The inverse of `cdf`."""
        return self.loc + self.scale * torch.erfinv(2 * value - 1) * math.sqrt(2)

    def entropy(self) -> Any:
        """The entropy."""
        return 0.5 + 0.5 * math.log(2 * math.pi) + torch.log(self.scale)

    @property
    def _natural_params(self) -> Any:
        squares = self.scale.pow(2)
        return self.loc / squares, -0.5 * squares.reciprocal()

    def _log_normalizer(self, x: Any, y: Any) -> Any:
        return -0.25 * x.pow(2) / y + 0.5 * torch.log(-math.pi / y)
