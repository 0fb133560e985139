"""Activations with parameters, as layers."""

from __future__ import annotations

from typing import Any

from tapegrad.core.convert import operand
from tapegrad.core.tensor import Tensor
from tapegrad.layers import activations
from tapegrad.layers.input_spec import InputSpec
from tapegrad.layers.layer import Layer
from tapegrad.layers.options import make_weight, roles_config, take_roles
from tapegrad.ops.statistics import reduce_logsumexp
from tapegrad.ops.transcendental import exp
from tapegrad.ops.where import where


class ReLU(Layer):
    """The rectifier as a layer.

    Parameters
    ----------
    max_value
        The largest value, or None.
    negative_slope
        The slope below `threshold`.
    threshold
        Where the identity begins.
    kwargs
        ``dtype``, ``name``: see `Layer`.

    Raises
    ------
    ValueError
        If a number is negative.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.layers.ReLU(max_value=3.0)(tf.constant([-1.0, 2.0, 4.0])).numpy().tolist()
    [0.0, 2.0, 3.0]
    """

    def __init__(
        self,
        max_value: float | None = None,
        negative_slope: float = 0.0,
        threshold: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        for name in ("max_value", "negative_slope", "threshold"):
            value = locals()[name]
            if (value is None and name != "max_value") or (value is not None and value < 0):
                raise ValueError(f"{name} of a ReLU layer cannot be negative. Received: {value}")
        self.max_value = max_value
        self.negative_slope = negative_slope
        self.threshold = threshold
        self.built = True

    def call(self, inputs: Any) -> Tensor:
        """The rectified inputs."""
        return activations.relu(inputs, self.negative_slope, self.max_value, self.threshold)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a layer like this one."""
        names = ("max_value", "negative_slope", "threshold")
        return super().get_config() | {name: getattr(self, name) for name in names}


class LeakyReLU(Layer):
    """The rectifier with a slope for negative values, as a layer.

    Parameters
    ----------
    negative_slope
        The slope.
    kwargs
        ``alpha``: the slope, as earlier Keras called it; ``dtype``, ``name``: see `Layer`.

    Raises
    ------
    ValueError
        If the slope is None.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.layers.LeakyReLU(0.5)(tf.constant([-1.0, 2.0])).numpy().tolist()
    [-0.5, 2.0]
    """

    def __init__(self, negative_slope: float = 0.3, **kwargs: Any) -> None:
        negative_slope = kwargs.pop("alpha", negative_slope)
        super().__init__(**kwargs)
        if negative_slope is None:
            raise ValueError(
                f"The negative_slope value of a Leaky ReLU layer cannot be None. Expected a float. "
                f"Received: negative_slope={negative_slope}"
            )
        self.negative_slope = negative_slope
        self.built = True

    def call(self, inputs: Any) -> Tensor:
        """The rectified inputs."""
        return activations.leaky_relu(inputs, self.negative_slope)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a layer like this one."""
        return super().get_config() | {"negative_slope": self.negative_slope}


class PReLU(Layer):
    """The rectifier with slopes for negative values that are learned.

    Parameters
    ----------
    alpha_initializer
        How the slopes begin.
    alpha_regularizer, alpha_constraint
        Names or functions of the slopes.
    shared_axes
        Axes along which there is one slope; the first axis after the batch is 1.
    kwargs
        ``dtype``, ``name``, ``trainable``: see `Layer`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> layer = tf.keras.layers.PReLU("ones")
    >>> layer(tf.constant([[-1.0, 2.0]])).numpy().tolist()
    [[-1.0, 2.0]]
    """

    def __init__(
        self,
        alpha_initializer: Any = "Zeros",
        alpha_regularizer: Any = None,
        alpha_constraint: Any = None,
        shared_axes: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        take_roles(self, locals(), "alpha")
        if shared_axes is not None and not isinstance(shared_axes, (list, tuple)):
            shared_axes = [shared_axes]
        self.shared_axes = None if shared_axes is None else list(shared_axes)

    def build(self, input_shape: Any) -> None:
        """Make the slopes for inputs of a shape."""
        shared = self.shared_axes or []
        shape = [1 if i in shared else n for i, n in enumerate(input_shape)][1:]
        self.alpha = make_weight(self, "alpha", tuple(shape))
        kept = {i: n for i, n in enumerate(input_shape) if i and i not in shared} if shared else {}
        self.input_spec = InputSpec(ndim=len(input_shape), axes=kept)

    def call(self, inputs: Any) -> Tensor:
        """The rectified inputs."""
        x = operand(inputs)
        return activations.relu(x) - self.alpha * activations.relu(-x)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a layer like this one."""
        own = {"shared_axes": self.shared_axes}
        return super().get_config() | roles_config(self, "alpha") | own


class ELU(Layer):
    """The exponential linear unit as a layer.

    Parameters
    ----------
    alpha
        Minus the limit at minus infinity.
    kwargs
        ``dtype``, ``name``: see `Layer`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.layers.ELU(0.5)(tf.constant([-100.0, 2.0])).numpy().tolist()
    [-0.5, 2.0]
    """

    def __init__(self, alpha: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.alpha = alpha
        self.built = True

    def call(self, inputs: Any) -> Tensor:
        """The activation of the inputs."""
        return activations.elu(inputs, self.alpha)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a layer like this one."""
        return super().get_config() | {"alpha": self.alpha}


class Softmax(Layer):
    """The softmax as a layer.

    Parameters
    ----------
    axis
        The axis, or a list of them.
    kwargs
        ``dtype``, ``name``: see `Layer`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> layer = tf.keras.layers.Softmax()
    >>> layer(tf.zeros([1, 3]), mask=tf.constant([[True, True, False]])).numpy().tolist()
    [[0.5, 0.5, 0.0]]
    """

    def __init__(self, axis: Any = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis
        self.built = True

    def call(self, inputs: Any, mask: Any = None) -> Tensor:
        """The shares of the inputs.

        Parameters
        ----------
        inputs
            A tensor.
        mask
            A boolean tensor that broadcasts to it: where it is false, the share is 0.
        """
        x = operand(inputs)
        if mask is not None:
            x = where(mask, x, operand(-3e4 if x.dtype.size < 4 else -1e9, x._value.dtype))
        axes = list(self.axis) if isinstance(self.axis, (list, tuple)) else [self.axis]
        if len(axes) == 1:
            y = activations.softmax(x, axes[0])
        else:
            y = exp(x - reduce_logsumexp(x, axes, keepdims=True))
        return y if mask is None else where(mask, y, y * 0.0)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a layer like this one."""
        return super().get_config() | {"axis": self.axis}
