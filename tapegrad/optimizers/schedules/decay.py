"""Learning rates that fall along a curve or in steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tapegrad.core.convert import as_array
from tapegrad.core.tensor import Tensor, wrap
from tapegrad.optimizers.schedules.base import FormulaSchedule, LearningRateSchedule, check_steps


class ExponentialDecay(FormulaSchedule):
    r"""The rate :math:`\eta_0 \, r^{t / T}`.

    Parameters
    ----------
    initial_learning_rate
        :math:`\eta_0`.
    decay_steps
        :math:`T`, positive.
    decay_rate
        :math:`r`.
    staircase
        Round :math:`t / T` down.
    name
        A name.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.optimizers.schedules.ExponentialDecay(0.5, 10, 0.25)(5).numpy()
    np.float32(0.25)
    """

    _arguments = ("initial_learning_rate", "decay_steps", "decay_rate", "staircase", "name")

    def __init__(
        self,
        initial_learning_rate: Any,
        decay_steps: int,
        decay_rate: float,
        staircase: bool = False,
        name: str = "ExponentialDecay",
    ) -> None:
        check_steps("decay_steps", decay_steps)
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name

    def _rate(self, start: float, step: Any) -> Any:
        p = step / self.decay_steps
        return start * self.decay_rate ** (np.floor(p) if self.staircase else p)


class InverseTimeDecay(ExponentialDecay):
    r"""The rate :math:`\eta_0 / (1 + r \, t / T)`.

    Parameters
    ----------
    initial_learning_rate
        :math:`\eta_0`.
    decay_steps
        :math:`T`, positive.
    decay_rate
        :math:`r`.
    staircase
        Round :math:`t / T` down.
    name
        A name.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.optimizers.schedules.InverseTimeDecay(0.5, 10, 1.0)(10).numpy()
    np.float32(0.25)
    """

    def __init__(
        self,
        initial_learning_rate: Any,
        decay_steps: int,
        decay_rate: float,
        staircase: bool = False,
        name: str = "InverseTimeDecay",
    ) -> None:
        super().__init__(initial_learning_rate, decay_steps, decay_rate, staircase, name)

    def _rate(self, start: float, step: Any) -> Any:
        p = step / self.decay_steps
        return start / (1 + self.decay_rate * (np.floor(p) if self.staircase else p))


class PolynomialDecay(FormulaSchedule):
    r"""The rate :math:`(\eta_0 - \eta_1) (1 - t / T)^p + \eta_1`, constant from :math:`T` on.

    Parameters
    ----------
    initial_learning_rate
        :math:`\eta_0`.
    decay_steps
        :math:`T`, positive.
    end_learning_rate
        :math:`\eta_1`.
    power
        :math:`p`.
    cycle
        From :math:`T` on, take the smallest multiple of :math:`T` not below :math:`t` instead.
    name
        A name.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.optimizers.schedules.PolynomialDecay(0.5, 4, end_learning_rate=0.0)(1).numpy()
    np.float32(0.375)
    """

    _arguments = (
        "initial_learning_rate",
        "decay_steps",
        "end_learning_rate",
        "power",
        "cycle",
        "name",
    )

    def __init__(
        self,
        initial_learning_rate: Any,
        decay_steps: int,
        end_learning_rate: float = 0.0001,
        power: float = 1.0,
        cycle: bool = False,
        name: str = "PolynomialDecay",
    ) -> None:
        check_steps("decay_steps", decay_steps)
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.end_learning_rate = end_learning_rate
        self.power = power
        self.cycle = cycle
        self.name = name

    def _rate(self, start: float, step: Any) -> Any:
        total: Any = self.decay_steps
        if self.cycle:
            total = total * np.maximum(np.ceil(step / total), 1)
        else:
            step = np.minimum(step, total)
        span = start - self.end_learning_rate
        return span * (1 - step / total) ** self.power + self.end_learning_rate


class PiecewiseConstantDecay(LearningRateSchedule):
    """Steps between given rates: ``values[i]`` up to and including step ``boundaries[i]``.

    Parameters
    ----------
    boundaries
        Increasing step numbers.
    values
        The rates, one more than boundaries.
    name
        A name.

    Raises
    ------
    ValueError
        If the lengths do not fit.

    Examples
    --------
    >>> import tapegrad as tf
    >>> rate = tf.optimizers.schedules.PiecewiseConstantDecay([100, 200], [1.0, 0.5, 0.25])
    >>> rate(tf.constant([100, 101, 201])).numpy().tolist()
    [1.0, 0.5, 0.25]
    """

    _arguments = ("boundaries", "values", "name")

    def __init__(
        self, boundaries: Sequence[float], values: Sequence[Any], name: str = "PiecewiseConstant"
    ) -> None:
        if len(boundaries) != len(values) - 1:
            raise ValueError(
                f"The length of boundaries should be 1 less than the length of values. Received: "
                f"boundaries={boundaries} of length {len(boundaries)}, and values={values} of "
                f"length {len(values)}."
            )
        self.boundaries = boundaries
        self.values = values
        self.name = name

    def __call__(self, step: Any) -> Tensor:
        """The learning rate at a step, or at each of an array of steps."""
        values = as_array(list(self.values))
        return wrap(values[np.searchsorted(np.asarray(self.boundaries), as_array(step))][()])
