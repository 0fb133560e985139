"""Shapes and axes: reshape, transpose, squeeze, broadcast, and asking for a shape."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.define import linear
from tapegrad.core.dtypes import numpy_dtype
from tapegrad.core.primitive import apply
from tapegrad.core.shape import TensorShape
from tapegrad.core.structural import broadcast_to as broadcast_primitive
from tapegrad.core.structural import reshape as reshape_primitive
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor, wrap_constant
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arguments import axes_argument, axis_argument, ints_argument, shape_argument

__all__ = [
    "adjoint",
    "broadcast_to",
    "ensure_shape",
    "expand_dims",
    "matrix_transpose",
    "rank",
    "reshape",
    "shape",
    "size",
    "squeeze",
    "transpose",
]


# Axes that a transpose does not name stay in front.
def _transpose(x: Any, *, axes: tuple[int, ...]) -> Any:
    extra = x.ndim - len(axes)
    if extra:
        return x.transpose((*range(extra), *axes))
    return x.transpose(axes) if axes else x


def _inverse(axes: tuple[int, ...]) -> tuple[int, ...]:
    count = len(axes)
    inverse = [0] * count
    for i, axis in enumerate(axes):
        inverse[axis] = i - count
    return tuple(inverse)


_transposed = linear(
    "transpose", _transpose, lambda F, g, axes: F.transpose(g, axes=_inverse(axes))
)
_matrix_transposed = linear(
    "matrix_transpose", lambda x: x.swapaxes(-1, -2), lambda F, g: F.matrix_transpose(g)
)


def reshape(tensor: Any, shape: Any, name: str | None = None) -> Tensor:
    """The same entries, in the same (row-major) order, in another shape.

    Parameters
    ----------
    tensor
        Tensor of any shape and dtype.
    shape
        The new shape, with the same number of entries; one size may be -1, which means what is
        left. An integer tensor is accepted too.

    Returns
    -------
    Tensor
        Of shape `shape`.

    Raises
    ------
    InvalidArgumentError
        If the number of entries does not fit.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.reshape([[1, 2, 3], [4, 5, 6]], [3, -1]).numpy().tolist()
    [[1, 2], [3, 4], [5, 6]]
    """
    x = tensor if tensor.__class__ is Tensor else operand(tensor)
    try:
        to = shape_argument(shape, "reshape", free=True)
    except TypeError as error:
        raise InvalidArgumentError(str(error)) from None
    count = x._value.size
    if -1 in to:
        to = _with_free_size(to, x._value.shape, count)
    elif prod(to) != count:
        raise InvalidArgumentError(
            f"reshape: Input to reshape is a tensor with {count} values (shape "
            f"{x._value.shape}), but the requested shape {list(to)} has {prod(to)}. One size may "
            f"be -1, which takes what is left."
        )
    return apply(reshape_primitive, (x,), {"to": to})  # type: ignore[no-any-return]


def _with_free_size(to: tuple[int, ...], given: tuple[int, ...], count: int) -> tuple[int, ...]:
    at = to.index(-1)
    rest = prod(to[:at] + to[at + 1 :])
    if not rest and not count:  # what is left is counted without the axes of size 0
        whole = prod([n for n in given if n])
        return (*to[:at], whole // prod([n for n in to if n > 0]), *to[at + 1 :])
    if -1 in to[at + 1 :]:
        raise InvalidArgumentError(
            f"reshape: Only one input size may be -1, but the requested shape is {list(to)}."
        )
    if not rest or count % rest:
        raise InvalidArgumentError(
            f"reshape: Input to reshape is a tensor with {count} values (shape {given}), but the "
            f"requested shape {list(to)} requires a multiple of {rest}."
        )
    return (*to[:at], count // rest, *to[at + 1 :])


def transpose(a: Any, perm: Any = None, conjugate: bool = False, name: str | None = None) -> Tensor:
    """Permute the axes.

    Parameters
    ----------
    a
        Tensor of shape ``(n_0, ..., n_{r-1})``.
    perm
        Axis ``i`` of the result is axis ``perm[i]`` of `a`. By default the order is reversed.
    conjugate
        Also take the complex conjugate.

    Returns
    -------
    Tensor
        Of shape ``(n_{perm[0]}, n_{perm[1]}, ...)``.

    Raises
    ------
    InvalidArgumentError
        If `perm` is not a permutation of the axes.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.transpose([[1, 2, 3], [4, 5, 6]]).numpy().tolist()
    [[1, 4], [2, 5], [3, 6]]
    """
    x = a if a.__class__ is Tensor else operand(a)
    ndim = x._value.ndim
    if perm is None:
        axes: tuple[int, ...] = tuple(range(-1, -ndim - 1, -1))
    else:
        order = ints_argument(perm, "transpose", "perm")
        if len(order) != ndim:
            raise InvalidArgumentError(
                f"transpose expects a vector of size {ndim}, one number for each axis of shape "
                f"{x._value.shape}, but perm is {list(order)}."
            )
        axes = axes_argument(order, ndim, "transpose")
    t: Tensor = apply(_transposed, (x,), {"axes": axes})
    return recording.conj(t) if conjugate and t.dtype.is_complex else t


def matrix_transpose(a: Any, name: str = "matrix_transpose", conjugate: bool = False) -> Tensor:
    """Exchange the last two axes.

    Parameters
    ----------
    a
        Tensor of shape ``(..., m, n)``.
    conjugate
        Also take the complex conjugate.

    Returns
    -------
    Tensor
        Of shape ``(..., n, m)``.

    Raises
    ------
    InvalidArgumentError
        If `a` has fewer than two axes.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.linalg.matrix_transpose([[[1, 2]], [[3, 4]]]).numpy().tolist()
    [[[1], [2]], [[3], [4]]]
    """
    x = operand(a)
    if x._value.ndim < 2:
        raise InvalidArgumentError(
            f"matrix_transpose: Argument `a` should be a (batch) matrix with rank >= 2, but its "
            f"shape is {x._value.shape}. Add axes with tf.reshape or tf.expand_dims."
        )
    t: Tensor = apply(_matrix_transposed, (x,), {})
    return recording.conj(t) if conjugate and t.dtype.is_complex else t


def adjoint(matrix: Any, name: str | None = None) -> Tensor:
    """The conjugate transpose of the last two axes: ``matrix_transpose(matrix, conjugate=True)``.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.linalg.adjoint([[1 + 2j, 3j]]).numpy().tolist()
    [[(1-2j)], [-3j]]
    """
    return matrix_transpose(matrix, conjugate=True)


def squeeze(input: Any, axis: Any = None, name: str | None = None) -> Tensor:
    """Remove axes of size 1.

    Parameters
    ----------
    input
        Tensor of any shape and dtype.
    axis
        Which axes to remove: an integer or a list of them; by default all of size 1.

    Returns
    -------
    Tensor

    Raises
    ------
    InvalidArgumentError
        If an axis does not exist or has another size.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.squeeze(tf.zeros([1, 3, 1])).shape, tf.squeeze(tf.zeros([1, 3, 1]), axis=-1).shape
    (TensorShape([3]), TensorShape([1, 3]))
    """
    x = operand(input)
    sizes = x._value.shape
    ndim = len(sizes)
    named = () if axis is None else ints_argument(axis, "squeeze", "axis")
    axes = {axis_argument(a, ndim, "squeeze") for a in named}
    for a in axes:
        if sizes[a] != 1:
            raise InvalidArgumentError(
                f"squeeze: Can not squeeze dim[{a + ndim}], expected a dimension of 1, got "
                f"{sizes[a]} (shape {sizes})."
            )
    to = tuple([n for i, n in enumerate(sizes) if (i - ndim not in axes if axes else n != 1)])
    return apply(reshape_primitive, (x,), {"to": to})  # type: ignore[no-any-return]


def expand_dims(input: Any, axis: Any, name: str | None = None) -> Tensor:
    """Insert an axis of size 1.

    Parameters
    ----------
    input
        Tensor of rank r.
    axis
        Where the new axis stands in the result, in ``[-r - 1, r]``.

    Returns
    -------
    Tensor
        Of rank r + 1.

    Raises
    ------
    InvalidArgumentError
        If `axis` is out of range.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.expand_dims([1, 2, 3], axis=-1).shape
    TensorShape([3, 1])
    """
    x = operand(input)
    sizes = x._value.shape
    if axis.__class__ is not int:
        found = ints_argument(axis, "expand_dims", "axis")
        if len(found) != 1:
            raise InvalidArgumentError(
                f"expand_dims: 'axis' must be a single value, not {list(found)}. Insert several "
                f"axes with tf.reshape, or with tf.newaxis in an index."
            )
        axis = found[0]
    ndim = len(sizes) + 1
    if not -ndim <= axis < ndim:
        raise InvalidArgumentError(
            f"expand_dims: Tried to expand dim index {axis} for tensor with {ndim - 1} "
            f"dimensions: it must be in [{-ndim}, {ndim - 1}]."
        )
    at = axis % ndim
    return apply(reshape_primitive, (x,), {"to": (*sizes[:at], 1, *sizes[at:])})  # type: ignore[no-any-return]


def broadcast_to(input: Any, shape: Any, name: str | None = None) -> Tensor:
    """Repeat along axes of size 1 and along new axes in front, as operators do.

    Parameters
    ----------
    input
        Tensor whose shape broadcasts to `shape`.
    shape
        The shape of the result.

    Returns
    -------
    Tensor

    Raises
    ------
    InvalidArgumentError
        If `input` does not broadcast to `shape`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.broadcast_to([1, 2], [2, 2]).numpy().tolist()
    [[1, 2], [1, 2]]
    """
    x = operand(input)
    to = shape_argument(shape, "broadcast_to")
    given = x._value.shape
    extra = len(to) - len(given)
    if extra < 0 or any(n not in (1, m) for n, m in zip(given, to[extra:], strict=True)):
        raise InvalidArgumentError(
            f"broadcast_to: Incompatible shapes: {list(given)} vs. {list(to)}. Sizes are compared "
            f"from the right and must be equal or 1 in the input."
        )
    return apply(broadcast_primitive, (x,), {"to": to})  # type: ignore[no-any-return]


def ensure_shape(x: Any, shape: Any, name: str | None = None) -> Tensor:
    """Check a shape and pass the value on.

    Parameters
    ----------
    x
        Tensor of any shape and dtype.
    shape
        The expected shape, with None for sizes that may be anything; or None.

    Returns
    -------
    Tensor
        A tensor equal to `x`.

    Raises
    ------
    InvalidArgumentError
        If the shape of `x` is not compatible with `shape`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.ensure_shape([[1, 2]], [None, 2]).numpy().tolist()
    [[1, 2]]
    """
    x = operand(x)
    if isinstance(shape, Tensor):
        shape = ints_argument(shape, "ensure_shape", "shape")
    expected = TensorShape(shape)
    if not expected.is_compatible_with(x._value.shape):
        raise InvalidArgumentError(
            f"ensure_shape: Shape of tensor input {list(x._value.shape)} is not compatible with "
            f"expected shape {expected}."
        )
    return recording.identity(x)  # type: ignore[no-any-return]


def shape(input: Any, out_type: Any = None, name: str | None = None) -> Tensor:
    """The shape as an integer tensor.

    Parameters
    ----------
    input
        Tensor of any shape and dtype.
    out_type
        int32 (the default) or int64.

    Returns
    -------
    Tensor
        Of shape ``(rank,)``.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.shape([[1, 2, 3]])
    <tf.Tensor: shape=(2,), dtype=int32, numpy=array([1, 3], dtype=int32)>
    """
    return wrap_constant(np.array(operand(input)._value.shape, _integer_type(out_type, "shape")))


def size(input: Any, out_type: Any = None, name: str | None = None) -> Tensor:
    """The number of entries as an integer tensor of shape ``()``.

    Parameters
    ----------
    input
        A tensor of any dtype.
    out_type
        ``tf.int32`` (the default) or ``tf.int64``.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.size([[1, 2, 3]]).numpy()
    np.int32(3)
    """
    return wrap_constant(_integer_type(out_type, "size").type(operand(input)._value.size))


def rank(input: Any, name: str | None = None) -> Tensor:
    """The number of axes as an int32 tensor of shape ``()``.

    Parameters
    ----------
    input
        A tensor of any dtype.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.rank([[1, 2, 3]]).numpy()
    np.int32(2)
    """
    return wrap_constant(np.int32(operand(input)._value.ndim))


def _integer_type(out_type: Any, op: str) -> np.dtype[Any]:
    if out_type is None:
        return np.dtype(np.int32)
    dtype = numpy_dtype(out_type)
    if dtype.name not in ("int32", "int64"):
        raise InvalidArgumentError(f"{op}: out_type must be tf.int32 or tf.int64, not {dtype}.")
    return dtype
