"""Brackets: views by integers and slices, picking by tensors and masks, and assignment to both."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from tapegrad.core.context import active_recorders
from tapegrad.core.structural import getitem
from tapegrad.core.table import TABLE
from tapegrad.core.tensor import wrap_constant
from tapegrad.ops import compare
from tapegrad.ops.positions import add_at, numbers_of, pick, place
from tapegrad.torch.examples import Example, UnbatchableError, for_checks
from tapegrad.torch.from_data import array_of
from tapegrad.torch.in_place import assign, check_changeable
from tapegrad.torch.modes import builds_graph
from tapegrad.torch.node import AccumulateGrad, node_type
from tapegrad.torch.operation import operation
from tapegrad.torch.running import run
from tapegrad.torch.tensor import Tensor, install, shared, wrapped

__all__: list[str] = []

_EVERYTHING = slice(None)
_NO_TUPLE = (
    "Using a non-tuple sequence for multidimensional indexing is deprecated and will be changed in "
    "pytorch 2.9; use x[tuple(seq)] instead of x[seq]. In pytorch 2.9 this will be interpreted as "
    "tensor index, x[torch.tensor(seq)], which will result either in an error or a different result"
)
_WORDS = (type(Ellipsis),)
_BYTES = "indexing with dtype torch.uint8 is now deprecated, please use a dtype torch.bool instead."
_replace_rows = TABLE["replace_rows"]


def _is_basic(part: Any) -> bool:
    return part is None or part is Ellipsis or part.__class__ in (int, slice)


def _normal(part: Any) -> Any:
    """One part of a key as NumPy takes it."""
    if isinstance(part, bool):
        return part
    if isinstance(part, Tensor):
        array = part._value
        if isinstance(array, Example):
            raise UnbatchableError("a key of examples")
        if array.ndim == 0 and array.dtype.kind in "iu":
            return int(array)
        if array.dtype == np.uint8:
            warnings.warn(_BYTES, UserWarning, stacklevel=4)
            return np.asarray(array) != 0
        if array.dtype.kind in "iu" and array.dtype.itemsize < 4:
            raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
        return np.asarray(array)
    if isinstance(part, slice):
        return slice(
            *[None if b is None else _bound(b) for b in (part.start, part.stop, part.step)]
        )
    if isinstance(part, str):
        raise TypeError("new(): invalid data type 'str'")
    if isinstance(part, (list, tuple, range)):
        array = array_of(list(part)) if len(part) else np.zeros(0, np.int64)
        return array
    if isinstance(part, np.generic):
        return part.item()
    return part


def _bound(b: Any) -> int:
    try:
        return int(b.__index__())
    except AttributeError:
        raise TypeError(
            "slice indices must be integers or None or have an __index__ method"
        ) from None


def parsed(key: Any, shape: tuple[int, ...]) -> tuple[tuple[Any, ...], bool]:
    """The key with one part per axis behind an ellipsis, and whether it picks by arrays.

    Raises
    ------
    IndexError, TypeError, ValueError
        As PyTorch words it.
    """
    is_nested = isinstance(key, list) and any(
        isinstance(p, (slice, list, tuple, type(None))) for p in key
    )
    if is_nested or isinstance(key, str):
        warnings.warn(_NO_TUPLE, UserWarning, stacklevel=3)
    parts = [_normal(p) for p in (key if is_nested or isinstance(key, tuple) else (key,))]
    used = 0
    for p in parts:
        if isinstance(p, np.ndarray) and p.dtype.kind == "b":
            used += p.ndim
        elif p is not None and p is not Ellipsis and not isinstance(p, bool):
            used += 1
    ndim = len(shape)
    if used > ndim:
        if ndim == 0:
            raise IndexError(
                "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or "
                "`tensor.item<T>()` in C++ to convert a 0-dim tensor to a number"
            )
        raise IndexError(f"too many indices for tensor of dimension {ndim}")
    found: list[Any] = []
    axis = 0
    by_arrays = False
    for position, p in enumerate(parts):
        if p is Ellipsis and Ellipsis in [f for f in parts[:position] if f.__class__ in _WORDS]:
            continue  # only the first one stands for anything
        if p is Ellipsis:
            found += [_EVERYTHING] * (ndim - used)
            axis += ndim - used
            continue
        if p is None:
            found.append(None)
            continue
        if isinstance(p, bool):
            found.append(np.array(p))
            by_arrays = True
            continue
        if isinstance(p, np.ndarray):
            by_arrays = True
            if p.dtype.kind == "b":
                _check_mask(p, shape, axis)
                axis += p.ndim
            else:
                if p.dtype.kind not in "iu":
                    raise IndexError(
                        "tensors used as indices must be long, int, byte or bool tensors"
                    )
                _check_positions(p, shape[axis], axis)
                axis += 1
            found.append(p)
            continue
        if isinstance(p, int):
            if not -shape[axis] <= p < shape[axis]:
                raise IndexError(
                    f"index {p} is out of bounds for dimension {axis} with size {shape[axis]}"
                )
        elif isinstance(p, slice):
            if p.step is not None and p.step <= 0:
                raise ValueError("step must be greater than zero")
        else:
            raise IndexError(
                f"only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables "
                f"are valid indices (got {type(p).__name__})"
            )
        found.append(p)
        axis += 1
    if Ellipsis not in [p for p in parts if not isinstance(p, np.ndarray)]:
        found += [_EVERYTHING] * (ndim - used)
    return tuple(found), by_arrays


def _check_mask(mask: Any, shape: tuple[int, ...], axis: int) -> None:
    for i, (m, n) in enumerate(zip(mask.shape, shape[axis:], strict=False)):
        if m != n:
            raise IndexError(
                f"The shape of the mask {list(mask.shape)} at index {i} does not match the shape "
                f"of the indexed tensor {list(shape)} at index {axis + i}"
            )


def _check_positions(indices: Any, size: int, axis: int) -> None:
    if indices.size and not size:
        raise IndexError("index is out of bounds for dimension with size 0")
    if indices.size and (indices.min() < -size or indices.max() >= size):
        wrong = indices[(indices < -size) | (indices >= size)].flat[0]
        raise IndexError(f"index {wrong} is out of bounds for dimension {axis} with size {size}")


_CUT = {True: node_type("SelectBackward0"), False: node_type("SliceBackward0")}


def _position_of_examples(key: Any) -> tuple[int, Tensor] | None:
    """The axis and the integers, if a key is one tensor of integers that `vmap` looks at."""
    parts = key if isinstance(key, tuple) else (key,)
    for axis, part in enumerate(parts):
        if isinstance(part, Tensor) and part._level is not None and part._value.dtype.kind in "iu":
            rest = (*parts[:axis], *parts[axis + 1 :])
            return (axis, part) if all(p == _EVERYTHING for p in rest) else None
        if not isinstance(part, slice):
            return None
    return None


def _gathered(x: Any, positions: Any, axis: int) -> Any:
    size = x._value.shape[axis]
    from_end = positions + wrap_constant(positions._value.dtype.type(size))
    positions = TABLE["where"](compare.less(positions, 0), from_end, positions)
    return TABLE["gather"](x, positions, axis=axis - x._value.ndim)


def _getitem(self: Tensor, key: Any) -> Tensor:
    found = _position_of_examples(key) if active_recorders() else None
    if found is not None and found[0] < self._value.ndim:
        axis, positions = found
        _check_positions(for_checks(positions._value), self._value.shape[axis], axis)
        picked_along: Tensor = run(
            _gathered, node_type("IndexBackward0"), (self, positions, axis), {}
        )
        return picked_along
    index, by_arrays = parsed(key, self._value.shape)
    if by_arrays:
        return picked(self, index)
    full = (Ellipsis, *index)
    last = next((p for p in reversed(index) if p != _EVERYTHING), _EVERYTHING)
    kind = node_type("UnsqueezeBackward0") if last is None else _CUT[isinstance(last, int)]
    if last == _EVERYTHING:
        kind = node_type("AliasBackward0")
    result: Tensor = run(_cut, kind, (self, full), {}, view=True)
    return result


def _cut(x: Any, index: Any) -> Any:
    return getitem(x, index=index)


@operation("IndexBackward0", method=False)
def picked(input: Any, index: Any) -> Any:
    """The elements that arrays and masks choose, in memory of their own."""
    return pick(input, _chosen(input, index))


def _chosen(input: Any, index: Any) -> Any:
    """The numbers of the elements that arrays and masks choose."""
    try:
        return numbers_of(input)[index]
    except IndexError:
        shapes = ", ".join(str(list(p.shape)) for p in index if isinstance(p, np.ndarray))
        raise IndexError(
            f"shape mismatch: indexing tensors could not be broadcast together with shapes {shapes}"
        ) from None


def _checked(self: Tensor, value: Any) -> Any:
    """A value that may be assigned to elements.

    Raises
    ------
    TypeError
        For what is neither a tensor nor a number.
    RuntimeError
        For a complex number beside real elements.
    """
    if isinstance(value, Tensor):
        return value
    if not isinstance(value, (bool, int, float, complex, np.generic)):
        kind = "numpy.ndarray" if isinstance(value, np.ndarray) else type(value).__name__
        raise TypeError(f"can't assign a {kind} to a torch.{self.dtype.abbreviation}Tensor")
    if isinstance(value, complex) and value.imag and self._value.dtype.kind == "f":
        kind = {4: "float", 8: "double"}.get(self._value.dtype.itemsize, self.dtype.abbreviation)
        raise RuntimeError(f"value cannot be converted to type {kind} without overflow")
    return value


def _without_leading_ones(value: Any, ndim: int) -> Any:
    """A tensor with fewer axes, where those in front have size 1."""
    if not isinstance(value, Tensor) or value._value.ndim <= ndim:
        return value
    shape = value._value.shape
    extra = len(shape) - ndim
    return value.reshape(shape[extra:]) if all(n == 1 for n in shape[:extra]) else value


def _setitem(self: Tensor, key: Any, value: Any) -> None:
    value = _checked(self, value)
    index, by_arrays = parsed(key, self._value.shape)
    if not by_arrays and self._node.__class__ is AccumulateGrad and builds_graph():
        raise RuntimeError(
            "a view of a leaf Variable that requires grad is being used in an in-place operation."
        )
    check_changeable(self)
    if by_arrays:
        put_at(self, index, value, accumulate=False)
        return
    is_followed = isinstance(value, Tensor) and value._node is not None
    if self._node is None and not is_followed and not active_recorders():
        plain = value._value if isinstance(value, Tensor) else array_of(value)
        target = shared(self)[(*index, Ellipsis)]
        while plain.ndim > target.ndim and plain.shape[0] == 1:
            plain = plain[0]
        _check_fits(plain.shape, target.shape)
        if plain.ndim <= target.ndim:
            assign(
                _getitem(self, key),
                wrapped(np.broadcast_to(plain, target.shape).astype(target.dtype)),
                "copy",
            )
            return
    part = _getitem(self, key)
    value = _without_leading_ones(value, part._value.ndim)
    part.copy_(value if isinstance(value, Tensor) else wrapped(array_of(value)))


def _check_fits(given: tuple[int, ...], target: tuple[int, ...]) -> None:
    """Raise if a shape does not broadcast to another."""
    for back in range(1, min(len(given), len(target)) + 1):
        if given[-back] not in (1, target[-back]):
            raise RuntimeError(
                f"The expanded size of the tensor ({target[-back]}) must match the existing size "
                f"({given[-back]}) at non-singleton dimension {len(target) - back}.  Target sizes: "
                f"{list(target)}.  Tensor sizes: {list(given)}"
            )


def put_at(self: Tensor, index: Any, value: Any, accumulate: bool) -> Tensor:
    """Write values to the chosen elements, or add them."""
    check_changeable(self)
    if not isinstance(value, Tensor):
        value = wrapped(np.asarray(array_of(value)).astype(self._value.dtype))
    name = "IndexPutBackward0"
    result = run(_put, node_type(name), (self, value), {"index": index, "accumulate": accumulate})
    return assign(self, result, "index_put")


def _put(x: Any, value: Any, index: Any, accumulate: bool) -> Any:
    return (add_at if accumulate else place)(x, _chosen(x, index), value)


install(__getitem__=_getitem, __setitem__=_setitem)
