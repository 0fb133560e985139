"""What all schedules share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from tapegrad.core.convert import as_array
from tapegrad.core.tensor import Tensor, wrap


class LearningRateSchedule:
    """Base of all schedules: a function from the step to the learning rate.

    A schedule of your own is a subclass that defines ``__call__(step)``, and `get_config` if it is
    to be saved. Optimizers call it with their `iterations`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> class Halving(tf.optimizers.schedules.LearningRateSchedule):
    ...     def __call__(self, step):
    ...         return 0.5 ** tf.cast(step, tf.float32)
    >>> optimizer = tf.optimizers.SGD(Halving())
    >>> optimizer.iterations.assign(3).numpy(), optimizer.learning_rate.numpy()
    (np.int64(3), np.float32(0.125))
    """

    #: The arguments of ``__init__``, which are kept as attributes of the same names.
    _arguments: ClassVar[tuple[str, ...]] = ()

    def __call__(self, step: Any) -> Any:
        """The learning rate at a step."""
        raise NotImplementedError(
            f"Learning rate schedule '{type(self).__name__}' must override `__call__(self, step)`."
        )

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a schedule like this one."""
        if not self._arguments:
            raise NotImplementedError(
                f"Learning rate schedule '{type(self).__name__}' must override `get_config()` in "
                f"order to be serializable."
            )
        return {key: getattr(self, key) for key in self._arguments}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> LearningRateSchedule:
        """The schedule that `get_config` described."""
        return cls(**config)


class FormulaSchedule(LearningRateSchedule):
    """A schedule that is a formula on arrays of steps."""

    initial_learning_rate: Any

    def __call__(self, step: Any) -> Tensor:
        """The learning rate at a step, or at each of an array of steps."""
        start = as_array(self.initial_learning_rate)
        dtype = start.dtype if start.dtype.kind == "f" else np.float32
        steps = np.asarray(as_array(step)).astype(np.float64)
        with np.errstate(all="ignore"):
            return wrap(np.asarray(self._rate(float(start), steps)).astype(dtype)[()])

    def _rate(self, start: float, step: Any) -> Any:
        raise NotImplementedError


def check_steps(name: str, steps: Any) -> None:
    """Raise ValueError unless a number of steps is positive."""
    if steps <= 0:
        raise ValueError(f"Argument `{name}` must be > 0. Received: {name}={steps}")
