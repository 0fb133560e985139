"""The continuous Bernoulli distribution."""

from __future__ import annotations

import math
from typing import Any

import tapegrad.torch as torch
from tapegrad.torch.distributions import constraints
from tapegrad.torch.distributions.distribution import ExponentialFamily, checked
from tapegrad.torch.distributions.documentation import documented
from tapegrad.torch.distributions.parametric import OfProbabilities, constrained
from tapegrad.torch.distributions.utils import (
    broadcast_all,
    clamp_probs,
    lazy_property,
    logits_to_probs,
)
from tapegrad.torch.nn import functional as F

__all__ = ["ContinuousBernoulli"]


@documented(
    "torch.distributions.ContinuousBernoulli(0.3).log_prob(torch.tensor(0.5))",
    lims="Between these probabilities formulas are replaced by series around 1/2.",
)
class ContinuousBernoulli(OfProbabilities, ExponentialFamily):
    r"""Numbers from 0 to 1 with densities :math:`C \lambda^x (1 - \lambda)^{1 - x}`.

    Loaiza-Ganem and Cunningham, "The continuous Bernoulli: fixing a pervasive error in variational
    autoencoders", 2019.
    """

    arg_constraints = constrained(probs=constraints.unit_interval, logits=constraints.real)
    support: Any = constraints.unit_interval
    has_rsample = True
    _mean_carrier_measure: Any = 0

    def __init__(
        self,
        probs: Any = None,
        logits: Any = None,
        lims: tuple[float, float] = (0.499, 0.501),
        validate_args: bool | None = None,
    ) -> None:
        if probs is not None and logits is None:
            (probs,) = broadcast_all(probs)
            valid = self.arg_constraints["probs"].check(probs)
            if validate_args is not None and not valid.all():
                raise ValueError("The parameter probs has invalid values")
            probs = clamp_probs(probs)
        self._lims = lims
        self._settle_either(probs, logits, validate_args)

    @lazy_property
    def probs(self) -> Any:
        """The parameter, from 0 to 1; not the mean."""
        return clamp_probs(logits_to_probs(self.logits, is_binary=True))

    def _far(self) -> Any:
        """Where the parameter is not near 1/2."""
        return (self.probs <= self._lims[0]) | (self.probs > self._lims[1])

    def _safe(self) -> Any:
        """The parameter, or another where it is near 1/2."""
        return torch.where(self._far(), self.probs, self._lims[0] * torch.ones_like(self.probs))

    def _log_constant(self) -> Any:
        """The logarithm of the factor C."""
        p = self._safe()
        found = torch.log((torch.log1p(-p) - torch.log(p)) / (1.0 - 2.0 * p))
        x = (self.probs - 0.5).pow(2)
        series = math.log(2.0) + (4.0 / 3.0 + 104.0 / 45.0 * x) * x
        return torch.where(self._far(), found, series)

    @property
    def mean(self) -> Any:
        """The mean."""
        p, x = self._safe(), self.probs - 0.5
        found = p / (2.0 * p - 1.0) + 1.0 / (torch.log1p(-p) - torch.log(p))
        series = 0.5 + (1.0 / 3.0 + 16.0 / 45.0 * x.pow(2)) * x
        return torch.where(self._far(), found, series)

    @property
    def variance(self) -> Any:
        """The variance."""
        p, x = self._safe(), (self.probs - 0.5).pow(2)
        found = p * (p - 1.0) / (1.0 - 2.0 * p).pow(2)
        found = found + 1.0 / (torch.log1p(-p) - torch.log(p)).pow(2)
        series = 1.0 / 12.0 - (1.0 / 15.0 - 128.0 / 945.0 * x) * x
        return torch.where(self._far(), found, series)

    def rsample(self, sample_shape: Any = ()) -> Any:
        """Quantiles of uniform numbers."""
        return self.icdf(torch.rand(self._extended_shape(sample_shape), dtype=self.probs.dtype))

    @checked
    def log_prob(self, value: Any) -> Any:
        """The logarithm of the density."""
        tensors: Any = broadcast_all(self.logits, value)
        logits, value = tensors
        each = F.binary_cross_entropy_with_logits(logits, value, reduction="none")
        return -each + self._log_constant()

    @checked
    def cdf(self, value: Any) -> Any:
        """The probability of values up to this one."""
        p = self._safe()
        found = torch.pow(p, value) * torch.pow(1.0 - p, 1.0 - value) + p - 1.0
        found = torch.where(self._far(), found / (2.0 * p - 1.0), value)
        found = torch.where(value >= 1.0, torch.ones_like(found), found)
        return torch.where(value <= 0.0, torch.zeros_like(found), found)

    def icdf(self, value: Any) -> Any:
        """The inverse of `cdf`."""
        p = self._safe()
        found = torch.log1p(-p + value * (2.0 * p - 1.0)) - torch.log1p(-p)
        return torch.where(self._far(), found / (torch.log(p) - torch.log1p(-p)), value)

    def entropy(self) -> Any:
        """The entropy."""
        rest, own = torch.log1p(-self.probs), torch.log(self.probs)
        return self.mean * (rest - own) - self._log_constant() - rest
