"""What the arguments of many layers have in common: weights by their roles, sizes, formats."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from tapegrad.layers.constraints import CONSTRAINTS
from tapegrad.layers.identifiers import INITIALIZERS
from tapegrad.layers.layer import Layer
from tapegrad.layers.regularizers import REGULARIZERS
from tapegrad.layers.weights import Weight

_PARTS = {
    "initializer": INITIALIZERS,
    "regularizer": REGULARIZERS,
    "constraint": CONSTRAINTS,
}


def take_roles(layer: Layer, given: Mapping[str, Any], *roles: str) -> None:
    """Keep ``kernel_initializer`` and the like, which may be names, as attributes.

    Parameters
    ----------
    layer
        The layer.
    given
        The arguments by name.
    roles
        What its weights are called, ``"kernel"``.
    """
    for role in roles:
        for part, registry in _PARTS.items():
            name = f"{role}_{part}"
            if name in given:
                setattr(layer, name, registry.get(given[name]))


def make_weight(
    layer: Layer,
    role: str,
    shape: tuple[int, ...],
    trainable: bool = True,
    name: str | None = None,
) -> Weight:
    """Make the weight of a role by what `take_roles` kept; called like its role if not named."""
    parts: dict[str, Any] = {part: getattr(layer, f"{role}_{part}", None) for part in _PARTS}
    return layer.add_weight(name=name or role, shape=shape, trainable=trainable, **parts)


def roles_config(layer: Layer, *roles: str) -> dict[str, Any]:
    """What `take_roles` kept, as plain values."""
    return {
        f"{role}_{part}": registry.optional(getattr(layer, f"{role}_{part}"))
        for part, registry in _PARTS.items()
        for role in roles
        if hasattr(layer, f"{role}_{part}")
    }


def positive(name: str, value: Any) -> int:
    """A positive integer.

    Raises
    ------
    ValueError
        If it is none.
    """
    whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if not whole or value <= 0:
        raise ValueError(
            f"Received an invalid value for `{name}`, expected a positive integer. Received: "
            f"{name}={value}"
        )
    return int(value)


def sizes(name: str, value: Any, rank: int, least: int = 1) -> tuple[int, ...]:
    """One integer for each of `rank` axes, from one for all or from a sequence.

    Raises
    ------
    ValueError
        If there are more or fewer, or one is no integer of at least `least`.
    """
    try:
        found = (value,) * rank if isinstance(value, (int, np.integer)) else tuple(value)
    except TypeError:
        found = ()
    if len(found) != rank or not all(
        isinstance(n, (int, np.integer)) and n >= least for n in found
    ):
        raise ValueError(
            f"The `{name}` argument must be a tuple of {rank} integers of at least {least}, or one "
            f"for all axes. Received: {name}={value}"
        )
    return tuple(int(n) for n in found)


def padding_name(padding: Any, causal: bool = False) -> str:
    """The name of a padding in small letters.

    Raises
    ------
    ValueError
        If there is none of that name.
    """
    known = ("valid", "same", "causal") if causal else ("valid", "same")
    if not isinstance(padding, str) or padding.lower() not in known:
        raise ValueError(
            f"The `padding` argument must be one of {known}. Received: padding={padding}"
        )
    return padding.lower()


def data_format_name(data_format: Any) -> str:
    """Where the channels are: last if nothing else is said.

    Raises
    ------
    ValueError
        If there is no such place.
    """
    known = ("channels_last", "channels_first")
    if data_format is not None and str(data_format).lower() not in known:
        raise ValueError(
            f"The `data_format` argument must be one of {known}. Received: data_format="
            f"{data_format}"
        )
    return "channels_last" if data_format is None else str(data_format).lower()


def image_format(data_format: str, rank: int) -> str:
    """The name by which ``tf.nn`` knows a data format."""
    axes = {1: "W", 2: "HW", 3: "DHW"}[rank]
    return f"N{axes}C" if data_format == "channels_last" else f"NC{axes}"
