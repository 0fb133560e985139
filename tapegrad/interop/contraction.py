"""The three functions that opt_einsum looks for, for operands of every dialect."""

from __future__ import annotations

from typing import Any

from tapegrad.interop.dialects import function

__all__ = ["einsum", "tensordot", "transpose"]


def einsum(subscripts: str, *operands: Any) -> Any:
    """Sum of products in Einstein's notation.

    Parameters
    ----------
    subscripts
        Which axes meet.
    operands
        Arrays or tensors.

    Examples
    --------
    >>> import tapegrad.numpy as np
    >>> from tapegrad.interop import contraction
    >>> contraction.einsum("i,i->", np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    array(11.)
    """
    return function("einsum", *operands)(subscripts, *operands)


def tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    """Sum of products over axes of two operands.

    Parameters
    ----------
    a, b
        Arrays or tensors.
    axes
        How many axes, or for each operand which ones.

    Examples
    --------
    >>> import tapegrad.numpy as np
    >>> from tapegrad.interop import contraction
    >>> contraction.tensordot(np.array([1.0, 2.0]), np.array([3.0, 4.0]), axes=1)
    array(11.)
    """
    return function("tensordot", a, b)(a, b, axes)


def transpose(a: Any, axes: Any) -> Any:
    """The operand with its axes in another order.

    Parameters
    ----------
    a
        An array or tensor.
    axes
        Which axis comes to each place.

    Examples
    --------
    >>> import tapegrad.numpy as np
    >>> from tapegrad.interop import contraction
    >>> contraction.transpose(np.array([[1.0, 2.0]]), (1, 0)).shape
    (2, 1)
    """
    return function("transpose", a)(a, axes)
