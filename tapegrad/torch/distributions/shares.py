"""Distributions of numbers between 0 and 1 and of probabilities: beta, Dirichlet and others."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import tapegrad.torch as torch
from tapegrad.torch.distributions import constraints
from tapegrad.torch.distributions.distribution import Distribution, ExponentialFamily, checked
from tapegrad.torch.distributions.documentation import documented
from tapegrad.torch.distributions.location_scale import Uniform
from tapegrad.torch.distributions.parametric import Parametric, constrained
from tapegrad.torch.distributions.transformed_distribution import TransformedDistribution
from tapegrad.torch.distributions.transforms import AffineTransform, PowerTransform
from tapegrad.torch.distributions.utils import broadcast_all, euler_constant, is_number
from tapegrad.torch.nn import functional as F
from tapegrad.torch.sampling import _sample_dirichlet

__all__ = ["Beta", "Dirichlet", "Kumaraswamy"]


@documented(
    "torch.distributions.Dirichlet(torch.ones(3)).log_prob(torch.tensor([0.2, 0.3, 0.5]))",
    concentration="Positive numbers, one for each class along the last axis.",
)
class Dirichlet(Parametric, ExponentialFamily):
    r"""Probabilities of several classes.

    The density is :math:`\prod_i x_i^{\alpha_i - 1} / B(\alpha)`. Samples move with their
    concentrations: the share of a class as its beta quantile, the others in proportion
    (Jankowiak and Obermeyer, "Pathwise derivatives beyond the reparameterization trick", 2018).
    """

    arg_constraints = constrained(concentration=constraints.independent(constraints.positive, 1))
    support: Any = constraints.simplex
    has_rsample = True
    _event_axes: ClassVar[dict[str, int]] = {"concentration": 1}

    def __init__(self, concentration: Any, validate_args: bool | None = None) -> None:
        if concentration.dim() < 1:
            raise ValueError("`concentration` parameter must be at least one-dimensional.")
        self.concentration = concentration
        shape = concentration.shape
        Distribution.__init__(self, shape[:-1], shape[-1:], validate_args=validate_args)

    @property
    def mean(self) -> Any:
        """The concentrations over their sum."""
        return self.concentration / self.concentration.sum(-1, True)

    @property
    def mode(self) -> Any:
        """The corner with the largest concentration if all are below 1."""
        more = (self.concentration - 1).clamp(min=0.0)
        inside = more / more.sum(-1, True)
        corners = (self.concentration < 1).all(dim=-1, keepdim=True)
        corner = F.one_hot(inside.argmax(dim=-1), more.shape[-1]).to(more.dtype)
        return torch.where(corners, corner, inside)

    @property
    def variance(self) -> Any:
        """The variance of each share."""
        total = self.concentration.sum(-1, True)
        return self.concentration * (total - self.concentration) / (total.pow(2) * (total + 1))

    def rsample(self, sample_shape: Any = ()) -> Any:
        """Random probabilities."""
        return _sample_dirichlet(self.concentration.expand(self._extended_shape(sample_shape)))

    @checked
    def log_prob(self, value: Any) -> Any:
        """The logarithm of the density."""
        a = self.concentration
        powers = torch.xlogy(a - 1.0, value).sum(-1)
        return powers + torch.lgamma(a.sum(-1)) - torch.lgamma(a).sum(-1)

    def entropy(self) -> Any:
        """The entropy."""
        a = self.concentration
        total = a.sum(-1)
        factor = torch.lgamma(a).sum(-1) - torch.lgamma(total)
        rest = (a.size(-1) - total) * torch.digamma(total)
        return factor - rest - ((a - 1.0) * torch.digamma(a)).sum(-1)

    @property
    def _natural_params(self) -> Any:
        return (self.concentration,)

    def _log_normalizer(self, x: Any) -> Any:
        return x.lgamma().sum(-1) - torch.lgamma(x.sum(-1))


@documented("torch.distributions.Beta(2.0, 3.0).log_prob(torch.tensor(0.5))")
class Beta(Parametric, ExponentialFamily):
    r"""The beta distribution, :math:`x^{\alpha - 1} (1 - x)^{\beta - 1} / B(\alpha, \beta)`."""

    arg_constraints = constrained(
        concentration1=constraints.positive, concentration0=constraints.positive
    )
    support: Any = constraints.unit_interval
    has_rsample = True

    def __init__(
        self, concentration1: Any, concentration0: Any, validate_args: bool | None = None
    ) -> None:
        if is_number(concentration1) and is_number(concentration0):
            both = torch.tensor([float(concentration1), float(concentration0)])
        else:
            both = torch.stack(broadcast_all(concentration1, concentration0), -1)
        self._dirichlet = Dirichlet(both, validate_args=validate_args)
        Distribution.__init__(self, self._dirichlet._batch_shape, validate_args=validate_args)

    @property
    def concentration1(self) -> Any:
        """The first shape parameter."""
        return self._dirichlet.concentration[..., 0]

    @property
    def concentration0(self) -> Any:
        """The second shape parameter."""
        return self._dirichlet.concentration[..., 1]

    @property
    def mean(self) -> Any:
        """The share of the first parameter."""
        return self.concentration1 / (self.concentration1 + self.concentration0)

    @property
    def mode(self) -> Any:
        """The end with the larger parameter if both are below 1."""
        return self._dirichlet.mode[..., 0]

    @property
    def variance(self) -> Any:
        """The variance."""
        total = self.concentration1 + self.concentration0
        return self.concentration1 * self.concentration0 / (total.pow(2) * (total + 1))

    def rsample(self, sample_shape: Any = ()) -> Any:
        """Random numbers, which move as the quantiles that they are."""
        return self._dirichlet.rsample(sample_shape).select(-1, 0)

    @checked
    def log_prob(self, value: Any) -> Any:
        """The logarithm of the density."""
        return self._dirichlet.log_prob(torch.stack([value, 1.0 - value], -1))

    def entropy(self) -> Any:
        """The entropy."""
        return self._dirichlet.entropy()

    @property
    def _natural_params(self) -> Any:
        return self.concentration1, self.concentration0

    def _log_normalizer(self, x: Any, y: Any) -> Any:
        return torch.lgamma(x) + torch.lgamma(y) - torch.lgamma(x + y)


@documented("torch.distributions.Kumaraswamy(2.0, 3.0).log_prob(torch.tensor(0.5))")
class Kumaraswamy(TransformedDistribution):
    r"""The Kumaraswamy distribution, :math:`a b x^{a - 1} (1 - x^a)^{b - 1}`."""

    arg_constraints = constrained(
        concentration1=constraints.positive, concentration0=constraints.positive
    )
    support: Any = constraints.unit_interval
    has_rsample = True

    def __init__(
        self, concentration1: Any, concentration0: Any, validate_args: bool | None = None
    ) -> None:
        a, b = broadcast_all(concentration1, concentration0)
        self.concentration1, self.concentration0 = a, b
        base = Uniform(torch.zeros_like(b), torch.ones_like(b), validate_args=validate_args)
        steps = [
            PowerTransform(b.reciprocal()),
            AffineTransform(loc=1.0, scale=-1.0),
            PowerTransform(a.reciprocal()),
        ]
        super().__init__(base, steps, validate_args=validate_args)

    def _moment(self, n: int) -> Any:
        b, inside = self.concentration0, 1 + n / self.concentration1
        return b * torch.exp(torch.lgamma(inside) + torch.lgamma(b) - torch.lgamma(inside + b))

    @property
    def mean(self) -> Any:
        """The mean."""
        return self._moment(1)

    @property
    def mode(self) -> Any:
        """NaN if a parameter is below 1."""
        a, b = self.concentration1, self.concentration0
        found = b.reciprocal() * (-b).log1p() - (-b * a).log1p()
        return torch.where((b < 1) | (a < 1), math.nan, found).exp()

    @property
    def variance(self) -> Any:
        """The variance."""
        return self._moment(2) - self.mean.pow(2)

    def entropy(self) -> Any:
        """The entropy."""
        a, b = self.concentration1, self.concentration0
        rest = (1 - a.reciprocal()) * (torch.digamma(b + 1) + euler_constant)
        return 1 - b.reciprocal() + rest - torch.log(a) - torch.log(b)
