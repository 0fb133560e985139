"""Distributions of single trials with two outcomes."""

from __future__ import annotations

import math
from typing import Any

import tapegrad.torch as torch
from tapegrad.torch.distributions import constraints
from tapegrad.torch.distributions.distribution import ExponentialFamily, checked
from tapegrad.torch.distributions.documentation import documented
from tapegrad.torch.distributions.parametric import OfProbabilities, constrained
from tapegrad.torch.distributions.utils import broadcast_all
from tapegrad.torch.nn import functional as F

__all__ = ["Bernoulli", "Geometric"]


@documented("torch.distributions.Bernoulli(0.3).log_prob(torch.tensor(1.0))")
class Bernoulli(OfProbabilities, ExponentialFamily):
    """1 with a probability, else 0."""

    arg_constraints = constrained(probs=constraints.unit_interval, logits=constraints.real)
    support: Any = constraints.boolean
    has_enumerate_support = True
    _mean_carrier_measure: Any = 0

    def __init__(
        self, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        self._settle_either(probs, logits, validate_args)

    @property
    def mean(self) -> Any:
        """`probs`."""
        return self.probs

    @property
    def mode(self) -> Any:
        """The likelier outcome; NaN if both are equally likely."""
        likelier = (self.probs >= 0.5).to(self.probs.dtype)
        return torch.where(self.probs == 0.5, math.nan, likelier)

    @property
    def variance(self) -> Any:
        """``probs * (1 - probs)``."""
        return self.probs * (1 - self.probs)

    def sample(self, sample_shape: Any = ()) -> Any:
        """Random zeros and ones."""
        with torch.no_grad():
            return torch.bernoulli(self.probs.expand(self._extended_shape(sample_shape)))

    @checked
    def log_prob(self, value: Any) -> Any:
        """The logarithm of the probability."""
        logits, value = broadcast_all(self.logits, value)
        return -F.binary_cross_entropy_with_logits(logits, value, reduction="none")

    def entropy(self) -> Any:
        """The entropy."""
        return F.binary_cross_entropy_with_logits(self.logits, self.probs, reduction="none")

    def enumerate_support(self, expand: bool = True) -> Any:
        """0 and 1."""
        values = torch.arange(2, dtype=self._param.dtype)
        values = values.view((-1,) + (1,) * len(self._batch_shape))
        return values.expand((-1, *self._batch_shape)) if expand else values

    @property
    def _natural_params(self) -> Any:
        return (torch.logit(self.probs),)

    def _log_normalizer(self, x: Any) -> Any:
        return torch.log1p(torch.exp(x))


@documented("torch.distributions.Geometric(0.25).log_prob(torch.tensor(2.0))")
class Geometric(OfProbabilities):
    r"""The number of failures before the first success, :math:`(1 - p)^k p`."""

    arg_constraints = constrained(probs=constraints.unit_interval, logits=constraints.real)
    support: Any = constraints.nonnegative_integer

    def __init__(
        self, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        self._settle_either(probs, logits, validate_args)
        if self._validate_args and probs is not None and not (self.probs > 0).all():
            value = self.probs
            raise ValueError(
                f"Expected parameter probs ({type(value).__name__} of shape "
                f"{tuple(value.shape)}) of distribution {self!r} to be positive but found "
                f"invalid values:\n{value.data[~(value > 0)]}"
            )

    @property
    def mean(self) -> Any:
        """``1 / probs - 1``."""
        return 1.0 / self.probs - 1.0

    @property
    def mode(self) -> Any:
        """0."""
        return torch.zeros_like(self.probs)

    @property
    def variance(self) -> Any:
        """``(1 / probs - 1) / probs``."""
        return (1.0 / self.probs - 1.0) / self.probs

    def sample(self, sample_shape: Any = ()) -> Any:
        """Random counts."""
        with torch.no_grad():
            probs = self.probs
            u = torch.rand(self._extended_shape(sample_shape), dtype=probs.dtype)
            u = u.clamp(min=torch.finfo(probs.dtype).tiny)
            return (u.log() / (-probs).log1p()).floor()

    @checked
    def log_prob(self, value: Any) -> Any:
        """The logarithm of the probability."""
        tensors: Any = broadcast_all(value, self.probs)
        value, probs = tensors
        # With probability 1 there is no failure: 0 * log 0 is 0 then.
        sure = (probs == 1) & (value == 0)
        failures = torch.where(sure, torch.zeros_like(probs), probs)
        return value * (-failures).log1p() + self.probs.log()

    def entropy(self) -> Any:
        """The entropy."""
        each = F.binary_cross_entropy_with_logits(self.logits, self.probs, reduction="none")
        return each / self.probs
