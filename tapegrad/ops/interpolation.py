"""Piecewise linear interpolation."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.define import general
from tapegrad.core.host import checked
from tapegrad.core.primitive import NONDIFF, apply
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops import compare, division, order_statistics, sort, where  # noqa: F401 - primitives
from tapegrad.ops.operands import (
    is_complex,
    operands_of_one_dtype,
    require_kinds,
    require_same_dtype,
)

__all__ = ("interp",)


def _interval(x: Any, xp: Any) -> tuple[Any, Any]:
    """The numbers of the places below and above; beyond the ends, those of the last interval."""
    last = xp.size - 1
    above = np.clip(np.searchsorted(xp, x, "right"), min(1, last), last)
    return np.maximum(above - 1, 0), above


_found = general("interval", _interval, NONDIFF, NONDIFF, inputs="x xp")


def _checked(x: Any, xp: Any, fp: Any) -> tuple[Any, Any, Any]:
    x, xp = operands_of_one_dtype("interp", [x, xp])
    require_kinds("interp", x, "f", "float64")
    partner = np.result_type(x._value.dtype, np.complex64)
    fp = operand(fp, partner if is_complex(fp) else x._value.dtype)
    if fp._value.dtype != partner:
        require_same_dtype("interp", x, xp, fp)
    shape = xp._value.shape
    if len(shape) != 1 or fp._value.shape != shape:
        raise InvalidArgumentError(
            f"interp: xp and fp must be vectors of one length, but their shapes are {list(shape)} "
            f"and {list(fp._value.shape)}."
        )
    if not shape[0]:
        raise InvalidArgumentError("interp: the array of sample points is empty.")
    return x, xp, fp


def _in_order(places: Any) -> None:
    if not (places[1:] >= places[:-1]).all() or np.isnan(places[0]):
        raise InvalidArgumentError(
            "interp: xp must not descend, and not be NaN: sort the points first, for example with "
            "order = tf.argsort(xp), tf.gather(xp, order), tf.gather(fp, order)."
        )


def _not_zero(period: Any) -> None:
    if not period:
        raise InvalidArgumentError("interp: period must be a number that is not zero.")


def _periodic(x: Any, xp: Any, fp: Any, period: Any) -> tuple[Any, Any, Any]:
    """Everything moved into one period, and the ends of `xp` repeated beyond it."""
    length = operand(period, x._value.dtype)
    if length._value.shape:
        raise InvalidArgumentError("interp: period must be a number that is not zero.")
    checked(_not_zero, length)
    length = recording.abs(length)
    x, xp = recording.floormod(x, length), recording.floormod(xp, length)
    order = recording.argsort(xp, axis=-1, descending=False, dtype=np.dtype(np.int64))
    first = recording.getitem(order, index=(Ellipsis, slice(None, 1)))
    last = recording.getitem(order, index=(Ellipsis, slice(-1, None)))
    order = recording.concat(last, order, first, axis=-1)
    xp, fp = recording.gather(xp, order, axis=-1), recording.gather(fp, order, axis=-1)
    turns = np.zeros(xp._value.shape, xp._value.dtype)
    turns[0], turns[-1] = -1, 1
    return x, xp + recording.multiply(turns, length), fp


def interp(
    x: Any,
    xp: Any,
    fp: Any,
    left: Any = None,
    right: Any = None,
    period: Any = None,
    name: str | None = None,
) -> Tensor:
    r"""Value at `x` of the piecewise linear function through the points ``(xp, fp)``.

    Parameters
    ----------
    x : Tensor
        Where, a floating point tensor of any shape.
    xp : Tensor
        The places of the points, a vector of the same dtype that does not descend.
    fp : Tensor
        The values there: of the shape of `xp`, and of the dtype of `x` or complex of the same
        precision.
    left, right : Tensor, optional
        The values for ``x < xp[0]`` and ``x > xp[-1]``; by default ``fp[0]`` and ``fp[-1]``.
    period : float, optional
        The period of the function: `xp` may then be in any order, and `left` and `right` do not
        matter.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the shape of `x` and the dtype of `fp`.

    Raises
    ------
    InvalidArgumentError
        If shapes or dtypes do not fit, there are no points, or `xp` descends somewhere.

    Notes
    -----
    It is differentiable in `x`, `xp`, `fp`, `left` and `right`. Between neighbours,
    :math:`y = f_0 + (f_1 - f_0) (x - x_0) / (x_1 - x_0)`; at a place of `xp`, where there is a
    kink, the interval on its right counts, at the last one the interval on its left. Of several
    points at one place, the last counts there.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.interp([0.5, 1.5, 9.0], [0.0, 1.0, 2.0], [0.0, 10.0, 40.0]).numpy()
    array([ 5., 25., 40.], dtype=float32)
    """
    x, xp, fp = _checked(x, xp, fp)
    if period is not None:
        x, xp, fp = _periodic(x, xp, fp, period)
    checked(_in_order, xp)
    below, above = apply(_found, (x, xp), {})
    x0, x1 = recording.gather(xp, below, axis=-1), recording.gather(xp, above, axis=-1)
    f0, f1 = recording.gather(fp, below, axis=-1), recording.gather(fp, above, axis=-1)
    width = x1 - x0
    # Only at the ends can an interval have no width: there its upper end counts.
    part = recording.divide_no_nan(x - x0, width) + recording.indicator(width, 0.0)
    kind = fp._value.dtype
    if kind.kind == "c":
        part = recording.cast(part, dtype=kind, source=part._value.dtype)
    y = recording.lerp(f0, f1, part)
    if period is None:
        ends = [
            (recording.less, 0, left),
            (recording.greater, xp._value.size - 1, right),
        ]
        for beyond, i, given in ends:
            index = (Ellipsis, i)
            value = recording.getitem(fp, index=index) if given is None else operand(given, kind)
            outside = beyond(x, recording.getitem(xp, index=index))
            if value._value.shape:
                raise InvalidArgumentError(
                    f"interp: left and right are numbers, not of shape {list(value._value.shape)}."
                )
            y = recording.where(outside, value, y)
    return y  # type: ignore[no-any-return]
