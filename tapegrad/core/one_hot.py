"""The seed of a Jacobian, kept symbolic until a product needs it.

Row r of an identity matrix, and of what elementwise rules make of it, is zero but in one place.
Stored as one entry for each row, such a stack of cotangents passes elementwise rules at the cost
of a single one, and a matrix product with it is a scaling of the other matrix's rows.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np

from tapegrad.core.batching import Batched, BatchedNamespace
from tapegrad.core.table import raw
from tapegrad.core.tensor import wrap_constant


class OneHot(Batched):
    """A stack of values of which row r is zero, but where its number says.

    Attributes
    ----------
    entries
        Array or Tensor of the shape that each row has. All rows share it: row r is made of the
        entries at the position ``start + r`` of its trailing axes, flattened.
    lead
        How many leading axes do not count: along them all entries stand in every row.
    start, stop
        Which positions the rows stand for.
    """

    __slots__ = ("_dense", "entries", "lead", "start", "stop")

    def __init__(self, entries: Any, F: BatchedNamespace, lead: int, start: int, stop: int) -> None:
        self.entries = entries
        self.F = F
        self.lead = lead
        self.start = start
        self.stop = stop
        self._dense: Any = None

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of a row."""
        return tuple(self.entries.shape)

    @property
    def ndim(self) -> int:
        """Number of axes of a row."""
        return len(self.entries.shape)

    @property
    def dtype(self) -> Any:
        """The dtype."""
        return self.entries.dtype

    @property
    def value(self) -> Any:
        """The whole stack."""
        if self._dense is None:
            shape = self.shape
            lead, inner = shape[: self.lead], shape[self.lead :]
            columns = _columns(self)
            rows = self.stop - self.start
            placed = _place(self.F.base, columns, self.places, prod(inner), -1)
            self._dense = self.F.base.reshape(placed, to=(rows, *lead, *inner))
        return self._dense

    @property
    def stored(self) -> Any:
        """The entries."""
        return self.entries

    @property
    def places(self) -> np.ndarray[Any, Any]:
        """The position of each row's entries."""
        return np.arange(self.start, self.stop)

    def written_out(self) -> Batched:
        """As an ordinary stack."""
        return Batched(self.value, self.F)

    def shortcut(self, name: str, args: Any, params: dict[str, Any]) -> Any:
        """The result of an operation on it, found without its rows; None takes the long way."""
        rule = _RULES.get(name)
        return None if rule is None else rule(self.F, *args, **params)

    def like(self, entries: Any) -> OneHot:
        """The same places with other entries."""
        return OneHot(entries, self.F, self.lead, self.start, self.stop)


def ones(
    shape: tuple[int, ...], dtype: Any, F: BatchedNamespace, lead: int, start: int, stop: int
) -> OneHot:
    """Rows ``start`` to ``stop`` of the identity on the trailing axes of values of a shape."""
    entries = np.ones(shape, dtype)
    return OneHot(entries if F.base is raw else wrap_constant(entries), F, lead, start, stop)


def _columns(g: OneHot) -> Any:
    """The entries of each row, of shape ``(rows, *leading, 1)``."""
    base, lead = g.F.base, g.shape[: g.lead]
    size = prod(g.shape[g.lead :])
    flat = base.reshape(g.entries, to=(*lead, size))
    if g.stop - g.start < size:
        flat = base.getitem(flat, index=(Ellipsis, slice(g.start, g.stop)))
    if lead:
        flat = base.transpose(flat, axes=(-1, *range(-len(lead) - 1, -1)))
    return base.reshape(flat, to=(g.stop - g.start, *lead, 1))


def _place(base: Any, x: Any, places: np.ndarray[Any, Any], size: int, axis: int) -> Any:
    """Widen an axis of size 1 to `size`, row r of `x` standing at its place and zeros elsewhere."""
    if size == 1:
        return x
    shape = list(x.shape)
    shape[axis] = size
    numbers = np.arange(len(places))
    if base is raw:
        whole = np.zeros(shape, x.dtype)
        np.moveaxis(whole, axis, 1)[numbers, places] = np.moveaxis(x, axis, 1)[:, 0]
        return whole
    mask = np.zeros((len(places), *[size if n == axis else 1 for n in range(1 - len(shape), 0)]))
    np.moveaxis(mask, axis, 1)[numbers, places] = 1
    # Infinite entries do not spread into the zeros.
    return base.multiply_no_nan(x, wrap_constant(mask.astype(x._value.dtype)))


# What happens to them without being written out. None means that the ordinary way must be taken.


def _fits(g: OneHot, other: Any) -> bool:
    """Whether `other` broadcasts against the rows without widening them."""
    if isinstance(other, Batched):
        return False
    shape = tuple(getattr(other, "shape", ()))
    return shape == g.shape or np.broadcast_shapes(shape, g.shape) == g.shape


def _same_places(a: Any, b: Any) -> bool:
    return (
        a.__class__ is OneHot
        and b.__class__ is OneHot
        and (a.lead, a.start, a.stop, a.shape) == (b.lead, b.start, b.stop, b.shape)
    )


def _product(name: str) -> Callable[..., Any]:
    """For operations that are zero wherever one of their operands is."""

    def scaled(F: Any, a: Any, b: Any) -> Any:
        operation = getattr(F.base, name)
        if a.__class__ is OneHot:
            return a.like(operation(a.entries, b)) if _fits(a, b) else None
        return b.like(operation(a, b.entries)) if _fits(b, a) else None

    return scaled


def _quotient(F: Any, a: Any, b: Any) -> Any:
    divides = a.__class__ is OneHot and _fits(a, b)
    return a.like(F.base.divide(a.entries, b)) if divides else None


def _sum(F: Any, a: Any, b: Any) -> Any:
    return a.like(F.base.add(a.entries, b.entries)) if _same_places(a, b) else None


def _mapped(name: str) -> Callable[..., Any]:
    def mapped(F: Any, g: OneHot, **params: Any) -> Any:
        return g.like(getattr(F.base, name)(g.entries, **params))

    return mapped


def _reshape(F: Any, g: OneHot, *, to: tuple[int, ...]) -> Any:
    kept = to[: g.lead] == g.shape[: g.lead]
    return g.like(F.base.reshape(g.entries, to=to)) if kept else None


def _sum_to(F: Any, g: OneHot, *, to: tuple[int, ...]) -> Any:
    if to == g.shape:
        return g
    lead = g.shape[: g.lead]
    if len(to) != g.ndim or to[: len(lead)] != lead or prod(to[len(lead) :]) != 1:
        return None
    return Batched(F.base.reshape(_columns(g), to=(g.stop - g.start, *to)), F)


def _broadcast_to(F: Any, g: OneHot, *, to: tuple[int, ...]) -> Any:
    return g if to == g.shape else None


def _in_dtype(base: Any, entries: Any, other: Any) -> Any:
    """Entries in the dtype of what they scale: rules of complex values meet real cotangents."""
    source, dtype = np.dtype(entries.dtype.name), np.dtype(other.dtype.name)
    return entries if source == dtype else base.cast(entries, dtype=dtype, source=source)


def _matmul(F: Any, a: Any, b: Any, *, transpose_a: bool = False, transpose_b: bool = False) -> Any:
    """Rows of the other matrix, scaled.

    With ``g = entry e_i e_j^T`` the product ``g @ b`` has row j of b in its row i; ``a @ g`` has
    column i of a in its column j.
    """
    left = a.__class__ is OneHot
    g, other = (a, b) if left else (b, a)
    turned, other_turned = (transpose_a, transpose_b) if left else (transpose_b, transpose_a)
    if isinstance(other, Batched) or g.ndim != 2 or len(other.shape) != 2:
        return None
    base, rows = F.base, g.stop - g.start
    if g.lead == 1 and left and not turned:
        picked = _rows_of(base, other, g.places, other_turned)
        columns = _in_dtype(base, _columns(g), picked)
        scaled = base.multiply(columns, base.reshape(picked, to=(rows, 1, picked.shape[-1])))
        return Batched(scaled, F)
    if g.lead:
        return None
    height, width = g.shape
    i, j = np.divmod(g.places, width)
    if turned:
        i, j, height, width = j, i, width, height
    if left:
        picked = _rows_of(base, other, j, other_turned)
        size, to, place, axis = height, (rows, 1, picked.shape[-1]), i, -2
    else:
        picked = _rows_of(base, other, i, not other_turned)
        size, to, place, axis = width, (rows, picked.shape[-1], 1), j, -1
    columns = _in_dtype(base, _columns(g), picked)
    scaled = base.multiply(base.reshape(columns, to=(rows, 1)), picked)
    return Batched(_place(base, base.reshape(scaled, to=to), place, size, axis), F)


def _einsum(F: Any, a: Any, b: Any, *, equation: str) -> Any:
    """The products of a vector or matrix with a matrix, in any order of subscripts."""
    left = a.__class__ is OneHot
    parts, out = equation.split("->")
    of_a, of_b = parts.split(",")
    (g, other), (of_g, of_other) = ((a, b), (of_a, of_b)) if left else ((b, a), (of_b, of_a))
    summed = [x for x in of_g if x in of_other and x not in out]
    if g.lead or len(summed) != 1 or len(of_other) != 2 or len(out) != len(of_g):
        return None
    own, others = of_g.replace(summed[0], ""), of_other.replace(summed[0], "")
    if own + others == out:
        row = g.like(F.base.reshape(g.entries, to=(1, *g.shape))) if not own else g
        turned = bool(own) and of_g[0] == summed[0]
        product = _matmul(F, row, other, transpose_a=turned, transpose_b=of_other[1] == summed[0])
    elif others + own == out:
        product = _matmul(
            F, other, g, transpose_a=of_other[0] == summed[0], transpose_b=of_g[1] == summed[0]
        )
    else:
        return None
    if product is None or own:
        return product
    return Batched(F.base.reshape(product.value, to=(g.stop - g.start, product.shape[-1])), F)


def _rows_of(base: Any, matrix: Any, which: np.ndarray[Any, Any], turned: bool) -> Any:
    """Rows of a matrix, or of its transpose."""
    if turned:
        matrix = base.transpose(matrix, axes=(-1, -2))
    count = len(which)
    if count and np.array_equal(which, which[0] + np.arange(count)):
        height, _ = matrix.shape
        if count == height:
            return matrix
        part = slice(int(which[0]), int(which[0]) + count)
        return base.getitem(matrix, index=(Ellipsis, part, slice(None)))
    return base.gather(matrix, which if base is raw else wrap_constant(which), axis=-2)


_RULES: dict[str, Callable[..., Any]] = {
    "add": _sum,
    "broadcast_to": _broadcast_to,
    "cast": _mapped("cast"),
    "conj": _mapped("conj"),
    "divide": _quotient,
    "dot": _matmul,
    "einsum": _einsum,
    "identity": _mapped("identity"),
    "masked": lambda F, g, condition: (
        g.like(F.base.masked(g.entries, condition))
        if g.__class__ is OneHot and _fits(g, condition)
        else None
    ),
    "matmul": _matmul,
    "multiply": _product("multiply"),
    "multiply_no_nan": _product("multiply_no_nan"),
    "negative": _mapped("negative"),
    "reshape": _reshape,
    "sum_to": _sum_to,
}
