"""Angles."""

from __future__ import annotations

import math
from typing import Any

import tapegrad.torch as torch
from tapegrad.torch.distributions import constraints
from tapegrad.torch.distributions.distribution import checked
from tapegrad.torch.distributions.documentation import documented
from tapegrad.torch.distributions.parametric import Parametric, constrained
from tapegrad.torch.distributions.utils import lazy_property
from tapegrad.torch.sampling import von_mises

__all__ = ["VonMises"]


@documented("torch.distributions.VonMises(0.0, 1.0).log_prob(torch.tensor(0.0))")
class VonMises(Parametric):
    r"""The von Mises distribution, :math:`e^{\kappa \cos(x - \mu)} / 2 \pi I_0(\kappa)`.

    The Bessel function is the exact one, where PyTorch has an approximation of 7 digits.
    """

    arg_constraints = constrained(loc=constraints.real, concentration=constraints.positive)
    support: Any = constraints.real
    has_rsample = False

    def __init__(self, loc: Any, concentration: Any, validate_args: bool | None = None) -> None:
        self._settle(validate_args, loc=loc, concentration=concentration)

    @property
    def mean(self) -> Any:
        """`loc`."""
        return self.loc

    mode = mean

    @lazy_property
    def variance(self) -> Any:
        r"""The circular variance :math:`1 - I_1(\kappa) / I_0(\kappa)`."""
        k = self.concentration
        return 1 - torch.special.i1e(k) / torch.special.i0e(k)

    def sample(self, sample_shape: Any = ()) -> Any:
        """Random angles from -pi to pi."""
        return von_mises(self.loc, self.concentration, self._extended_shape(sample_shape))

    @checked
    def log_prob(self, value: Any) -> Any:
        """The logarithm of the density."""
        k = self.concentration
        # I0 times exp(-k) is finite for every k.
        growth = k * (torch.cos(value - self.loc) - 1)
        return growth - math.log(2 * math.pi) - torch.special.i0e(k).log()
