"""Operands side by side: conversion and the check that their dtypes agree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.tensor import ArrayLike, Tensor, wrap_constant
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


def operands_of_one_dtype(op: str, values: Sequence[Any]) -> list[Any]:
    """Tensors or Variables of one dtype: that of the first tensor among them, else of the first.

    Raises
    ------
    InvalidArgumentError
        If there are tensors of another dtype.
    """
    first = next((v for v in values if isinstance(v, ArrayLike)), values[0])
    dtype = operand(first)._value.dtype
    found = [v if v.__class__ is Tensor else operand(v, dtype) for v in values]
    for x in found:
        if x._value.dtype is not dtype and x._value.dtype != dtype:
            require_same_dtype(op, *found)
    return found


def is_complex(x: Any) -> bool:
    """True for complex tensors, Variables and values."""
    if x.__class__ is Tensor:
        return bool(x._value.dtype.kind == "c")
    dtype = getattr(getattr(x, "_value", x), "dtype", None)
    if dtype is None:
        return x.__class__ is complex or (
            isinstance(x, (list, tuple)) and any(is_complex(part) for part in x)
        )
    return bool(dtype.kind == "c")


def require_kinds(op: str, x: Any, kinds: str, wanted: str) -> None:
    """Raise InvalidArgumentError unless the dtype's letter is among `kinds` (``"f"``, ``"c"``...).

    Parameters
    ----------
    wanted
        The name of a dtype to cast to.
    """
    if x._value.dtype.kind not in kinds:
        raise InvalidArgumentError(
            f"{op}: tensors of dtype {x.dtype.name} are not supported. Nothing is promoted: "
            f"convert first, for example tf.cast(x, tf.{wanted})."
        )


def indices_operand(value: Any, op: str) -> Any:
    """Integers that pick something: a tensor or Variable; bare integers are int32."""
    x = value if value.__class__ is Tensor else operand(value)
    if x._value.dtype.kind not in "iu":
        if x._value.size == 0 and not isinstance(value, ArrayLike):
            return wrap_constant(x._value.astype(np.int32))
        raise InvalidArgumentError(
            f"{op}: indices must be integers, but their dtype is {x.dtype.name}. Convert them with "
            f"tf.cast(indices, tf.int32)."
        )
    return x
