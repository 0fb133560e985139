"""What parameters and values must satisfy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tapegrad.torch as torch
from tapegrad.torch.distributions.documentation import documented
from tapegrad.torch.distributions.matrix_constraints import (
    _CorrCholesky,
    _LowerCholesky,
    _LowerTriangular,
    _PositiveDefinite,
    _PositiveSemidefinite,
    _Square,
    _Symmetric,
)
from tapegrad.torch.distributions.predicate import Constraint

__all__ = [
    "Constraint",
    "MixtureSameFamilyConstraint",
    "boolean",
    "cat",
    "corr_cholesky",
    "dependent",
    "dependent_property",
    "greater_than",
    "greater_than_eq",
    "half_open_interval",
    "independent",
    "integer_interval",
    "interval",
    "is_dependent",
    "less_than",
    "lower_cholesky",
    "lower_triangular",
    "multinomial",
    "nonnegative",
    "nonnegative_integer",
    "one_hot",
    "positive",
    "positive_definite",
    "positive_integer",
    "positive_semidefinite",
    "real",
    "real_vector",
    "simplex",
    "square",
    "stack",
    "symmetric",
    "unit_interval",
]

_UNKNOWN: Any = NotImplemented
_BOUNDS = {
    "lower_bound": "The smallest number: a number or a tensor.",
    "upper_bound": "The largest number: a number or a tensor.",
    "cseq": "The constraints.",
    "dim": "The axis.",
    "lengths": "How long the parts are; by default 1.",
    "base_constraint": "The constraint of each entry.",
    "reinterpreted_batch_ndims": "How many axes are judged together.",
}


class _Dependent(Constraint):
    """A constraint that is known only together with other parameters."""

    def __init__(self, *, is_discrete: Any = _UNKNOWN, event_dim: Any = _UNKNOWN) -> None:
        self._is_discrete, self._event_dim = is_discrete, event_dim

    def _known(self, name: str) -> Any:
        value = getattr(self, f"_{name}")
        if value is _UNKNOWN:
            raise NotImplementedError(f".{name} cannot be determined statically")
        return value

    @property
    def is_discrete(self) -> Any:
        return self._known("is_discrete")

    @property
    def event_dim(self) -> Any:
        return self._known("event_dim")

    def __call__(self, *, is_discrete: Any = _UNKNOWN, event_dim: Any = _UNKNOWN) -> Any:
        return _Dependent(
            is_discrete=self._is_discrete if is_discrete is _UNKNOWN else is_discrete,
            event_dim=self._event_dim if event_dim is _UNKNOWN else event_dim,
        )

    def check(self, value: Any) -> Any:
        raise ValueError("Cannot determine validity of dependent constraint")


@documented(
    "torch.distributions.constraints.is_dependent(torch.distributions.constraints.real)",
    constraint="A constraint.",
)
def is_dependent(constraint: Any) -> bool:
    """Whether a constraint is known only together with other parameters."""
    return isinstance(constraint, _Dependent)


@documented(
    "torch.distributions.constraints.dependent_property(is_discrete=False).is_discrete",
    fn="The method that makes the constraint.",
    is_discrete="Whether values are countable.",
)
class _DependentProperty(property, _Dependent):
    """A property that is a constraint: of an instance known, of the class dependent."""

    def __init__(
        self,
        fn: Callable[..., Any] | None = None,
        *,
        is_discrete: Any = _UNKNOWN,
        event_dim: Any = _UNKNOWN,
    ) -> None:
        property.__init__(self, fn)
        _Dependent.__init__(self, is_discrete=is_discrete, event_dim=event_dim)

    def __call__(self, fn: Any) -> Any:  # type: ignore[override]
        """Decorate a method."""
        return _DependentProperty(fn, is_discrete=self._is_discrete, event_dim=self._event_dim)


@documented("c = torch.distributions.constraints\nc.independent(c.positive, 1)", **_BOUNDS)
class _IndependentConstraint(Constraint):
    """A constraint that holds for an event if it holds along its last axes."""

    def __init__(self, base_constraint: Any, reinterpreted_batch_ndims: int) -> None:
        _require_constraint(base_constraint)
        if not isinstance(reinterpreted_batch_ndims, int) or reinterpreted_batch_ndims < 0:
            raise AssertionError(
                f"reinterpreted_batch_ndims must be >= 0, got {reinterpreted_batch_ndims}"
            )
        self.base_constraint = base_constraint
        self.reinterpreted_batch_ndims = reinterpreted_batch_ndims

    @property
    def is_discrete(self) -> Any:
        return self.base_constraint.is_discrete

    @property
    def event_dim(self) -> Any:
        return self.base_constraint.event_dim + self.reinterpreted_batch_ndims

    def check(self, value: Any) -> Any:
        result = self.base_constraint.check(value)
        if result.dim() < self.reinterpreted_batch_ndims:
            raise ValueError(f"Expected value.dim() >= {self.event_dim} but got {value.dim()}")
        kept = result.dim() - self.reinterpreted_batch_ndims
        return result.reshape((*result.shape[:kept], -1)).all(-1)

    def __repr__(self) -> str:
        base = f"{self.base_constraint!r}, {self.reinterpreted_batch_ndims}"
        return f"{type(self).__name__[1:]}({base})"


@documented(
    "c = torch.distributions.constraints\nc.MixtureSameFamilyConstraint(c.positive)",
    base_constraint="The constraint of each component.",
)
class MixtureSameFamilyConstraint(Constraint):
    """What values of a mixture satisfy: the support of its components."""

    def __init__(self, base_constraint: Any) -> None:
        _require_constraint(base_constraint)
        self.base_constraint = base_constraint

    @property
    def is_discrete(self) -> Any:
        """That of the components."""
        return self.base_constraint.is_discrete

    @property
    def event_dim(self) -> Any:
        """That of the components."""
        return self.base_constraint.event_dim

    def check(self, value: Any) -> Any:
        """Whether the constraint holds for all components, per event."""
        result = self.base_constraint.check(value.unsqueeze(-1 - self.event_dim))
        if value.dim() < self.event_dim:
            raise ValueError(f"Expected value.dim() >= {self.event_dim} but got {value.dim()}")
        return result.reshape((*result.shape[: value.dim() - self.event_dim], -1)).all(-1)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.base_constraint!r})"


def _require_constraint(value: Any) -> None:
    if not isinstance(value, Constraint):
        raise AssertionError(f"base_constraint must be a Constraint, got {type(value).__name__}")


class _Bounded(Constraint):
    """Constraints whose attributes are bounds."""

    def __repr__(self) -> str:
        bounds = ", ".join(f"{name}={value}" for name, value in vars(self).items())
        return f"{type(self).__name__[1:]}({bounds})"


class _Lower(_Bounded):
    def __init__(self, lower_bound: Any) -> None:
        self.lower_bound = lower_bound


class _Upper(_Bounded):
    def __init__(self, upper_bound: Any) -> None:
        self.upper_bound = upper_bound


class _Between(_Bounded):
    def __init__(self, lower_bound: Any, upper_bound: Any) -> None:
        self.lower_bound, self.upper_bound = lower_bound, upper_bound


@documented("torch.distributions.constraints.greater_than(0.0)", **_BOUNDS)
class _GreaterThan(_Lower):
    """Numbers above a bound."""

    def check(self, value: Any) -> Any:
        return self.lower_bound < value


@documented("torch.distributions.constraints.greater_than_eq(0.0)", **_BOUNDS)
class _GreaterThanEq(_Lower):
    """Numbers from a bound on."""

    def check(self, value: Any) -> Any:
        return self.lower_bound <= value


@documented("torch.distributions.constraints.less_than(0.0)", **_BOUNDS)
class _LessThan(_Upper):
    """Numbers below a bound."""

    def check(self, value: Any) -> Any:
        return value < self.upper_bound


@documented("torch.distributions.constraints.interval(0.0, 1.0)", **_BOUNDS)
class _Interval(_Between):
    """Numbers from one bound to the other."""

    def check(self, value: Any) -> Any:
        return (self.lower_bound <= value) & (value <= self.upper_bound)


@documented("torch.distributions.constraints.half_open_interval(0.0, 1.0)", **_BOUNDS)
class _HalfOpenInterval(_Between):
    """Numbers from one bound up to, without, the other."""

    def check(self, value: Any) -> Any:
        return (self.lower_bound <= value) & (value < self.upper_bound)


@documented("torch.distributions.constraints.integer_interval(0, 3)", **_BOUNDS)
class _IntegerInterval(_Interval):
    """Whole numbers from one bound to the other."""

    is_discrete = True

    def check(self, value: Any) -> Any:
        return (value % 1 == 0) & super().check(value)


class _IntegerGreaterThan(_GreaterThanEq):
    is_discrete = True

    def check(self, value: Any) -> Any:
        return (value % 1 == 0) & super().check(value)


class _Real(Constraint):
    def check(self, value: Any) -> Any:
        return value == value  # False for NaN


class _Boolean(Constraint):
    is_discrete = True

    def check(self, value: Any) -> Any:
        return (value == 0) | (value == 1)


class _OneHot(_Boolean):
    event_dim = 1

    def check(self, value: Any) -> Any:
        return super().check(value).all(-1) & (value.sum(-1) == 1)


class _Simplex(Constraint):
    event_dim = 1

    def check(self, value: Any) -> Any:
        return (value >= 0).all(-1) & ((value.sum(-1) - 1).abs() < 1e-6)


@documented("torch.distributions.constraints.multinomial(3)", **_BOUNDS)
class _Multinomial(Constraint):
    """Counts whose sum is at most a bound."""

    is_discrete = True
    event_dim = 1

    def __init__(self, upper_bound: Any) -> None:
        self.upper_bound = upper_bound

    def check(self, value: Any) -> Any:
        return (value >= 0).all(-1) & (value.sum(-1) <= self.upper_bound)


class _Several(Constraint):
    """One constraint after another along an axis."""

    def __init__(self, cseq: Any, dim: int = 0) -> None:
        if not all(isinstance(c, Constraint) for c in cseq):
            raise AssertionError("All elements of cseq must be Constraint instances")
        self.cseq, self.dim = list(cseq), dim

    @property
    def is_discrete(self) -> Any:
        return any(c.is_discrete for c in self.cseq)

    @property
    def event_dim(self) -> Any:
        return max(c.event_dim for c in self.cseq)

    def _check_axis(self, value: Any) -> None:
        if not -value.dim() <= self.dim < value.dim():
            raise AssertionError(
                f"dim {self.dim} out of range for value with {value.dim()} dimensions"
            )


@documented("c = torch.distributions.constraints\nc.cat([c.real, c.positive]).lengths", **_BOUNDS)
class _Cat(_Several):
    """Constraints of consecutive parts of an axis."""

    def __init__(self, cseq: Any, dim: int = 0, lengths: Any = None) -> None:
        super().__init__(cseq, dim)
        self.lengths = [1] * len(self.cseq) if lengths is None else list(lengths)
        if len(self.lengths) != len(self.cseq):
            raise AssertionError(
                f"lengths ({len(self.lengths)}) must match cseq ({len(self.cseq)})"
            )

    def check(self, value: Any) -> Any:
        self._check_axis(value)
        parts = value.split(self.lengths, self.dim)
        checks = [c.check(part) for c, part in zip(self.cseq, parts, strict=True)]
        return torch.cat(checks, self.dim)


@documented(
    "c = torch.distributions.constraints\nc.stack([c.real, c.positive]).event_dim", **_BOUNDS
)
class _Stack(_Several):
    """Constraints of the entries of an axis."""

    @property
    def event_dim(self) -> Any:
        axes = max(c.event_dim for c in self.cseq)
        return axes + 1 if self.dim + axes < 0 else axes

    def check(self, value: Any) -> Any:
        self._check_axis(value)
        parts = value.unbind(self.dim)
        checks = [c.check(part) for part, c in zip(parts, self.cseq, strict=True)]
        return torch.stack(checks, self.dim)


dependent, dependent_property = _Dependent(), _DependentProperty
independent = _IndependentConstraint
cat, stack = _Cat, _Stack
greater_than, greater_than_eq, less_than = _GreaterThan, _GreaterThanEq, _LessThan
interval, half_open_interval = _Interval, _HalfOpenInterval
integer_interval, multinomial = _IntegerInterval, _Multinomial

boolean, one_hot = _Boolean(), _OneHot()
nonnegative_integer, positive_integer = _IntegerGreaterThan(0), _IntegerGreaterThan(1)
real = _Real()
real_vector = independent(real, 1)
positive, nonnegative = _GreaterThan(0.0), _GreaterThanEq(0.0)
unit_interval, simplex = _Interval(0.0, 1.0), _Simplex()
lower_triangular, lower_cholesky = _LowerTriangular(), _LowerCholesky()
corr_cholesky, square, symmetric = _CorrCholesky(), _Square(), _Symmetric()
positive_semidefinite, positive_definite = _PositiveSemidefinite(), _PositiveDefinite()
