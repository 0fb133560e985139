"""Adam and its relatives: steps scaled by running moments of the gradient."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from tapegrad.core.variable import Variable
from tapegrad.optimizers.arrays import ArrayOptimizer, towards
from tapegrad.optimizers.gradients import Pairs
from tapegrad.optimizers.optimizer import Optimizer

if TYPE_CHECKING:
    from typing import Unpack

    from tapegrad.optimizers.arrays import Options, OtherOptions


class _Moments(ArrayOptimizer):
    """What the family has in common: the arguments, and two moments."""

    _arguments: ClassVar[tuple[str, ...]] = (*Optimizer._arguments, "beta_1", "beta_2", "epsilon")

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        **options: Unpack[Options],
    ) -> None:
        super().__init__(learning_rate, **options)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon

    def _slots(self) -> tuple[dict[str, float], ...]:
        return ({"momentum": 0.0, "velocity": 0.0},)


class Adam(_Moments):
    r"""Steps scaled by running averages of the gradient and of its square.

    .. math::
        m &\leftarrow \beta_1 m + (1 - \beta_1) g, \qquad
        v \leftarrow \beta_2 v + (1 - \beta_2) g^2 \\
        w &\leftarrow w - \eta \, \frac{\sqrt{1 - \beta_2^t}}{1 - \beta_1^t}
        \, \frac{m}{\sqrt v + \epsilon}

    Parameters
    ----------
    learning_rate
        :math:`\eta`.
    beta_1, beta_2
        How much of the averages stays in each step.
    epsilon
        :math:`\epsilon`, added after the root and before the bias correction.
    amsgrad
        Divide by the largest :math:`v` so far.
    **options
        See `Optimizer`.

    References
    ----------
    Kingma and Ba, Adam: a method for stochastic optimization, 2014; Reddi et al., On the
    convergence of Adam and beyond, 2018.

    Examples
    --------
    >>> import tapegrad as tf
    >>> v = tf.Variable([1.0, 1.0], dtype=tf.float64)
    >>> _ = tf.optimizers.Adam(learning_rate=0.25).apply_gradients([([3.0, -5.0], v)])
    >>> v.numpy().round(5)  # the first step is as long as the learning rate
    array([0.75, 1.25])
    """

    _arguments: ClassVar[tuple[str, ...]] = (*_Moments._arguments, "amsgrad")

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        **options: Unpack[Options],
    ) -> None:
        super().__init__(learning_rate, beta_1, beta_2, epsilon, **options)
        self.amsgrad = amsgrad

    def _slots(self) -> tuple[dict[str, float], ...]:
        largest: tuple[dict[str, float], ...] = ({"velocity_hat": 0.0},) if self.amsgrad else ()
        return (*super()._slots(), *largest)

    def _coefficients(self, rate: float, step: int, real: Callable[[float], Any]) -> Any:
        correction = np.sqrt(1 - real(self.beta_2) ** step) / (1 - real(self.beta_1) ** step)
        return real(rate) * correction, 1 - self.beta_1, 1 - self.beta_2, self.epsilon

    def _move(self, value: Any, g: Any, numbers: Any, *slots: Any) -> Any:
        rate, share_m, share_v, epsilon = numbers
        m, v = slots[:2]
        new = towards(m, g, share_m)
        np.multiply(g, g, new)
        towards(v, new, share_v, new)
        if len(slots) == 3:
            largest = slots[2]
            v = np.maximum(largest, v, out=largest)
        np.sqrt(v, new)
        new += epsilon
        np.divide(m, new, new)
        new *= rate
        return np.subtract(value, new, new)


class AdamW(Adam):
    r"""`Adam` with weight decay: each step first shrinks :math:`w` by :math:`\eta \lambda w`.

    Parameters
    ----------
    learning_rate
        :math:`\eta`.
    weight_decay
        :math:`\lambda`.
    beta_1, beta_2, epsilon, amsgrad
        See `Adam`.
    **options
        See `Optimizer`.

    References
    ----------
    Loshchilov and Hutter, Decoupled weight decay regularization, 2019.

    Examples
    --------
    >>> import tapegrad as tf
    >>> v = tf.Variable(1.0, dtype=tf.float64)
    >>> optimizer = tf.optimizers.AdamW(learning_rate=0.25, weight_decay=0.5)
    >>> _ = optimizer.apply_gradients([(3.0, v)])
    >>> v.numpy().round(5)  # 1 - 0.25 * 0.5 - 0.25
    np.float64(0.625)
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        weight_decay: float = 0.004,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        **options: Unpack[OtherOptions],
    ) -> None:
        if weight_decay is None:
            raise ValueError(
                "Argument `weight_decay` must be a float. Received: weight_decay=None. "
                "Without it this is Adam."
            )
        super().__init__(
            learning_rate, beta_1, beta_2, epsilon, amsgrad, weight_decay=weight_decay, **options
        )


class Adamax(_Moments):
    r"""`Adam` with the largest recent gradient in place of the second moment.

    .. math::
        m \leftarrow \beta_1 m + (1 - \beta_1) g, \qquad
        u \leftarrow \max(\beta_2 u, |g|), \qquad
        w \leftarrow w - \frac{\eta}{1 - \beta_1^t} \, \frac{m}{u + \epsilon}

    Parameters
    ----------
    learning_rate
        :math:`\eta`.
    beta_1, beta_2
        How much of the past stays in each step.
    epsilon
        :math:`\epsilon`.
    **options
        See `Optimizer`.

    References
    ----------
    Kingma and Ba, Adam: a method for stochastic optimization, 2014, section 7.

    Examples
    --------
    >>> import tapegrad as tf
    >>> v = tf.Variable([1.0, 1.0], dtype=tf.float64)
    >>> _ = tf.optimizers.Adamax(learning_rate=0.25).apply_gradients([([3.0, -5.0], v)])
    >>> v.numpy().round(5)
    array([0.75, 1.25])
    """

    def _slots(self) -> tuple[dict[str, float], ...]:
        return ({"momentum": 0.0, "norm": 0.0},)

    def _coefficients(self, rate: float, step: int, real: Callable[[float], Any]) -> Any:
        corrected = real(rate) / (1 - real(self.beta_1) ** step)
        return corrected, 1 - self.beta_1, self.beta_2, self.epsilon

    def _move(self, value: Any, g: Any, numbers: Any, *slots: Any) -> Any:
        rate, share_m, beta_2, epsilon = numbers
        m, u = slots
        new = towards(m, g, share_m)
        u *= beta_2
        np.maximum(u, np.absolute(g, new), out=u)
        np.add(u, epsilon, new)
        np.divide(m, new, new)
        new *= rate
        return np.subtract(value, new, new)


class Nadam(_Moments):
    r"""`Adam` with Nesterov's momentum.

    With :math:`\mu_t = \beta_1 (1 - \tfrac12 0.96^t)` and :math:`\Pi_t = \mu_1 \cdots \mu_t`, and
    Adam's :math:`m` and :math:`v`:

    .. math::
        w \leftarrow w - \eta \left( \frac{\mu_{t+1} m}{1 - \Pi_{t+1}} +
        \frac{(1 - \mu_t) g}{1 - \Pi_t} \right)
        \Big/ \left( \sqrt{\frac{v}{1 - \beta_2^t}} + \epsilon \right)

    Parameters
    ----------
    learning_rate
        :math:`\eta`.
    beta_1, beta_2
        How much of the averages stays in each step.
    epsilon
        :math:`\epsilon`.
    **options
        See `Optimizer`.

    References
    ----------
    Dozat, Incorporating Nesterov momentum into Adam, 2015.

    Examples
    --------
    >>> import tapegrad as tf
    >>> v = tf.Variable([1.0, 1.0])
    >>> _ = tf.optimizers.Nadam(learning_rate=0.25).apply_gradients([([3.0, -5.0], v)])
    >>> bool(v[0] < 1.0), bool(v[1] > 1.0)
    (True, True)
    """

    def build(self, variables: Iterable[Variable]) -> None:
        """Make the slots, and the product of the momenta so far."""
        variables = list(variables)
        first = not self.built
        super().build(variables)
        if first and variables:
            self._product = self.add_variable((), 1.0, variables[0]._value.dtype, "u_product")

    def _momentum(self, step: int, real: Callable[[float], Any]) -> Any:
        return real(self.beta_1) * (1 - real(0.5) * real(0.96) ** step)

    def _update_variables(self, pairs: Pairs, rate: float) -> None:
        product = self._product.array
        real = np.float32 if product.dtype.itemsize < 4 else product.dtype.type
        product *= real(self._momentum(int(self.iterations._value) + 1, real)).astype(product.dtype)
        super()._update_variables(pairs, rate)

    def _coefficients(self, rate: float, step: int, real: Callable[[float], Any]) -> Any:
        now, following = self._momentum(step, real), self._momentum(step + 1, real)
        product = real(self._product.array[0])
        return (
            rate,
            1 - real(self.beta_1),
            1 - real(self.beta_2),
            following / (1 - product * following),
            (1 - now) / (1 - product),
            1 - real(self.beta_2) ** step,
            self.epsilon,
        )

    def _move(self, value: Any, g: Any, numbers: Any, *slots: Any) -> Any:
        rate, share_m, share_v, of_m, of_g, correction, epsilon = numbers
        m, v = slots
        new = towards(m, g, share_m)
        np.multiply(g, g, new)
        towards(v, new, share_v, new)
        np.multiply(m, of_m, new)
        scratch = g * of_g
        new += scratch
        new *= rate
        np.divide(v, correction, scratch)
        np.sqrt(scratch, scratch)
        scratch += epsilon
        new /= scratch
        return np.subtract(value, new, new)
