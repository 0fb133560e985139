"""Initializers from names and plain dicts, and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tapegrad.core.registry import Registry
from tapegrad.ops import initializers, variance_scaling
from tapegrad.ops.initializers import Initializer

_CLASSES: tuple[type[Initializer], ...] = (
    initializers.Constant,
    initializers.Identity,
    initializers.Ones,
    initializers.RandomNormal,
    initializers.RandomUniform,
    initializers.TruncatedNormal,
    initializers.Zeros,
    variance_scaling.GlorotNormal,
    variance_scaling.GlorotUniform,
    variance_scaling.HeNormal,
    variance_scaling.HeUniform,
    variance_scaling.LecunNormal,
    variance_scaling.LecunUniform,
    variance_scaling.Orthogonal,
    variance_scaling.VarianceScaling,
)
INITIALIZERS = Registry(
    "initializer",
    "keras.initializers",
    _CLASSES,
    aliases={
        "normal": initializers.RandomNormal,
        "uniform": initializers.RandomUniform,
        "one": initializers.Ones,
        "zero": initializers.Zeros,
    },
)


def get(identifier: Any) -> Any:
    """An initializer from its name, what `serialize` made of it, a class, or itself.

    Parameters
    ----------
    identifier
        A name such as ``"he_normal"``, a dict, a class, a function of shape and dtype, or None.

    Returns
    -------
    Initializer
        None for None; a function as it is.

    Raises
    ------
    ValueError
        For anything else.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.initializers.get("ones")([2]).numpy().tolist()
    [1.0, 1.0]
    """
    return INITIALIZERS.get(identifier)


def serialize(initializer: Any) -> dict[str, Any]:
    """An initializer as a dict of plain values, in Keras's form.

    Parameters
    ----------
    initializer
        The initializer.

    Examples
    --------
    >>> import tapegrad as tf
    >>> saved = tf.keras.initializers.serialize(tf.keras.initializers.Constant(3.0))
    >>> saved["class_name"], saved["config"]
    ('Constant', {'value': 3.0})
    """
    return INITIALIZERS.serialize(initializer)  # type: ignore[no-any-return]


def deserialize(config: Any, custom_objects: Mapping[str, Callable[..., Any]] | None = None) -> Any:
    """The initializer that `serialize` described.

    Parameters
    ----------
    config
        What `serialize` returned.
    custom_objects
        Your own classes and functions, by name.

    Raises
    ------
    ValueError
        If there is no initializer of that name.

    Examples
    --------
    >>> import tapegrad as tf
    >>> saved = {"class_name": "Constant", "config": {"value": 2.0}}
    >>> tf.keras.initializers.deserialize(saved)([1]).numpy().tolist()
    [2.0]
    """
    return INITIALIZERS.deserialize(config, custom_objects)
