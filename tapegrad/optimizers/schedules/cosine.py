"""Learning rates that fall along a cosine, once or again and again."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.optimizers.schedules.base import FormulaSchedule, check_steps


class CosineDecay(FormulaSchedule):
    r"""Half a cosine, :math:`\eta \, ((1 - \alpha) \tfrac12 (1 + \cos \pi t / T) + \alpha)`.

    Parameters
    ----------
    initial_learning_rate
        The rate that it starts from.
    decay_steps
        :math:`T`, positive; constant afterwards.
    alpha
        :math:`\alpha`, the last rate as a fraction of :math:`\eta`.
    name
        A name.
    warmup_target
        If given, the rate first goes in a straight line from `initial_learning_rate` to this,
        and then decays from it.
    warmup_steps
        How many steps that takes.

    Examples
    --------
    >>> import tapegrad as tf
    >>> rate = tf.optimizers.schedules.CosineDecay(0.0, 10, warmup_target=1.0, warmup_steps=4)
    >>> rate(tf.constant([0, 2, 4, 9, 14])).numpy().tolist()
    [0.0, 0.5, 1.0, 0.5, 0.0]
    """

    _arguments = (
        "initial_learning_rate",
        "decay_steps",
        "alpha",
        "name",
        "warmup_target",
        "warmup_steps",
    )

    def __init__(
        self,
        initial_learning_rate: Any,
        decay_steps: int,
        alpha: float = 0.0,
        name: str = "CosineDecay",
        warmup_target: float | None = None,
        warmup_steps: int = 0,
    ) -> None:
        check_steps("decay_steps", decay_steps)
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.alpha = alpha
        self.name = name
        self.warmup_target = warmup_target
        self.warmup_steps = warmup_steps

    def _rate(self, start: float, step: Any) -> Any:
        if self.warmup_target is None:
            return self._decayed(step, start)
        after = step - self.warmup_steps
        if self.warmup_steps == 0:
            return self._decayed(after, self.warmup_target)
        slope = (self.warmup_target - start) / self.warmup_steps
        rising = start + slope * step
        return np.where(after < 0, rising, self._decayed(after, self.warmup_target))

    def _decayed(self, step: Any, start: Any) -> Any:
        fraction = np.minimum(step, self.decay_steps) / self.decay_steps
        return start * ((1 - self.alpha) * _half_cosine(fraction) + self.alpha)


class CosineDecayRestarts(FormulaSchedule):
    r"""`CosineDecay` that starts anew again and again, each time longer and lower.

    Parameters
    ----------
    initial_learning_rate
        The first rate.
    first_decay_steps
        Length of the first period, positive.
    t_mul
        How much longer each period is than the one before.
    m_mul
        How high each period starts, compared with the one before.
    alpha
        The last rate of a period as a fraction of `initial_learning_rate`.
    name
        A name.

    Examples
    --------
    >>> import tapegrad as tf
    >>> rate = tf.optimizers.schedules.CosineDecayRestarts(1.0, 2, t_mul=2.0, m_mul=0.5)
    >>> rate(tf.constant([0, 1, 2, 4])).numpy().tolist()
    [1.0, 0.5, 0.5, 0.25]
    """

    _arguments = ("initial_learning_rate", "first_decay_steps", "t_mul", "m_mul", "alpha", "name")

    def __init__(
        self,
        initial_learning_rate: Any,
        first_decay_steps: int,
        t_mul: float = 2.0,
        m_mul: float = 1.0,
        alpha: float = 0.0,
        name: str = "SGDRDecay",
    ) -> None:
        check_steps("first_decay_steps", first_decay_steps)
        self.initial_learning_rate = initial_learning_rate
        self.first_decay_steps = first_decay_steps
        self.t_mul = t_mul
        self.m_mul = m_mul
        self.alpha = alpha
        self.name = name

    def _rate(self, start: float, step: Any) -> Any:
        fraction = step / self.first_decay_steps
        q = self.t_mul
        if q == 1:
            period = np.floor(fraction)
            fraction = fraction - period
        else:
            # The periods have lengths 1, q, q^2...: period n starts at (q^n - 1) / (q - 1).
            period = np.floor(np.log1p(fraction * (q - 1)) / np.log(q))
            period += (q ** (period + 1) - 1) / (q - 1) <= fraction  # where the floor was unlucky
            fraction = (fraction - (q**period - 1) / (q - 1)) / q**period
        wave = self.m_mul**period * _half_cosine(fraction)
        return start * ((1 - self.alpha) * wave + self.alpha)


def _half_cosine(fraction: Any) -> Any:
    return 0.5 * (1 + np.cos(np.pi * fraction))
