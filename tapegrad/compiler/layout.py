"""Where the elements of a value are: strided views of contiguous memory, counted in elements."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided

from tapegrad.compiler.graph import Operation


class Layout(NamedTuple):
    """Element ``i`` is at ``offset + sum(i * strides)``."""

    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    def over(self, space: tuple[int, ...]) -> Layout:
        """Broadcast to a larger shape."""
        extra = len(space) - len(self.shape)
        strides = (0,) * extra + tuple(
            [0 if n == 1 else s for n, s in zip(self.shape, self.strides, strict=True)]
        )
        return Layout(self.offset, space, strides)

    @property
    def is_whole(self) -> bool:
        """Whether this is contiguous from the beginning."""
        return self.offset == 0 and all(
            n == 1 or s == t
            for n, s, t in zip(
                self.shape, self.strides, contiguous(self.shape).strides, strict=True
            )
        )

    @property
    def matrix(self) -> tuple[int, bool] | None:
        """How the last two axes are a matrix to BLAS, or None if they are not.

        The distance between the rows in memory, and whether these are the columns.
        """
        n, m = self.shape[-2:]
        s, t = self.strides[-2:]
        if (t == 1 or m == 1) and (s >= m or n == 1):
            return (s if n > 1 else m), False
        if (s == 1 or n == 1) and (t >= n or m == 1):
            return (t if m > 1 else n), True
        return None

    def transposed(self, order: Sequence[int]) -> Layout:
        """With the axes in another order."""
        shape, strides = self.shape, self.strides
        return Layout(
            self.offset, tuple([shape[i] for i in order]), tuple([strides[i] for i in order])
        )

    @property
    def turned(self) -> Layout:
        """With the last two axes exchanged."""
        *sizes, n, m = self.shape
        *strides, s, t = self.strides
        return Layout(self.offset, (*sizes, m, n), (*strides, t, s))


def contiguous(shape: tuple[int, ...]) -> Layout:
    """The layout of a C-contiguous array."""
    strides = tuple([prod(shape[i + 1 :]) for i in range(len(shape))])
    return Layout(0, shape, strides)


def viewed(step: Operation, layout: Layout) -> list[Layout] | None:
    """The layouts of what a view primitive makes of a value, or None if it has to copy."""
    name, params = step.primitive.name, step.params
    if name == "reshape":
        changed = reshaped(layout, params["to"])
        return None if changed is None else [changed]
    if name == "broadcast_to":
        return [layout.over(params["to"])]
    if name == "getitem":
        return [indexed(layout, params["index"])]
    if name == "unstack":
        behind = (slice(None),) * (-params["axis"] - 1)
        return [indexed(layout, (Ellipsis, i, *behind)) for i in range(len(step.outputs))]
    return _as_numpy_does(layout, lambda array: step.primitive.forward(array, **params))


def indexed(layout: Layout, index: Any) -> Layout:
    """The part that a basic index picks; it begins with an ellipsis."""
    return _as_numpy_does(layout, lambda array: array[index])[0]


def _as_numpy_does(layout: Layout, view: Callable[[Any], Any]) -> list[Layout]:
    """NumPy knows what indexing does to strides; the memory of this array is never touched."""
    array = as_strided(np.empty(1, np.int8), layout.shape, layout.strides, writeable=False)
    start = array.__array_interface__["data"][0]
    made = view(array)
    found = []
    for part in made if made.__class__ is tuple else (made,):
        address = part.__array_interface__["data"][0]
        found.append(Layout(layout.offset + address - start, part.shape, part.strides))
    return found


def reshaped(layout: Layout, to: tuple[int, ...]) -> Layout | None:
    """Runs of axes that lie evenly in memory are split anew; None where that is not possible."""
    sizes, (strides,) = collapsed(layout.shape, [layout.strides])
    runs = list(zip(sizes, strides, strict=True))
    new: list[int] = []
    left, stride = 1, 1
    for size in reversed(to):
        if size == 1:
            new.append(0)
            continue
        if left == 1:
            left, stride = runs.pop()
        if left % size:
            return None
        new.append(stride)
        left //= size
        stride *= size
    return Layout(layout.offset, to, tuple(new[::-1]))


def collapsed(
    space: tuple[int, ...], accesses: list[tuple[int, ...]]
) -> tuple[list[int], list[list[int]]]:
    """Axes of size 1 dropped, and axes merged that all accesses walk through as one.

    Returns
    -------
    list, list of list
        The sizes; for each access its strides.
    """
    sizes: list[int] = []
    kept: list[list[int]] = []  # per axis: the strides of all accesses
    for axis, n in enumerate(space):
        if n == 1:
            continue
        strides = [a[axis] for a in accesses]
        if sizes and all(o == s * n for o, s in zip(kept[-1], strides, strict=True)):
            sizes[-1] *= n
            kept[-1] = strides
        else:
            sizes.append(n)
            kept.append(strides)
    return sizes, [[axis[i] for axis in kept] for i in range(len(accesses))]
