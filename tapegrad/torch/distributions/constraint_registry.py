"""Which transform leads from real numbers to those that satisfy a constraint."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tapegrad.torch.distributions import constraints, transforms
from tapegrad.torch.distributions.documentation import documented
from tapegrad.torch.distributions.utils import is_number

__all__ = ["ConstraintRegistry", "biject_to", "transform_to"]


@documented(
    "d = torch.distributions\nd.biject_to(d.constraints.positive)(torch.tensor(0.0))", "tensor(1.)"
)
class ConstraintRegistry:
    """Constraints, and functions that make transforms from unconstrained numbers to them.

    ``biject_to`` gives bijections, ``transform_to`` transforms that are easier for optimizers.
    """

    def __init__(self) -> None:
        self._registry: dict[type, Callable[[Any], Any]] = {}

    def register(self, constraint: Any, factory: Any = None) -> Any:
        """Say what makes the transform for a constraint; without `factory`, a decorator."""
        if factory is None:
            return lambda factory: self.register(constraint, factory)
        kind = type(constraint) if isinstance(constraint, constraints.Constraint) else constraint
        if not isinstance(kind, type) or not issubclass(kind, constraints.Constraint):
            raise TypeError(
                "Expected constraint to be either a Constraint subclass or instance, but got "
                f"{constraint}"
            )
        self._registry[kind] = factory
        return factory

    def __call__(self, constraint: Any) -> Any:
        """The transform for a constraint."""
        try:
            factory = self._registry[type(constraint)]
        except KeyError:
            raise NotImplementedError(
                f"Cannot transform {type(constraint).__name__} constraints"
            ) from None
        return factory(constraint)


biject_to, transform_to = ConstraintRegistry(), ConstraintRegistry()


def _greater(constraint: Any) -> Any:
    shift = transforms.AffineTransform(constraint.lower_bound, 1)
    return transforms.ComposeTransform([transforms.ExpTransform(), shift])


def _less(constraint: Any) -> Any:
    shift = transforms.AffineTransform(constraint.upper_bound, -1)
    return transforms.ComposeTransform([transforms.ExpTransform(), shift])


def _interval(constraint: Any) -> Any:
    low, high = constraint.lower_bound, constraint.upper_bound
    if is_number(low) and is_number(high) and low == 0 and high == 1:
        return transforms.SigmoidTransform()
    stretch = transforms.AffineTransform(low, high - low)
    return transforms.ComposeTransform([transforms.SigmoidTransform(), stretch])


def _of_parts(registry: ConstraintRegistry) -> None:
    def independent(constraint: Any) -> Any:
        base = registry(constraint.base_constraint)
        return transforms.IndependentTransform(base, constraint.reinterpreted_batch_ndims)

    def cat(constraint: Any) -> Any:
        parts = [registry(c) for c in constraint.cseq]
        return transforms.CatTransform(parts, constraint.dim, constraint.lengths)

    def stack(constraint: Any) -> Any:
        return transforms.StackTransform([registry(c) for c in constraint.cseq], constraint.dim)

    for kind, factory in (
        (constraints.independent, independent),
        (constraints.cat, cat),
        (constraints.stack, stack),
    ):
        registry.register(kind, factory)


_EVERYWHERE: tuple[tuple[Any, Any], ...] = (
    (constraints.real, lambda _: transforms.identity_transform),
    (constraints.greater_than, _greater),
    (constraints.greater_than_eq, _greater),
    (constraints.less_than, _less),
    (constraints.interval, _interval),
    (constraints.half_open_interval, _interval),
    (constraints.corr_cholesky, lambda _: transforms.CorrCholeskyTransform()),
)
_EASY: tuple[tuple[Any, Any], ...] = (
    (constraints.simplex, lambda _: transforms.SoftmaxTransform()),
    (constraints.lower_cholesky, lambda _: transforms.LowerCholeskyTransform()),
    (constraints.positive_definite, lambda _: transforms.PositiveDefiniteTransform()),
    (constraints.positive_semidefinite, lambda _: transforms.PositiveDefiniteTransform()),
)
for _registry, _own in (
    (biject_to, ((constraints.simplex, lambda _: transforms.StickBreakingTransform()),)),
    (transform_to, _EASY),
):
    _of_parts(_registry)
    for _constraint, _factory in (*_EVERYWHERE, *_own):
        _registry.register(_constraint, _factory)
