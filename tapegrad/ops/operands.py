"""Two operands side by side: conversion and the check that their dtypes agree."""

from __future__ import annotations

from typing import Any

from tapegrad.core.convert import operand
from tapegrad.core.tensor import ArrayLike
from tapegrad.errors import InvalidArgumentError


def operand_pair(x: Any, y: Any) -> tuple[Any, Any]:
    """Both as tensors or Variables; a bare value takes the dtype of the tensor beside it."""
    if not isinstance(x, ArrayLike) and isinstance(y, ArrayLike) and not hasattr(x, "dtype"):
        y = operand(y)
        return operand(x, y._value.dtype), y
    x = operand(x)
    return x, operand(y, x._value.dtype)


def require_same_dtype(op: str, x: Any, *others: Any) -> None:
    """Raise InvalidArgumentError if tensors differ in dtype."""
    for i, y in enumerate(others, start=1):
        if y._value.dtype != x._value.dtype:
            first, other = x.dtype.name, y.dtype.name
            raise InvalidArgumentError(
                f"cannot compute {op} as input #{i}(zero-based) was expected to be a {first} "
                f"tensor but is a {other} tensor (shapes {x.shape} and {y.shape}). Tensors are "
                f"never promoted: use tf.cast(y, tf.{first}) or tf.cast(x, tf.{other})."
            )
