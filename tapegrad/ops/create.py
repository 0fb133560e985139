"""Making tensors: zeros, ones, fill, eye, range, linspace, one_hot."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.convert import as_tensor, operand
from tapegrad.core.dtypes import float32, numpy_dtype
from tapegrad.core.table import recording
from tapegrad.core.tensor import ArrayLike, Tensor, wrap
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arguments import axis_argument, int_argument, shape_argument
from tapegrad.ops.operands import operands_of_one_dtype

__all__ = [
    "eye",
    "fill",
    "linspace",
    "one_hot",
    "ones",
    "ones_like",
    "range",
    "zeros",
    "zeros_like",
]


def _full(shape: tuple[int, ...], value: Any, dtype: np.dtype[Any]) -> Tensor:
    if dtype.kind == "O":
        value = b"" if value == 0 else b"1"
    return wrap(np.full(shape, value, dtype)[()])


def zeros(
    shape: Any, dtype: Any = float32, name: str | None = None, layout: object = None
) -> Tensor:
    """A tensor of zeros.

    Parameters
    ----------
    shape
        A list, tuple, TensorShape or 1-D integer tensor; an integer for one axis.
    dtype
        Type of the result.

    Raises
    ------
    InvalidArgumentError
        For negative sizes.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.zeros([2]).numpy().tolist()
    [0.0, 0.0]
    """
    return _full(shape_argument(shape, "zeros"), 0, numpy_dtype(dtype))


def ones(
    shape: Any, dtype: Any = float32, name: str | None = None, layout: object = None
) -> Tensor:
    """A tensor of ones; see `zeros`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.ones([2], tf.int32).numpy().tolist()
    [1, 1]
    """
    return _full(shape_argument(shape, "ones"), 1, numpy_dtype(dtype))


def _like(x: Any, value: int, dtype: Any) -> Tensor:
    array = operand(x)._value
    return _full(array.shape, value, array.dtype if dtype is None else numpy_dtype(dtype))


def zeros_like(
    input: Any, dtype: Any = None, name: str | None = None, layout: object = None
) -> Tensor:
    """Zeros of the shape, and by default the dtype, of `input`; a constant to every tape.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.zeros_like([1.0, 2.0]).numpy().tolist()
    [0.0, 0.0]
    """
    return _like(input, 0, dtype)


def ones_like(
    input: Any, dtype: Any = None, name: str | None = None, layout: object = None
) -> Tensor:
    """Ones of the shape, and by default the dtype, of `input`; a constant to every tape.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.ones_like([1.0, 2.0]).numpy().tolist()
    [1.0, 1.0]
    """
    return _like(input, 1, dtype)


def fill(dims: Any, value: Any, name: str | None = None, layout: object = None) -> Tensor:
    """A tensor of one value, which may be a tensor and is differentiable.

    Parameters
    ----------
    dims
        Shape of the result.
    value
        A number, or a tensor of shape ``()``.

    Raises
    ------
    InvalidArgumentError
        If `value` is not a scalar, or a size is negative.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.fill([2], 1.5).numpy().tolist()
    [1.5, 1.5]
    """
    to = shape_argument(dims, "fill")
    x = operand(value)
    if x._value.shape != ():
        raise InvalidArgumentError(
            f"fill: value must represent a scalar, got shape {list(x._value.shape)}. To repeat an "
            f"array use tf.broadcast_to or tf.tile."
        )
    filled: Tensor = recording.broadcast_to(x, to=to)
    return filled


def eye(
    num_rows: Any,
    num_columns: Any = None,
    batch_shape: Any = None,
    dtype: Any = float32,
    name: str | None = None,
) -> Tensor:
    """An identity matrix, or a batch of them.

    Parameters
    ----------
    num_rows, num_columns
        Size; square by default.
    batch_shape
        Leading axes, over which the matrix is repeated.
    dtype
        Type of the result.

    Returns
    -------
    Tensor
        Shape ``(*batch_shape, num_rows, num_columns)``.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.eye(2).numpy().tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    rows = int_argument(num_rows, "eye", "num_rows")
    columns = rows if num_columns is None else int_argument(num_columns, "eye", "num_columns")
    leading = () if batch_shape is None else shape_argument(batch_shape, "eye")
    shape_argument((rows, columns), "eye")
    matrix = np.eye(rows, columns, dtype=numpy_dtype(dtype))
    return wrap(np.broadcast_to(matrix, (*leading, rows, columns)).copy())


_RANGE_ORDER = ("int32", "int64", "float32", "float64")


def range(
    start: Any, limit: Any = None, delta: Any = 1, dtype: Any = None, name: str = "range"
) -> Tensor:
    """The numbers ``start, start + delta, ...`` before `limit`; ``range(n)`` starts at 0.

    Parameters
    ----------
    start, limit, delta
        Numbers or scalar tensors. The result has the widest of their types.
    dtype
        Type of the result.

    Raises
    ------
    InvalidArgumentError
        If `delta` is zero or leads away from `limit`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.range(3), tf.range(1.0, 2.0, 0.5).numpy().tolist()
    (<tf.Tensor: shape=(3,), dtype=int32, numpy=array([0, 1, 2], dtype=int32)>, [1.0, 1.5])
    """
    if limit is None:
        start, limit = 0, start
    wanted = None if dtype is None else numpy_dtype(dtype)
    given = [operand(v)._value for v in (start, limit, delta)]
    for value in given:
        if value.shape != ():
            raise InvalidArgumentError(
                f"range: start, limit and delta must be scalars, got shape {value.shape}."
            )
    if wanted is None:
        names = [v.dtype.name for v in given]
        unknown = [n for n in names if n not in _RANGE_ORDER]
        wanted = np.dtype(unknown[0] if unknown else max(names, key=_RANGE_ORDER.index))
    first, last, step = (v.astype(wanted) for v in given)
    if step == 0:
        raise InvalidArgumentError("range: Requires delta != 0: 0.")
    if (last - first) * np.sign(step) < 0:
        raise InvalidArgumentError(
            f"range: Requires start {'<=' if step > 0 else '>='} limit when delta "
            f"{'> 0' if step > 0 else '< 0'}: {first}/{last}."
        )
    if wanted.kind in "iu":
        return wrap(np.arange(first, last, step, dtype=wanted))
    size = int(np.ceil((last - first) / step))
    # As TensorFlow, the numbers are accumulated in the result's precision only once.
    return wrap((first + np.arange(size, dtype=wanted) * step).astype(wanted))


def linspace(start: Any, stop: Any, num: Any, name: str | None = None, axis: Any = 0) -> Tensor:
    r"""`num` evenly spaced values from `start` to `stop`, both included.

    :math:`y_k = (1 - w_k)\,start + w_k\,stop` with :math:`w_k = k / (num - 1)`, differentiable in
    both ends.

    Parameters
    ----------
    start, stop
        Tensors of one floating dtype and shape (integers become float64).
    num
        How many values, at least 1 (0 gives none).
    axis
        Where the new axis goes.

    Returns
    -------
    Tensor
        The shape of `start` with an axis of size `num` inserted.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.linspace(0.0, 1.0, 3).numpy().tolist()
    [0.0, 0.5, 1.0]
    """
    first, last = operands_of_one_dtype("linspace", [start, stop])
    if first._value.dtype.kind in "iu":
        first, last = (as_tensor(wrap(v._value.astype(np.float64))) for v in (first, last))
    if first._value.dtype.kind not in "fc":
        raise InvalidArgumentError(f"linspace: dtype {first.dtype.name} is not supported.")
    dtype = first._value.dtype
    count = int_argument(num, "linspace", "num")
    if count < 0:
        raise InvalidArgumentError(f"linspace: Requires num > 0: {count}.")
    shape = np.broadcast_shapes(first._value.shape, last._value.shape)
    where = axis_argument(axis, len(shape) + 1, "linspace")
    steps = np.arange(count, dtype=dtype) / max(count - 1, 1)
    if count > 1:
        steps[-1] = 1
    weights = wrap(steps.astype(dtype).reshape((count,) + (1,) * (-where - 1)))
    low, high = (_with_axis(v, shape, where) for v in (first, last))
    spaced: Tensor = low * (wrap(np.ones((), dtype)[()]) - weights) + high * weights
    return spaced


def _with_axis(x: Any, shape: tuple[int, ...], axis: int) -> Any:
    if x._value.shape != shape:
        x = recording.broadcast_to(x, to=shape)
    at = len(shape) + 1 + axis
    return recording.reshape(x, to=(*shape[:at], 1, *shape[at:]))


def one_hot(
    indices: Any,
    depth: Any,
    on_value: Any = None,
    off_value: Any = None,
    axis: Any = None,
    dtype: Any = None,
    name: str | None = None,
) -> Tensor:
    """Vectors of `off_value` with `on_value` at the index; indices outside give only `off_value`.

    Parameters
    ----------
    indices
        Integer tensor.
    depth
        Length of the new axis.
    on_value, off_value
        Scalars, by default 1 and 0. They are constants to every tape.
    axis
        Where the new axis goes, by default last.
    dtype
        Type of the result: by default that of the values, or float32.

    Raises
    ------
    InvalidArgumentError
        For indices that are not integers, or a negative depth.
    TypeError
        If the values have not the type `dtype`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.one_hot([0, 2], 3).numpy().tolist()
    [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    """
    where = operand(indices)._value
    if where.dtype.kind not in "iu":
        raise InvalidArgumentError(
            f"one_hot: indices must be integers, not {where.dtype.name}: use tf.cast."
        )
    size = int_argument(depth, "one_hot", "depth")
    if size < 0:
        raise InvalidArgumentError(f"one_hot: depth must be non-negative, got: {size}.")
    wanted = None if dtype is None else numpy_dtype(dtype)
    given = [
        None if v is None else operand(v, _kind(v, wanted))._value for v in (on_value, off_value)
    ]
    for value, what in zip(given, ("on_value", "off_value"), strict=True):
        if value is None:
            continue
        if wanted is not None and value.dtype != wanted:
            raise TypeError(
                f"one_hot: dtype {value.dtype.name} of {what} does not match dtype parameter "
                f"{wanted.name}."
            )
        wanted = value.dtype
    wanted = np.dtype(np.float32) if wanted is None else wanted
    on = wanted.type(1) if given[0] is None else given[0]
    off = wanted.type(0) if given[1] is None else given[1]
    at = axis_argument(-1 if axis is None else axis, where.ndim + 1, "one_hot")
    line = np.arange(size).reshape((size,) + (1,) * (-at - 1))
    hot = np.expand_dims(where, where.ndim + 1 + at) == line
    return wrap(np.where(hot, on, off).astype(wanted)[()])


def _kind(value: Any, wanted: np.dtype[Any] | None) -> np.dtype[Any] | None:
    """A Python number takes the wanted dtype if it is of that kind; otherwise it keeps its own."""
    if wanted is None or isinstance(value, (ArrayLike, np.ndarray, np.generic)):
        return None
    integral = isinstance(value, (bool, int))
    return wanted if not integral or wanted.kind in "iufc" else None
