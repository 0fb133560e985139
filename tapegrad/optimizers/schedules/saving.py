"""Schedules as plain dicts, and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tapegrad.optimizers.schedules.base import LearningRateSchedule
from tapegrad.optimizers.schedules.cosine import CosineDecay, CosineDecayRestarts
from tapegrad.optimizers.schedules.decay import (
    ExponentialDecay,
    InverseTimeDecay,
    PiecewiseConstantDecay,
    PolynomialDecay,
)

_BY_NAME: dict[str, type[LearningRateSchedule]] = {
    cls.__name__: cls
    for cls in (
        CosineDecay,
        CosineDecayRestarts,
        ExponentialDecay,
        InverseTimeDecay,
        PiecewiseConstantDecay,
        PolynomialDecay,
    )
}


def serialize(learning_rate_schedule: LearningRateSchedule) -> dict[str, Any]:
    """A schedule as a dict of plain values, in Keras's form.

    Parameters
    ----------
    learning_rate_schedule
        The schedule.

    Examples
    --------
    >>> import tapegrad as tf
    >>> schedules = tf.optimizers.schedules
    >>> saved = schedules.serialize(schedules.PiecewiseConstantDecay([1], [0.5, 0.25]))
    >>> saved["class_name"], saved["config"]["values"]
    ('PiecewiseConstantDecay', [0.5, 0.25])
    >>> schedules.deserialize(saved)(0).numpy()
    np.float32(0.5)
    """
    return {
        "module": "keras.optimizers.schedules",
        "class_name": type(learning_rate_schedule).__name__,
        "config": learning_rate_schedule.get_config(),
        "registered_name": None,
    }


def deserialize(
    config: Mapping[str, Any], custom_objects: Mapping[str, Callable[..., Any]] | None = None
) -> LearningRateSchedule:
    """The schedule that `serialize` described.

    Parameters
    ----------
    config
        What `serialize` returned.
    custom_objects
        Your own schedule classes, by name.

    Raises
    ------
    ValueError
        If there is no schedule of that name.

    Examples
    --------
    >>> import tapegrad as tf
    >>> config = {"initial_learning_rate": 0.5, "decay_steps": 2, "decay_rate": 0.25}
    >>> saved = {"class_name": "ExponentialDecay", "config": config}
    >>> tf.optimizers.schedules.deserialize(saved)(1).numpy()
    np.float32(0.25)
    """
    known: dict[str, Any] = {**_BY_NAME, **(custom_objects or {})}
    name = config["class_name"]
    if name not in known:
        raise ValueError(
            f"Unknown learning rate schedule {name!r}. Known are {', '.join(known)}; give your own "
            f"classes in `custom_objects`."
        )
    cls = known[name]
    made: LearningRateSchedule = (
        cls.from_config(config["config"])
        if hasattr(cls, "from_config")
        else cls(**config["config"])
    )
    return made
