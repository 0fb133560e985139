"""Optimizers from names and plain dicts, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tapegrad.optimizers.adagrad import Adadelta, Adagrad, Ftrl, RMSprop
from tapegrad.optimizers.adam import Adam, Adamax, AdamW, Nadam
from tapegrad.optimizers.optimizer import Optimizer
from tapegrad.optimizers.sgd import SGD, Lion

_BY_NAME: dict[str, type[Optimizer]] = {
    cls.__name__.lower(): cls
    for cls in (Adadelta, Adagrad, Adam, AdamW, Adamax, Ftrl, Lion, Nadam, RMSprop, SGD)
}


def serialize(optimizer: Optimizer) -> dict[str, Any]:
    """An optimizer's arguments as a dict of plain values, in Keras's form.

    Parameters
    ----------
    optimizer
        The optimizer; its state is not saved.

    Examples
    --------
    >>> import tapegrad as tf
    >>> saved = tf.optimizers.serialize(tf.optimizers.SGD(0.5, momentum=0.25))
    >>> tf.optimizers.deserialize(saved).momentum
    0.25
    """
    return {
        "module": "keras.optimizers",
        "class_name": type(optimizer).__name__,
        "config": optimizer.get_config(),
        "registered_name": None,
    }


def deserialize(
    config: Mapping[str, Any], custom_objects: Mapping[str, type] | None = None
) -> Optimizer:
    """The optimizer that `serialize` described.

    Parameters
    ----------
    config
        What `serialize` returned.
    custom_objects
        Your own classes, by name.

    Raises
    ------
    ValueError
        If there is no optimizer of that name.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.optimizers.deserialize({"class_name": "adam", "config": {"beta_1": 0.5}}).beta_1
    0.5
    """
    name = config["class_name"]
    cls = (custom_objects or {}).get(name) or _BY_NAME.get(name.lower())
    if cls is None:
        raise ValueError(
            f"Could not interpret optimizer identifier: {name}. Known are "
            f"{', '.join(known.__name__ for known in _BY_NAME.values())}."
        )
    made: Optimizer = cls.from_config(config["config"], custom_objects)  # type: ignore[attr-defined]
    return made


def get(identifier: Any) -> Optimizer | None:
    """An optimizer from its name, its description, or itself.

    Parameters
    ----------
    identifier
        A name such as ``"adam"``, a dict as `serialize` makes it, an Optimizer, or None.

    Raises
    ------
    ValueError
        For anything else.

    Examples
    --------
    >>> import tapegrad as tf
    >>> type(tf.optimizers.get("rmsprop")).__name__
    'RMSprop'
    """
    if identifier is None or isinstance(identifier, Optimizer):
        return identifier
    if isinstance(identifier, str):
        return deserialize({"class_name": identifier, "config": {}})
    if isinstance(identifier, Mapping):
        return deserialize(identifier)
    raise ValueError(f"Could not interpret optimizer identifier: {identifier!r}")
