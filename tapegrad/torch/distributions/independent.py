"""Several distributions as one, whose events are larger."""

from __future__ import annotations

from typing import Any

from tapegrad.torch.distributions import constraints
from tapegrad.torch.distributions.distribution import Distribution
from tapegrad.torch.distributions.documentation import documented
from tapegrad.torch.distributions.utils import _sum_rightmost
from tapegrad.torch.size import Size

__all__ = ["Independent"]


@documented(
    "d = torch.distributions\n"
    "d.Independent(d.Normal(torch.zeros(3), 1.0), 1).log_prob(torch.zeros(3))",
    base_distribution="A distribution.",
    reinterpreted_batch_ndims="How many of the last axes of its batch belong to one event.",
)
class Independent(Distribution):
    """A batch of distributions as one: logarithms of densities are added up."""

    arg_constraints: Any = property(lambda self: {})

    def __init__(
        self,
        base_distribution: Any,
        reinterpreted_batch_ndims: int,
        validate_args: bool | None = None,
    ) -> None:
        batch, ndims = base_distribution.batch_shape, reinterpreted_batch_ndims
        if ndims > len(batch):
            raise ValueError(
                "Expected reinterpreted_batch_ndims <= len(base_distribution.batch_shape), "
                f"actual {ndims} vs {len(batch)}"
            )
        cut = len(batch) - ndims
        self.base_dist, self.reinterpreted_batch_ndims = base_distribution, ndims
        event = batch[cut:] + base_distribution.event_shape
        super().__init__(batch[:cut], event, validate_args=validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        """The same distribution for a larger `batch_shape`."""
        new = self._get_checked_instance(Independent, _instance)
        shape = Size(batch_shape)
        new.__dict__.update(self.__dict__)
        ndims = self.reinterpreted_batch_ndims
        new.base_dist = self.base_dist.expand(shape + self._event_shape[:ndims])
        new._batch_shape = shape
        return new

    @property
    def has_rsample(self) -> Any:
        """Whether samples of the base have gradients."""
        return self.base_dist.has_rsample

    @property
    def has_enumerate_support(self) -> Any:
        """Whether all values can be listed: never for larger events."""
        return self.reinterpreted_batch_ndims == 0 and self.base_dist.has_enumerate_support

    @constraints.dependent_property
    def support(self) -> Any:
        """The base's, for larger events."""
        ndims = self.reinterpreted_batch_ndims
        found = self.base_dist.support
        return constraints.independent(found, ndims) if ndims else found

    @property
    def mean(self) -> Any:
        """The base's."""
        return self.base_dist.mean

    @property
    def mode(self) -> Any:
        """The base's."""
        return self.base_dist.mode

    @property
    def variance(self) -> Any:
        """The base's."""
        return self.base_dist.variance

    def sample(self, sample_shape: Any = ()) -> Any:
        """Random values without gradients."""
        return self.base_dist.sample(sample_shape)

    def rsample(self, sample_shape: Any = ()) -> Any:
        """Random values that are differentiable functions of the parameters."""
        return self.base_dist.rsample(sample_shape)

    def log_prob(self, value: Any) -> Any:
        """The logarithm of the density, per event."""
        return _sum_rightmost(self.base_dist.log_prob(value), self.reinterpreted_batch_ndims)

    def entropy(self) -> Any:
        """The entropy, per event."""
        return _sum_rightmost(self.base_dist.entropy(), self.reinterpreted_batch_ndims)

    def enumerate_support(self, expand: bool = True) -> Any:
        """All values, if events are not larger than the base's."""
        if self.reinterpreted_batch_ndims > 0:
            raise NotImplementedError("Enumeration over cartesian product is not implemented")
        return self.base_dist.enumerate_support(expand=expand)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.base_dist}, {self.reinterpreted_batch_ndims})"
