"""Functions that move elements: each is NumPy's own, applied to the numbers of the elements.

Where the numbers come to stand, the elements are picked from; where NumPy shows the same memory
again, the result is a view. Elements that NumPy fills in are number 0, a zero.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.core.table import recording as R
from tapegrad.core.tensor import Tensor, wrap_constant
from tapegrad.numpy.array import holding, install, ndarray, of_type, plain, tensor_of
from tapegrad.numpy.documentation import documented
from tapegrad.numpy.function import HANDLERS, function
from tapegrad.numpy.in_place import view_of
from tapegrad.ops.positions import pick

__all__: list[str] = []


#: For calls whose arguments NumPy checks itself.
_numpy: Any = np


def _pool(tensors: list[Tensor]) -> Tensor:
    """All elements in a row, behind a zero."""
    flat = [R.reshape(x, to=(x._value.size,)) for x in tensors]
    zero = wrap_constant(np.zeros(1, tensors[0]._value.dtype))
    return R.concat(zero, *flat, axis=-1)


def _placed(value: Any, take: Callable[[Any], Any]) -> Any:
    if isinstance(value, (tuple, list)):
        return type(value)([_placed(v, take) for v in value])
    return take(np.asarray(value))


def mover(
    name: str,
    summary: str,
    example: str,
    *,
    fills: bool = False,
    method: bool = False,
    model: Any = None,
    **parameters: str,
) -> Callable[..., Any]:
    """A function that moves the elements of its first argument.

    Parameters
    ----------
    fills
        Whether elements may come in that are zero.
    method
        Whether it is a method of arrays, too.
    """
    model = getattr(np, name) if model is None else model

    def call(*args: Any, **kwargs: Any) -> Any:
        if not args:
            first = next(iter(inspect.signature(model).parameters))
            args = (kwargs.pop(first),)
        given, *rest = args
        base = given if given.__class__ is ndarray else holding(tensor_of(given))
        x = base._tensor
        shape, size = x._value.shape, x._value.size
        numbers = np.arange(fills, size + fills).reshape(shape)
        moved = model(numbers, *map(plain, rest), **{k: plain(v) for k, v in kwargs.items()})
        source = _pool([x]) if fills else x

        def take(positions: Any) -> Any:
            found = pick(source, positions)
            if not fills and positions.size and np.may_share_memory(positions, numbers):
                return view_of(base, found, lambda t: pick(t, positions))
            return holding(found)

        return _placed(moved, take)

    return _dressed(call, name, model, summary, example, method, parameters)


def joiner(name: str, summary: str, example: str, count: int = 0, **parameters: str) -> Any:
    """A function that puts the elements of several arrays together.

    Parameters
    ----------
    count
        How many of the first arguments are arrays; 0 if the first is a sequence of them.
    """
    model = getattr(np, name)

    def call(*args: Any, **kwargs: Any) -> Any:
        given = list(args[:count]) if count else args[0]
        tensors: list[Tensor] = []
        _collect(given, tensors)
        dtype = kwargs.pop("dtype", None) or np.result_type(*[x._value.dtype for x in tensors])
        kwargs.pop("casting", None)
        tensors = [of_type(x, np.dtype(dtype)) for x in tensors]
        start, numbers = 1, []
        for x in tensors:
            numbers.append(np.arange(start, start + x._value.size).reshape(x._value.shape))
            start += x._value.size
        arranged = _restored(given, iter(numbers))
        rest = map(plain, args[count or 1 :])
        options = {k: plain(v) for k, v in kwargs.items()}
        moved = model(*arranged, *rest, **options) if count else model(arranged, *rest, **options)
        source = _pool(tensors)
        return _placed(moved, lambda positions: holding(pick(source, positions)))

    return _dressed(call, name, model, summary, example, False, parameters)


def _collect(value: Any, found: list[Tensor]) -> None:
    if isinstance(value, (list, tuple)):
        for v in value:
            _collect(v, found)
    else:
        found.append(tensor_of(value))


def _restored(value: Any, numbers: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return type(value)([_restored(v, numbers) for v in value])
    return next(numbers)


def _dressed(
    call: Any, name: str, model: Any, summary: str, example: str, method: bool, own: dict[str, str]
) -> Any:
    call.__name__ = call.__qualname__ = name
    call.__module__ = __name__
    call.__doc__ = summary
    call.__signature__ = inspect.signature(model)
    HANDLERS[model] = call
    if method:
        install(**{name: call})
    if name not in __all__:
        __all__.append(name)
    return documented(example, **own)(call)


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

hstack = joiner(
    "hstack",
    "Joined along the second axis, vectors along the first.",
    "np.hstack([np.ones(2), np.zeros(1)])",
)
vstack = joiner("vstack", "Rows below one another.", "np.vstack([np.ones(2), np.zeros(2)])")
dstack = joiner("dstack", "Joined along the third axis.", "np.dstack([np.ones(2), np.zeros(2)])")
column_stack = joiner(
    "column_stack", "Vectors as columns side by side.", "np.column_stack([np.ones(2), np.zeros(2)])"
)
block = joiner(
    "block",
    "Joined from nested lists of blocks.",
    "np.block([[np.ones((1, 1)), np.zeros((1, 1))]])",
)
append = joiner("append", "With values at the end.", "np.append(np.array([1.0]), 2.0)", 2)


# Those that programs call most


@function("np.reshape(np.arange(4.0), (2, 2))", of=np.reshape)
def reshape(a: Any, /, shape: Any, order: Any = "C", *, copy: Any = None) -> Any:
    """In another shape; one size may be -1."""
    base = a if a.__class__ is ndarray else holding(tensor_of(a))
    x = base._tensor
    if order not in ("C", "A", "K", None):
        numbers = np.arange(x._value.size).reshape(x._value.shape)
        return pick(x, numbers.reshape(plain(shape), order=order))
    to = np.broadcast_to(np.False_, x._value.shape).reshape(plain(shape)).shape
    found = R.reshape(x, to=to)
    if copy:
        return found
    return view_of(base, found, lambda t: R.reshape(t, to=to))


def _reshape_method(self: ndarray, *shape: Any, order: Any = "C", copy: Any = None) -> Any:
    """In another shape; one size may be -1."""
    return reshape(self, shape[0] if len(shape) == 1 else shape, order, copy=copy)


@function("np.ravel(np.ones((2, 2)))", method=True)
def ravel(a: Any, order: str = "C") -> Any:
    """All elements in one row."""
    return reshape(a, -1, order)


def _flatten(self: ndarray, order: str = "C") -> Any:
    """All elements in one row, as an array of its own."""
    return reshape(self, -1, order, copy=True)


@function(f"np.transpose({_X})")
def transpose(a: Any, axes: Any = None) -> Any:
    """The axes in another order, by default reversed."""
    base = a if a.__class__ is ndarray else holding(tensor_of(a))
    x = base._tensor
    ndim = x._value.ndim
    order = tuple(range(ndim))[::-1]
    if axes is not None:
        order = np.lib.array_utils.normalize_axis_tuple(plain(axes), ndim)
        if len(order) != ndim:
            raise ValueError("axes don't match array")
    negative = tuple([axis - ndim for axis in order])

    def take(t: Any) -> Any:
        return R.transpose(t, axes=negative) if ndim else t

    return view_of(base, take(x), take)


def _transpose_method(self: ndarray, *axes: Any) -> Any:
    """The axes in another order, by default reversed."""
    return transpose(self, (axes[0] if len(axes) == 1 else axes) if axes else None)


permute_dims = transpose


@function(f"np.matrix_transpose({_X})")
def matrix_transpose(x: Any, /) -> Any:
    """The last two axes in one another's place."""
    ndim = np.ndim(plain(x))
    if ndim < 2:
        raise ValueError(f"Input array must be at least 2-dimensional, but it is {ndim}")
    return transpose(x, (*range(ndim - 2), ndim - 1, ndim - 2))


@function("np.broadcast_to(np.array([1.0, 2.0]), (2, 2))")
def broadcast_to(array: Any, shape: Any, subok: bool = False) -> Any:
    """Repeated along new axes, and along axes of size 1."""
    x = tensor_of(array)
    return R.broadcast_to(
        x, to=np.broadcast_to(np.broadcast_to(np.False_, x._value.shape), plain(shape)).shape
    )


def _common(tensors: list[Tensor], dtype: Any = None) -> list[Tensor]:
    common = (
        np.dtype(dtype) if dtype is not None else np.result_type(*[x._value.dtype for x in tensors])
    )
    return [of_type(x, common) for x in tensors]


@function("np.concatenate([np.ones(2), np.zeros(1)])")
def concatenate(
    arrays: Any, /, axis: Any = 0, out: Any = None, *, dtype: Any = None, casting: str = "same_kind"
) -> Any:
    """Joined along an axis that exists."""
    tensors = _common([tensor_of(a) for a in arrays], dtype)
    model = np.concatenate([np.broadcast_to(np.False_, x._value.shape) for x in tensors], axis)
    if axis is None:
        tensors, axis = [R.reshape(x, to=(x._value.size,)) for x in tensors], 0
    negative = axis - model.ndim if axis >= 0 else axis
    return R.concat(*tensors, axis=negative)


concat = concatenate
HANDLERS[np.concat] = concatenate


@function("np.stack([np.ones(2), np.zeros(2)])")
def stack(
    arrays: Any, axis: int = 0, out: Any = None, *, dtype: Any = None, casting: str = "same_kind"
) -> Any:
    """Joined along a new axis."""
    tensors = _common([tensor_of(a) for a in arrays], dtype)
    shapes = {x._value.shape for x in tensors}
    if len(shapes) > 1:
        raise ValueError("all input arrays must have the same shape")
    ndim = tensors[0]._value.ndim + 1
    (axis,) = np.lib.array_utils.normalize_axis_tuple(axis, ndim)
    return R.stack(*tensors, axis=axis - ndim)


@function("np.take(np.array([1.0, 2.0, 4.0]), [2, 0])", method=True)
def take(a: Any, indices: Any, axis: Any = None, out: Any = None, mode: str = "raise") -> Any:
    """The elements, or slices along an axis, at some positions."""
    x = tensor_of(a)
    numbers = np.arange(x._value.size).reshape(x._value.shape)
    return pick(x, _numpy.take(numbers, plain(indices), axis, mode=mode))


@function("np.take_along_axis(np.array([1.0, 2.0]), np.array([1]), 0)")
def take_along_axis(arr: Any, indices: Any, axis: Any = -1) -> Any:
    """The elements at positions along an axis that are chosen for each row by itself."""
    x = tensor_of(arr)
    numbers = np.arange(x._value.size).reshape(x._value.shape)
    return pick(x, np.take_along_axis(numbers, plain(indices), axis))


@function("np.compress([True, False], np.array([1.0, 2.0]))")
def compress(condition: Any, a: Any, axis: Any = None, out: Any = None) -> Any:
    """The slices along an axis for which a condition holds."""
    x = tensor_of(a)
    numbers = np.arange(x._value.size).reshape(x._value.shape)
    return pick(x, np.compress(plain(condition), numbers, axis))


@function("np.extract([True, False], np.array([1.0, 2.0]))")
def extract(condition: Any, arr: Any) -> Any:
    """The elements for which a condition holds."""
    x = tensor_of(arr)
    numbers = np.arange(x._value.size).reshape(x._value.shape)
    return pick(x, np.extract(plain(condition), numbers))


install(
    T=property(transpose, doc="The axes reversed."),
    mT=property(matrix_transpose, doc="The last two axes swapped."),
    reshape=_reshape_method,
    flatten=_flatten,
    transpose=_transpose_method,
    compress=lambda self, condition, axis=None, out=None: compress(condition, self, axis, out=out),
)
__all__ += [
    "broadcast_to",
    "compress",
    "concat",
    "concatenate",
    "extract",
    "matrix_transpose",
    "permute_dims",
    "ravel",
    "reshape",
    "stack",
    "take",
    "take_along_axis",
    "transpose",
]
