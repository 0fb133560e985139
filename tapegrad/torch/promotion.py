"""Operands of different types, as core tensors of one type."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.table import TABLE
from tapegrad.core.tensor import Tensor as CoreTensor
from tapegrad.core.tensor import wrap_constant
from tapegrad.ops.cast import in_dtype
from tapegrad.ops.reduce import reduce_sum
from tapegrad.torch.dtypes import category, floating, number_dtype, result_dtype


def promoted(*operands: Any) -> list[Any]:
    """Core tensors and Python numbers as core tensors of the type that they have in common."""
    dtype = result_dtype(operands)
    return [in_dtype(x, dtype) for x in operands]


def promoted_floating(*operands: Any) -> list[Any]:
    """The same, where integers become the default floating point type."""
    dtype = floating(result_dtype(operands))
    return [in_dtype(x, dtype) for x in operands]


def as_floating(x: Any) -> Any:
    """A core tensor, whose integers become the default floating point type."""
    return in_dtype(x, floating(x._value.dtype))


def flat(step: Any, *arguments: Any) -> Any:
    """The value of a step function of core tensors, with a gradient of zero."""
    for x in arguments:
        if category(x._value.dtype) >= 2 and category(step._value.dtype) >= 2:
            zero = TABLE["masked"](x, wrap_constant(np.bool_(False)))
            step = TABLE["subtract"](step, zero)  # keeps -0.0, as adding does not
    return step


def tied(result: Any, *arguments: Any) -> Any:
    """A result that does not depend on arguments which it still was computed from."""
    for x in arguments:
        d = x._value.dtype
        if category(d) >= 2:
            zero = reduce_sum(TABLE["masked"](x, wrap_constant(np.bool_(False))))
            result = TABLE["add"](result, in_dtype(zero, result._value.dtype))
    return result


def check_operand(name: str, position: str, x: Any) -> None:
    """Raise TypeError for what is neither a tensor nor a number.

    Raises
    ------
    TypeError
        As PyTorch words it.
    """
    if isinstance(x, (CoreTensor, int, float, complex, np.generic)):
        return
    raise TypeError(
        f"{name}(): argument '{position}' (position 2) must be Tensor, not {type(x).__name__}"
    )


def number(x: Any) -> Any:
    """A core tensor of a Python number, in the type that it has on its own."""
    return wrap_constant(number_dtype(x).type(x))
