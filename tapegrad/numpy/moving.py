"""Functions that move elements: turning, shifting, repeating, cutting."""

from __future__ import annotations

from typing import Any

from tapegrad.numpy.movers import mover

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

flip = mover("flip", "The elements in reverse order.", "np.flip(np.array([1.0, 2.0]))")
fliplr = mover("fliplr", "The columns in reverse order.", f"np.fliplr({_X})")
flipud = mover("flipud", "The rows in reverse order.", f"np.flipud({_X})")
rot90 = mover("rot90", "Turned by quarters of a turn.", f"np.rot90({_X})")
roll = mover(
    "roll",
    "Shifted, where what falls off comes in at the other end.",
    "np.roll(np.array([1.0, 2.0, 3.0]), 1)",
    shift="How far, along each axis.",
)
rollaxis = mover("rollaxis", "An axis moved before another one, `start`.", f"np.rollaxis({_X}, 1)")
moveaxis = mover(
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
diagonal = mover("diagonal", "The elements of a diagonal.", f"np.diagonal({_X})", method=True)
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
swapaxes = mover(
    "swapaxes", "Two axes in one another's place.", f"np.swapaxes({_X}, 0, 1)", method=True
)
expand_dims = mover(
    "expand_dims", "With a new axis of size 1.", "np.expand_dims(np.array([1.0, 2.0]), 0)"
)
squeeze = mover(
    "squeeze", "Without axes of size 1.", "np.squeeze(np.array([[1.0, 2.0]]))", method=True
)
