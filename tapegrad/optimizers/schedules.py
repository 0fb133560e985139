"""``tf.optimizers.schedules``: learning rates that change as training goes on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from tapegrad.core.convert import as_array
from tapegrad.core.tensor import Tensor, wrap

__all__ = [
    "CosineDecay",
    "CosineDecayRestarts",
    "ExponentialDecay",
    "InverseTimeDecay",
    "LearningRateSchedule",
    "PiecewiseConstantDecay",
    "PolynomialDecay",
    "deserialize",
    "serialize",
]


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


class _Formula(LearningRateSchedule):
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


def _check_steps(name: str, steps: Any) -> None:
    if steps <= 0:
        raise ValueError(f"Argument `{name}` must be > 0. Received: {name}={steps}")


class ExponentialDecay(_Formula):
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
        _check_steps("decay_steps", decay_steps)
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


class PolynomialDecay(_Formula):
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
        _check_steps("decay_steps", decay_steps)
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


class CosineDecay(_Formula):
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
        _check_steps("decay_steps", decay_steps)
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


class CosineDecayRestarts(_Formula):
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
        _check_steps("first_decay_steps", first_decay_steps)
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
