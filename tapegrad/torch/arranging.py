"""Elements in another order, or several times: flips, rolls, repeats."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.table import TABLE
from tapegrad.ops import arranging as core
from tapegrad.ops.positions import numbers_of, pick
from tapegrad.torch.documentation import documented
from tapegrad.torch.operation import operation
from tapegrad.torch.shaping import permute
from tapegrad.torch.size import dimension
from tapegrad.torch.tensor import Tensor, install

__all__ = [
    "constant_pad_nd",
    "flip",
    "fliplr",
    "flipud",
    "moveaxis",
    "movedim",
    "ravel",
    "repeat_interleave",
    "roll",
    "rot90",
    "tile",
]


def _dims(dims: tuple[Any, ...]) -> list[int]:
    if len(dims) == 1 and not hasattr(dims[0], "__index__"):
        dims = tuple(dims[0])
    return [int(d) for d in dims]


@operation("FlipBackward0", method=False)
def _flipped(input: Any, axes: list[int]) -> Any:
    return core.reverse(input, axes)


@documented("torch.flip(torch.arange(3), (0,))", "", dims="The dimensions to turn round.")
def flip(input: Tensor, *args: Any, dims: Any = None) -> Tensor:
    """The order of the elements turned round along dimensions, in new memory."""
    if not args and dims is None:
        raise TypeError('flip() missing 1 required positional arguments: "dims"')
    axes = [dimension(d, input._value.ndim) for d in _dims(args if dims is None else (dims,))]
    for a in axes:
        if axes.count(a) > 1:
            raise RuntimeError(f"dim {a} appears multiple times in the list of dims")
    if not axes or not input._value.ndim:
        return _flipped(input, [])
    return _flipped(input, axes)


@documented("torch.fliplr(torch.tensor([[1, 2]]))", "")
def fliplr(input: Tensor) -> Tensor:
    """Columns in reverse order."""
    if input._value.ndim < 2:
        raise RuntimeError("Input must be >= 2-d.")
    return flip(input, 1)


@documented("torch.flipud(torch.tensor([1, 2]))", "")
def flipud(input: Tensor) -> Tensor:
    """Rows in reverse order."""
    if input._value.ndim < 1:
        raise RuntimeError("Input must be >= 1-d.")
    return flip(input, 0)


@documented(
    "torch.roll(torch.arange(4), 1)",
    "",
    shifts="By how many places.",
    dims="Along which dimensions; None: along the flattened tensor.",
)
@operation()
def roll(input: Any, shifts: Any, dims: Any = None) -> Any:
    """Elements moved along dimensions; what leaves at one end comes in at the other."""
    by = [int(shifts)] if hasattr(shifts, "__index__") else [int(s) for s in shifts]
    along = [] if dims is None else [dims] if hasattr(dims, "__index__") else list(dims)
    if not along:
        if len(by) != 1:
            raise RuntimeError(
                f"shifts and dimensions must align. shifts: {len(by)}, dims:{len(along)}"
            )
        numbers = np.roll(numbers_of(input), by[0])
    else:
        if len(by) != len(along):
            raise RuntimeError(
                f"shifts and dimensions must align. shifts: {len(by)}, dims:{len(along)}"
            )
        axes = [dimension(d, input._value.ndim) for d in along]
        numbers = np.roll(numbers_of(input), by, axes) if input._value.ndim else numbers_of(input)
    return pick(input, numbers)


@documented("torch.rot90(torch.tensor([[1, 2], [3, 4]]))", "", k="How often.", dims="The plane.")
@operation()
def rot90(input: Any, k: int = 1, dims: Any = (0, 1)) -> Any:
    """The tensor turned by 90 degrees in a plane, from the first dimension to the second."""
    axes = tuple(dimension(d, input._value.ndim) for d in dims)
    if len(axes) != 2:
        raise RuntimeError(f"expected total rotation dims == 2, but got dims = {len(axes)}")
    if axes[0] == axes[1]:
        raise RuntimeError(
            f"expected rotation dims to be different, but got dim0 = {axes[0]} and dim1 = {axes[1]}"
        )
    return pick(input, np.rot90(numbers_of(input), k, axes))


@operation("RepeatBackward0", method=False)
def _tiled(input: Any, times: tuple[int, ...]) -> Any:
    return pick(input, np.tile(numbers_of(input), times))


def repeat(self: Tensor, *args: Any, repeats: Any = None) -> Tensor:
    """The whole tensor several times along each dimension."""
    times = _dims(args if repeats is None else (repeats,))
    if len(times) < self._value.ndim:
        raise RuntimeError(
            "Number of dimensions of repeat dims can not be smaller than number of dimensions of "
            "tensor"
        )
    if any(t < 0 for t in times):
        shape = (1,) * (len(times) - self._value.ndim) + self._value.shape
        sizes = [n * t for n, t in zip(shape, times, strict=True)]
        raise RuntimeError(f"Trying to create tensor with negative dimension {min(sizes)}: {sizes}")
    return _tiled(self, tuple(times))


@documented("torch.tile(torch.tensor([1, 2]), (2,))", "", dims="How often along each dimension.")
def tile(input: Tensor, *args: Any, dims: Any = None) -> Tensor:
    """The whole tensor several times; missing numbers in front are 1."""
    times = _dims(args if dims is None else (dims,))
    return _tiled(input, (1,) * (input._value.ndim - len(times)) + tuple(times))


@operation("RepeatInterleaveBackward0", method=False)
def _each(input: Any, times: Any, axis: int | None) -> Any:
    numbers = numbers_of(input)
    return pick(input, np.repeat(numbers, times, axis))


@documented(
    "torch.repeat_interleave(torch.tensor([1, 2]), 2)",
    "",
    repeats="How often: a number, or one for each entry.",
    output_size="Without effect.",
)
def repeat_interleave(
    input: Tensor, repeats: Any = None, dim: int | None = None, *, output_size: Any = None
) -> Tensor:
    """Each element several times; ``repeats`` alone gives the numbers of the entries."""
    if repeats is None:
        counts = input._value
        return input.new_tensor(np.repeat(np.arange(counts.size), counts))
    times = repeats._value if isinstance(repeats, Tensor) else repeats
    axis = None if dim is None else dimension(dim, input._value.ndim)
    if not input._value.ndim:
        axis = None
    return _each(input, np.asarray(times), axis)


@documented(
    "torch.movedim(torch.ones(2, 3), 0, 1).shape",
    "",
    source="Where the dimensions are.",
    destination="Where they go.",
)
def movedim(input: Tensor, source: Any, destination: Any) -> Tensor:
    """Dimensions moved to other places; the others keep their order."""
    ndim = input._value.ndim
    from_ = [source] if hasattr(source, "__index__") else list(source)
    to = [destination] if hasattr(destination, "__index__") else list(destination)
    if len(from_) != len(to):
        raise RuntimeError(
            f"movedim: Invalid source or destination dims: source ({from_} dims) should contain "
            f"the same number of dims as destination ({to} dims)"
        )
    from_, to = [dimension(d, ndim) for d in from_], [dimension(d, ndim) for d in to]
    for name, given, found in (("source", source, from_), ("destination", destination, to)):
        if len(set(found)) < len(found):
            raise RuntimeError(f"movedim: repeated dim in `{name}` ({list(given)})")
    order = [d for d in range(ndim) if d not in from_]
    for target, d in sorted(zip(to, from_, strict=True)):
        order.insert(target, d)
    return permute(input, order) if ndim else input.view(())


moveaxis = movedim


@documented("torch.ravel(torch.ones(2, 2))", "")
def ravel(input: Tensor) -> Tensor:
    """The elements in one row."""
    return input.contiguous().view(-1)


@documented(
    "torch.constant_pad_nd(torch.ones(2), (1, 1))",
    "",
    pad="How many before and after, the last dimension first.",
    value="With what.",
)
@operation()
def constant_pad_nd(input: Any, pad: Any, value: Any = 0) -> Any:
    """The tensor with a border; negative widths cut off."""
    pad = list(pad)
    ndim = input._value.ndim
    widths = [(0, 0)] * (ndim - len(pad) // 2)
    widths += [(pad[i], pad[i + 1]) for i in range(len(pad) - 2, -2, -2)]
    cut = tuple(slice(max(-a, 0), None if b >= 0 else b) for a, b in widths)
    x = (
        TABLE["getitem"](input, index=(Ellipsis, *cut))
        if any(a < 0 or b < 0 for a, b in widths)
        else input
    )
    grown = [(max(a, 0), max(b, 0)) for a, b in widths]
    return core.pad(x, grown, "CONSTANT", value)


install(
    flip=flip,
    fliplr=fliplr,
    flipud=flipud,
    repeat=repeat,
    tile=tile,
    repeat_interleave=repeat_interleave,
    movedim=movedim,
    moveaxis=movedim,
    ravel=ravel,
)
