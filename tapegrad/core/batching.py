"""Batching: the same rules over a leading axis, all rows at once.

A Jacobian pulls many cotangents back through one tape. They travel together in a `Batched` value,
whose first axis numbers the rows and is invisible to the rules. Because axes in rules are negative,
nearly every primitive does the right thing as soon as the batch axis stands in front of all
others; the few that take whole shapes bring a `batch` rule.
"""

from __future__ import annotations

from typing import Any

from tapegrad.core.short_rows import multiply
from tapegrad.core.table import TABLE, raw, recording


class Carrier:
    """A value under the care of a namespace `F`, where its operators find the operations."""

    __slots__ = ("F", "value")
    __array_ufunc__ = None  # so that `array * carrier` comes to `__rmul__`

    def __init__(self, value: Any, F: Any) -> None:
        self.value = value
        self.F = F

    @property
    def dtype(self) -> Any:
        """The dtype."""
        return self.value.dtype

    def __add__(self, other: Any) -> Any:
        return self.F.add(self, other)

    def __radd__(self, other: Any) -> Any:
        return self.F.add(other, self)

    def __sub__(self, other: Any) -> Any:
        return self.F.subtract(self, other)

    def __rsub__(self, other: Any) -> Any:
        return self.F.subtract(other, self)

    def __mul__(self, other: Any) -> Any:
        return self.F.multiply(self, other)

    def __rmul__(self, other: Any) -> Any:
        return self.F.multiply(other, self)

    def __truediv__(self, other: Any) -> Any:
        return self.F.divide(self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return self.F.divide(other, self)

    def __neg__(self) -> Any:
        return self.F.negative(self)

    def __matmul__(self, other: Any) -> Any:
        return self.F.matmul(self, other)

    def __rmatmul__(self, other: Any) -> Any:
        return self.F.matmul(other, self)


class Batched(Carrier):
    """An array or Tensor whose first axis is a batch axis that rules do not see."""

    __slots__ = ()

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape without the batch axis."""
        return tuple(self.value.shape)[1:]

    @property
    def ndim(self) -> int:
        """Number of axes without the batch axis."""
        return len(self.value.shape) - 1

    @property
    def stored(self) -> Any:
        """The array or Tensor that holds all that is not zero."""
        return self.value

    def written_out(self) -> Batched:
        """Itself; a subclass that stores its rows in another way writes them out."""
        return self

    def shortcut(self, name: str, args: Any, params: dict[str, Any]) -> Any:
        """The result of an operation on it, found without its rows; None takes the long way."""
        return None


class BatchedNamespace:
    """The operations over a batch axis, on top of a namespace `base` for the data itself."""

    def __init__(self, base: Any) -> None:
        self.base = base

    def __getattr__(self, name: str) -> Any:
        primitive = TABLE.get(name)
        if primitive is None:
            return getattr(raw, name)  # raises, naming the primitives
        base, operation = self.base, getattr(self.base, name)
        if base is raw and name == "multiply":
            operation = multiply

        def batched(*args: Any, **params: Any) -> Any:
            found = None
            for a in args:
                if a.__class__ is Batched:
                    found = found or a
                elif isinstance(a, Batched):
                    found = a
            if found is None:
                return operation(*args, **params)
            if found.__class__ is not Batched:
                result = found.shortcut(name, args, params)
                if result is not None:
                    return result
                args = tuple([a.written_out() if isinstance(a, Batched) else a for a in args])
            if primitive.batch is not None:
                result = primitive.batch(base, args, params)
            else:
                result = operation(*align(base, args), **params)
            if result.__class__ is tuple:
                return tuple([Batched(r, self) for r in result])
            return Batched(result, self)

        setattr(self, name, batched)
        return batched


# One for each of the namespaces for the data itself: they keep the operations they have made.
batched_raw = BatchedNamespace(raw)
batched_recording = BatchedNamespace(recording)


def align(base: Any, args: Any) -> list[Any]:
    """Values whose batch axis stands in front of all other axes, so that they broadcast."""
    rank = max(a.ndim for a in args if hasattr(a, "ndim"))
    aligned = []
    for a in args:
        if a.__class__ is Batched:
            size, *inner = a.value.shape
            if len(inner) < rank:
                to = (size, *(1,) * (rank - len(inner)), *inner)
                aligned.append(base.reshape(a.value, to=to))
            else:
                aligned.append(a.value)
        else:
            aligned.append(a)
    return aligned


def spread(base: Any, args: Any) -> list[Any]:
    """Values of which each has the batch axis, those without one repeated."""
    size = next(a.value.shape[0] for a in args if a.__class__ is Batched)
    return [
        a.value
        if a.__class__ is Batched
        else base.broadcast_to(a, to=(size, *tuple(getattr(a, "shape", ()))))
        for a in args
    ]


def spread_batch(name: str) -> Any:
    """A `batch` rule for primitives whose inputs must all have the batch axis."""

    def batch(F: Any, args: Any, params: Any) -> Any:
        return getattr(F, name)(*spread(F, args), **params)

    return batch


def shaped_batch(name: str) -> Any:
    """A `batch` rule for primitives of one input that take the whole result shape as ``to``."""

    def batch(F: Any, args: Any, params: Any) -> Any:
        x = args[0].value
        return getattr(F, name)(x, **{**params, "to": (x.shape[0], *params["to"])})

    return batch
