"""Layers that do something in training only, at random, and layers that are a function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tapegrad.core.convert import operand
from tapegrad.core.tensor import Tensor
from tapegrad.layers.input_spec import InputSpec
from tapegrad.layers.layer import Layer
from tapegrad.layers.simple import Dropout
from tapegrad.ops.cast import cast
from tapegrad.ops.layers import dropout
from tapegrad.ops.random import normal


class SpatialDropout1D(Dropout):
    """Drop whole channels of sequences in training.

    Parameters
    ----------
    rate
        The share of channels that are dropped, in [0, 1].
    seed
        An integer, see `tf.random.set_seed`.
    name
        By default the class name in snake case, numbered.
    dtype
        See `Layer`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> y = tf.keras.layers.SpatialDropout1D(0.5)(tf.ones([1, 5, 8]), training=True)
    >>> bool(tf.reduce_all(y[:, 0] == y[:, 4]))
    True
    """

    _axes: tuple[int, ...] = (1,)

    def __init__(self, rate: float, seed: Any = None, name: Any = None, dtype: Any = None) -> None:
        super().__init__(rate, seed=seed, name=name, dtype=dtype)
        self.input_spec = InputSpec(ndim=len(self._axes) + 2)

    def call(self, inputs: Any, training: bool = False) -> Any:
        """The inputs, with channels dropped in training."""
        if not training or not 0 < self.rate < 1:
            return super().call(inputs, training)
        shape = [1 if i in self._axes else n for i, n in enumerate(operand(inputs)._value.shape)]
        return dropout(inputs, self.rate, shape, self.seed)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a layer like this one."""
        return {key: value for key, value in super().get_config().items() if key != "noise_shape"}


class SpatialDropout2D(SpatialDropout1D):
    """Drop whole channels of images in training.

    Parameters
    ----------
    rate
        The share of channels that are dropped, in [0, 1].
    data_format
        ``"channels_last"`` (default) or ``"channels_first"``.
    seed
        An integer, see `tf.random.set_seed`.
    name
        By default the class name in snake case, numbered.
    dtype
        See `Layer`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> y = tf.keras.layers.SpatialDropout2D(0.5)(tf.ones([1, 5, 5, 8]), training=True)
    >>> bool(tf.reduce_all(y[:, 0, 0] == y[:, 4, 4]))
    True
    """

    _axes = (1, 2)

    def __init__(
        self,
        rate: float,
        data_format: Any = None,
        seed: Any = None,
        name: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(rate, seed, name, dtype)
        if data_format == "channels_first":
            self._axes = (2, 3)
        self.data_format = data_format or "channels_last"


class GaussianNoise(Layer):
    """Add normal numbers in training.

    Parameters
    ----------
    stddev
        Their standard deviation.
    seed
        An integer, see `tf.random.set_seed`.
    kwargs
        ``dtype``, ``name``: see `Layer`.

    Raises
    ------
    ValueError
        If `stddev` is negative or greater than 1.

    Examples
    --------
    >>> import tapegrad as tf
    >>> layer = tf.keras.layers.GaussianNoise(0.1)
    >>> layer(tf.ones([3])).numpy().tolist()
    [1.0, 1.0, 1.0]
    """

    def __init__(self, stddev: float, seed: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not 0 <= stddev <= 1:
            raise ValueError(
                f"Invalid value received for argument `stddev`. Expected a float value between 0 "
                f"and 1. Received: stddev={stddev}"
            )
        self.stddev = stddev
        self.seed = seed
        self.built = True

    def call(self, inputs: Any, training: bool = False) -> Any:
        """The inputs, with noise in training."""
        if not training or self.stddev == 0:
            return inputs
        x = operand(inputs)
        return x + normal(x.shape, 0.0, self.stddev, x.dtype, self.seed)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a layer like this one."""
        return super().get_config() | {"stddev": self.stddev, "seed": self.seed}


class Lambda(Layer):
    """A function as a layer.

    Parameters
    ----------
    function
        Its first argument is the input; ``mask`` and ``training`` are handed on if it has such
        parameters.
    output_shape, mask
        Without effect: the function is run to know.
    arguments
        Further arguments by name.
    kwargs
        ``dtype``, ``name``: see `Layer`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.layers.Lambda(lambda x: x ** 2)(tf.constant([3.0])).numpy().tolist()
    [9.0]
    """

    def __init__(
        self,
        function: Callable[..., Any],
        output_shape: Any = None,
        mask: Any = None,
        arguments: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.function = function
        self.arguments = dict(arguments or {})
        self.built = True

    def call(self, inputs: Any, mask: Any = None, training: Any = None) -> Any:
        """The function of the inputs."""
        code = getattr(self.function, "__code__", None)
        names = (
            () if code is None else code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        )
        more = {"mask": mask, "training": training}
        return self.function(
            inputs, **self.arguments, **{k: v for k, v in more.items() if k in names}
        )

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a layer like this one."""
        return super().get_config() | {"function": self.function, "arguments": self.arguments}


class Identity(Layer):
    """The inputs themselves.

    Parameters
    ----------
    kwargs
        ``dtype``, ``name``: see `Layer`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.layers.Identity()(tf.constant([3.0])).numpy().tolist()
    [3.0]
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.built = True

    def call(self, inputs: Any) -> Any:
        """The inputs."""
        return inputs


class Rescaling(Layer):
    """Multiply and shift: ``inputs * scale + offset``.

    Parameters
    ----------
    scale, offset
        The factor, and what is added: numbers, or sequences of one for each channel.
    kwargs
        ``dtype``, ``name``: see `Layer`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> layer = tf.keras.layers.Rescaling(1 / 127.5, offset=-1.0)
    >>> layer(tf.constant([0, 255], tf.uint8)).numpy().tolist()
    [-1.0, 1.0]
    """

    def __init__(self, scale: Any, offset: Any = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.scale = scale
        self.offset = offset
        self.built = True

    def call(self, inputs: Any) -> Tensor:
        """The scaled inputs, in the layer's dtype."""
        scale, offset = (operand(v, self._dtype.numpy_dtype) for v in (self.scale, self.offset))
        return cast(inputs, self._dtype) * scale + offset  # type: ignore[no-any-return]

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a layer like this one."""
        return super().get_config() | {"scale": self.scale, "offset": self.offset}
