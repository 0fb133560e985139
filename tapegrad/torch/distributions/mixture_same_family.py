"""Mixtures of distributions of one family."""

from __future__ import annotations

from typing import Any

import tapegrad.torch as torch
from tapegrad.torch.distributions import constraints
from tapegrad.torch.distributions.categorical import Categorical
from tapegrad.torch.distributions.distribution import Distribution, checked
from tapegrad.torch.distributions.documentation import documented
from tapegrad.torch.size import Size

__all__ = ["MixtureSameFamily"]


@documented(
    "d = torch.distributions\n"
    "mix = d.Categorical(torch.tensor([0.5, 0.5]))\n"
    "d.MixtureSameFamily(mix, d.Normal(torch.tensor([-1.0, 1.0]), 1.0)).mean",
    mixture_distribution="A `Categorical`: how likely each component is.",
    component_distribution="A distribution, whose last axis of the batch tells components apart.",
)
class MixtureSameFamily(Distribution):
    """One of several distributions of a family, drawn for each sample."""

    arg_constraints: Any = property(lambda self: {})
    has_rsample = False

    def __init__(
        self,
        mixture_distribution: Any,
        component_distribution: Any,
        validate_args: bool | None = None,
    ) -> None:
        mixture, component = mixture_distribution, component_distribution
        if not isinstance(mixture, Categorical):
            raise ValueError(
                " The Mixture distribution needs to be an  instance of "
                "torch.distributions.Categorical"
            )
        if not isinstance(component, Distribution):
            raise ValueError(
                "The Component distribution needs to be an instance of "
                "torch.distributions.Distribution"
            )
        weights, parts = mixture.batch_shape, component.batch_shape[:-1]
        pairs = zip(reversed(weights), reversed(parts), strict=False)
        if any(1 != a != b != 1 for a, b in pairs):
            raise ValueError(
                f"`mixture_distribution.batch_shape` ({weights}) is not compatible with "
                f"`component_distribution.batch_shape`({parts})"
            )
        count, found = mixture.logits.shape[-1], component.batch_shape[-1]
        if count != found:
            raise ValueError(
                f"`mixture_distribution component` ({count}) does not equal "
                f"`component_distribution.batch_shape[-1]` ({found})"
            )
        self._mixture_distribution, self._component_distribution = mixture, component
        self._num_component = count
        super().__init__(parts, component.event_shape, validate_args=validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        """The same distribution for a larger `batch_shape`; parameters are views."""
        new = self._get_checked_instance(MixtureSameFamily, _instance)
        shape = Size(batch_shape)
        new.__dict__.update(self.__dict__)
        components = (*shape, self._num_component)
        new._component_distribution = self._component_distribution.expand(components)
        new._mixture_distribution = self._mixture_distribution.expand(shape)
        new._batch_shape = shape
        return new

    @constraints.dependent_property
    def support(self) -> Any:
        """That of the components."""
        return constraints.MixtureSameFamilyConstraint(self._component_distribution.support)

    @property
    def mixture_distribution(self) -> Any:
        """How likely each component is."""
        return self._mixture_distribution

    @property
    def component_distribution(self) -> Any:
        """The components."""
        return self._component_distribution

    def _weighted(self, value: Any) -> Any:
        """The mean over components of what each has."""
        axes = len(self._event_shape)
        weights = self._mixture_distribution.probs
        weights = weights.reshape(tuple(weights.shape) + (1,) * axes)
        return torch.sum(weights * value, dim=-1 - axes)

    def _pad(self, value: Any) -> Any:
        return value.unsqueeze(-1 - len(self._event_shape))

    @property
    def mean(self) -> Any:
        """The mean of the components' means."""
        return self._weighted(self._component_distribution.mean)

    @property
    def variance(self) -> Any:
        """The mean of the variances and the variance of the means."""
        each = self._component_distribution
        apart = (each.mean - self._pad(self.mean)).pow(2.0)
        return self._weighted(each.variance) + self._weighted(apart)

    def cdf(self, x: Any) -> Any:
        """The probability of values up to this one."""
        found = self._component_distribution.cdf(self._pad(x))
        return torch.sum(found * self._mixture_distribution.probs, dim=-1)

    @checked
    def log_prob(self, value: Any) -> Any:
        """The logarithm of the density."""
        each = self._component_distribution.log_prob(self._pad(value))
        weights = torch.log_softmax(self._mixture_distribution.logits, dim=-1)
        return torch.logsumexp(each + weights, dim=-1)

    def sample(self, sample_shape: Any = ()) -> Any:
        """Random values; gradients of samples there are none."""
        with torch.no_grad():
            axis, event = len(sample_shape) + len(self._batch_shape), tuple(self._event_shape)
            drawn = self._component_distribution.sample(sample_shape)
            chosen = self._mixture_distribution.sample(sample_shape)
            shape = tuple(drawn.shape[:axis])
            index = chosen.reshape(tuple(chosen.shape) + (1,) * (1 + len(event)))
            index = index.expand((*shape, 1, *event))
            return torch.gather(drawn, axis, index).squeeze(axis)

    def __repr__(self) -> str:
        return (
            f"MixtureSameFamily(\n  {self.mixture_distribution},\n  {self.component_distribution})"
        )
