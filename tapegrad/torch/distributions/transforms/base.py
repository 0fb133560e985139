"""What a transform is, its inverse, and transforms made of transforms."""

from __future__ import annotations

import copy
import functools
import operator
from typing import Any

import tapegrad.torch as torch
from tapegrad.torch.distributions import constraints
from tapegrad.torch.distributions.documentation import documented
from tapegrad.torch.distributions.utils import _sum_rightmost

__all__ = ["ComposeTransform", "IndependentTransform", "Transform", "identity_transform"]

_ROOM = constraints.__name__.rpartition(".")[0]


@documented(
    "t = torch.distributions.transforms\nt.ExpTransform().inv(torch.tensor(1.0))", "tensor(0.)"
)
class Transform:
    """The base class of invertible functions with known Jacobians.

    A subclass gives ``domain``, ``codomain``, ``bijective``, ``sign`` where it is monotone,
    ``_call``, ``_inverse`` and ``log_abs_det_jacobian``.
    """

    bijective: Any = False
    domain: Any
    codomain: Any

    def __init__(self, cache_size: int = 0) -> None:
        if cache_size not in (0, 1):
            raise ValueError("cache_size must be 0 or 1")
        self._cache_size = cache_size
        self._inv: Transform | None = None
        self._cached_x_y: tuple[Any, Any] = (None, None)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_inv": None}

    @property
    def event_dim(self) -> Any:
        """How many of the last axes belong to one event, if domain and codomain agree."""
        if self.domain.event_dim == self.codomain.event_dim:
            return self.domain.event_dim
        raise ValueError("Please use either .domain.event_dim or .codomain.event_dim")

    @property
    def inv(self) -> Any:
        """The inverse, whose inverse this is."""
        if self._inv is None:
            self._inv = _InverseTransform(self)
        return self._inv

    @property
    def sign(self) -> Any:
        """1 where it increases, -1 where it decreases."""
        raise NotImplementedError

    def with_cache(self, cache_size: int = 1) -> Any:
        """The same transform with another `cache_size`."""
        if self._cache_size == cache_size:
            return self
        if not type(self).__init__.__module__.startswith(_ROOM):
            raise NotImplementedError(f"{type(self)}.with_cache is not implemented")
        new = copy.copy(self)
        Transform.__init__(new, cache_size)
        return new

    def __eq__(self, other: object) -> bool:
        return self._is(other)

    __hash__: Any = None

    def _is(self, other: Any) -> bool:
        """Whether another transform does the same."""
        return self is other

    def __call__(self, x: Any) -> Any:
        """The image of `x`; with a cache, that of the last value is not computed again."""
        if self._cache_size == 0:
            return self._call(x)
        known, y = self._cached_x_y
        if x is known:
            return y
        y = self._call(x)
        self._cached_x_y = x, y
        return y

    def _inv_call(self, y: Any) -> Any:
        if self._cache_size == 0:
            return self._inverse(y)
        x, known = self._cached_x_y
        if y is known:
            return x
        x = self._inverse(y)
        self._cached_x_y = x, y
        return x

    def _call(self, x: Any) -> Any:
        raise NotImplementedError

    def _inverse(self, y: Any) -> Any:
        raise NotImplementedError

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """The logarithm of the absolute determinant of the Jacobian at ``x``, where ``y`` is."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def forward_shape(self, shape: Any) -> Any:
        """The shape of the image of values of a shape."""
        return shape

    def inverse_shape(self, shape: Any) -> Any:
        """The shape of values whose image has a shape."""
        return shape


class _InverseTransform(Transform):
    """The inverse of a transform."""

    _inv: Any

    def __init__(self, transform: Transform) -> None:
        super().__init__(transform._cache_size)
        self._inv = transform

    @constraints.dependent_property(is_discrete=False)
    def domain(self) -> Any:
        return self._inv.codomain

    @constraints.dependent_property(is_discrete=False)
    def codomain(self) -> Any:
        return self._inv.domain

    @property
    def bijective(self) -> Any:
        return self._inv.bijective

    @property
    def sign(self) -> Any:
        return self._inv.sign

    def with_cache(self, cache_size: int = 1) -> Any:
        return self._inv.with_cache(cache_size).inv

    def _is(self, other: Any) -> bool:
        return isinstance(other, _InverseTransform) and self._inv == other._inv

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._inv!r})"

    def __call__(self, x: Any) -> Any:
        return self._inv._inv_call(x)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        return -self._inv.log_abs_det_jacobian(y, x)

    def forward_shape(self, shape: Any) -> Any:
        return self._inv.inverse_shape(shape)

    def inverse_shape(self, shape: Any) -> Any:
        return self._inv.forward_shape(shape)


@documented(
    "t = torch.distributions.transforms\n"
    "t.ComposeTransform([t.AffineTransform(1.0, 2.0), t.ExpTransform()])(torch.tensor(0.0))",
    parts="Transforms, the first one first.",
)
class ComposeTransform(Transform):
    """One transform after another."""

    def __init__(self, parts: Any, cache_size: int = 0) -> None:
        super().__init__(cache_size)
        self.parts = [part.with_cache(1) for part in parts] if cache_size else parts

    def with_cache(self, cache_size: int = 1) -> Any:
        """The same transform with another `cache_size`, for its parts, too."""
        if self._cache_size == cache_size:
            return self
        return ComposeTransform(self.parts, cache_size)

    def _is(self, other: Any) -> bool:
        return isinstance(other, ComposeTransform) and self.parts == other.parts

    @constraints.dependent_property(is_discrete=False)
    def domain(self) -> Any:
        """That of the first part, for events as large as any part needs."""
        ends = [(part.codomain, part.domain) for part in reversed(self.parts)]
        return _end_of_chain(ends)

    @constraints.dependent_property(is_discrete=False)
    def codomain(self) -> Any:
        """That of the last part, for events as large as any part needs."""
        return _end_of_chain([(part.domain, part.codomain) for part in self.parts])

    @property
    def bijective(self) -> Any:
        """Whether all parts are."""
        return all(part.bijective for part in self.parts)

    @property
    def sign(self) -> Any:
        """The product of the parts' signs."""
        return functools.reduce(operator.mul, [part.sign for part in self.parts], 1)

    @property
    def inv(self) -> Any:
        """The inverse parts, the last one first."""
        if self._inv is None:
            self._inv = ComposeTransform([part.inv for part in reversed(self.parts)])
            self._inv._inv = self
        return self._inv

    def __call__(self, x: Any) -> Any:
        """The image of `x` under one part after another."""
        for part in self.parts:
            x = part(x)
        return x

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """The sum of the parts' logarithms, per event."""
        if not self.parts:
            return torch.zeros_like(x)
        event_dim, terms = self.domain.event_dim, []
        for part in self.parts:
            image = y if part is self.parts[-1] else part(x)
            term = part.log_abs_det_jacobian(x, image)
            terms.append(_sum_rightmost(term, event_dim - part.domain.event_dim))
            event_dim += part.codomain.event_dim - part.domain.event_dim
            x = image
        return functools.reduce(operator.add, terms)

    def forward_shape(self, shape: Any) -> Any:
        """The shape of the image of values of a shape."""
        for part in self.parts:
            shape = part.forward_shape(shape)
        return shape

    def inverse_shape(self, shape: Any) -> Any:
        """The shape of values whose image has a shape."""
        for part in reversed(self.parts):
            shape = part.inverse_shape(shape)
        return shape

    def __repr__(self) -> str:
        inside = ",\n    ".join(repr(part) for part in self.parts)
        return f"{type(self).__name__}(\n    {inside}\n)"


def _end_of_chain(ends: Any) -> Any:
    """The last of several constraints, for events that have grown on the way."""
    if not ends:
        return constraints.real
    event_dim = ends[0][0].event_dim
    for source, target in ends:
        event_dim = max(event_dim + target.event_dim - source.event_dim, target.event_dim)
    last = ends[-1][1]
    more = event_dim - last.event_dim
    return constraints.independent(last, more) if more else last


identity_transform = ComposeTransform([])


@documented(
    "t = torch.distributions.transforms\nt.IndependentTransform(t.ExpTransform(), 1)",
    base_transform="A transform.",
    reinterpreted_batch_ndims="How many more axes belong to one event.",
)
class IndependentTransform(Transform):
    """A transform of larger events: Jacobians of entries are added up."""

    def __init__(
        self, base_transform: Transform, reinterpreted_batch_ndims: int, cache_size: int = 0
    ) -> None:
        super().__init__(cache_size)
        self.base_transform = base_transform.with_cache(cache_size)
        self.reinterpreted_batch_ndims = reinterpreted_batch_ndims

    def with_cache(self, cache_size: int = 1) -> Any:
        """The same transform with another `cache_size`, for its base, too."""
        if self._cache_size == cache_size:
            return self
        ndims = self.reinterpreted_batch_ndims
        return IndependentTransform(self.base_transform, ndims, cache_size)

    @constraints.dependent_property(is_discrete=False)
    def domain(self) -> Any:
        """The base's, for larger events."""
        ndims = self.reinterpreted_batch_ndims
        return constraints.independent(self.base_transform.domain, ndims)

    @constraints.dependent_property(is_discrete=False)
    def codomain(self) -> Any:
        """The base's, for larger events."""
        ndims = self.reinterpreted_batch_ndims
        return constraints.independent(self.base_transform.codomain, ndims)

    @property
    def bijective(self) -> Any:
        """The base's."""
        return self.base_transform.bijective

    @property
    def sign(self) -> Any:
        """The base's."""
        return self.base_transform.sign

    def _call(self, x: Any) -> Any:
        if x.dim() < self.domain.event_dim:
            raise ValueError("Too few dimensions on input")
        return self.base_transform(x)

    def _inverse(self, y: Any) -> Any:
        if y.dim() < self.codomain.event_dim:
            raise ValueError("Too few dimensions on input")
        return self.base_transform.inv(y)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """The base's, added up per event."""
        found = self.base_transform.log_abs_det_jacobian(x, y)
        return _sum_rightmost(found, self.reinterpreted_batch_ndims)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.base_transform!r}, {self.reinterpreted_batch_ndims})"

    def forward_shape(self, shape: Any) -> Any:
        """The shape of the image of values of a shape."""
        return self.base_transform.forward_shape(shape)

    def inverse_shape(self, shape: Any) -> Any:
        """The shape of values whose image has a shape."""
        return self.base_transform.inverse_shape(shape)
