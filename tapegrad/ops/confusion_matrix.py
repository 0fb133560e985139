"""How often each class was taken for each other one."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.dtypes import int32, numpy_dtype
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor, wrap
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arguments import int_argument
from tapegrad.ops.cast import cast

__all__ = ("confusion_matrix",)


def _class_numbers(value: Any, what: str) -> Any:
    numbers = np.asarray(operand(value)._value)
    if numbers.dtype.kind not in "iuf":
        raise InvalidArgumentError(
            f"confusion_matrix: {what} must be class numbers, not of dtype {numbers.dtype}."
        )
    numbers = numbers.astype(np.int64)
    if numbers.size and numbers.min() < 0:
        raise InvalidArgumentError(
            f"confusion_matrix: `{what}` contains negative values: {numbers.min()}."
        )
    return numbers


def _one_squeezed(a: Any, b: Any) -> tuple[Any, Any]:
    """Of arrays of different rank, the larger one without a last axis of size 1."""
    if a.ndim == b.ndim + 1 and a.shape[-1] == 1:
        return a[..., 0], b
    if b.ndim == a.ndim + 1 and b.shape[-1] == 1:
        return a, b[..., 0]
    return a, b


def confusion_matrix(
    labels: Any,
    predictions: Any,
    num_classes: Any = None,
    weights: Any = None,
    dtype: Any = int32,
    name: str | None = None,
) -> Tensor:
    """Count for each pair of classes how often the first was predicted as the second.

    Parameters
    ----------
    labels, predictions : Tensor
        Class numbers of one shape ``(n,)``; one of them may have shape ``(n, 1)``.
    num_classes : int, optional
        The number of classes; by default one more than the largest number.
    weights : Tensor, optional
        Numbers of the shape of `predictions`, added up instead of ones. They are cast to `dtype`
        first, and have a gradient if that is floating point.
    dtype : DType
        The dtype of the result.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of shape ``(num_classes, num_classes)``: a row for each label, a column for each
        prediction. Class numbers have no gradient.

    Raises
    ------
    InvalidArgumentError
        If a number is negative or too large, shapes differ, or there are no classes.
    ValueError
        If `weights` has another shape.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.confusion_matrix([0, 1, 1], [1, 1, 1]).numpy().tolist()
    [[0, 1], [0, 2]]
    """
    rows, columns = _one_squeezed(
        _class_numbers(labels, "labels"), _class_numbers(predictions, "predictions")
    )
    if rows.shape != columns.shape or not rows.ndim:
        raise InvalidArgumentError(
            f"confusion_matrix: Shapes of all inputs must match: labels have shape "
            f"{list(rows.shape)}, predictions {list(columns.shape)}, and both need an axis."
        )
    if num_classes is None:
        if not rows.size:
            raise InvalidArgumentError(
                "confusion_matrix: there are no labels to count classes by: give num_classes."
            )
        count = int(max(rows.max(), columns.max())) + 1
    else:
        count = int_argument(num_classes, "confusion_matrix", "num_classes")
        for what, numbers in (("labels", rows), ("predictions", columns)):
            if numbers.size and numbers.max() >= count:
                raise InvalidArgumentError(
                    f"confusion_matrix: `{what}` out of bound: {numbers.max()} is not below "
                    f"num_classes = {count}."
                )
    wanted = numpy_dtype(dtype)
    if weights is None:
        values: Any = wrap(np.ones(rows.size, wanted))
    else:
        w = operand(weights)
        if w._value.shape != columns.shape:
            raise ValueError(
                f"confusion_matrix: Shapes {columns.shape} of predictions and {w._value.shape} of "
                f"weights are incompatible: give each prediction a weight."
            )
        values = recording.reshape(cast(w, wanted), to=(rows.size,))
    places = (rows * count + columns).reshape(-1)
    table = recording.scatter_rows(values, places, to=(count * count,), axis=-1)
    return recording.reshape(table, to=(count, count))  # type: ignore[no-any-return]
