"""Distributions of counts: binomial, multinomial, negative binomial, Poisson."""

from __future__ import annotations

import math
from typing import Any

import tapegrad.torch as torch
from tapegrad.torch.distributions import constraints
from tapegrad.torch.distributions.categorical import Categorical
from tapegrad.torch.distributions.distribution import Distribution, ExponentialFamily, checked
from tapegrad.torch.distributions.documentation import documented
from tapegrad.torch.distributions.gamma import Gamma
from tapegrad.torch.distributions.parametric import OfProbabilities, Parametric, constrained
from tapegrad.torch.distributions.utils import broadcast_all
from tapegrad.torch.nn import functional as F
from tapegrad.torch.sampling import binomial
from tapegrad.torch.size import Size

__all__ = ["Binomial", "Multinomial", "NegativeBinomial", "Poisson"]


@documented("torch.distributions.Poisson(2.0).log_prob(torch.tensor(3.0))")
class Poisson(Parametric, ExponentialFamily):
    r"""Counts of independent events, :math:`\lambda^k e^{-\lambda} / k!`."""

    arg_constraints = constrained(rate=constraints.nonnegative)
    support: Any = constraints.nonnegative_integer

    def __init__(self, rate: Any, validate_args: bool | None = None) -> None:
        self._settle(validate_args, rate=rate)

    @property
    def mean(self) -> Any:
        """`rate`."""
        return self.rate

    variance = mean

    @property
    def mode(self) -> Any:
        """`rate`, rounded down."""
        return self.rate.floor()

    def sample(self, sample_shape: Any = ()) -> Any:
        """Random counts."""
        with torch.no_grad():
            return torch.poisson(self.rate.expand(self._extended_shape(sample_shape)))

    @checked
    def log_prob(self, value: Any) -> Any:
        """The logarithm of the probability."""
        tensors: Any = broadcast_all(self.rate, value)
        rate, value = tensors
        return value.xlogy(rate) - rate - (value + 1).lgamma()

    @property
    def _natural_params(self) -> Any:
        return (torch.log(self.rate),)

    def _log_normalizer(self, x: Any) -> Any:
        return torch.exp(x)


@documented("torch.distributions.Binomial(4, torch.tensor(0.5)).log_prob(torch.tensor(2.0))")
class Binomial(OfProbabilities):
    r"""Numbers of successes, :math:`\binom{n}{k} p^k (1 - p)^{n - k}`."""

    arg_constraints = constrained(
        total_count=constraints.nonnegative_integer,
        probs=constraints.unit_interval,
        logits=constraints.real,
    )
    has_enumerate_support = True

    def __init__(
        self,
        total_count: Any = 1,
        probs: Any = None,
        logits: Any = None,
        validate_args: bool | None = None,
    ) -> None:
        self._settle_either(probs, logits, validate_args, total_count=total_count)

    @constraints.dependent_property(is_discrete=True, event_dim=0)
    def support(self) -> Any:
        """Whole numbers up to `total_count`."""
        return constraints.integer_interval(0, self.total_count)

    @property
    def mean(self) -> Any:
        """``total_count * probs``."""
        return self.total_count * self.probs

    @property
    def mode(self) -> Any:
        """The likeliest count."""
        return ((self.total_count + 1) * self.probs).floor().clamp(max=self.total_count)

    @property
    def variance(self) -> Any:
        """``total_count * probs * (1 - probs)``."""
        return self.total_count * self.probs * (1 - self.probs)

    def sample(self, sample_shape: Any = ()) -> Any:
        """Random counts."""
        shape = self._extended_shape(sample_shape)
        with torch.no_grad():
            return binomial(self.total_count.expand(shape), self.probs.expand(shape))

    @checked
    def log_prob(self, value: Any) -> Any:
        """The logarithm of the probability."""
        n, logits = self.total_count, self.logits
        chosen = torch.lgamma(n + 1) - torch.lgamma(value + 1) - torch.lgamma(n - value + 1)
        # ln(1 + e^logits), whose derivative at 0 is 1/2 from either side.
        above = (logits.clamp(min=0) + logits - logits.clamp(max=0)) / 2
        return value * logits + chosen - n * (above + torch.log1p(torch.exp(-logits.abs())))

    def _one_count(self, name: str) -> int:
        count = int(self.total_count.max())
        if not self.total_count.min() == count:
            raise NotImplementedError(f"Inhomogeneous total count not supported by `{name}`.")
        return count

    def entropy(self) -> Any:
        """The entropy, if all have the same `total_count`."""
        self._one_count("entropy")
        logs = self.log_prob(self.enumerate_support(False))
        return -(torch.exp(logs) * logs).sum(0)

    def enumerate_support(self, expand: bool = True) -> Any:
        """All counts, if all have the same `total_count`."""
        count = self._one_count("enumerate_support")
        values = torch.arange(1 + count, dtype=self._param.dtype)
        values = values.view((-1,) + (1,) * len(self._batch_shape))
        return values.expand((-1, *self._batch_shape)) if expand else values


@documented(
    "torch.distributions.NegativeBinomial(2.0, torch.tensor(0.5)).log_prob(torch.tensor(1.0))",
    total_count="The number of failures after which trials stop, not necessarily a whole number.",
    probs="Probabilities of success, from 0 to less than 1; or `logits`.",
)
class NegativeBinomial(OfProbabilities):
    r"""Numbers of successes before a number of failures.

    The probability is :math:`\frac{\Gamma(r + k)}{k! \Gamma(r)} (1 - p)^r p^k`.
    """

    arg_constraints = constrained(
        total_count=constraints.greater_than_eq(0),
        probs=constraints.half_open_interval(0.0, 1.0),
        logits=constraints.real,
    )
    support: Any = constraints.nonnegative_integer

    def __init__(
        self,
        total_count: Any,
        probs: Any = None,
        logits: Any = None,
        validate_args: bool | None = None,
    ) -> None:
        self._settle_either(probs, logits, validate_args, total_count=total_count)

    @property
    def mean(self) -> Any:
        """``total_count`` times the odds."""
        return self.total_count * torch.exp(self.logits)

    @property
    def mode(self) -> Any:
        """The likeliest count."""
        return ((self.total_count - 1) * self.logits.exp()).floor().clamp(min=0.0)

    @property
    def variance(self) -> Any:
        """The mean over the probability of failure."""
        return self.mean / torch.sigmoid(-self.logits)

    def sample(self, sample_shape: Any = ()) -> Any:
        """Random counts: Poisson numbers whose rates are gamma distributed."""
        with torch.no_grad():
            rates = Gamma(self.total_count, torch.exp(-self.logits), validate_args=False)
            return torch.poisson(rates.sample(sample_shape))

    @checked
    def log_prob(self, value: Any) -> Any:
        """The logarithm of the probability."""
        n, logits = self.total_count, self.logits
        powers = n * F.logsigmoid(-logits) + value * F.logsigmoid(logits)
        ways = torch.lgamma(n + value) - torch.lgamma(1.0 + value) - torch.lgamma(n)
        return powers + ways.masked_fill(n + value == 0.0, 0.0)


@documented(
    "d = torch.distributions.Multinomial(3, torch.tensor([0.2, 0.8]))\n"
    "d.log_prob(torch.tensor([1.0, 2.0]))",
    total_count="The number of trials: one number for all.",
)
class Multinomial(Parametric):
    r"""How often each class came, :math:`n! \prod_i p_i^{k_i} / k_i!`."""

    arg_constraints = constrained(probs=constraints.simplex, logits=constraints.real_vector)

    def __init__(
        self,
        total_count: int = 1,
        probs: Any = None,
        logits: Any = None,
        validate_args: bool | None = None,
    ) -> None:
        if not isinstance(total_count, int):
            raise NotImplementedError("inhomogeneous total_count is not supported")
        self.total_count = total_count
        self._categorical = Categorical(probs=probs, logits=logits)
        shapes = self._categorical.batch_shape, self._categorical.param_shape[-1:]
        Distribution.__init__(self, *shapes, validate_args=validate_args)

    def _new(self, *args: Any, **kwargs: Any) -> Any:
        return self._categorical._new(*args, **kwargs)

    @constraints.dependent_property(is_discrete=True, event_dim=1)
    def support(self) -> Any:
        """Counts with the sum `total_count`."""
        return constraints.multinomial(self.total_count)

    @property
    def probs(self) -> Any:
        """Probabilities of the classes."""
        return self._categorical.probs

    @property
    def logits(self) -> Any:
        """Logarithms of probabilities."""
        return self._categorical.logits

    @property
    def param_shape(self) -> Any:
        """The shape of the parameter that was given."""
        return self._categorical.param_shape

    @property
    def mean(self) -> Any:
        """``total_count * probs``."""
        return self.probs * self.total_count

    @property
    def variance(self) -> Any:
        """``total_count * probs * (1 - probs)``."""
        return self.total_count * self.probs * (1 - self.probs)

    def sample(self, sample_shape: Any = ()) -> Any:
        """Random counts."""
        shape = Size(sample_shape)
        drawn = self._categorical.sample((self.total_count, *shape))
        return F.one_hot(drawn, self._event_shape[0]).sum(0).type_as(self.probs)

    @checked
    def log_prob(self, value: Any) -> Any:
        """The logarithm of the probability."""
        tensors: Any = broadcast_all(self.logits, value)
        logits, value = tensors
        ways = torch.lgamma(value.sum(-1) + 1) - torch.lgamma(value + 1).sum(-1)
        never = (value == 0) & (logits == -math.inf)
        logits = torch.where(never, torch.zeros_like(logits), logits)
        return ways + (logits * value).sum(-1)

    def entropy(self) -> Any:
        """The entropy."""
        n = torch.tensor(self.total_count)
        each = Binomial(self.total_count, probs=self.probs, validate_args=False)
        counts = each.enumerate_support(expand=False)[1:]
        ways = (torch.exp(each.log_prob(counts)) * torch.lgamma(counts + 1)).sum([0, -1])
        return n * self._categorical.entropy() - torch.lgamma(n + 1) + ways
