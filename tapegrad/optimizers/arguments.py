"""Checks of the arguments of optimizers."""

from __future__ import annotations

from typing import Any


def check_range(name: str, value: Any, low: float, high: float) -> None:
    """Raise ValueError unless a number lies between two bounds."""
    if not low <= value <= high:
        raise ValueError(f"`{name}` must be in the range [{low}, {high}]. Received: {name}={value}")


def check_count(name: str, value: Any, least: int) -> None:
    """Raise ValueError unless a number is None, or an integer of some size."""
    if value is not None and not (isinstance(value, int) and value >= least):
        raise ValueError(f"`{name}` must be an integer >= {least}. Received: {name}={value}")
