"""Docstrings of distributions: parameters that many of them share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from tapegrad.torch.documentation import documented as _documented

Described = TypeVar("Described")

_SHARED = {
    "loc": "Where it lies: a number or a tensor.",
    "scale": "How wide it is, positive: a number or a tensor; shapes broadcast.",
    "rate": "One over the scale, positive: a number or a tensor.",
    "concentration": "Its shape parameter, positive: a number or a tensor.",
    "concentration1": "Its first shape parameter, positive: a number or a tensor.",
    "concentration0": "Its second shape parameter, positive: a number or a tensor.",
    "df": "Degrees of freedom, positive: a number or a tensor.",
    "probs": "Probabilities, from 0 to 1; or `logits`, never both.",
    "logits": "Logarithms of odds; for several classes, of probabilities up to a constant.",
    "total_count": "The number of trials.",
    "temperature": "How far from the discrete distribution it is, positive.",
    "batch_shape": "The shape of independent distributions.",
    "event_shape": "The shape of one event.",
    "validate_args": "Whether parameters and values are checked; by default they are.",
    "cache_size": "1 to remember the last value and its image, 0 not to.",
    "event_dim": "How many of the last axes belong to one event.",
    "value": "A tensor.",
    "p": "A distribution.",
    "q": "A distribution.",
}


def documented(
    example: str, result: str = "", **parameters: str
) -> Callable[[Described], Described]:
    """Complete a docstring, see `tapegrad.torch.documentation.documented`.

    Parameters
    ----------
    example, result
        An expression, and what the interpreter shows for it; by default what PyTorch shows.
    parameters
        What parameters mean that are not the same everywhere.
    """
    return _documented(example, result, **{**_SHARED, **parameters})  # type: ignore[return-value]
