"""Distributions of functions of random variables."""

from __future__ import annotations

import functools
import operator
from typing import TYPE_CHECKING, Any

import tapegrad.torch as torch
from tapegrad.torch.distributions import constraints
from tapegrad.torch.distributions.distribution import Distribution, checked
from tapegrad.torch.distributions.documentation import documented
from tapegrad.torch.distributions.independent import Independent
from tapegrad.torch.distributions.parametric import defined_here
from tapegrad.torch.distributions.transforms import ComposeTransform, Transform
from tapegrad.torch.distributions.utils import _sum_rightmost
from tapegrad.torch.size import Size
from tapegrad.torch.tensor import Tensor

__all__ = ["TransformedDistribution"]


@documented(
    "d = torch.distributions\n"
    "d.TransformedDistribution(d.Normal(0.0, 1.0), d.ExpTransform()).log_prob(torch.tensor(1.0))",
    base_distribution="A distribution.",
    transforms="A transform, or a list of them, the first one first.",
)
class TransformedDistribution(Distribution):
    r"""The distribution of :math:`Y = f(X)`, :math:`\ln p(y) = \ln p(x) - \ln |\det f'(x)|`."""

    arg_constraints: Any = property(lambda self: {})

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    def __init__(
        self, base_distribution: Any, transforms: Any, validate_args: bool | None = None
    ) -> None:
        self.transforms = _listed(transforms)
        whole = ComposeTransform(self.transforms)
        axes = len(base_distribution.event_shape)
        needed = whole.domain.event_dim
        base_shape = base_distribution.batch_shape + base_distribution.event_shape
        if len(base_shape) < needed:
            raise ValueError(
                "base_distribution needs to have shape with size at least "
                f"{needed}, but got {base_shape}."
            )
        shape = whole.forward_shape(base_shape)
        wanted = whole.inverse_shape(shape)
        if base_shape != wanted:
            base_distribution = base_distribution.expand(wanted[: len(wanted) - axes])
        if needed > axes:
            base_distribution = Independent(base_distribution, needed - axes)
        self.base_dist = base_distribution
        event_dim = max(whole.codomain.event_dim, axes + whole.codomain.event_dim - needed)
        cut = len(shape) - event_dim
        super().__init__(shape[:cut], shape[cut:], validate_args=validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        """The same distribution for a larger `batch_shape`; parameters are views."""
        new = self._get_checked_instance(defined_here(type(self)), _instance)
        size = Size(batch_shape)
        shape = size + self._event_shape
        for transform in reversed(self.transforms):
            shape = transform.inverse_shape(shape)
        new.__dict__.update(self.__dict__)
        cut = len(shape) - len(self.base_dist.event_shape)
        new.base_dist = self.base_dist.expand(shape[:cut])
        for name in self.arg_constraints:
            if isinstance(self.__dict__.get(name), Tensor):
                new.__dict__[name] = self.__dict__[name].expand(size)
        new._batch_shape = size
        return new

    @constraints.dependent_property(is_discrete=False)
    def support(self) -> Any:
        """The codomain of the last transform."""
        if not self.transforms:
            return self.base_dist.support
        found = self.transforms[-1].codomain
        more = len(self._event_shape) - found.event_dim
        return constraints.independent(found, more) if more > 0 else found

    @property
    def has_rsample(self) -> Any:
        """Whether samples of the base have gradients."""
        return self.base_dist.has_rsample

    def sample(self, sample_shape: Any = ()) -> Any:
        """Random values without gradients."""
        with torch.no_grad():
            return self._transformed(self.base_dist.sample(sample_shape))

    def rsample(self, sample_shape: Any = ()) -> Any:
        """Random values that are differentiable functions of the parameters."""
        return self._transformed(self.base_dist.rsample(sample_shape))

    def _transformed(self, x: Any) -> Any:
        for transform in self.transforms:
            x = transform(x)
        return x

    @checked
    def log_prob(self, value: Any) -> Any:
        """The logarithm of the density."""
        event_dim, result = len(self._event_shape), 0.0
        for transform in reversed(self.transforms):
            x = transform.inv(value)
            event_dim += transform.domain.event_dim - transform.codomain.event_dim
            term = transform.log_abs_det_jacobian(x, value)
            result = result - _sum_rightmost(term, event_dim - transform.domain.event_dim)
            value = x
        more = event_dim - len(self.base_dist.event_shape)
        return result + _sum_rightmost(self.base_dist.log_prob(value), more)

    def _as_increasing(self, probability: Any) -> Any:
        """The probability of smaller values; a decreasing transform turns it around."""
        sign = functools.reduce(operator.mul, [t.sign for t in self.transforms], 1)
        if isinstance(sign, int) and sign == 1:
            return probability
        return sign * (probability - 0.5) + 0.5

    def cdf(self, value: Any) -> Any:
        """The probability of values up to this one."""
        for transform in reversed(self.transforms):
            value = transform.inv(value)
        if self._validate_args:
            self.base_dist._validate_sample(value)
        return self._as_increasing(self.base_dist.cdf(value))

    def icdf(self, value: Any) -> Any:
        """The inverse of `cdf`."""
        return self._transformed(self.base_dist.icdf(self._as_increasing(value)))


def _listed(transforms: Any) -> list[Transform]:
    if isinstance(transforms, Transform):
        return [transforms]
    if not isinstance(transforms, list):
        raise ValueError(f"transforms must be a Transform or list, but was {transforms}")
    if not all(isinstance(t, Transform) for t in transforms):
        raise ValueError("transforms must be a Transform or a list of Transforms")
    return transforms
