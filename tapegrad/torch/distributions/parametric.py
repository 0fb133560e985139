"""Distributions that are given by tensors: what their constructors and `expand` have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from tapegrad.torch.distributions.distribution import Distribution
from tapegrad.torch.distributions.utils import (
    broadcast_all,
    lazy_property,
    logits_to_probs,
    probs_to_logits,
)
from tapegrad.torch.size import Size
from tapegrad.torch.tensor import Tensor

__all__: list[str] = []


def constrained(**parameters: Any) -> Any:
    """What parameters must satisfy, for ``arg_constraints``."""
    return parameters


class Parametric(Distribution):
    """A distribution whose attributes are tensors and distributions of one batch shape.

    Attributes
    ----------
    _event_axes
        How many of the last axes of an attribute do not belong to the batch, where some do not.
    _of_all
        Attributes that are the same for the whole batch.
    """

    _event_axes: ClassVar[dict[str, int]] = {}
    _of_all: ClassVar[tuple[str, ...]] = ()

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    def _settle(self, validate_args: bool | None, **given: Any) -> None:
        """Broadcast the parameters, keep them, and check them."""
        tensors = broadcast_all(*given.values())
        self.__dict__.update(zip(given, tensors, strict=True))
        Distribution.__init__(self, tensors[0].shape, validate_args=validate_args)

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        """The same distribution for a larger `batch_shape`; parameters are views."""
        new = self._get_checked_instance(defined_here(type(self)), _instance)
        shape = Size(batch_shape)
        for name, value in self.__dict__.items():
            if isinstance(value, Distribution):
                value = value.expand(shape)
            elif isinstance(value, Tensor) and name not in self._of_all:
                axes = self._event_axes.get(name, 0)
                value = value.expand(shape + value.shape[value.ndim - axes :])
            new.__dict__[name] = value
        new._batch_shape = shape
        return new


def defined_here(kind: type) -> type:
    """The class of this package that a class of users is derived from."""
    room = __name__.rpartition(".")[0]
    return next(k for k in kind.__mro__ if k.__module__.startswith(room))


class OfProbabilities(Parametric):
    """A distribution with `probs` or `logits`, of which either is computed from the other."""

    _is_binary: ClassVar[bool] = True
    _param: Any

    def _given(self, probs: Any, logits: Any) -> dict[str, Any]:
        """The one of both that was given.

        Raises
        ------
        ValueError
            If none or both were.
        """
        if (probs is None) == (logits is None):
            raise ValueError("Either `probs` or `logits` must be specified, but not both.")
        return {"logits": logits} if probs is None else {"probs": probs}

    def _settle_either(
        self, probs: Any, logits: Any, validate_args: bool | None, **given: Any
    ) -> None:
        known = self._given(probs, logits)
        (name,) = known
        *others, param = broadcast_all(*given.values(), known[name])
        values = [*[v.type_as(param) for v in others], param]
        self.__dict__.update(zip((*given, name), values, strict=True))
        self._param = values[-1]
        Distribution.__init__(self, values[-1].shape, validate_args=validate_args)

    @lazy_property
    def logits(self) -> Any:
        """Logarithms of odds, or of probabilities."""
        return probs_to_logits(self.probs, self._is_binary)

    @lazy_property
    def probs(self) -> Any:
        """Probabilities."""
        return logits_to_probs(self.logits, self._is_binary)

    @property
    def param_shape(self) -> Size:
        """The shape of the parameter that was given."""
        return self._param.size()

    def _new(self, *args: Any, **kwargs: Any) -> Tensor:
        return self._param.new(*args, **kwargs)
