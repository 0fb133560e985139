"""Averages and spreads of data under NumPy's names: average, var, std, ptp."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor, wrap_constant
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arguments import axes_argument
from tapegrad.ops.operands import operands_of_one_dtype, require_kinds
from tapegrad.ops.reduce import reduce_max, reduce_min
from tapegrad.ops.statistics import reduce_std, reduce_variance

__all__ = ("average", "ptp", "std", "var")


def average(
    a: Any,
    axis: Any = None,
    weights: Any = None,
    returned: bool = False,
    keepdims: bool = False,
    name: str | None = None,
) -> Any:
    r"""Weighted mean over axes, :math:`\sum_i w_i a_i / \sum_i w_i`.

    Parameters
    ----------
    a : Tensor
        A floating point or complex tensor of any shape.
    axis : int, list of int or Tensor, optional
        The axes to reduce; None means all, ``[]`` none.
    weights : Tensor, optional
        Weights of the shape of `a`, or of its sizes along `axis`; of the same dtype. By default
        all are equal.
    returned : bool
        Whether to return the sum of the weights as well.
    keepdims : bool
        Whether the reduced axes stay, with size 1.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor or pair of Tensor
        Of the dtype of `a`; differentiable in `a` and `weights`. Where the weights add up to 0 it
        is infinite or NaN.

    Raises
    ------
    InvalidArgumentError
        If dtypes or shapes do not fit, or an axis does not exist or is named twice.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.average([1.0, 2.0, 4.0], weights=[1.0, 1.0, 2.0]).numpy()
    np.float32(2.75)
    """
    x, *given = operands_of_one_dtype("average", [a] if weights is None else [a, weights])
    require_kinds("average", x, "fcV", "float32")
    shape = x._value.shape
    axes = axes_argument(axis, len(shape), "average")
    params = {"axes": axes, "keepdims": bool(keepdims)}
    if not given:
        mean = recording.reduce_mean(x, **params)
        if not returned:
            return mean
        count = prod([shape[i] for i in axes])
        return mean, wrap_constant(np.full(mean._value.shape, count, mean._value.dtype))
    w = given[0]
    if w._value.shape != shape:
        wanted = tuple([shape[i] for i in axes])
        if w._value.shape != wanted or axis is None:
            raise InvalidArgumentError(
                f"average: weights must have the shape of a, {list(shape)}, or its sizes along "
                f"axis, {list(wanted)}, not {list(w._value.shape)}."
            )
        order = tuple(np.argsort(axes).tolist())
        if order != tuple(range(len(axes))):
            w = recording.transpose(w, axes=tuple([i - len(axes) for i in order]))
        to = tuple([n if i - len(shape) in axes else 1 for i, n in enumerate(shape)])
        w = recording.broadcast_to(recording.reshape(w, to=to), to=shape)
    total = recording.reduce_sum(w, **params)
    mean = recording.reduce_sum(x * w, **params) / total
    return (mean, total) if returned else mean


def _correction(op: str, x: Any, axis: Any, ddof: Any) -> float:
    """By what the biased variance is multiplied; NaN where no degree of freedom is left."""
    axes = axes_argument(axis, x._value.ndim, op)
    count = prod([x._value.shape[i] for i in axes])
    degrees = count - float(ddof)
    return count / degrees if degrees > 0 else np.nan


def var(
    a: Any, axis: Any = None, ddof: Any = 0, keepdims: bool = False, name: str | None = None
) -> Tensor:
    r"""Variance over axes, with a divisor of choice: :math:`\sum_i |a_i - \bar a|^2 / (n - d)`.

    Parameters
    ----------
    a : Tensor
        A floating point or complex tensor of any shape.
    axis : int, list of int or Tensor, optional
        The axes to reduce; None means all, ``[]`` none.
    ddof : float
        The number d that the number n of entries is reduced by: 1 for an unbiased estimate.
    keepdims : bool
        Whether the reduced axes stay, with size 1.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the dtype of `a`, real for complex ones; NaN where :math:`n \le d`.

    Raises
    ------
    TypeError
        For integers.
    InvalidArgumentError
        If an axis does not exist or is named twice.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.var([1.0, 3.0]).numpy(), tf.math.var([1.0, 3.0], ddof=1).numpy()
    (np.float32(1.0), np.float32(2.0))
    """
    x = operand(a)
    y = reduce_variance(x, axis, keepdims)
    return y if ddof == 0 else y * _correction("var", x, axis, ddof)


def std(
    a: Any, axis: Any = None, ddof: Any = 0, keepdims: bool = False, name: str | None = None
) -> Tensor:
    r"""Standard deviation over axes, the root of the variance with a divisor of choice.

    Parameters
    ----------
    a : Tensor
        A floating point or complex tensor of any shape.
    axis : int, list of int or Tensor, optional
        The axes to reduce; None means all, ``[]`` none.
    ddof : float
        The number d that the number n of entries is reduced by, see `var`.
    keepdims : bool
        Whether the reduced axes stay, with size 1.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the dtype of `a`, real for complex ones; NaN where :math:`n \le d`. Where all entries
        are equal, the gradient is 0.

    Raises
    ------
    TypeError
        For integers.
    InvalidArgumentError
        If an axis does not exist or is named twice.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.std([1.0, 3.0]).numpy()
    np.float32(1.0)
    """
    x = operand(a)
    y = reduce_std(x, axis, keepdims)
    return y if ddof == 0 else y * _correction("std", x, axis, ddof) ** 0.5


def ptp(a: Any, axis: Any = None, keepdims: bool = False, name: str | None = None) -> Tensor:
    """Range over axes, from the smallest entry to the largest ("peak to peak").

    Parameters
    ----------
    a : Tensor
        A floating point or integer tensor of any shape.
    axis : int, list of int or Tensor, optional
        The axes to reduce; None means all, ``[]`` none.
    keepdims : bool
        Whether the reduced axes stay, with size 1.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the dtype of `a`. Where several entries are the largest or the smallest, the gradient is
        shared equally among them.

    Raises
    ------
    InvalidArgumentError
        If the dtype has no order, an axis does not exist or is named twice, or there is nothing
        to reduce.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.ptp([[4, 9, 2], [6, 6, 6]], axis=1).numpy()
    array([7, 0], dtype=int32)
    """
    x = operand(a)
    shape = x._value.shape
    axes = axes_argument(axis, len(shape), "ptp")
    if prod([shape[i] for i in axes]) == 0:
        raise InvalidArgumentError(
            f"ptp: there is no range of nothing: the axes {list(axes)} of shape {list(shape)} are "
            f"empty."
        )
    return reduce_max(x, axes, keepdims) - reduce_min(x, axes, keepdims)  # type: ignore[no-any-return]
