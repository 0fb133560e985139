"""Continuous relatives of discrete distributions, whose samples have gradients.

The concrete distribution is that of Maddison, Mnih and Teh, "The concrete distribution", 2017, and
of Jang, Gu and Poole, "Categorical reparameterization with Gumbel-softmax", 2017.
"""

from __future__ import annotations

from typing import Any, ClassVar

import tapegrad.torch as torch
from tapegrad.torch.distributions import constraints
from tapegrad.torch.distributions.categorical import Categorical
from tapegrad.torch.distributions.distribution import Distribution, checked
from tapegrad.torch.distributions.documentation import documented
from tapegrad.torch.distributions.parametric import OfProbabilities, Parametric, constrained
from tapegrad.torch.distributions.transformed_distribution import TransformedDistribution
from tapegrad.torch.distributions.transforms import ExpTransform, SigmoidTransform
from tapegrad.torch.distributions.utils import broadcast_all, clamp_probs

__all__ = [
    "ExpRelaxedCategorical",
    "LogitRelaxedBernoulli",
    "RelaxedBernoulli",
    "RelaxedOneHotCategorical",
]


def _uniform(shape: Any, dtype: Any) -> Any:
    return clamp_probs(torch.rand(shape, dtype=dtype))


@documented(
    "d = torch.distributions.relaxed.LogitRelaxedBernoulli(torch.tensor(0.5), 0.3)\n"
    "d.log_prob(torch.tensor(0.0))",
    "tensor(-2.2538)",
)
class LogitRelaxedBernoulli(OfProbabilities):
    """Logits of `RelaxedBernoulli`."""

    arg_constraints = constrained(probs=constraints.unit_interval, logits=constraints.real)
    support: Any = constraints.real
    has_rsample = True
    _of_all: ClassVar[tuple[str, ...]] = ("temperature",)

    def __init__(
        self,
        temperature: Any,
        probs: Any = None,
        logits: Any = None,
        validate_args: bool | None = None,
    ) -> None:
        self.temperature = temperature
        self._settle_either(probs, logits, validate_args)

    def rsample(self, sample_shape: Any = ()) -> Any:
        """Logistic noise and logits, over the temperature."""
        shape = self._extended_shape(sample_shape)
        probs = clamp_probs(self.probs.expand(shape))
        u = _uniform(shape, probs.dtype)
        noise = u.log() - (-u).log1p()
        return (noise + probs.log() - (-probs).log1p()) / self.temperature

    @checked
    def log_prob(self, value: Any) -> Any:
        """The logarithm of the density."""
        tensors: Any = broadcast_all(self.logits, value)
        logits, value = tensors
        d = logits - value.mul(self.temperature)
        return self.temperature.log() + d - 2 * d.exp().log1p()


class _OfBase(TransformedDistribution):
    """Distributions with the parameters of their base."""

    has_rsample = True

    @property
    def temperature(self) -> Any:
        """How far from the discrete distribution it is."""
        return self.base_dist.temperature

    @property
    def probs(self) -> Any:
        """Probabilities of the discrete distribution."""
        return self.base_dist.probs

    @property
    def logits(self) -> Any:
        """Logits of the discrete distribution."""
        return self.base_dist.logits


@documented(
    "d = torch.distributions.RelaxedBernoulli(torch.tensor(0.5), torch.tensor(0.3))\n"
    "d.log_prob(torch.tensor(0.5))"
)
class RelaxedBernoulli(_OfBase):
    """Numbers between 0 and 1, near the ends if the temperature is low."""

    arg_constraints = constrained(probs=constraints.unit_interval, logits=constraints.real)
    support: Any = constraints.unit_interval

    def __init__(
        self,
        temperature: Any,
        probs: Any = None,
        logits: Any = None,
        validate_args: bool | None = None,
    ) -> None:
        base = LogitRelaxedBernoulli(temperature, probs, logits)
        super().__init__(base, SigmoidTransform(), validate_args=validate_args)


@documented(
    "d = torch.distributions.relaxed.ExpRelaxedCategorical(torch.tensor(0.5), torch.ones(2))\n"
    "d.event_shape",
    "torch.Size([2])",
)
class ExpRelaxedCategorical(Parametric):
    """Logarithms of `RelaxedOneHotCategorical`."""

    arg_constraints = constrained(probs=constraints.simplex, logits=constraints.real_vector)
    support: Any = constraints.real_vector
    has_rsample = True
    _of_all: ClassVar[tuple[str, ...]] = ("temperature",)

    def __init__(
        self,
        temperature: Any,
        probs: Any = None,
        logits: Any = None,
        validate_args: bool | None = None,
    ) -> None:
        self._categorical = Categorical(probs, logits)
        self.temperature = temperature
        shapes = self._categorical.batch_shape, self._categorical.param_shape[-1:]
        Distribution.__init__(self, *shapes, validate_args=validate_args)

    def _new(self, *args: Any, **kwargs: Any) -> Any:
        return self._categorical._new(*args, **kwargs)

    @property
    def param_shape(self) -> Any:
        """The shape of the parameter that was given."""
        return self._categorical.param_shape

    @property
    def probs(self) -> Any:
        """Probabilities of the discrete distribution."""
        return self._categorical.probs

    @property
    def logits(self) -> Any:
        """Logarithms of probabilities of the discrete distribution."""
        return self._categorical.logits

    def rsample(self, sample_shape: Any = ()) -> Any:
        """Gumbel noise and logits over the temperature, normalised."""
        u = _uniform(self._extended_shape(sample_shape), self.logits.dtype)
        scores = (self.logits - (-u.log()).log()) / self.temperature
        return scores - scores.logsumexp(dim=-1, keepdim=True)

    @checked
    def log_prob(self, value: Any) -> Any:
        """The logarithm of the density."""
        count = self._categorical._num_events
        tensors: Any = broadcast_all(self.logits, value)
        logits, value = tensors
        constant = torch.full_like(self.temperature, float(count)).lgamma()
        constant = constant + self.temperature.log() * (count - 1)
        scores = logits - value.mul(self.temperature)
        return (scores - scores.logsumexp(dim=-1, keepdim=True)).sum(-1) + constant


@documented(
    "d = torch.distributions.RelaxedOneHotCategorical(torch.tensor(0.5), torch.ones(2))\n"
    "d.log_prob(torch.tensor([0.5, 0.5]))"
)
class RelaxedOneHotCategorical(_OfBase):
    """Probabilities of classes, near one of them if the temperature is low."""

    arg_constraints = constrained(probs=constraints.simplex, logits=constraints.real_vector)
    support: Any = constraints.simplex

    def __init__(
        self,
        temperature: Any,
        probs: Any = None,
        logits: Any = None,
        validate_args: bool | None = None,
    ) -> None:
        base = ExpRelaxedCategorical(temperature, probs, logits, validate_args=validate_args)
        super().__init__(base, ExpTransform(), validate_args=validate_args)
