"""Making tensors: zeros, ones, fill, eye, range, linspace."""

from __future__ import annotations

from math import ceil
from typing import Any

import numpy as np

from tapegrad.core.convert import as_tensor, operand
from tapegrad.core.dtypes import float32, numpy_dtype
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor, wrap_constant
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arguments import axis_argument, int_argument, shape_argument

__all__ = [
    "eye",
    "fill",
    "linspace",
    "ones",
    "ones_like",
    "range",
    "zeros",
    "zeros_like",
]

_FLOAT32 = np.dtype(np.float32)


def _filled(shape: Any, value: int, dtype: Any, op: str) -> Tensor:
    of = _FLOAT32 if dtype is None else numpy_dtype(dtype)
    if of.kind == "O":
        if value:
            raise TypeError(f"{op}: there is no number {value} among strings.")
        return wrap_constant(np.full(shape, b"", of))
    return wrap_constant(np.full(shape, value, of)[()] if value else np.zeros(shape, of)[()])


def zeros(shape: Any, dtype: Any = float32, name: str | None = None, layout: Any = None) -> Tensor:
    """A tensor of zeros.

    Parameters
    ----------
    shape
        A list of sizes or an integer tensor.
    dtype
        float32 by default; strings are empty strings, bools false.
    layout
        Ignored.

    Returns
    -------
    Tensor

    Raises
    ------
    InvalidArgumentError
        For negative sizes.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.zeros([2], tf.int32)
    <tf.Tensor: shape=(2,), dtype=int32, numpy=array([0, 0], dtype=int32)>
    """
    return _filled(shape_argument(shape, "zeros"), 0, dtype, "zeros")


def ones(shape: Any, dtype: Any = float32, name: str | None = None, layout: Any = None) -> Tensor:
    """A tensor of ones.

    Parameters
    ----------
    shape
        A list of sizes or an integer tensor.
    dtype
        float32 by default.
    layout
        Ignored.

    Returns
    -------
    Tensor

    Raises
    ------
    InvalidArgumentError
        For negative sizes.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.ones([2])
    <tf.Tensor: shape=(2,), dtype=float32, numpy=array([1., 1.], dtype=float32)>
    """
    return _filled(shape_argument(shape, "ones"), 1, dtype, "ones")


def zeros_like(
    input: Any, dtype: Any = None, name: str | None = None, layout: Any = None
) -> Tensor:
    """Zeros of the shape (and, unless `dtype` says otherwise, the dtype) of a tensor.

    Parameters
    ----------
    input
        A tensor of any dtype and shape.
    dtype
        Type of the result, by default that of `input`.
    layout
        Without effect.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.zeros_like([[1, 2]]).numpy().tolist()
    [[0, 0]]
    """
    value = operand(input)._value
    return _filled(value.shape, 0, value.dtype if dtype is None else dtype, "zeros_like")


def ones_like(input: Any, dtype: Any = None, name: str | None = None, layout: Any = None) -> Tensor:
    """Ones of the shape (and, unless `dtype` says otherwise, the dtype) of a tensor.

    Parameters
    ----------
    input
        A tensor of any dtype and shape.
    dtype
        Type of the result, by default that of `input`.
    layout
        Without effect.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.ones_like([[1.5, 2.5]]).numpy().tolist()
    [[1.0, 1.0]]
    """
    value = operand(input)._value
    return _filled(value.shape, 1, value.dtype if dtype is None else dtype, "ones_like")


def fill(dims: Any, value: Any, name: str | None = None, layout: Any = None) -> Tensor:
    """A tensor that holds one value everywhere.

    Parameters
    ----------
    dims
        The shape: a list of sizes or an integer tensor.
    value
        A number or tensor of one entry; the result is differentiable with respect to it.
    layout
        Ignored.

    Returns
    -------
    Tensor
        Of the dtype of `value`.

    Raises
    ------
    InvalidArgumentError
        If `value` has more entries than one, or a size is negative.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.fill([2, 2], 7).numpy().tolist()
    [[7, 7], [7, 7]]
    """
    x = operand(value)
    to = shape_argument(dims, "fill")
    if x._value.shape != ():
        if x._value.size != 1:
            raise InvalidArgumentError(
                f"fill: value must represent a scalar, got shape {list(x._value.shape)}. Use "
                f"tf.broadcast_to or tf.tile."
            )
        x = recording.reshape(x, to=())
    return recording.broadcast_to(x, to=to)  # type: ignore[no-any-return]


def eye(
    num_rows: Any,
    num_columns: Any = None,
    batch_shape: Any = None,
    dtype: Any = float32,
    name: str | None = None,
) -> Tensor:
    """Identity matrices.

    Parameters
    ----------
    num_rows, num_columns
        The size; square by default.
    batch_shape
        Leading axes, along which the matrix is repeated.
    dtype
        float32 by default.

    Returns
    -------
    Tensor
        Of shape ``(*batch_shape, num_rows, num_columns)``.

    Raises
    ------
    InvalidArgumentError
        For negative sizes.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.eye(2).numpy().tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    rows = int_argument(num_rows, "eye", "num_rows")
    columns = rows if num_columns is None else int_argument(num_columns, "eye", "num_columns")
    batch = () if batch_shape is None else shape_argument(batch_shape, "eye")
    shape_argument((rows, columns), "eye")
    matrix = np.eye(rows, columns, dtype=_FLOAT32 if dtype is None else numpy_dtype(dtype))
    return wrap_constant(np.broadcast_to(matrix, (*batch, rows, columns)) if batch else matrix)


_RANGE_DTYPES = ("int32", "int64", "float16", "bfloat16", "float32", "float64")


def range(
    start: Any, limit: Any = None, delta: Any = 1, dtype: Any = None, name: str = "range"
) -> Tensor:
    """Numbers from a start to below a limit: ``start, start + delta, start + 2 delta, ...``.

    Parameters
    ----------
    start
        The first number; with one argument only, the limit, and the first number is 0.
    limit
        Excluded.
    delta
        The step; may be negative, not 0.
    dtype
        By default the largest of the arguments', in the order int32, int64, float32, float64.

    Returns
    -------
    Tensor
        Of shape ``(n,)``. There is no gradient.

    Raises
    ------
    InvalidArgumentError
        If `delta` is 0 or leads away from `limit`, or an argument is not a single number.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.range(2, 8, 2).numpy().tolist(), tf.range(3).numpy().tolist()
    ([2, 4, 6], [0, 1, 2])
    """
    plain = start.__class__ is int and delta.__class__ is int
    if plain and limit is None and dtype is None and delta == 1 and 0 <= start < 2**31:
        return wrap_constant(np.arange(start, dtype=np.int32))
    wanted = None if dtype is None else numpy_dtype(dtype)
    values = [_range_argument(v, wanted) for v in (start, limit, delta) if v is not None]
    if limit is None:
        values.insert(0, values[0].dtype.type(0))
    if wanted is None:
        kinds = [v.dtype.name for v in values]
        if not set(kinds) <= set(_RANGE_DTYPES):
            raise TypeError(f"range: there is no range of dtype {', '.join(kinds)}: give `dtype`.")
        wanted = values[max((_RANGE_DTYPES.index(k), i) for i, k in enumerate(kinds))[1]].dtype
    first, end, step = [v.astype(wanted) for v in values]
    if step == 0:
        raise InvalidArgumentError("range: Requires delta != 0: it is 0.")
    if (end - first) * np.sign(step) < 0 if wanted.kind != "u" else end < first:
        raise InvalidArgumentError(
            f"range: Requires start <= limit when delta > 0 and start >= limit when delta < 0, "
            f"but they are {first}, {end} and {step}."
        )
    if not (np.isfinite(first) and np.isfinite(end)):
        raise InvalidArgumentError(f"range: there is no end between {first} and {end}.")
    if wanted.kind in "iu":
        count = -((int(first) - int(end)) // int(step))
    else:
        count = ceil((float(end) - float(first)) / float(step))
    return wrap_constant(
        (first + np.arange(count).astype(wanted) * step).astype(wanted, copy=False)
    )


def _range_argument(value: Any, dtype: np.dtype[Any] | None) -> Any:
    if isinstance(value, bool):
        raise TypeError("range: bool is not a number to count with.")
    array = operand(value, dtype)._read()
    if array.dtype.kind == "O":
        raise TypeError(f"range: {value!r} is not a number to count with.")
    if array.size != 1:
        raise InvalidArgumentError(
            f"range: start, limit and delta must be single numbers, not of shape {array.shape}."
        )
    return array.reshape(())[()]


def linspace(start: Any, stop: Any, num: Any, name: str | None = None, axis: Any = 0) -> Tensor:
    r"""Evenly spaced values from `start` to `stop`, both included.

    .. math:: y_i = \mathrm{start} + i \, \frac{\mathrm{stop} - \mathrm{start}}{\mathrm{num} - 1}

    Parameters
    ----------
    start, stop
        Tensors of one dtype whose shapes broadcast together; the result is differentiable with
        respect to them. Integers become float64.
    num
        How many values; one alone is `start`.
    axis
        Where the new axis, of size `num`, stands in the result.

    Returns
    -------
    Tensor

    Raises
    ------
    InvalidArgumentError
        If `num` is negative, or shapes, dtypes or `axis` do not fit.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.linspace(0.0, 1.0, 5).numpy().tolist()
    [0.0, 0.25, 0.5, 0.75, 1.0]
    """
    first = as_tensor(start)
    last = as_tensor(stop, first._value.dtype)
    count = int_argument(num, "linspace", "num")
    if first._value.dtype != last._value.dtype or count < 0:
        raise InvalidArgumentError(
            f"linspace: start and stop must have one dtype and num must not be negative, but they "
            f"are of dtypes {first.dtype.name} and {last.dtype.name}, and num is {count}."
        )
    if first._value.dtype.kind in "iu":
        first, last = [
            recording.cast_discrete(x, dtype=np.dtype(np.float64), source=x._value.dtype)
            for x in (first, last)
        ]
    try:
        to = np.broadcast_shapes(first._value.shape, last._value.shape)
    except ValueError:
        raise InvalidArgumentError(
            f"linspace: the shapes of start and stop, {first.shape} and {last.shape}, do not "
            f"broadcast together."
        ) from None
    axis = axis_argument(axis, len(to) + 1, "linspace")
    at = axis + len(to) + 1
    ends = [
        recording.reshape(recording.broadcast_to(x, to=to), to=(*to[:at], 1, *to[at:]))
        for x in (first, last)
    ]
    if count < 2:
        return recording.getitem(ends[0], index=_first(count, axis))  # type: ignore[no-any-return]
    inner = np.arange(1, count - 1).astype(first._value.dtype)
    steps = wrap_constant(inner.reshape((-1, *(1,) * (-axis - 1))))
    between = ends[0] + (ends[1] - ends[0]) / float(count - 1) * steps
    return recording.concat(ends[0], between, ends[1], axis=axis)  # type: ignore[no-any-return]


def _first(count: int, axis: int) -> tuple[Any, ...]:
    return (Ellipsis, slice(count), *(slice(None),) * (-axis - 1))
