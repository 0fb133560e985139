"""Normalization within an example: of layers, of groups of channels, by the root mean square."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tapegrad.core.convert import operand
from tapegrad.core.tensor import Tensor
from tapegrad.layers.input_spec import InputSpec
from tapegrad.layers.layer import Layer
from tapegrad.layers.options import make_weight, roles_config, take_roles
from tapegrad.layers.weights import Weight
from tapegrad.ops.cast import cast
from tapegrad.ops.elementwise import rsqrt, square
from tapegrad.ops.normalization import moments
from tapegrad.ops.reduce import reduce_mean
from tapegrad.ops.shape import reshape


def _in_single(x: Any) -> Any:
    """At least float32: sums of half-precision numbers overflow."""
    return cast(x, "float32") if x.dtype.size < 4 or not x.dtype.is_floating else x


def _axes(layer: str, axis: Any, ndim: int) -> list[int]:
    axes = list(axis) if isinstance(axis, Sequence) else [axis]
    for a in axes:
        if not -ndim <= a < ndim:
            raise ValueError(f"{layer}: axis {a} is out of bounds for inputs of {ndim} axes.")
    return sorted(a % ndim for a in axes)


class _ScaledAndShifted(Layer):
    """A normalization whose result is multiplied by gamma and shifted by beta."""

    gamma: Weight | None = None
    beta: Weight | None = None

    def __init__(self, given: dict[str, Any], kwargs: dict[str, Any]) -> None:
        super().__init__(**kwargs)
        self.axis = given["axis"]
        self.epsilon = given["epsilon"]
        self.center = given["center"]
        self.scale = given["scale"]
        take_roles(self, given, "beta", "gamma")

    def _make_weights(self, shape: tuple[int, ...]) -> None:
        if self.scale:
            self.gamma = make_weight(self, "gamma", shape)
        if self.center:
            self.beta = make_weight(self, "beta", shape)

    def _normalized(self, x: Any, axes: list[int], to: list[int]) -> Tensor:
        mean, variance = moments(x, axes, keepdims=True)
        factor = rsqrt(variance + self.epsilon)
        if self.gamma is not None:
            factor = factor * cast(reshape(self.gamma, to), x.dtype)
        y = (x - mean) * factor
        if self.beta is not None:
            y = y + cast(reshape(self.beta, to), x.dtype)
        return y  # type: ignore[no-any-return]

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a layer like this one."""
        names = ("axis", "epsilon", "center", "scale")
        return (
            super().get_config()
            | {name: getattr(self, name) for name in names}
            | roles_config(self, "beta", "gamma")
        )


class LayerNormalization(_ScaledAndShifted):
    r"""Normalize every example: :math:`\gamma (x - \mu) / \sqrt{\sigma^2 + \epsilon} + \beta`.

    Parameters
    ----------
    axis
        The axes of the moments, and of the weights.
    epsilon
        :math:`\epsilon`, added to the variance.
    center, scale
        Whether there is a :math:`\beta`, and a :math:`\gamma`.
    beta_initializer, gamma_initializer
        How they begin.
    beta_regularizer, gamma_regularizer, beta_constraint, gamma_constraint
        Names or functions of the weights.
    kwargs
        ``dtype``, ``name``, ``trainable``: see `Layer`.

    References
    ----------
    J. L. Ba, J. R. Kiros, G. E. Hinton: Layer Normalization. arXiv:1607.06450 (2016).

    Examples
    --------
    >>> import tapegrad as tf
    >>> layer = tf.keras.layers.LayerNormalization(epsilon=0.0)
    >>> layer(tf.constant([[1.0, 3.0], [10.0, 30.0]])).numpy().tolist()
    [[-1.0, 1.0], [-1.0, 1.0]]
    """

    def __init__(
        self,
        axis: Any = -1,
        epsilon: float = 0.001,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(locals(), kwargs)

    def build(self, input_shape: Any) -> None:
        """Make the weights for inputs of a shape."""
        axes = _axes("LayerNormalization", self.axis, len(input_shape))
        self._make_weights(tuple(input_shape[a] for a in axes))

    def call(self, inputs: Any) -> Tensor:
        """The normalized inputs."""
        x = _in_single(operand(inputs))
        shape = x._value.shape
        axes = _axes("LayerNormalization", self.axis, len(shape))
        to = [n if i in axes else 1 for i, n in enumerate(shape)]
        return cast(self._normalized(x, axes, to), self._dtype)  # type: ignore[no-any-return]


class GroupNormalization(_ScaledAndShifted):
    r"""Normalize groups of channels of every example.

    Parameters
    ----------
    groups
        The number of groups; -1 for as many as there are channels.
    axis
        The axis of the channels.
    epsilon
        Added to the variance.
    center, scale
        Whether there is a :math:`\beta`, and a :math:`\gamma`.
    beta_initializer, gamma_initializer
        How they begin.
    beta_regularizer, gamma_regularizer, beta_constraint, gamma_constraint
        Names or functions of the weights.
    kwargs
        ``dtype``, ``name``, ``trainable``: see `Layer`.

    Raises
    ------
    ValueError
        If the channels cannot be cut into so many groups.

    References
    ----------
    Y. Wu, K. He: Group Normalization. ECCV 2018.

    Examples
    --------
    >>> import tapegrad as tf
    >>> layer = tf.keras.layers.GroupNormalization(2, epsilon=0.0)
    >>> layer(tf.constant([[1.0, 3.0, 10.0, 30.0]])).numpy().tolist()
    [[-1.0, 1.0, -1.0, 1.0]]
    """

    def __init__(
        self,
        groups: int = 32,
        axis: int = -1,
        epsilon: float = 0.001,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        if not isinstance(groups, int) or (groups <= 0 and groups != -1):
            raise ValueError(
                f"Received an invalid value for argument `groups`, expected a positive integer (or "
                f"`-1` for instance normalization). Received: groups={groups}"
            )
        super().__init__(locals(), kwargs)
        self.groups = groups

    def build(self, input_shape: Any) -> None:
        """Make the weights for inputs of a shape."""
        channels = input_shape[self.axis]
        if self.groups == -1:
            self.groups = channels
        if channels % self.groups:
            raise ValueError(
                f"The number of channels ({channels}) must be a multiple of the number of groups "
                f"({self.groups})."
            )
        self.input_spec = InputSpec(ndim=len(input_shape), axes={self.axis: channels})
        self._make_weights((channels,))

    def call(self, inputs: Any) -> Tensor:
        """The normalized inputs."""
        x = _in_single(operand(inputs))
        shape = list(x._value.shape)
        axis = self.axis % len(shape)
        pair = [self.groups, shape[axis] // self.groups]
        grouped = reshape(x, [*shape[:axis], *pair, *shape[axis + 1 :]])
        axes = [i for i in range(1, len(shape) + 1) if i != axis]
        to = [1] * axis + pair + [1] * (len(shape) - axis - 1)
        return cast(reshape(self._normalized(grouped, axes, to), shape), self._dtype)  # type: ignore[no-any-return]

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a layer like this one."""
        return super().get_config() | {"groups": self.groups}


class RMSNormalization(Layer):
    r"""Divide by the root mean square: :math:`s\, x / \sqrt{\operatorname{mean} x^2 + \epsilon}`.

    Parameters
    ----------
    axis
        The axes of the mean, and of the weight.
    epsilon
        :math:`\epsilon`.
    kwargs
        ``dtype``, ``name``, ``trainable``: see `Layer`.

    References
    ----------
    B. Zhang, R. Sennrich: Root Mean Square Layer Normalization. NeurIPS 2019.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.layers.RMSNormalization(epsilon=0.0)(tf.constant([[1.0, 7.0]])).numpy().tolist()
    [[0.20000000298023224, 1.399999976158142]]
    """

    def __init__(self, axis: Any = -1, epsilon: float = 1e-6, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis
        self.epsilon = epsilon

    def build(self, input_shape: Any) -> None:
        """Make the weight for inputs of a shape."""
        axes = _axes("RMSNormalization", self.axis, len(input_shape))
        shape = tuple(input_shape[a] for a in axes)
        self.scale = self.add_weight(name="scale", shape=shape, initializer="ones")

    def call(self, x: Any) -> Tensor:
        """The normalized inputs."""
        x = _in_single(operand(x))
        shape = x._value.shape
        axes = _axes("RMSNormalization", self.axis, len(shape))
        to = [n if i in axes else 1 for i, n in enumerate(shape)]
        factor = rsqrt(reduce_mean(square(x), axes, keepdims=True) + self.epsilon)
        return cast(x * factor * cast(reshape(self.scale, to), x.dtype), self._dtype)  # type: ignore[no-any-return]

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a layer like this one."""
        return super().get_config() | {"axis": self.axis, "epsilon": self.epsilon}
