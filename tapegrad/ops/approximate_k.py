"""The largest and the smallest entries along any axis, under the names of the approximate ones."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.primitive import apply
from tapegrad.core.structural import along
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arguments import axis_argument, int_argument
from tapegrad.ops.operands import require_kinds
from tapegrad.ops.sort import argsorted

__all__ = ("approx_max_k", "approx_min_k")


class ApproxTopK(NamedTuple):
    """The entries found and where they were."""

    values: Tensor
    indices: Tensor


def _extremes(op: str, x: Any, k: Any, axis: Any, largest: bool) -> ApproxTopK:
    x = operand(x)
    require_kinds(op, x, "fV", "float32")
    shape = x._value.shape
    axis = axis_argument(axis, len(shape), op)
    k = int_argument(k, op, "k")
    if not 0 <= k <= shape[axis]:
        raise InvalidArgumentError(
            f"{op}: input must have at least k columns and k be >= 0. Had {shape[axis]} entries "
            f"along axis {axis + len(shape)} of shape {list(shape)}, needed {k}."
        )
    params = {"axis": axis, "descending": largest, "dtype": np.dtype(np.int32)}
    order = apply(argsorted, (x,), params)
    indices = recording.getitem(order, index=along(axis, slice(None, k)))
    return ApproxTopK(recording.take_along_axis(x, indices, axis=axis), indices)


def approx_max_k(
    operand: Any,
    k: Any,
    reduction_dimension: Any = -1,
    recall_target: float = 0.95,
    reduction_input_size_override: int = -1,
    aggregate_to_topk: bool = True,
    name: str | None = None,
) -> ApproxTopK:
    """The `k` largest entries along an axis; exactly these, as in TensorFlow on a CPU.

    Parameters
    ----------
    operand : Tensor
        A floating point tensor with at least one axis.
    k : int
        How many.
    reduction_dimension : int
        The axis.
    recall_target, reduction_input_size_override, aggregate_to_topk
        How approximate accelerators may be; without meaning here.
    name : str, optional
        Ignored.

    Returns
    -------
    values : Tensor
        The largest first, with `k` entries along the axis. The gradient goes back to where they
        came from; of equal entries the first are taken.
    indices : Tensor
        Their positions, int32, of the same shape.

    Raises
    ------
    InvalidArgumentError
        If `k` is negative or larger than the axis, or the dtype is not floating point.

    Examples
    --------
    >>> import tapegrad as tf
    >>> values, indices = tf.math.approx_max_k([1.0, 5.0, 3.0], k=2)
    >>> values.numpy(), indices.numpy()
    (array([5., 3.], dtype=float32), array([1, 2], dtype=int32))
    """
    return _extremes("approx_max_k", operand, k, reduction_dimension, largest=True)


def approx_min_k(
    operand: Any,
    k: Any,
    reduction_dimension: Any = -1,
    recall_target: float = 0.95,
    reduction_input_size_override: int = -1,
    aggregate_to_topk: bool = True,
    name: str | None = None,
) -> ApproxTopK:
    """The `k` smallest entries along an axis; exactly these, as in TensorFlow on a CPU.

    Parameters
    ----------
    operand : Tensor
        A floating point tensor with at least one axis.
    k : int
        How many.
    reduction_dimension : int
        The axis.
    recall_target, reduction_input_size_override, aggregate_to_topk
        How approximate accelerators may be; without meaning here.
    name : str, optional
        Ignored.

    Returns
    -------
    values : Tensor
        The smallest first, with `k` entries along the axis. The gradient goes back to where they
        came from; of equal entries the first are taken.
    indices : Tensor
        Their positions, int32, of the same shape.

    Raises
    ------
    InvalidArgumentError
        If `k` is negative or larger than the axis, or the dtype is not floating point.

    Examples
    --------
    >>> import tapegrad as tf
    >>> values, indices = tf.math.approx_min_k([4.0, 5.0, 3.0], k=2)
    >>> values.numpy(), indices.numpy()
    (array([3., 4.], dtype=float32), array([2, 0], dtype=int32))
    """
    return _extremes("approx_min_k", operand, k, reduction_dimension, largest=False)
