"""Losses of `tf.nn` that are not cross-entropies: half the sum of squares, Poisson."""

from __future__ import annotations

from math import pi
from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.define import general
from tapegrad.core.primitive import apply
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.ops.operands import operand_pair, require_kinds, require_same_dtype
from tapegrad.ops.reduce import with_axes
from tapegrad.ops.softmax import FLOATS, in_single_precision
from tapegrad.ops.transcendental import exp, log
from tapegrad.ops.where import where

__all__ = ["l2_loss", "log_poisson_loss"]


@in_single_precision
def _half_square(x: Any, *, axes: tuple[int, ...]) -> Any:
    if len(axes) == x.ndim:
        flat = x.reshape(-1)
        return np.dot(flat, flat) * 0.5
    return np.add.reduce(x * x, axes) * 0.5


_l2_loss = general(
    "l2_loss",
    _half_square,
    lambda F, g, x, axes, shape: with_axes(F, g, axes, shape) * x,
    jvps=[lambda F, t, x, axes: F.reduce_sum(t * x, axes=axes, keepdims=False)],
)


def log_poisson_loss(
    targets: Any, log_input: Any, compute_full_loss: bool = False, name: str | None = None
) -> Tensor:
    r"""Poisson loss of a predicted logarithm of the rate, :math:`e^c - z c`.

    Parameters
    ----------
    targets
        The counts `z`.
    log_input
        The predicted logarithms `c`, of the same shape and dtype.
    compute_full_loss
        Add Stirling's approximation of :math:`\log z!` where ``z > 1``.

    Returns
    -------
    Tensor
        Same shape and dtype.

    Raises
    ------
    ValueError
        If the shapes differ.
    InvalidArgumentError
        If the dtypes differ.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.nn.log_poisson_loss([2.0], [0.0]).numpy().tolist()
    [1.0]
    """
    targets, log_input = operand_pair(targets, log_input)
    require_same_dtype("log_poisson_loss", log_input, targets)
    if targets._value.shape != log_input._value.shape:
        raise ValueError(
            f"log_poisson_loss: `log_input` and `targets` must have the same shape, received "
            f"({log_input._value.shape} vs {targets._value.shape})."
        )
    loss: Tensor = exp(log_input) - log_input * targets
    if not compute_full_loss:
        return loss
    z = targets._value
    small = recording.logical_and(targets >= 0.0, targets <= 1.0)
    # One in place of the others keeps their logarithm, and its derivative, finite.
    large = where(small, operand(np.ones_like(z)), targets)
    stirling = large * log(large) - large + log(large * (2.0 * pi)) * 0.5
    loss += where(small, operand(np.zeros_like(z)), stirling)
    return loss


def l2_loss(t: Any, name: str | None = None) -> Tensor:
    """Half the sum of squares, ``sum(t ** 2) / 2``.

    Parameters
    ----------
    t
        A real floating point tensor.

    Returns
    -------
    Tensor
        Shape ``()``, same dtype.

    Raises
    ------
    InvalidArgumentError
        If `t` is not floating point.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.nn.l2_loss([3.0, 4.0]).numpy()
    np.float32(12.5)
    """
    x = operand(t)
    require_kinds("l2_loss", x, FLOATS, "float32")
    loss: Tensor = apply(_l2_loss, (x,), {"axes": tuple(range(-x._value.ndim, 0))})
    return loss
