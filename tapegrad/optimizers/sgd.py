"""Optimizers that step along the gradient or its sign."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from tapegrad.optimizers.arguments import check_range
from tapegrad.optimizers.arrays import ArrayOptimizer, towards
from tapegrad.optimizers.optimizer import Optimizer

if TYPE_CHECKING:
    from typing import Unpack

    from tapegrad.optimizers.arrays import Options


class SGD(ArrayOptimizer):
    r"""Gradient descent, with or without momentum.

    .. math:: m \leftarrow \mu m - \eta g, \qquad w \leftarrow w + m

    and with Nesterov's momentum :math:`w \leftarrow w + \mu m - \eta g`.

    Parameters
    ----------
    learning_rate
        :math:`\eta`.
    momentum
        :math:`\mu` in ``[0, 1]``.
    nesterov
        Whether to look one step ahead.
    **options
        See `Optimizer`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> v = tf.Variable(1.0)
    >>> _ = tf.optimizers.SGD(learning_rate=0.25).apply_gradients([(2.0 * v, v)])
    >>> v.numpy()
    np.float32(0.5)
    """

    _arguments: ClassVar[tuple[str, ...]] = (*Optimizer._arguments, "momentum", "nesterov")

    def __init__(
        self,
        learning_rate: Any = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
        **options: Unpack[Options],
    ) -> None:
        check_range("momentum", momentum, 0, 1)
        super().__init__(learning_rate, **options)
        self.momentum = momentum
        self.nesterov = nesterov

    def _slots(self) -> tuple[dict[str, float], ...]:
        return ({"momentum": 0.0},) if self.momentum else ()

    def _coefficients(self, rate: float, step: int, real: Callable[[float], Any]) -> Any:
        return rate, self.momentum

    def _move(self, value: Any, g: Any, numbers: Any, *slots: Any) -> Any:
        rate, momentum = numbers
        new = g * rate
        if not slots:
            return np.subtract(value, new, new)
        (m,) = slots
        m *= momentum
        m -= new
        if not self.nesterov:
            return np.add(value, m, new)
        np.subtract(m * momentum, new, new)
        new += value
        return new


class Lion(ArrayOptimizer):
    r"""Steps of equal size along the sign of an interpolated momentum.

    .. math::
        w \leftarrow w - \eta \operatorname{sign}(\beta_1 m + (1 - \beta_1) g), \qquad
        m \leftarrow \beta_2 m + (1 - \beta_2) g

    Parameters
    ----------
    learning_rate
        :math:`\eta`.
    beta_1
        :math:`\beta_1` in ``(0, 1]``.
    beta_2
        :math:`\beta_2`.
    **options
        See `Optimizer`.

    References
    ----------
    Chen et al., Symbolic discovery of optimization algorithms, 2023.

    Examples
    --------
    >>> import tapegrad as tf
    >>> v = tf.Variable([1.0, 1.0])
    >>> _ = tf.optimizers.Lion(learning_rate=0.25).apply_gradients([([3.0, -0.01], v)])
    >>> v.numpy()
    array([0.75, 1.25], dtype=float32)
    """

    _arguments: ClassVar[tuple[str, ...]] = (*Optimizer._arguments, "beta_1", "beta_2")

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.99,
        **options: Unpack[Options],
    ) -> None:
        if not 0 < beta_1 <= 1:
            raise ValueError(
                f"Argument `beta_1` must be in the (0, 1] range. Otherwise, the optimizer "
                f"degenerates to SignSGD. Received: beta_1={beta_1}."
            )
        super().__init__(learning_rate, **options)
        self.beta_1 = beta_1
        self.beta_2 = beta_2

    def _slots(self) -> tuple[dict[str, float], ...]:
        return ({"momentum": 0.0},)

    def _coefficients(self, rate: float, step: int, real: Callable[[float], Any]) -> Any:
        return rate, self.beta_1, 1 - self.beta_1, 1 - self.beta_2

    def _move(self, value: Any, g: Any, numbers: Any, *slots: Any) -> Any:
        rate, beta_1, share_1, share_2 = numbers
        (m,) = slots
        new = m * beta_1
        new += g * share_1
        np.sign(new, new)
        new *= rate
        np.subtract(value, new, new)
        towards(m, g, share_2)
        return new
