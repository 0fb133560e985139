"""Optimizers that scale each element's step by the gradients it has seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from tapegrad.optimizers.arrays import ArrayOptimizer
from tapegrad.optimizers.optimizer import Optimizer

if TYPE_CHECKING:
    from typing import Unpack

    from tapegrad.optimizers.arrays import Options


class Adagrad(ArrayOptimizer):
    r"""Steps that shrink with the sum of squared gradients.

    .. math:: a \leftarrow a + g^2, \qquad w \leftarrow w - \eta \, g / \sqrt{a + \epsilon}

    Parameters
    ----------
    learning_rate
        :math:`\eta`.
    initial_accumulator_value
        What :math:`a` starts from.
    epsilon
        :math:`\epsilon`.
    **options
        See `Optimizer`.

    References
    ----------
    Duchi et al., Adaptive subgradient methods, 2011.

    Examples
    --------
    >>> import tapegrad as tf
    >>> v = tf.Variable(1.0)
    >>> optimizer = tf.optimizers.Adagrad(0.5, initial_accumulator_value=16.0, epsilon=0.0)
    >>> _ = optimizer.apply_gradients([(3.0, v)])
    >>> v.numpy()  # 1 - 0.5 * 3 / sqrt(16 + 9)
    np.float32(0.7)
    """

    _arguments: ClassVar[tuple[str, ...]] = (
        *Optimizer._arguments,
        "initial_accumulator_value",
        "epsilon",
    )

    def __init__(
        self,
        learning_rate: Any = 0.001,
        initial_accumulator_value: float = 0.1,
        epsilon: float = 1e-7,
        **options: Unpack[Options],
    ) -> None:
        super().__init__(learning_rate, **options)
        self.initial_accumulator_value = initial_accumulator_value
        self.epsilon = epsilon

    def _slots(self) -> tuple[dict[str, float], ...]:
        return ({"accumulator": self.initial_accumulator_value},)

    def _coefficients(self, rate: float, step: int, real: Callable[[float], Any]) -> Any:
        return rate, self.epsilon

    def _move(self, value: Any, g: Any, numbers: Any, *slots: Any) -> Any:
        rate, epsilon = numbers
        (a,) = slots
        new = g * g
        a += new
        np.add(a, epsilon, new)
        np.sqrt(new, new)
        np.divide(g * rate, new, new)
        return np.subtract(value, new, new)


class RMSprop(ArrayOptimizer):
    r"""Steps scaled by a running root mean square of the gradient.

    .. math::
        v \leftarrow \rho v + (1 - \rho) g^2, \qquad
        w \leftarrow w - \eta \, g / \sqrt{v + \epsilon}

    Parameters
    ----------
    learning_rate
        :math:`\eta`.
    rho
        :math:`\rho`, how much of the average stays in each step.
    momentum
        Add this fraction of the step before.
    epsilon
        :math:`\epsilon`.
    centered
        Subtract the square of the averaged gradient from :math:`v`: an estimate of the variance.
    **options
        See `Optimizer`.

    References
    ----------
    Hinton, Neural networks for machine learning, lecture 6e, 2012.

    Examples
    --------
    >>> import tapegrad as tf
    >>> v = tf.Variable(1.0)
    >>> _ = tf.optimizers.RMSprop(0.25, rho=0.0, epsilon=0.0).apply_gradients([(3.0, v)])
    >>> v.numpy()
    np.float32(0.75)
    """

    _arguments: ClassVar[tuple[str, ...]] = (
        *Optimizer._arguments,
        "rho",
        "momentum",
        "epsilon",
        "centered",
    )

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float = 1e-7,
        centered: bool = False,
        **options: Unpack[Options],
    ) -> None:
        super().__init__(learning_rate, **options)
        self.rho = rho
        self.momentum = momentum
        self.epsilon = epsilon
        self.centered = centered

    def _slots(self) -> tuple[dict[str, float], ...]:
        names = ["velocity"]
        if self.momentum > 0:
            names.append("momentum")
        if self.centered:
            names.append("average_gradient")
        return tuple({name: 0.0} for name in names)

    def _coefficients(self, rate: float, step: int, real: Callable[[float], Any]) -> Any:
        return rate, self.rho, 1 - self.rho, self.momentum, self.epsilon

    def _move(self, value: Any, g: Any, numbers: Any, *slots: Any) -> Any:
        rate, rho, share, momentum, epsilon = numbers
        v = slots[0]
        new = g * g
        _blend(v, rho, new, share)
        if self.centered:
            mean = slots[-1]
            np.copyto(new, g)
            _blend(mean, rho, new, share)
            np.multiply(mean, mean, new)
            np.subtract(v, new, new)
            new += epsilon
        else:
            np.add(v, epsilon, new)
        np.sqrt(new, new)
        np.divide(g * rate, new, new)
        if self.momentum > 0:
            m = slots[1]
            m *= momentum
            m += new
            return np.subtract(value, m, new)
        return np.subtract(value, new, new)


class Adadelta(ArrayOptimizer):
    r"""Steps in units of the steps before: no learning rate needs to be tuned.

    .. math::
        v &\leftarrow \rho v + (1 - \rho) g^2, \qquad
        \delta = -\sqrt{\frac{d + \epsilon}{v + \epsilon}} \, g \\
        d &\leftarrow \rho d + (1 - \rho) \delta^2, \qquad
        w \leftarrow w + \eta \delta

    Parameters
    ----------
    learning_rate
        :math:`\eta`; the paper has 1.
    rho
        :math:`\rho`, how much of the averages stays in each step.
    epsilon
        :math:`\epsilon`.
    **options
        See `Optimizer`.

    References
    ----------
    Zeiler, Adadelta: an adaptive learning rate method, 2012.

    Examples
    --------
    >>> import tapegrad as tf
    >>> v = tf.Variable(1.0)
    >>> _ = tf.optimizers.Adadelta(1.0, rho=0.0, epsilon=1.0).apply_gradients([(0.75, v)])
    >>> v.numpy().round(5)  # 1 - 0.75 / sqrt(0.75^2 + 1)
    np.float32(0.4)
    """

    _arguments: ClassVar[tuple[str, ...]] = (*Optimizer._arguments, "rho", "epsilon")

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.95,
        epsilon: float = 1e-7,
        **options: Unpack[Options],
    ) -> None:
        super().__init__(learning_rate, **options)
        self.rho = rho
        self.epsilon = epsilon

    def _slots(self) -> tuple[dict[str, float], ...]:
        return ({"accumulated_grad": 0.0, "accumulated_delta_var": 0.0},)

    def _coefficients(self, rate: float, step: int, real: Callable[[float], Any]) -> Any:
        return rate, self.rho, 1 - self.rho, self.epsilon

    def _move(self, value: Any, g: Any, numbers: Any, *slots: Any) -> Any:
        rate, rho, share, epsilon = numbers
        v, d = slots
        new = g * g
        _blend(v, rho, new, share)
        np.add(d, epsilon, new)
        np.sqrt(new, new)
        new *= g
        step = v + epsilon
        np.sqrt(step, step)
        np.divide(new, step, step)
        np.multiply(step, step, new)
        _blend(d, rho, new, share)
        np.multiply(step, rate, new)
        return np.subtract(value, new, new)


class Ftrl(ArrayOptimizer):
    r"""Follow the regularized leader: small models, many features, exact zeros.

    With :math:`p` the `learning_rate_power`, :math:`\lambda_1, \lambda_2` the regularization
    strengths and :math:`\lambda_2' = \lambda_2 + \beta / (2 \eta)`:

    .. math::
        n' &= n + g^2, \qquad
        z \leftarrow z + g + 2 \lambda_s w - \frac{n'^{-p} - n^{-p}}{\eta} \, w \\
        w &\leftarrow \frac{\operatorname{clip}(z, -\lambda_1, \lambda_1) - z}
        {n'^{-p} / \eta + 2 \lambda_2'}, \qquad n \leftarrow n'

    Parameters
    ----------
    learning_rate
        :math:`\eta`.
    learning_rate_power
        :math:`p`, at most zero.
    initial_accumulator_value
        What :math:`n` starts from, at least zero.
    l1_regularization_strength, l2_regularization_strength
        :math:`\lambda_1` and :math:`\lambda_2`, at least zero.
    l2_shrinkage_regularization_strength
        :math:`\lambda_s`, at least zero.
    beta
        :math:`\beta`.
    **options
        See `Optimizer`.

    References
    ----------
    McMahan et al., Ad click prediction: a view from the trenches, 2013.

    Examples
    --------
    >>> import tapegrad as tf
    >>> v = tf.Variable(0.0)
    >>> optimizer = tf.optimizers.Ftrl(0.5, l1_regularization_strength=5.0)
    >>> _ = optimizer.apply_gradients([(3.0, v)])
    >>> v.numpy()  # a gradient below the threshold
    np.float32(0.0)
    """

    _arguments: ClassVar[tuple[str, ...]] = (
        *Optimizer._arguments,
        "learning_rate_power",
        "initial_accumulator_value",
        "l1_regularization_strength",
        "l2_regularization_strength",
        "l2_shrinkage_regularization_strength",
        "beta",
    )

    def __init__(
        self,
        learning_rate: Any = 0.001,
        learning_rate_power: float = -0.5,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        l2_shrinkage_regularization_strength: float = 0.0,
        beta: float = 0.0,
        **options: Unpack[Options],
    ) -> None:
        if learning_rate_power > 0:
            raise ValueError(
                f"`learning_rate_power` needs to be negative or zero. Received: "
                f"learning_rate_power={learning_rate_power}."
            )
        for name, value in (
            ("initial_accumulator_value", initial_accumulator_value),
            ("l1_regularization_strength", l1_regularization_strength),
            ("l2_regularization_strength", l2_regularization_strength),
            ("l2_shrinkage_regularization_strength", l2_shrinkage_regularization_strength),
        ):
            if value < 0:
                raise ValueError(
                    f"`{name}` needs to be positive or zero. Received: {name}={value}."
                )
        super().__init__(learning_rate, **options)
        self.learning_rate_power = learning_rate_power
        self.initial_accumulator_value = initial_accumulator_value
        self.l1_regularization_strength = l1_regularization_strength
        self.l2_regularization_strength = l2_regularization_strength
        self.l2_shrinkage_regularization_strength = l2_shrinkage_regularization_strength
        self.beta = beta

    def _slots(self) -> tuple[dict[str, float], ...]:
        return ({"accumulator": self.initial_accumulator_value, "linear": 0.0},)

    def _coefficients(self, rate: float, step: int, real: Callable[[float], Any]) -> Any:
        l1, shrinkage = self.l1_regularization_strength, self.l2_shrinkage_regularization_strength
        l2 = self.l2_regularization_strength + (self.beta / (2 * rate) if rate else 0)
        return rate, l1, 2 * l2, 2 * shrinkage

    def _move(self, value: Any, g: Any, numbers: Any, *slots: Any) -> Any:
        rate, l1, twice_l2, twice_shrinkage = numbers
        if rate == 0:  # the formulas divide by it
            return value
        n, z = slots
        power = -self.learning_rate_power
        before = n**power
        n += g * g
        after = n**power
        new = after - before
        new /= rate
        new *= value
        np.subtract(g, new, new)
        if self.l2_shrinkage_regularization_strength:
            new += value * twice_shrinkage
        z += new
        np.maximum(z, -l1, out=new)
        np.minimum(new, l1, out=new)
        new -= z
        after /= rate
        after += twice_l2
        new /= after
        return new


def _blend(average: Any, rho: Any, new: Any, share: Any) -> None:
    """``average = rho * average + share * new``, in place; `new` is overwritten."""
    average *= rho
    new *= share
    average += new
