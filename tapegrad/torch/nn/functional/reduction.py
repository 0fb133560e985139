"""How losses are summed up, and the checks that they share."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.core.structural import broadcast_to
from tapegrad.ops.cast import in_dtype
from tapegrad.ops.reduce import reduce_mean, reduce_sum
from tapegrad.torch.dtypes import promote
from tapegrad.torch.node import node_type
from tapegrad.torch.running import run


def reduction_named(
    reduction: str, size_average: bool | None = None, reduce: bool | None = None
) -> str:
    """The reduction that the present argument, or PyTorch's two old ones, ask for.

    Raises
    ------
    ValueError
        If there is no such reduction.
    """
    if size_average is not None or reduce is not None:
        size_average = True if size_average is None else size_average
        reduce = True if reduce is None else reduce
        reduction = ("mean" if size_average else "sum") if reduce else "none"
        warnings.warn(
            f"size_average and reduce args will be deprecated, please use "
            f"reduction='{reduction}' instead.",
            UserWarning,
            stacklevel=4,
        )
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"{reduction} is not a valid value for reduction")
    return reduction


def reduced(loss: Any, reduction: str) -> Any:
    """The sum or mean of a core tensor of losses, or they themselves."""
    if reduction == "none":
        return loss
    return (reduce_mean if reduction == "mean" else reduce_sum)(loss)


def pair(input: Any, target: Any) -> tuple[Any, Any]:
    """Two core tensors of one type and shape."""
    a, b = input._value, target._value
    if a.dtype != b.dtype:
        dtype = promote(a.dtype, b.dtype)
        input, target = in_dtype(input, dtype), in_dtype(target, dtype)
    if a.shape != b.shape:
        to = np.broadcast_shapes(a.shape, b.shape)
        input = input if a.shape == to else broadcast_to(input, to=to)
        target = target if b.shape == to else broadcast_to(target, to=to)
    return input, target


def warn_of_sizes(input: Any, target: Any) -> None:
    """Warn if a loss compares tensors of different shapes."""
    if input.shape != target.shape:
        warnings.warn(
            f"Using a target size ({target.shape}) that is different to the input size "
            f"({input.shape}). This will likely lead to incorrect results due to broadcasting. "
            f"Please ensure they have the same size.",
            UserWarning,
            stacklevel=4,
        )


def composed_loss(node: str, mean: str = "MeanBackward0") -> Callable[..., Callable[..., Any]]:
    """For a loss that PyTorch composes of operations: its node is the last of them.

    Parameters
    ----------
    node
        What the node is called without reduction, the last argument.
    mean
        What it is called for means.
    """
    kinds = {"none": node, "mean": mean, "sum": "SumBackward0", "batchmean": "DivBackward0"}

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def call(*args: Any) -> Any:
            return run(function, node_type(kinds[args[-1]]), args, {})

        return call

    return decorate
