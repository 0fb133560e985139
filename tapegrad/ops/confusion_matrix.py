"""How often each class was taken for each other one."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.dtypes import int32, numpy_dtype
from tapegrad.core.host import computed
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor, wrap_constant
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arguments import int_argument
from tapegrad.ops.cast import cast

__all__ = ("confusion_matrix",)


def _class_numbers(value: Any, what: str) -> Any:
    x = operand(value)
    if x._value.dtype.kind not in "iuf":
        raise InvalidArgumentError(
            f"confusion_matrix: {what} must be class numbers, not of dtype {x._value.dtype}."
        )
    return x


def _one_squeezed(a: Any, b: Any) -> tuple[Any, Any]:
    """Of tensors of different rank, the larger one without a last axis of size 1."""
    of_a, of_b = a._value.shape, b._value.shape
    if len(of_a) == len(of_b) + 1 and of_a[-1] == 1:
        return recording.reshape(a, to=of_a[:-1]), b
    if len(of_b) == len(of_a) + 1 and of_b[-1] == 1:
        return a, recording.reshape(b, to=of_b[:-1])
    return a, b


def _count_of(labels: Any, predictions: Any) -> Any:
    numbers = _whole(labels, predictions)
    if not numbers[0].size:
        raise InvalidArgumentError(
            "confusion_matrix: there are no labels to count classes by: give num_classes."
        )
    return np.int64(max(n.max() for n in numbers) + 1)


def _whole(labels: Any, predictions: Any) -> tuple[Any, Any]:
    numbers = labels.astype(np.int64), predictions.astype(np.int64)
    for what, n in zip(("labels", "predictions"), numbers, strict=True):
        if n.size and n.min() < 0:
            raise InvalidArgumentError(
                f"confusion_matrix: `{what}` contains negative values: {n.min()}."
            )
    return numbers


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
    shape = columns._value.shape
    if rows._value.shape != shape or not shape:
        raise InvalidArgumentError(
            f"confusion_matrix: Shapes of all inputs must match: labels have shape "
            f"{list(rows._value.shape)}, predictions {list(shape)}, and both need an axis."
        )
    if num_classes is None:
        count = int(computed(_count_of, rows, columns))
    else:
        count = int_argument(num_classes, "confusion_matrix", "num_classes")
    wanted = numpy_dtype(dtype)
    size = (prod(shape),)
    if weights is None:
        values: Any = wrap_constant(np.ones(size, wanted))
    else:
        w = operand(weights)
        if w._value.shape != shape:
            raise ValueError(
                f"confusion_matrix: Shapes {shape} of predictions and {w._value.shape} of "
                f"weights are incompatible: give each prediction a weight."
            )
        values = recording.reshape(cast(w, wanted), to=size)

    def pairs(labels: Any, predictions: Any) -> Any:
        numbers = _whole(labels, predictions)
        for what, n in zip(("labels", "predictions"), numbers, strict=True):
            if n.size and n.max() >= count:
                raise InvalidArgumentError(
                    f"confusion_matrix: `{what}` out of bound: {n.max()} is not below "
                    f"num_classes = {count}."
                )
        return (numbers[0] * count + numbers[1]).reshape(-1)

    places = computed(pairs, rows, columns)
    table = recording.scatter_rows(values, places, to=(count * count,), axis=-1)
    return recording.reshape(table, to=(count, count))  # type: ignore[no-any-return]
