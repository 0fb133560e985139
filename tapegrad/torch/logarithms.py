"""Multiples of logarithms, which are 0 where the factor is."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from tapegrad.core.table import TABLE
from tapegrad.core.table import recording as primitives
from tapegrad.core.tensor import wrap_constant
from tapegrad.ops import compare, elementwise, transcendental
from tapegrad.ops.cast import in_dtype
from tapegrad.torch.documentation import documented
from tapegrad.torch.operation import operation
from tapegrad.torch.promotion import promoted_floating

__all__ = ["xlogy"]

_where = TABLE["where"]


def multiple(
    factor: Any, x: Any, logarithm: Callable[..., Any], pole: float, neutral: float
) -> Any:
    """A factor times a logarithm, and 0 where the factor is 0 and the logarithm is not finite.

    Where only the factor is 0, the derivative by it is the logarithm, as everywhere else.

    Parameters
    ----------
    factor, x
        Tensors or numbers.
    logarithm
        A function of a tensor.
    pole
        Where the logarithm becomes infinite.
    neutral
        Where it is 0.
    """
    a, b = promoted_floating(factor, x)
    d = b._value.dtype
    ends = primitives.logical_or(
        compare.less_equal(b, in_dtype(pole, d)), compare.equal(b, in_dtype(math.inf, d))
    )
    cut = primitives.logical_and(compare.equal(a, in_dtype(0.0, d)), ends)
    inside = _where(cut, wrap_constant(d.type(neutral)), b)
    return elementwise.multiply(a, logarithm(inside))


@documented("torch.xlogy(torch.tensor([0.0, 2.0]), torch.tensor([0.0, 1.0]))", "")
@operation(in_place=True)
def xlogy(input: Any, other: Any) -> Any:
    r""":math:`a \ln b`, and 0 where :math:`a = 0`."""
    return multiple(input, other, transcendental.log, 0.0, 1.0)
