"""Choosing among arrays, and putting elements in or leaving them out."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.tensor import Tensor
from tapegrad.numpy.array import holding, install, ndarray, plain, tensor_of
from tapegrad.numpy.creation import zeros_like
from tapegrad.numpy.function import function
from tapegrad.numpy.movers import rearranged

__all__ = ["choose", "insert", "piecewise", "select", "trim_zeros"]

#: For calls whose arguments NumPy checks itself.
_numpy: Any = np
_WEAK = (int, float, complex)


def _in_common(values: list[Any]) -> list[Tensor]:
    """Tensors of one type, in which Python's numbers have no say."""
    given: list[Any] = [v if v.__class__ in _WEAK else tensor_of(v) for v in values]
    dtype = np.result_type(*[v if v.__class__ in _WEAK else v._value.dtype for v in given])
    return [tensor_of(v, dtype) for v in given]


@function(
    "x = np.array([1.0, 2.0, 3.0])\nnp.select([x < 1.5, x < 2.5], [x, x**2], 9.0)",
    condlist="Booleans, one array for each choice.",
    choicelist="The choices.",
    default="What stands where no condition holds.",
)
def select(condlist: Any, choicelist: Any, default: Any = 0) -> Any:
    """Of several arrays, the elements of the first one whose condition holds.

    What was not chosen gets a gradient of zero, even if its own derivative is not finite.
    """
    conditions = [plain(c) for c in condlist]
    choices = list(choicelist)
    tensors = _in_common([*choices, default])
    return rearranged(tensors, lambda a: np.select(conditions, a[:-1], a[-1]))


@function(
    "np.choose([1, 0], [[1.0, 2.0], [3.0, 4.0]])",
    a="Which choice each element is taken from, as integers.",
    choices="The choices: arrays, or one whose first axis counts them.",
)
def choose(a: Any, choices: Any, out: Any = None, mode: str = "raise") -> Any:
    """For each place, the element of the array whose number stands there."""
    given = list(choices) if isinstance(choices, (list, tuple)) else [tensor_of(choices)]
    several, chosen = isinstance(choices, (list, tuple)), plain(a)
    return rearranged(
        _in_common(given),
        lambda arrays: _numpy.choose(chosen, arrays if several else arrays[0], mode=mode),
    )


@function(
    "x = np.array([-2.0, 3.0])\nnp.piecewise(x, [x < 0, x >= 0], [lambda v: v**2, 1.0])",
    condlist="Booleans, an array for each piece.",
    funclist="A function of the elements or a number for each piece, and one for the rest.",
    args="Further arguments of the functions.",
    kw="The same by name.",
)
def piecewise(x: Any, condlist: Any, funclist: Any, *args: Any, **kw: Any) -> Any:
    """The values of functions that are defined piece by piece."""
    given, pieces = holding(tensor_of(x)), list(funclist)
    flags = plain(condlist)
    if np.isscalar(flags) or (not isinstance(flags[0], (list, np.ndarray)) and given.ndim != 0):
        flags = [flags]
    conditions = np.asarray(flags, bool)
    if len(conditions) == len(pieces) - 1:
        conditions = np.concatenate([conditions, ~conditions.any(axis=0, keepdims=True)])
    elif len(conditions) != len(pieces):
        raise ValueError(
            f"with {len(conditions)} condition(s), either {len(conditions)} or "
            f"{len(conditions) + 1} functions are expected"
        )
    y = zeros_like(given)
    for condition, piece in zip(conditions, pieces, strict=True):
        if not callable(piece):
            y[condition] = piece
        elif condition.any():
            y[condition] = piece(given[condition], *args, **kw)
    return y._tensor


@function(
    "np.insert(np.array([1.0, 2.0, 3.0]), 1, 9.0)",
    obj="Before which positions, as integers, a slice or booleans.",
    values="What comes in, in the type of the array.",
)
def insert(arr: Any, obj: Any, values: Any, axis: Any = None) -> Any:
    """With further rows, columns or elements."""
    x = tensor_of(arr)
    pair, places = [x, tensor_of(values, x._value.dtype)], plain(obj)
    return rearranged(pair, lambda a: _numpy.insert(a[0], places, a[1], axis))


@function(
    "np.trim_zeros(np.array([0.0, 0.0, 1.0, 0.0]))",
    filt="An array.",
    trim='Where: "f" in front, "b" behind, "fb" both.',
)
def trim_zeros(filt: Any, trim: str = "fb", axis: Any = None) -> Any:
    """Without the zeros around all others."""
    x = tensor_of(filt)
    numbers = np.arange(1, x._value.size + 1).reshape(x._value.shape)
    seen = _numpy.trim_zeros(np.where(plain(x) != 0, numbers, 0), trim, axis)
    if seen.shape == x._value.shape:
        return filt if filt.__class__ is ndarray else x
    first = _corner(plain(x), seen) if seen.size else (0,) * seen.ndim
    index = tuple([slice(i, i + size) for i, size in zip(first, seen.shape, strict=True)])
    if isinstance(filt, (list, tuple)) and len(index) == 1:
        return filt[index[0]]
    return (filt if filt.__class__ is ndarray else holding(x))[index]


def _corner(data: Any, seen: Any) -> tuple[int, ...]:
    """Where the part that was left begins: one of its elements tells by its number."""
    inside = np.argwhere(seen)[0]
    place = np.unravel_index(seen[tuple(inside)] - 1, data.shape)
    return tuple([int(p - i) for p, i in zip(place, inside, strict=True)])


def _choose_method(self: ndarray, choices: Any, out: Any = None, mode: str = "raise") -> Any:
    """For each place, the element of the array whose number stands here."""
    return choose(self, choices, out=out, mode=mode)


install(choose=_choose_method)
