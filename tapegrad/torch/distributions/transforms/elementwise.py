"""Transforms of single numbers."""

from __future__ import annotations

import math
from typing import Any

import tapegrad.torch as torch
from tapegrad.torch.distributions import constraints
from tapegrad.torch.distributions.documentation import documented
from tapegrad.torch.distributions.transforms.base import Transform
from tapegrad.torch.distributions.utils import broadcast_all, is_number
from tapegrad.torch.nn import functional as F

__all__ = [
    "AbsTransform",
    "AffineTransform",
    "CumulativeDistributionTransform",
    "ExpTransform",
    "PowerTransform",
    "SigmoidTransform",
    "SoftplusTransform",
    "TanhTransform",
]


def clipped_sigmoid(x: Any) -> Any:
    """Sigmoids that are neither 0 nor 1."""
    known = torch.finfo(x.dtype)
    return torch.clamp(torch.sigmoid(x), min=known.tiny, max=1.0 - known.eps)


class Plain(Transform):
    """Transforms without parameters: those of one class are equal."""

    def _is(self, other: Any) -> bool:
        return isinstance(other, type(self))


class _Increasing(Plain):
    """Plain bijections of real numbers that increase."""

    domain: Any = constraints.real
    bijective = True
    sign: Any = 1


@documented("torch.distributions.transforms.ExpTransform()(torch.tensor(0.0))")
class ExpTransform(_Increasing):
    r""":math:`y = e^x`."""

    codomain: Any = constraints.positive

    def _call(self, x: Any) -> Any:
        return x.exp()

    def _inverse(self, y: Any) -> Any:
        return y.log()

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """``x``."""
        return x


@documented("torch.distributions.transforms.SigmoidTransform()(torch.tensor(0.0))")
class SigmoidTransform(_Increasing):
    r""":math:`y = 1 / (1 + e^{-x})`, never quite 0 or 1."""

    codomain: Any = constraints.unit_interval

    def _call(self, x: Any) -> Any:
        return clipped_sigmoid(x)

    def _inverse(self, y: Any) -> Any:
        known = torch.finfo(y.dtype)
        y = y.clamp(min=known.tiny, max=1.0 - known.eps)
        return y.log() - (-y).log1p()

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """The logarithm of ``y * (1 - y)``."""
        return -F.softplus(-x) - F.softplus(x)


@documented("torch.distributions.transforms.SoftplusTransform()(torch.tensor(0.0))")
class SoftplusTransform(_Increasing):
    r""":math:`y = \ln(1 + e^x)`."""

    codomain: Any = constraints.positive

    def _call(self, x: Any) -> Any:
        return F.softplus(x)

    def _inverse(self, y: Any) -> Any:
        return (-y).expm1().neg().log() + y

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """The logarithm of the sigmoid of ``x``."""
        return -F.softplus(-x)


@documented("torch.distributions.transforms.TanhTransform()(torch.tensor(0.0))")
class TanhTransform(_Increasing):
    r""":math:`y = \tanh x`."""

    codomain: Any = constraints.interval(-1.0, 1.0)

    def _call(self, x: Any) -> Any:
        return x.tanh()

    def _inverse(self, y: Any) -> Any:
        return torch.atanh(y)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """The logarithm of ``1 - y**2``, right also where ``y`` is nearly 1."""
        return 2.0 * (math.log(2.0) - x - F.softplus(-2.0 * x))


@documented("torch.distributions.transforms.AbsTransform()(torch.tensor(-2.0))")
class AbsTransform(Plain):
    """The absolute value; the inverse gives the positive one of two numbers."""

    domain: Any = constraints.real
    codomain: Any = constraints.positive

    def _call(self, x: Any) -> Any:
        return x.abs()

    def _inverse(self, y: Any) -> Any:
        return y


def _equal(a: Any, b: Any) -> bool:
    return a == b if is_number(a) and is_number(b) else bool(torch.all(torch.eq(a, b)))


class _Broadcasting(Transform):
    """Transforms whose parameters broadcast with what they are applied to."""

    def _parameters(self) -> tuple[Any, ...]:
        raise NotImplementedError

    def _is(self, other: Any) -> bool:
        if not isinstance(other, type(self)):
            return False
        pairs = zip(self._parameters(), other._parameters(), strict=True)
        return all(_equal(a, b) for a, b in pairs)

    def forward_shape(self, shape: Any) -> Any:
        """The shape together with those of the parameters."""
        return torch.broadcast_shapes(shape, *[getattr(p, "shape", ()) for p in self._parameters()])

    inverse_shape = forward_shape


@documented(
    "torch.distributions.transforms.PowerTransform(torch.tensor(2.0))(torch.tensor(3.0))",
    exponent="The exponent.",
)
class PowerTransform(_Broadcasting):
    r""":math:`y = x^a` of positive numbers."""

    domain: Any = constraints.positive
    codomain: Any = constraints.positive
    bijective = True

    def __init__(self, exponent: Any, cache_size: int = 0) -> None:
        super().__init__(cache_size)
        (self.exponent,) = broadcast_all(exponent)

    def _parameters(self) -> tuple[Any, ...]:
        return (self.exponent,)

    @property
    def sign(self) -> Any:
        """That of the exponent."""
        return self.exponent.sign()

    def _call(self, x: Any) -> Any:
        return x.pow(self.exponent)

    def _inverse(self, y: Any) -> Any:
        return y.pow(1 / self.exponent)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """The logarithm of ``exponent * y / x``."""
        return (self.exponent * y / x).abs().log()


@documented(
    "torch.distributions.transforms.AffineTransform(1.0, 2.0)(torch.tensor(3.0))",
    loc="What is added: a number or a tensor.",
    scale="What is multiplied with: a number or a tensor.",
)
class AffineTransform(_Broadcasting):
    """``y = loc + scale * x``."""

    bijective = True

    def __init__(self, loc: Any, scale: Any, event_dim: int = 0, cache_size: int = 0) -> None:
        super().__init__(cache_size)
        self.loc, self.scale, self._event_dim = loc, scale, event_dim

    def _parameters(self) -> tuple[Any, ...]:
        return self.loc, self.scale

    @property
    def event_dim(self) -> Any:
        """How many of the last axes belong to one event."""
        return self._event_dim

    @constraints.dependent_property(is_discrete=False)
    def domain(self) -> Any:
        """Real numbers."""
        if not self._event_dim:
            return constraints.real
        return constraints.independent(constraints.real, self._event_dim)

    codomain: Any = domain

    @property
    def sign(self) -> Any:
        """That of the scale."""
        if is_number(self.scale):
            return (self.scale > 0) - (self.scale < 0)
        return self.scale.sign()

    def _call(self, x: Any) -> Any:
        return self.loc + self.scale * x

    def _inverse(self, y: Any) -> Any:
        return (y - self.loc) / self.scale

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """The logarithm of the absolute scale, per event."""
        if is_number(self.scale):
            found = torch.full_like(x, math.log(abs(self.scale)))
        else:
            found = torch.abs(self.scale).log()
        if not self._event_dim:
            return found.expand(x.shape)
        found = found.reshape((*found.shape[: -self._event_dim], -1)).sum(-1)
        return found.expand(x.shape[: -self._event_dim])


@documented(
    "d = torch.distributions\n"
    "d.transforms.CumulativeDistributionTransform(d.Uniform(0.0, 4.0))(torch.tensor(1.0))",
    distribution="A distribution with `cdf` and `icdf`.",
)
class CumulativeDistributionTransform(Transform):
    """The distribution function of a distribution: its values become uniform."""

    bijective = True
    codomain: Any = constraints.unit_interval
    sign: Any = 1

    def __init__(self, distribution: Any, cache_size: int = 0) -> None:
        super().__init__(cache_size)
        self.distribution = distribution

    @property
    def domain(self) -> Any:
        """The support of the distribution."""
        return self.distribution.support

    def _call(self, x: Any) -> Any:
        return self.distribution.cdf(x)

    def _inverse(self, y: Any) -> Any:
        return self.distribution.icdf(y)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """The logarithm of the density."""
        return self.distribution.log_prob(x)
