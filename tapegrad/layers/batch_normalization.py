"""BatchNormalization: by the moments of the batch in training, by moving ones otherwise."""

from __future__ import annotations

from operator import index
from typing import Any

from tapegrad.core.context import only_recorders
from tapegrad.core.convert import operand
from tapegrad.core.tensor import Tensor
from tapegrad.core.variable import Variable
from tapegrad.layers.input_spec import InputSpec
from tapegrad.layers.layer import Layer
from tapegrad.layers.options import make_weight, roles_config, take_roles
from tapegrad.layers.symbolic import DESCRIBING
from tapegrad.layers.weights import Weight
from tapegrad.ops.cast import cast
from tapegrad.ops.normalization import batch_normalization, moments
from tapegrad.ops.reduce import reduce_sum
from tapegrad.ops.shape import expand_dims, reshape

_ROLES = ("beta", "gamma", "moving_mean", "moving_variance")
_SMALL = 1e-7  # keeps a batch that is masked away from dividing by zero


class BatchNormalization(Layer):
    r"""Normalize over the batch: :math:`\gamma (x - \mu) / \sqrt{\sigma^2 + \epsilon} + \beta`.

    With ``training=True`` the moments are those of the batch, and tapes follow them; the moving
    ones take over a part, ``1 - momentum``, of them (the variance not corrected for the sample
    size). Otherwise, or if the layer is not trainable, the moving ones are used.

    Parameters
    ----------
    axis
        The axis that is kept, that of the features.
    momentum
        How much of the moving moments stays in each training call.
    epsilon
        :math:`\epsilon`, added to the variance.
    center, scale
        Whether there is a :math:`\beta`, and a :math:`\gamma`.
    beta_initializer, gamma_initializer
        How they begin.
    moving_mean_initializer, moving_variance_initializer
        How the moving moments begin.
    beta_regularizer, gamma_regularizer, beta_constraint, gamma_constraint
        Functions of the weights.
    renorm, renorm_clipping, renorm_momentum
        Batch renormalization, which is not supported: `renorm` must be false.
    synchronized
        Without effect: there are no replicas.
    kwargs
        ``dtype``, ``name``, ``trainable``: see `Layer`.

    Raises
    ------
    ValueError
        If there is no such axis, or the input has another size along it than the first one had.

    References
    ----------
    S. Ioffe, C. Szegedy: Batch Normalization. ICML 2015.

    Examples
    --------
    >>> import tapegrad as tf
    >>> layer = tf.keras.layers.BatchNormalization(epsilon=0.0)
    >>> x = tf.constant([[1.0], [3.0]])
    >>> layer(x, training=True).numpy().tolist(), layer(x).shape
    ([[-1.0], [1.0]], TensorShape([2, 1]))
    >>> layer.moving_mean.numpy()
    array([0.02], dtype=float32)
    """

    def __init__(
        self,
        axis: int = -1,
        momentum: float = 0.99,
        epsilon: float = 0.001,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        moving_mean_initializer: Any = "zeros",
        moving_variance_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        renorm: bool = False,
        renorm_clipping: Any = None,
        renorm_momentum: float = 0.99,
        synchronized: bool = False,
        **kwargs: Any,
    ) -> None:
        if renorm or renorm_clipping is not None:
            raise NotImplementedError(
                "BatchNormalization: batch renormalization is not supported: leave out `renorm`."
            )
        super().__init__(**kwargs)
        self.axis = index(axis)
        self.momentum = momentum
        self.epsilon = epsilon
        self.center = center
        self.scale = scale
        self.synchronized = synchronized
        take_roles(self, locals(), *_ROLES)
        self.gamma: Weight | None = None
        self.beta: Weight | None = None

    def build(self, input_shape: Any) -> None:
        """Make the weights for inputs of a shape."""
        ndim = len(input_shape)
        if not -ndim <= self.axis < ndim:
            raise ValueError(
                f"BatchNormalization: axis {self.axis} is out of bounds for inputs of shape "
                f"{tuple(input_shape)}."
            )
        size = input_shape[self.axis]
        if self.scale:
            self.gamma = make_weight(self, "gamma", (size,))
        if self.center:
            self.beta = make_weight(self, "beta", (size,))
        self.moving_mean = make_weight(self, "moving_mean", (size,), trainable=False)
        self.moving_variance = make_weight(self, "moving_variance", (size,), trainable=False)
        self.input_spec = InputSpec(ndim=ndim, axes={self.axis: size})

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Tensor:
        """The normalized inputs.

        Parameters
        ----------
        inputs
            A tensor of the rank that the first one had.
        training
            Whether to use, and to learn from, the moments of the batch.
        mask
            Which places of the batch count for the moments: a tensor of the inputs' shape without
            the last axis.
        """
        if mask is not None and len(mask.shape) != len(inputs.shape) - 1:
            raise ValueError(
                f"The mask provided should be one dimension less than the inputs. Received: "
                f"mask.shape={mask.shape}, inputs.shape={inputs.shape}"
            )
        x = operand(inputs)
        # Sums of half-precision numbers overflow.
        dtype = "float32" if not x.dtype.is_floating or x.dtype.size < 4 else x.dtype
        x = cast(x, dtype)
        mean, variance = (cast(v, dtype) for v in (self.moving_mean, self.moving_variance))
        if training and self.trainable:
            axes = list(range(x._value.ndim))
            del axes[self.axis]
            old = mean, variance
            mean, variance = (
                moments(x, axes) if mask is None else _masked_moments(x, cast(mask, dtype), axes)
            )
            for moving, was, now in zip(
                (self.moving_mean, self.moving_variance), old, (mean, variance), strict=True
            ):
                self._move(moving, was, now)
        factors = [mean, variance, self.beta, self.gamma]
        if self.axis != -1:
            to = [1] * x._value.ndim
            to[self.axis] = -1
            factors = [None if f is None else reshape(f, to) for f in factors]
        mean, variance, beta, gamma = (None if f is None else cast(f, dtype) for f in factors)
        normalized = batch_normalization(x, mean, variance, beta, gamma, self.epsilon)
        result: Tensor = cast(normalized, self._dtype)
        return result

    def _move(self, moving: Variable, was: Tensor, now: Tensor) -> None:
        if DESCRIBING.get():
            return
        with only_recorders(()):
            moving.assign(cast(was * self.momentum + now * (1.0 - self.momentum), moving.dtype))

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a layer like this one."""
        plain = ("axis", "momentum", "epsilon", "center", "scale", "synchronized")
        own = {key: getattr(self, key) for key in plain}
        return super().get_config() | own | roles_config(self, *_ROLES)


def _masked_moments(x: Tensor, mask: Tensor, axes: list[int]) -> tuple[Tensor, Tensor]:
    """Mean and variance where the mask is 1."""
    weights = expand_dims(mask, -1)
    total = reduce_sum(weights, axes, keepdims=True) + _SMALL
    mean = reduce_sum(weights * x, axes, keepdims=True) / total
    distance = x - mean
    variance = reduce_sum(weights * distance * distance, axes, keepdims=True) / total
    size = [-1]
    return reshape(mean, size), reshape(variance, size)
