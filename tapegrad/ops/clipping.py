"""Scaling by norms: l2_normalize, clip_by_norm, clip_by_global_norm, global_norm."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from tapegrad.core.convert import operand
from tapegrad.core.indexed_slices import IndexedSlices
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.cast import cast
from tapegrad.ops.complex import with_zero_imaginary
from tapegrad.ops.create import zeros
from tapegrad.ops.elementwise import rsqrt
from tapegrad.ops.norms import reduce_euclidean_norm
from tapegrad.ops.operands import require_kinds
from tapegrad.ops.reduce import reduce_sum
from tapegrad.ops.select import maximum, minimum
from tapegrad.ops.softmax import FLOATS

__all__ = ("clip_by_global_norm", "clip_by_norm", "global_norm", "l2_normalize")


def l2_normalize(
    x: Any, axis: Any = None, epsilon: float = 1e-12, name: str | None = None, dim: Any = None
) -> Tensor:
    r"""Scale to Euclidean norm 1: :math:`x / \sqrt{\max(\sum_i |x_i|^2, \epsilon)}`.

    Parameters
    ----------
    x : Tensor
        A floating point or complex tensor.
    axis : int or list of int, optional
        The axes of one vector; None means all.
    epsilon : float
        The smallest sum of squares to divide by.
    name : str, optional
        Ignored.
    dim : int or list of int, optional
        An old name of `axis`.

    Returns
    -------
    Tensor
        Of the shape and dtype of `x`.

    Raises
    ------
    InvalidArgumentError
        If an axis does not exist or is named twice.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.l2_normalize([3.0, 4.0]).numpy().round(4)
    array([0.6, 0.8], dtype=float32)
    """
    x = operand(x)
    axis = dim if axis is None else axis
    if x._value.dtype.kind == "c":
        squares = recording.real(x * recording.conj(x))
        scale = rsqrt(maximum(reduce_sum(squares, axis, keepdims=True), epsilon))
        return x * with_zero_imaginary(recording, scale)  # type: ignore[no-any-return]
    length = reduce_euclidean_norm(x, axis, keepdims=True)  # unlike squares, it does not overflow
    return x / maximum(length, math.sqrt(epsilon))  # type: ignore[no-any-return]


def _raw_values(t: Any) -> Any:
    """The tensor, or the rows of IndexedSlices as they are."""
    return t.values if isinstance(t, IndexedSlices) else operand(t)


def clip_by_norm(t: Any, clip_norm: Any, axes: Any = None, name: str | None = None) -> Any:
    """Scale down to a maximal Euclidean norm.

    Parameters
    ----------
    t : Tensor or IndexedSlices
        A floating point tensor. Of IndexedSlices the norm is that of the rows as they are.
    clip_norm : Tensor
        The largest norm, a scalar; negative numbers count as 0.
    axes : int or list of int, optional
        The axes of one vector; None means all.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor or IndexedSlices
        ``t * clip_norm / max(norm, clip_norm)``, of the kind, shape and dtype of `t`.

    Raises
    ------
    InvalidArgumentError
        If the dtype is not floating point, or an axis does not exist or is named twice.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.clip_by_norm([6.0, 8.0], 5.0).numpy()
    array([3., 4.], dtype=float32)
    """
    values = _raw_values(t)
    require_kinds("clip_by_norm", values, "fV", "float32")
    limit = maximum(operand(clip_norm, values._value.dtype), 0)
    length = reduce_euclidean_norm(values, axes, keepdims=True)
    clipped = values * (limit / maximum(length, limit))
    if clipped._value.shape != values._value.shape:
        raise InvalidArgumentError(
            f"clip_by_norm: clip_norm of shape {list(limit.shape)} is not a scalar."
        )
    return t._map_values(lambda _: clipped) if isinstance(t, IndexedSlices) else clipped


def _tensors(op: str, t_list: Any) -> list[Any]:
    if not isinstance(t_list, Sequence) or isinstance(t_list, str):
        raise TypeError(
            f"{op}: `t_list` should be a sequence of tensors. Received {type(t_list)}: put it in a "
            f"list."
        )
    return list(t_list)


def global_norm(t_list: Any, name: str | None = None) -> Tensor:
    r"""Euclidean norm of several tensors together, :math:`\sqrt{\sum_t \|t\|^2}`.

    Parameters
    ----------
    t_list : list of Tensor, IndexedSlices or None
        Floating point tensors; None is skipped. Of IndexedSlices the rows count as they are.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        A scalar; 0 if there is no tensor.

    Raises
    ------
    TypeError
        If `t_list` is not a sequence.
    InvalidArgumentError
        If one of the tensors is not real floating point.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.linalg.global_norm([tf.constant([3.0]), tf.constant([[4.0]])]).numpy()
    np.float32(5.0)
    """
    tensors = [_raw_values(t) for t in _tensors("global_norm", t_list) if t is not None]
    if not tensors:
        return zeros(())
    for t in tensors:
        require_kinds("global_norm", t, FLOATS, "float32")
    norms = [reduce_euclidean_norm(t) for t in tensors]
    return reduce_euclidean_norm(recording.stack(*norms, axis=-1))


def clip_by_global_norm(
    t_list: Any, clip_norm: Any, use_norm: Any = None, name: str | None = None
) -> tuple[list[Any], Tensor]:
    """Scale several tensors down by one factor, to a maximal norm of all together.

    Parameters
    ----------
    t_list : list of Tensor, IndexedSlices or None
        Floating point tensors.
    clip_norm : Tensor
        The largest norm, a scalar.
    use_norm : Tensor, optional
        The norm to compare with, instead of that of `t_list`.
    name : str, optional
        Ignored.

    Returns
    -------
    list_clipped : list
        ``t * clip_norm / max(use_norm, clip_norm)`` for each of them; None stays None. NaN if the
        norm is not finite.
    global_norm : Tensor
        The norm.

    Raises
    ------
    TypeError
        If `t_list` is not a sequence.

    Examples
    --------
    >>> import tapegrad as tf
    >>> clipped, length = tf.clip_by_global_norm([tf.constant([3.0]), tf.constant([4.0])], 1.0)
    >>> [t.numpy().item() for t in clipped], length.numpy()
    ([0.6000000238418579, 0.800000011920929], np.float32(5.0))
    """
    tensors = _tensors("clip_by_global_norm", t_list)
    length = global_norm(tensors) if use_norm is None else operand(use_norm)
    clip_norm = operand(clip_norm, length._value.dtype)
    # The difference is 0, but NaN if the norm is infinite.
    scale = clip_norm * minimum(1.0 / length, 1.0 / clip_norm) + (length - length)

    def scaled(values: Any) -> Any:
        values = operand(values)
        return values * cast(scale, values.dtype)

    clipped = [
        None if t is None else t._map_values(scaled) if isinstance(t, IndexedSlices) else scaled(t)
        for t in tensors
    ]
    return clipped, length
