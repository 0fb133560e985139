"""Order: sort, argsort, argmax, the largest entries. All of them are stable."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.define import general
from tapegrad.core.dtypes import as_dtype, int32, int64
from tapegrad.core.primitive import NONDIFF, apply
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arguments import axis_argument, int_argument
from tapegrad.ops.operands import require_kinds

__all__ = ("argmax", "argmin", "argsort", "in_top_k", "sort", "top_k")


class TopKV2(NamedTuple):
    """The largest entries and where they were."""

    values: Tensor
    indices: Tensor


#: Kinds of dtypes whose values have an order.
ORDERED = "biufV"


def _backwards(x: Any, axis: int) -> Any:
    return x[(Ellipsis, slice(None, None, -1), *(slice(None),) * (-axis - 1))]


def _argsort(x: Any, *, axis: int, descending: bool, dtype: np.dtype[Any]) -> Any:
    if not descending:
        return np.argsort(x, axis, "stable").astype(dtype)
    # Sorting the reverse and reversing that keeps equal entries in order.
    order = np.argsort(_backwards(x, axis), axis, "stable")
    return _backwards(x.shape[axis] - 1 - order, axis).astype(dtype)


def _sort(x: Any, *, axis: int, descending: bool) -> Any:
    y = np.sort(x, axis)
    return _backwards(y, axis) if descending else y


def _order(F: Any, x: Any, axis: int, descending: bool) -> Any:
    return F.argsort(x, axis=axis, descending=descending, dtype=np.dtype(np.int64))


def _sort_vjp(F: Any, g: Any, x: Any, axis: int, descending: bool, shape: Any) -> Any:
    return F.put_along_axis(g, _order(F, x, axis, descending), to=shape, axis=axis)


def _sort_jvp(F: Any, t: Any, x: Any, axis: int, descending: bool) -> Any:
    return F.take_along_axis(t, _order(F, x, axis, descending), axis=axis)


def _position(op: str, find: Any) -> Any:
    def forward(x: Any, *, axis: int, dtype: np.dtype[Any]) -> Any:
        if x.shape[axis] == 0:
            raise InvalidArgumentError(
                f"{op}: Reduction axis {axis + x.ndim} is empty in shape {list(x.shape)}: there is "
                f"no largest or smallest entry."
            )
        return find(x, axis).astype(dtype)

    return forward


argsorted = general("argsort", _argsort, NONDIFF)
_sorted = general("sort", _sort, _sort_vjp, jvps=(_sort_jvp,))
_argmax = general("argmax", _position("argmax", np.argmax), NONDIFF)
_argmin = general("argmin", _position("argmin", np.argmin), NONDIFF)


#: Dtypes of positions.
_POSITIONS = {"argmax": ("int16", "uint16", "int32", "int64"), "argmin": ("int32", "int64")}


def _find(primitive: Any, op: str, input: Any, axis: Any, output_type: Any) -> Tensor:
    x = operand(input)
    dtype = as_dtype(output_type)
    if dtype.name not in _POSITIONS[op]:
        raise InvalidArgumentError(
            f"{op}: output_type is {dtype.name}, but it must be one of {', '.join(_POSITIONS[op])}."
        )
    axis = axis_argument(0 if axis is None else axis, x._value.ndim, op)
    return apply(primitive, (x,), {"axis": axis, "dtype": dtype.numpy_dtype})  # type: ignore[no-any-return]


def argmax(
    input: Any, axis: Any = None, output_type: Any = int64, name: str | None = None
) -> Tensor:
    """Position of the largest entry along an axis; of several, the first.

    Parameters
    ----------
    input : Tensor
        A tensor with at least one axis.
    axis : int, optional
        The axis; None means the first, as in TensorFlow (not all, as in NumPy).
    output_type : DType
        An integer dtype, int64 by default.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Without that axis, without gradient.

    Raises
    ------
    InvalidArgumentError
        If there is no such axis, it is empty, or `output_type` is not an integer dtype.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.argmax([[1, 5, 2], [7, 0, 7]], axis=1).numpy()
    array([1, 0])
    """
    return _find(_argmax, "argmax", input, axis, output_type)


def argmin(
    input: Any, axis: Any = None, output_type: Any = int64, name: str | None = None
) -> Tensor:
    """Position of the smallest entry along an axis; of several, the first.

    Parameters
    ----------
    input : Tensor
        A tensor with at least one axis.
    axis : int, optional
        The axis; None means the first, as in TensorFlow (not all, as in NumPy).
    output_type : DType
        An integer dtype, int64 by default.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Without that axis, without gradient.

    Raises
    ------
    InvalidArgumentError
        If there is no such axis, it is empty, or `output_type` is not an integer dtype.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.argmin([[1, 5, 2], [7, 0, 7]], axis=1).numpy()
    array([0, 1])
    """
    return _find(_argmin, "argmin", input, axis, output_type)


def _is_descending(op: str, direction: Any) -> bool:
    if direction not in ("ASCENDING", "DESCENDING"):
        raise ValueError(
            f"{op}: Argument `direction` should be one of ASCENDING, DESCENDING. Received: "
            f"direction={direction}"
        )
    return bool(direction == "DESCENDING")


def sort(
    values: Any, axis: Any = -1, direction: str = "ASCENDING", name: str | None = None
) -> Tensor:
    """Sort along an axis.

    Parameters
    ----------
    values : Tensor
        A real numeric tensor with at least one axis.
    axis : int
        The axis.
    direction : {'ASCENDING', 'DESCENDING'}
        Which end comes first.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the shape and dtype of `values`; its gradient goes back to where entries came from.

    Raises
    ------
    InvalidArgumentError
        If there is no such axis, or the tensor is complex.
    ValueError
        If `direction` is something else.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.sort([3, 1, 2], direction="DESCENDING").numpy()
    array([3, 2, 1], dtype=int32)
    """
    descending = _is_descending("sort", direction)
    x = operand(values)
    require_kinds("sort", x, ORDERED, "float32")
    axis = axis_argument(axis, x._value.ndim, "sort")
    return apply(_sorted, (x,), {"axis": axis, "descending": descending})  # type: ignore[no-any-return]


def argsort(
    values: Any,
    axis: Any = -1,
    direction: str = "ASCENDING",
    stable: bool = False,
    name: str | None = None,
) -> Tensor:
    """Positions that sort along an axis.

    Parameters
    ----------
    values : Tensor
        A real numeric tensor with at least one axis.
    axis : int
        The axis.
    direction : {'ASCENDING', 'DESCENDING'}
        Which end comes first.
    stable : bool
        Equal entries always keep their order here, also without asking.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        int32, of the shape of `values`, without gradient.

    Raises
    ------
    InvalidArgumentError
        If there is no such axis, or the tensor is complex.
    ValueError
        If `direction` is something else.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.argsort([3, 1, 2, 3], direction="DESCENDING").numpy()
    array([0, 3, 2, 1], dtype=int32)
    """
    descending = _is_descending("argsort", direction)
    x = operand(values)
    require_kinds("argsort", x, ORDERED, "float32")
    axis = axis_argument(axis, x._value.ndim, "argsort")
    params = {"axis": axis, "descending": descending, "dtype": np.dtype(np.int32)}
    return apply(argsorted, (x,), params)  # type: ignore[no-any-return]


def top_k(
    input: Any,
    k: Any = 1,
    sorted: bool = True,
    index_type: Any = int32,
    name: str | None = None,
) -> TopKV2:
    """The `k` largest entries along the last axis, and where they are.

    Parameters
    ----------
    input : Tensor
        A real numeric tensor with at least one axis.
    k : int
        How many.
    sorted : bool
        They always come with the largest first, also without asking.
    index_type : DType
        The dtype of the positions.
    name : str, optional
        Ignored.

    Returns
    -------
    values : Tensor
        Of shape ``(..., k)``, of the dtype of `input`. Of equal entries the first are taken.
    indices : Tensor
        Their positions, of the same shape.

    Raises
    ------
    InvalidArgumentError
        If `k` is negative or larger than the last axis, or the tensor is a scalar or complex.

    Examples
    --------
    >>> import tapegrad as tf
    >>> values, indices = tf.math.top_k([1.0, 5.0, 3.0], k=2)
    >>> values.numpy(), indices.numpy()
    (array([5., 3.], dtype=float32), array([1, 2], dtype=int32))
    """
    x = operand(input)
    require_kinds("top_k", x, ORDERED, "float32")
    k = int_argument(k, "top_k", "k")
    shape = x._value.shape
    if not shape:
        raise InvalidArgumentError("top_k: input must be >= 1-D, got shape [].")
    if not 0 <= k <= shape[-1]:
        raise InvalidArgumentError(
            f"top_k: Need k >= 0, got {k}."
            if k < 0
            else f"top_k: input must have at least k columns. Had {shape[-1]}, needed {k}."
        )
    dtype = as_dtype(index_type).numpy_dtype
    order = apply(argsorted, (x,), {"axis": -1, "descending": True, "dtype": dtype})
    indices = recording.getitem(order, index=(Ellipsis, slice(None, k)))
    return TopKV2(recording.take_along_axis(x, indices, axis=-1), indices)


def _in_top_k(targets: Any, predictions: Any, *, k: int) -> Any:
    classes = predictions.shape[1]
    known = (targets >= 0) & (targets < classes)
    at = np.where(known, targets, 0)[:, None]
    likely = np.take_along_axis(predictions, at, 1) if classes else np.zeros(at.shape)
    better = (predictions > likely).sum(1)
    return known & np.isfinite(predictions).all(1) & (better < k)


_is_in_top_k = general("in_top_k", _in_top_k, NONDIFF, NONDIFF, inputs="targets predictions")


def in_top_k(targets: Any, predictions: Any, k: Any, name: str | None = None) -> Tensor:
    """Whether the target is among the `k` classes with the largest predictions.

    Parameters
    ----------
    targets : Tensor
        Class numbers, int32 or int64, of shape ``(n,)``.
    predictions : Tensor
        A floating point tensor of shape ``(n, classes)``.
    k : int
        How many classes count.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        bool, of shape ``(n,)``. Classes of equal prediction all count as one; a row with infinite
        or NaN predictions gives False.

    Raises
    ------
    InvalidArgumentError
        If the shapes do not fit.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.in_top_k([0, 1], [[0.1, 0.7, 0.2], [0.1, 0.7, 0.2]], k=1).numpy()
    array([False,  True])
    """
    numbers, x = operand(targets), operand(predictions)
    rows, columns = numbers._value.shape, x._value.shape
    if len(columns) != 2 or len(rows) != 1:
        raise InvalidArgumentError(
            f"in_top_k: targets must be 1-dimensional and predictions 2-dimensional, got "
            f"{list(rows)} and {list(columns)}."
        )
    if rows[0] != columns[0]:
        raise InvalidArgumentError(
            f"in_top_k: First dimension of predictions {columns[0]} must match length of targets "
            f"{rows[0]}."
        )
    return apply(_is_in_top_k, (numbers, x), {"k": int_argument(k, "in_top_k", "k")})  # type: ignore[no-any-return]
