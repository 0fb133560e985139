"""One of several classes, as a number or as a vector."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import tapegrad.torch as torch
from tapegrad.torch.distributions import constraints
from tapegrad.torch.distributions.distribution import Distribution, checked
from tapegrad.torch.distributions.documentation import documented
from tapegrad.torch.distributions.parametric import OfProbabilities, Parametric, constrained
from tapegrad.torch.nn import functional as F
from tapegrad.torch.size import Size

__all__ = ["Categorical", "OneHotCategorical", "OneHotCategoricalStraightThrough"]


@documented("torch.distributions.Categorical(torch.tensor([1.0, 3.0])).probs")
class Categorical(OfProbabilities):
    """The number of one of several classes.

    `probs` are weights, which are divided by their sum; `logits` are normalised likewise.
    """

    arg_constraints = constrained(probs=constraints.simplex, logits=constraints.real_vector)
    has_enumerate_support = True
    _is_binary = False
    _event_axes: ClassVar[dict[str, int]] = {"probs": 1, "logits": 1, "_param": 1}

    def __init__(
        self, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        ((name, given),) = self._given(probs, logits).items()
        if given.dim() < 1:
            raise ValueError(f"`{name}` parameter must be at least one-dimensional.")
        if name == "probs":
            self.probs = given / given.sum(-1, keepdim=True)
            self._param = self.probs
        else:
            self.logits = given - given.logsumexp(dim=-1, keepdim=True)
            self._param = self.logits
        self._num_events = self._param.shape[-1]
        Distribution.__init__(self, self._param.shape[:-1], validate_args=validate_args)

    @constraints.dependent_property(is_discrete=True, event_dim=0)
    def support(self) -> Any:
        """The numbers of the classes."""
        return constraints.integer_interval(0, self._num_events - 1)

    @property
    def mean(self) -> Any:
        """NaN: classes have no order."""
        return torch.full(self._extended_shape(), math.nan, dtype=self.probs.dtype)

    variance = mean

    @property
    def mode(self) -> Any:
        """The likeliest class."""
        return self.probs.argmax(dim=-1)

    def sample(self, sample_shape: Any = ()) -> Any:
        """Random classes, int64."""
        shape = Size(sample_shape)
        rows = self.probs.detach().reshape(-1, self._num_events)
        drawn = torch.multinomial(rows, shape.numel(), True).T
        return drawn.reshape(self._extended_shape(shape))

    @checked
    def log_prob(self, value: Any) -> Any:
        """The logarithm of the probability."""
        value, logits = torch.broadcast_tensors(value.long().unsqueeze(-1), self.logits)
        return logits.gather(-1, value[..., :1]).squeeze(-1)

    def entropy(self) -> Any:
        """The entropy."""
        logits = torch.clamp(self.logits, min=torch.finfo(self.logits.dtype).min)
        return -(logits * self.probs).sum(-1)

    def enumerate_support(self, expand: bool = True) -> Any:
        """All classes."""
        values = torch.arange(self._num_events)
        values = values.view((-1,) + (1,) * len(self._batch_shape))
        return values.expand((-1, *self._batch_shape)) if expand else values


@documented("torch.distributions.OneHotCategorical(torch.tensor([1.0, 3.0])).mean")
class OneHotCategorical(Parametric):
    """One of several classes, as a vector of zeros with a one."""

    arg_constraints = constrained(probs=constraints.simplex, logits=constraints.real_vector)
    support: Any = constraints.one_hot
    has_enumerate_support = True

    def __init__(
        self, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        self._categorical = Categorical(probs, logits)
        shapes = self._categorical.batch_shape, self._categorical.param_shape[-1:]
        Distribution.__init__(self, *shapes, validate_args=validate_args)

    def _new(self, *args: Any, **kwargs: Any) -> Any:
        return self._categorical._new(*args, **kwargs)

    @property
    def _param(self) -> Any:
        return self._categorical._param

    @property
    def probs(self) -> Any:
        """Probabilities."""
        return self._categorical.probs

    @property
    def logits(self) -> Any:
        """Logarithms of probabilities."""
        return self._categorical.logits

    @property
    def mean(self) -> Any:
        """`probs`."""
        return self._categorical.probs

    @property
    def mode(self) -> Any:
        """The likeliest class."""
        found = self._categorical.mode
        return F.one_hot(found, num_classes=self._event_shape[0]).to(self.probs.dtype)

    @property
    def variance(self) -> Any:
        """``probs * (1 - probs)``."""
        return self.probs * (1 - self.probs)

    @property
    def param_shape(self) -> Any:
        """The shape of the parameter that was given."""
        return self._categorical.param_shape

    def sample(self, sample_shape: Any = ()) -> Any:
        """Random vectors."""
        drawn = self._categorical.sample(sample_shape)
        return F.one_hot(drawn, self._event_shape[0]).to(self.probs.dtype)

    @checked
    def log_prob(self, value: Any) -> Any:
        """The logarithm of the probability."""
        return self._categorical.log_prob(value.max(-1).indices)

    def entropy(self) -> Any:
        """The entropy."""
        return self._categorical.entropy()

    def enumerate_support(self, expand: bool = True) -> Any:
        """All vectors."""
        n = self._event_shape[0]
        values = torch.eye(n, dtype=self._param.dtype)
        values = values.view((n,) + (1,) * len(self._batch_shape) + (n,))
        return values.expand((n, *self._batch_shape, n)) if expand else values


@documented(
    "d = torch.distributions.OneHotCategoricalStraightThrough(torch.tensor([0.0, 1.0]))\n"
    "d.rsample()",
    "tensor([0., 1.])",
)
class OneHotCategoricalStraightThrough(OneHotCategorical):
    """`OneHotCategorical` whose samples have the gradient of their probabilities.

    The estimator is that of Bengio, Leonard and Courville, "Estimating or propagating gradients
    through stochastic neurons for conditional computation", 2013.
    """

    has_rsample = True

    def rsample(self, sample_shape: Any = ()) -> Any:
        """Random vectors; a change of `probs` counts as one of them."""
        return self.sample(sample_shape) + (self.probs - self.probs.detach())
