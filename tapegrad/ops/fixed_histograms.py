"""Histograms with bins of equal width between given limits."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.define import general
from tapegrad.core.dtypes import int32, numpy_dtype
from tapegrad.core.host import checked, computed
from tapegrad.core.primitive import NONDIFF, apply
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arguments import int_argument
from tapegrad.ops.operands import operand_pair, require_kinds, require_same_dtype

__all__ = ("histogram_fixed_width", "histogram_fixed_width_bins")


def _fixed_bins(values: Any, *, low: float, high: float, count: int) -> Any:
    dtype = values.dtype if values.dtype.kind == "f" else np.dtype(np.float64)
    scaled = (values.astype(dtype) - dtype.type(low)) / dtype.type(high - low)
    return np.clip(np.floor(scaled * dtype.type(count)), 0, count - 1).astype(np.int64)


_fixed = general("histogram_fixed_width_bins", _fixed_bins, NONDIFF, inputs="values")


def _fixed_width(op: str, values: Any, value_range: Any, nbins: Any) -> tuple[Tensor, int]:
    """The bin of each value, and how many there are."""
    x, limits = operand_pair(values, value_range)
    require_kinds(op, x, "iuf", "float32")
    require_same_dtype(op, x, limits)
    count = int_argument(nbins, op, "nbins")
    if count < 1:
        raise InvalidArgumentError(f"{op}: nbins should be a positive number, but got '{count}'.")
    if limits._value.shape != (2,):
        raise InvalidArgumentError(
            f"{op}: value_range should be a vector of 2 elements, but its shape is "
            f"{list(limits._value.shape)}."
        )
    low, high = limits._read().tolist()
    if not low < high:
        raise InvalidArgumentError(
            f"{op}: value_range should satisfy value_range[0] < value_range[1], but got "
            f"[{low}, {high}]."
        )

    def check(numbers: Any) -> None:
        if numbers.dtype.kind == "f" and np.isnan(numbers).any():
            raise InvalidArgumentError(
                f"{op}: Histogram values must not contain NaN. Leave them out with "
                f"tf.boolean_mask(values, ~tf.math.is_nan(values))."
            )

    checked(check, x)
    return apply(_fixed, (x,), {"low": low, "high": high, "count": count}), count


def histogram_fixed_width_bins(
    values: Any, value_range: Any, nbins: Any = 100, dtype: Any = int32, name: str | None = None
) -> Tensor:
    """Into which of some bins of equal width each value falls.

    Parameters
    ----------
    values : Tensor
        A floating point or integer tensor of any shape.
    value_range : Tensor
        Two numbers of the same dtype, where the first bin begins and the last one ends. Values
        outside are counted as in the first or the last bin.
    nbins : int
        The number of bins.
    dtype : DType
        The dtype of the result.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Numbers from 0 to ``nbins - 1``, of the shape of `values`. There is no gradient: moving a
        value a little does not change its bin.

    Raises
    ------
    InvalidArgumentError
        If the range is empty, there are no bins, or a value is NaN.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.histogram_fixed_width_bins([-1.0, 0.5, 2.0, 15.0], [0.0, 5.0], nbins=5).numpy()
    array([0, 0, 2, 4], dtype=int32)
    """
    bins, _ = _fixed_width("histogram_fixed_width_bins", values, value_range, nbins)
    return recording.cast_discrete(  # type: ignore[no-any-return]
        bins, dtype=numpy_dtype(dtype), source=bins._value.dtype
    )


def histogram_fixed_width(
    values: Any, value_range: Any, nbins: Any = 100, dtype: Any = int32, name: str | None = None
) -> Tensor:
    """How many values fall into each of some bins of equal width.

    Parameters
    ----------
    values : Tensor
        A floating point or integer tensor of any shape.
    value_range : Tensor
        Two numbers of the same dtype, where the first bin begins and the last one ends. Values
        outside are counted as in the first or the last bin.
    nbins : int
        The number of bins.
    dtype : DType
        The dtype of the result, int32 or int64.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of shape ``(nbins,)``. There is no gradient: moving a value a little does not change a
        count.

    Raises
    ------
    InvalidArgumentError
        If the range is empty, there are no bins, a value is NaN, or `dtype` is something else.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.histogram_fixed_width([-1.0, 0.5, 2.0, 15.0], [0.0, 5.0], nbins=5).numpy()
    array([2, 0, 1, 0, 1], dtype=int32)
    """
    wanted = numpy_dtype(dtype)
    if wanted.name not in ("int32", "int64"):
        raise InvalidArgumentError(
            f"histogram_fixed_width: dtype is {wanted.name}, but it must be int32 or int64."
        )
    bins, count = _fixed_width("histogram_fixed_width", values, value_range, nbins)
    return computed(  # type: ignore[no-any-return]
        lambda b: np.bincount(b.reshape(-1), minlength=count).astype(wanted), bins
    )
