"""Functions that move elements: turning, shifting, repeating, cutting."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.numpy.array import holding, ndarray, plain, tensor_of
from tapegrad.numpy.function import function
from tapegrad.numpy.movers import axes_mover, mover, reshaper

__all__ = [
    "array_split",
    "delete",
    "diag",
    "diagflat",
    "diagonal",
    "dsplit",
    "expand_dims",
    "flip",
    "fliplr",
    "flipud",
    "hsplit",
    "moveaxis",
    "repeat",
    "resize",
    "roll",
    "rollaxis",
    "rot90",
    "split",
    "squeeze",
    "swapaxes",
    "tile",
    "tril",
    "triu",
    "unstack",
    "vsplit",
]

_SECTIONS: dict[str, Any] = {
    "indices_or_sections": "The number of equal parts, or the positions of the cuts."
}
_X = "np.array([[1.0, 2.0], [3.0, 4.0]])"


@function("np.flip(np.array([1.0, 2.0]))")
def flip(m: Any, axis: Any = None) -> Any:
    """The elements in reverse order, along all axes or some."""
    base = m if m.__class__ is ndarray else holding(tensor_of(m))
    axes: Any = range(base.ndim)
    if axis is not None:
        axes = np.lib.array_utils.normalize_axis_tuple(plain(axis), base.ndim)
    return base[tuple([slice(None, None, -1 if i in axes else 1) for i in range(base.ndim)])]


def _flipped(name: str, axis: int, summary: str) -> Any:
    def call(m: Any) -> Any:
        if np.ndim(plain(m)) <= axis:
            raise ValueError(f"Input must be >= {axis + 1}-d.")
        return flip(m, axis)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = summary
    return function(f"np.{name}({_X})")(call)


fliplr = _flipped("fliplr", 1, "The columns in reverse order.")
flipud = _flipped("flipud", 0, "The rows in reverse order.")
rot90 = mover("rot90", "Turned by quarters of a turn.", f"np.rot90({_X})")
roll = mover(
    "roll",
    "Shifted, where what falls off comes in at the other end.",
    "np.roll(np.array([1.0, 2.0, 3.0]), 1)",
    shift="How far, along each axis.",
)
rollaxis = axes_mover(
    "rollaxis", "An axis moved before another one, `start`.", f"np.rollaxis({_X}, 1)"
)
moveaxis = axes_mover(
    "moveaxis",
    "Axes moved to other places.",
    f"np.moveaxis({_X}, 0, 1)",
    source="Where the axes are.",
    destination="Where they go.",
)
repeat = mover(
    "repeat",
    "Each element several times.",
    "np.repeat(np.array([1.0, 2.0]), 2)",
    method=True,
    repeats="How often, for all or for each.",
)
tile = mover(
    "tile",
    "The array several times side by side.",
    "np.tile(np.array([1.0, 2.0]), 2)",
    A="An array.",
    reps="How often along each axis.",
)
resize = mover(
    "resize",
    "In another shape, with the elements again and again as far as needed.",
    "np.resize(np.array([1.0, 2.0]), 3)",
    new_shape="The sizes along each axis.",
)
delete = mover(
    "delete",
    "Without some rows, columns or elements.",
    "np.delete(np.array([1.0, 2.0, 3.0]), 1)",
    obj="Which ones, as integers, a slice or booleans.",
)
diagonal = mover(
    "diagonal", "The elements of a diagonal.", f"np.diagonal({_X})", method=True, fixed=True
)
diag = mover("diag", "A diagonal of a matrix, or a matrix with it.", f"np.diag({_X})", fills=True)
diagflat = mover(
    "diagflat", "A matrix with the elements on a diagonal.", "np.diagflat([1.0, 2.0])", fills=True
)
tril = mover("tril", "Zeros above a diagonal.", f"np.tril({_X})", fills=True)
triu = mover("triu", "Zeros below a diagonal.", f"np.triu({_X})", fills=True)
split = mover("split", "Cut into parts.", "np.split(np.array([1.0, 2.0]), 2)", **_SECTIONS)
array_split = mover(
    "array_split",
    "Cut into parts, of nearly the same size.",
    "np.array_split(np.array([1.0, 2.0, 3.0]), 2)",
    **_SECTIONS,
)
hsplit = mover("hsplit", "Cut along the second axis.", f"np.hsplit({_X}, 2)", **_SECTIONS)
vsplit = mover("vsplit", "Cut along the first axis.", f"np.vsplit({_X}, 2)", **_SECTIONS)
dsplit = mover(
    "dsplit", "Cut along the third axis.", "np.dsplit(np.ones((1, 1, 2)), 2)", **_SECTIONS
)
unstack = mover("unstack", "The slices along an axis.", f"np.unstack({_X})")
swapaxes = axes_mover(
    "swapaxes", "Two axes in one another's place.", f"np.swapaxes({_X}, 0, 1)", method=True
)
expand_dims = reshaper(
    "expand_dims", "With a new axis of size 1.", "np.expand_dims(np.array([1.0, 2.0]), 0)"
)
squeeze = reshaper(
    "squeeze", "Without axes of size 1.", "np.squeeze(np.array([[1.0, 2.0]]))", method=True
)
