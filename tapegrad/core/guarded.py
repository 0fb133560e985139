"""Zero times infinity: a cotangent or tangent of exactly zero passes no derivative, whatever it is.

``where(x > 0, log(x), 0)`` hands `log` a cotangent of 0 at ``x = 0``, where its derivative is
infinite. The plain product is NaN, and from there it spoils everything further back. What the
result does not depend on must not reach it: such a product is 0.

Looking for zeros in every product would cost as much as the product. Rules therefore multiply
plainly; whoever runs them looks for NaN afterwards, and only then runs the rule again with its
cotangents (or tangents) as `Guarded` values. Rules are linear in these, so each product in a rule
has at most one guarded factor, and it is known which zero counts: a zero *derivative* times an
infinite cotangent remains NaN, because its limit can be anything.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from tapegrad.core.batching import Batched, Carrier
from tapegrad.core.context import active_tracer
from tapegrad.core.slices import Slices
from tapegrad.core.table import TABLE, raw
from tapegrad.core.tensor import Tensor


class Guarded(Carrier):
    """A value that a rule is linear in, and whose zeros stay zero in products."""

    __slots__ = ()

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the value."""
        return tuple(self.value.shape)

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.value.shape)


class GuardedNamespace:
    """The operations on guarded values, on top of a namespace `base` for the data itself."""

    def __init__(self, base: Any) -> None:
        self.base = base

    def __getattr__(self, name: str) -> Any:
        primitive = TABLE.get(name)
        if primitive is None:
            return getattr(raw, name)  # raises, naming the primitives
        base, operation = self.base, getattr(self.base, name)
        strong = _STRONG.get(name) or (_product if primitive.kind == "bilinear" else None)

        def guarded(*args: Any, **params: Any) -> Any:
            places = [i for i, a in enumerate(args) if a.__class__ is Guarded]
            values = [unguarded(a) for a in args]
            if not places:
                return operation(*values, **params)
            if strong is not None and len(places) == 1:
                result = strong(base, operation, values, places[0], params)
            else:
                result = operation(*values, **params)
                _tell(result, places[0])
                if primitive.kind == "general" and len(places) == 1:
                    result = _nothing_from_nothing(base, values[places[0]], result)
            if result.__class__ is tuple:
                return tuple([Guarded(r, self) for r in result])
            return Guarded(result, self)

        setattr(self, name, guarded)
        return guarded


@cache
def guarding(base: Any) -> GuardedNamespace:
    """The guarded operations on top of a namespace; one for each, as it keeps what it has made."""
    return GuardedNamespace(base)


def guard(value: Any, F: GuardedNamespace) -> Any:
    """A cotangent or tangent, or a list of them, as guarded values."""
    if value.__class__ is list:
        return [guard(v, F) for v in value]
    return None if value is None else Guarded(value, F)


def unguarded(value: Any) -> Any:
    """The value itself."""
    if value.__class__ is list or value.__class__ is tuple:
        return type(value)(unguarded(v) for v in value)
    return value.value if value.__class__ is Guarded else value


def has_nan(value: Any) -> bool:
    """Whether a cotangent or tangent, in any of its forms, has an entry that is NaN."""
    for part in value if value.__class__ is list or value.__class__ is tuple else (value,):
        if part.__class__ is np.ndarray:
            if part.itemsize > 2:
                flat = part.ravel()
                # The fastest single pass; overflow makes inf, not NaN. BLAS wakes threads for much.
                if flat.size <= 8192:
                    found = flat.dot(flat)
                elif flat.dtype.kind == "f":
                    found = np.maximum.reduce(flat)
                else:
                    found = np.einsum("i,i", flat, flat)
                if found != found:
                    return True
            elif np.isnan(part).any():
                return True
        elif _wrapped_has_nan(part):
            return True
    return False


def _wrapped_has_nan(value: Any) -> bool:
    kind = value.__class__
    if kind is list or kind is tuple:
        return has_nan(value)
    if kind is Tensor:
        return has_nan(value._value)
    if isinstance(value, Batched):
        return has_nan(value.stored)
    if kind is Slices:
        return has_nan(value.values)
    return value is not None and bool(value != value)


def _tell(result: Any, place: int) -> None:
    """Other data may bring a NaN where there is none now: a tracer has to know."""
    tracer = active_tracer()
    if tracer is not None and result.__class__ is Tensor:
        tracer.guard(result, place)


def guarded_call(primitive: Any, place: int) -> Any:
    """A primitive of arrays, in which zeros of the input at a place count."""
    operation = getattr(guarding(raw), primitive.name)

    def call(*args: Any, **params: Any) -> Any:
        values = [Guarded(a, guarding(raw)) if i == place else a for i, a in enumerate(args)]
        return operation(*values, **params).value

    return call


def _times(F: Any, operation: Any, values: list[Any], place: int, params: Any) -> Any:
    return F.multiply_no_nan(values[1 - place], values[place])


def _times_no_nan(F: Any, operation: Any, values: list[Any], place: int, params: Any) -> Any:
    return operation(*values) if place else F.multiply_nonzero(*values)


def _over(F: Any, operation: Any, values: list[Any], place: int, params: Any) -> Any:
    return F.zero_or_divide(*values) if place == 0 else operation(*values)


def _over_or_zero(F: Any, operation: Any, values: list[Any], place: int, params: Any) -> Any:
    if place:
        return operation(*values)
    return F.multiply_no_nan(F.reciprocal_no_nan(values[1]), values[0])


def _product(F: Any, operation: Any, values: list[Any], place: int, params: Any) -> Any:
    """A sum of products: a term whose guarded factor is zero does not count."""
    plain, other = operation(*values, **params), values[1 - place]
    _tell(plain, place)
    if not has_nan(plain):
        return plain
    regular = F.masked(other, F.finite(other))
    without = list(values)
    without[1 - place] = regular
    meeting = [F.nonzero(values[place]), F.nonzero(other - regular)]
    met = operation(*(meeting if place == 0 else meeting[::-1]), **params)
    return F.where(F.not_equal(met, 0.0), plain, operation(*without, **params))


def _recurrence(F: Any, operation: Any, values: list[Any], place: int, params: Any) -> Any:
    """``h[k] = a[k] h[k - 1] + b[k]``: where ``h[k - 1]`` is zero, `a` does not count."""
    plain = operation(*values, **params)
    _tell(plain, place)
    if place == 0 or not has_nan(plain):
        return plain
    a, b = values
    regular = F.masked(a, F.is_finite(a))
    h = operation(regular, b, **params)
    before = F.shift(F.nonzero(h), axis=params["axis"], by=-1 if params["reverse"] else 1)
    met = operation(F.nonzero(a), F.nonzero(a - regular) * before, **params)
    return F.where(F.not_equal(met, 0.0), plain, h)


def _by_matrix(F: Any, operation: Any, values: list[Any], place: int, params: Any) -> Any:
    """A linear map of each matrix of a stack takes a matrix of zeros to zeros."""
    result = operation(*values, **params)
    _tell(result, place)
    if place != len(values) - 1 or not has_nan(result):
        return result
    entries = F.reduce_sum(F.nonzero(values[place]), axes=(-2, -1), keepdims=True)
    return F.masked(result, F.not_equal(entries, 0.0))


def _nothing_from_nothing(F: Any, value: Any, result: Any) -> Any:
    """A linear map takes zeros to zeros."""
    if has_nan(result) and not _array(value).any():
        parts = result if result.__class__ is tuple else (result,)
        zeros = tuple([F.masked(r, F.finite(r)) for r in parts])
        return zeros if result.__class__ is tuple else zeros[0]
    return result


def _array(value: Any) -> Any:
    if isinstance(value, Batched):
        value = value.stored
    return value._value if value.__class__ is Tensor else value


_STRONG = {
    "multiply": _times,
    "multiply_no_nan": _times_no_nan,
    "divide": _over,
    "divide_no_nan": _over_or_zero,
    "linear_recurrence": _recurrence,
    "triangular_solve": _by_matrix,
    "solve": _by_matrix,
    "sylvester": _by_matrix,
}
