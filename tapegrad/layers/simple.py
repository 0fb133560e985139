"""Layers without weights."""

from __future__ import annotations

from math import prod
from typing import Any

from tapegrad.core.convert import operand
from tapegrad.core.tensor import Tensor
from tapegrad.layers import activations
from tapegrad.layers.input_spec import InputSpec
from tapegrad.layers.layer import Layer
from tapegrad.ops.layers import dropout
from tapegrad.ops.shape import reshape, transpose


class Activation(Layer):
    """An activation as a layer.

    Parameters
    ----------
    activation
        A name such as ``"relu"``, or a function.
    kwargs
        ``dtype``, ``name``: see `Layer`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.layers.Activation("relu")(tf.constant([-1.0, 2.0])).numpy().tolist()
    [0.0, 2.0]
    """

    def __init__(self, activation: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.activation = activations.get(activation)
        self.built = True

    def call(self, inputs: Any) -> Any:
        """The activation of the inputs."""
        return self.activation(inputs)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a layer like this one."""
        return super().get_config() | {"activation": activations.serialize(self.activation)}


class Dropout(Layer):
    """Set random entries to zero in training, and scale the others up; else do nothing.

    Parameters
    ----------
    rate
        The share of entries that are dropped, in [0, 1].
    noise_shape
        Shape of the choice, see `tf.nn.dropout`.
    seed
        An integer, see `tf.random.set_seed`.
    kwargs
        ``dtype``, ``name``: see `Layer`.

    Raises
    ------
    ValueError
        If `rate` is out of range.

    Examples
    --------
    >>> import tapegrad as tf
    >>> layer = tf.keras.layers.Dropout(0.5)
    >>> layer(tf.ones([3])).numpy().tolist()
    [1.0, 1.0, 1.0]
    >>> sorted(set(layer(tf.ones([1000]), training=True).numpy().tolist()))
    [0.0, 2.0]
    """

    def __init__(self, rate: float, noise_shape: Any = None, seed: Any = None, **kwargs: Any):
        super().__init__(**kwargs)
        if not 0 <= rate <= 1:
            raise ValueError(
                f"Invalid value received for argument `rate`. Expected a float value between 0 "
                f"and 1. Received: rate={rate}"
            )
        self.rate = rate
        self.noise_shape = noise_shape
        self.seed = seed
        self.built = True

    def call(self, inputs: Any, training: bool = False) -> Any:
        """The inputs, with entries dropped in training."""
        if not training or self.rate == 0:
            return inputs
        if self.rate == 1:
            return operand(inputs) * 0.0
        return dropout(inputs, self.rate, self.noise_shape, self.seed)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a layer like this one."""
        own = {"rate": self.rate, "seed": self.seed, "noise_shape": self.noise_shape}
        return super().get_config() | own


class Flatten(Layer):
    """Give each element of the batch one axis.

    Parameters
    ----------
    data_format
        ``"channels_last"``, or ``"channels_first"``, which puts the channels last before.
    kwargs
        ``dtype``, ``name``: see `Layer`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.layers.Flatten()(tf.ones([2, 3, 4])).shape
    TensorShape([2, 12])
    """

    def __init__(self, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if data_format not in (None, "channels_last", "channels_first"):
            raise ValueError(
                f"The `data_format` argument must be one of 'channels_first', 'channels_last'. "
                f"Received: {data_format}"
            )
        self.data_format = data_format or "channels_last"
        self.input_spec = InputSpec(min_ndim=1)
        self.built = True

    def call(self, inputs: Any) -> Tensor:
        """The inputs, of shape ``(batch, size)``."""
        x = operand(inputs)
        ndim = x._value.ndim
        if self.data_format == "channels_first" and ndim > 1:
            x = transpose(x, [0, *range(2, ndim), 1])
        first, *rest = x._value.shape
        return reshape(x, [first, prod(rest)])

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a layer like this one."""
        return super().get_config() | {"data_format": self.data_format}
