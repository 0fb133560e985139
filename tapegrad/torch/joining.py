"""Putting tensors together, and shapes that fit each other."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from tapegrad.core import structural
from tapegrad.core.tensor import wrap_constant
from tapegrad.ops.positions import numbers_of, pick, place
from tapegrad.torch.documentation import documented
from tapegrad.torch.operation import operation
from tapegrad.torch.promotion import promoted
from tapegrad.torch.running import sizes_differ
from tapegrad.torch.shaping import cat, expand, reshape, stack
from tapegrad.torch.size import Size
from tapegrad.torch.tensor import Tensor, install

__all__ = [
    "atleast_1d",
    "atleast_2d",
    "atleast_3d",
    "block_diag",
    "broadcast_shapes",
    "broadcast_tensors",
    "broadcast_to",
    "cartesian_prod",
    "column_stack",
    "combinations",
    "concat",
    "concatenate",
    "dstack",
    "hstack",
    "meshgrid",
    "row_stack",
    "vstack",
]

concat = concatenate = cat


def _listed(tensors: tuple[Any, ...]) -> list[Tensor]:
    """The tensors of ``f(a, b)`` or ``f([a, b])``."""
    if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)):
        return list(tensors[0])
    return list(tensors)


@documented("torch.broadcast_shapes((2, 1), (3,))", "", shapes="Shapes, or numbers.")
def broadcast_shapes(*shapes: Any) -> Size:
    """The shape that tensors of these shapes have together.

    RuntimeError if they do not fit.
    """
    whole = [(s,) if hasattr(s, "__index__") else tuple(s) for s in shapes]
    try:
        return Size(np.broadcast_shapes(*whole))
    except ValueError:
        raise RuntimeError(
            "Shape mismatch: objects cannot be broadcast to a single shape"
        ) from None


@documented("[t.shape for t in torch.broadcast_tensors(torch.ones(2, 1), torch.ones(3))]", "")
def broadcast_tensors(*tensors: Any) -> tuple[Tensor, ...]:
    """The tensors, expanded to the shape that they have together.

    RuntimeError if they do not fit.
    """
    listed = _listed(tensors)
    shape: tuple[int, ...] = ()
    for t in listed:
        try:
            shape = np.broadcast_shapes(shape, t._value.shape)
        except ValueError:
            raise sizes_differ(shape, t._value.shape) from None
    return tuple([t if t._value.shape == shape else expand(t, *shape) for t in listed])


@documented("torch.broadcast_to(torch.ones(3), (2, 3))", "")
def broadcast_to(input: Tensor, size: Any) -> Tensor:
    """The tensor expanded to a shape, without copying."""
    return expand(input, *size)


def _at_least(name: str, convert: Any, dims: int) -> Any:
    def call(*tensors: Any) -> Any:
        listed = _listed(tensors)
        found = tuple([convert(t) for t in listed])
        alone = len(tensors) == 1 and isinstance(tensors[0], Tensor)
        return found[0] if alone else found

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"The tensors with at least {dims} dimension{'s' if dims > 1 else ''}."
    return documented(f"torch.{name}(torch.tensor(1.0))", "")(call)


atleast_1d = _at_least("atleast_1d", lambda t: reshape(t, 1) if not t.ndim else t, 1)
atleast_2d = _at_least(
    "atleast_2d",
    lambda t: reshape(t, 1, 1) if not t.ndim else t.unsqueeze(0) if t.ndim == 1 else t,
    2,
)
atleast_3d = _at_least(
    "atleast_3d",
    lambda t: (
        reshape(t, 1, 1, 1)
        if not t.ndim
        else t.unsqueeze(0).unsqueeze(-1)
        if t.ndim == 1
        else t.unsqueeze(-1)
        if t.ndim == 2
        else t
    ),
    3,
)

_PAIR = "[torch.tensor([1, 2]), torch.tensor([3, 4])]"


@documented(f"torch.hstack({_PAIR})", "")
def hstack(tensors: Any, *, out: Any = None) -> Tensor:
    """Tensors side by side: along dimension 1, vectors along 0."""
    parts = [atleast_1d(t) for t in tensors]
    if not parts:
        raise RuntimeError("hstack expects a non-empty TensorList")
    return cat(parts, 0 if parts[0].ndim == 1 else 1, out=out)


@documented(f"torch.vstack({_PAIR})", "")
def vstack(tensors: Any, *, out: Any = None) -> Tensor:
    """Tensors below one another: along dimension 0, vectors as rows."""
    return cat([atleast_2d(t) for t in tensors], 0, out=out)


@documented(f"torch.dstack({_PAIR})", "")
def dstack(tensors: Any, *, out: Any = None) -> Tensor:
    """Tensors behind one another: along dimension 2."""
    return cat([atleast_3d(t) for t in tensors], 2, out=out)


@documented(f"torch.column_stack({_PAIR})", "")
def column_stack(tensors: Any, *, out: Any = None) -> Tensor:
    """Tensors side by side, vectors as columns."""
    parts = [reshape(t, t.numel(), 1) if t.ndim <= 1 else t for t in tensors]
    return cat(parts, 1, out=out)


row_stack = vstack


@documented(
    "torch.meshgrid(torch.tensor([1, 2]), torch.tensor([3, 4]), indexing='ij')[0]",
    "",
    indexing="``'ij'``: rows first; ``'xy'``: columns first.",
)
def meshgrid(*tensors: Any, indexing: str | None = None) -> tuple[Tensor, ...]:
    """Coordinates of a grid, of vectors of coordinates."""
    listed = [reshape(t, t.numel()) for t in _listed(tensors)]
    if indexing not in (None, "ij", "xy"):
        raise RuntimeError(
            f'torch.meshgrid: indexing must be one of "xy" or "ij", but received: {indexing}'
        )
    swap = indexing == "xy" and len(listed) > 1
    if swap:
        listed[0], listed[1] = listed[1], listed[0]
    shape = [t.numel() for t in listed]
    grids = []
    for i, t in enumerate(listed):
        ones = [1] * len(shape)
        ones[i] = -1
        grids.append(expand(reshape(t, *ones), *shape))
    if swap:
        grids[0], grids[1] = grids[1], grids[0]
    return tuple(grids)


@operation("BlockDiagBackward0", method=False)
def _block_diag(tensors: Any) -> Any:
    blocks = promoted(*tensors)
    matrices = []
    for b in blocks:
        shape = b._value.shape
        if len(shape) > 2:
            raise RuntimeError(
                "torch.block_diag: Input tensors must have 2 or fewer dimensions. Input 0 has "
                f"{len(shape)} dimensions"
            )
        matrices.append(structural.reshape(b, to=(1,) * (2 - len(shape)) + shape))
    rows = sum(m._value.shape[0] for m in matrices)
    columns = sum(m._value.shape[1] for m in matrices)
    whole = wrap_constant(np.zeros((rows, columns), matrices[0]._value.dtype))
    numbers = numbers_of(whole)
    row = column = 0
    for m in matrices:
        height, width = m._value.shape
        if height and width:
            whole = place(whole, numbers[row : row + height, column : column + width], m)
        row, column = row + height, column + width
    return whole


@documented("torch.block_diag(torch.ones(1, 2), torch.ones(1, 1))", "")
def block_diag(*tensors: Any) -> Tensor:
    """The matrix with these matrices along its diagonal."""
    return _block_diag(_listed(tensors))


@documented("torch.cartesian_prod(torch.tensor([1, 2]), torch.tensor([3, 4]))", "")
def cartesian_prod(*tensors: Any) -> Tensor:
    """All combinations of one element of each vector, as rows."""
    listed = _listed(tensors)
    for t in listed:
        if t.ndim != 1:
            raise RuntimeError(f"Expect a 1D vector, but got shape {list(t.shape)}")
    if len(listed) == 1:
        return listed[0]
    grids = meshgrid(*listed, indexing="ij")
    return stack([reshape(g, g.numel()) for g in grids], 1)


@documented(
    "torch.combinations(torch.tensor([1, 2, 3]))",
    "",
    r="How many elements each has.",
    with_replacement="Whether an element may occur again.",
)
def combinations(input: Tensor, r: int = 2, with_replacement: bool = False) -> Tensor:
    """All combinations of a vector's elements, as rows."""
    if input.ndim != 1:
        raise RuntimeError("Expect a 1D vector, but got shape " + str(list(input.shape)))
    if r < 0:
        raise RuntimeError(f"Expect a non-negative number, but got {r}")
    choose = itertools.combinations_with_replacement if with_replacement else itertools.combinations
    rows = np.array(list(choose(range(input.numel()), r)), np.int64).reshape(-1, r)
    if not r:
        return input.new_empty((0,))
    return _rows(input, rows)


@operation("IndexBackward0", method=False)
def _rows(input: Any, rows: Any) -> Any:
    return pick(input, rows)


@operation(method=False)
def sum_to_size_(input: Any, to: tuple[int, ...]) -> Any:
    """The tensor summed over the dimensions along which `to` would be expanded."""
    return structural.sum_to(input, to=to)


def sum_to_size(self: Tensor, *size: Any) -> Tensor:
    """The tensor summed down to a shape that expands to its own."""
    to = tuple(size[0]) if len(size) == 1 and not hasattr(size[0], "__index__") else tuple(size)
    try:
        fits = np.broadcast_shapes(to, self._value.shape) == self._value.shape
    except ValueError:
        fits = False
    if not fits:
        raise RuntimeError(f"size {{{list(to)}}} is not expandable to size {{{list(self.shape)}}}.")
    return sum_to_size_(self, to)


install(broadcast_to=broadcast_to, sum_to_size=sum_to_size)
