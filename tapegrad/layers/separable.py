"""Depthwise and separable convolutions of images."""

from __future__ import annotations

from typing import Any

from tapegrad.core.convert import operand
from tapegrad.core.tensor import Tensor
from tapegrad.layers import activations
from tapegrad.layers.documenting import with_parameters
from tapegrad.layers.input_spec import InputSpec
from tapegrad.layers.layer import Layer
from tapegrad.layers.options import (
    data_format_name,
    image_format,
    make_weight,
    padding_name,
    positive,
    roles_config,
    sizes,
    take_roles,
)
from tapegrad.layers.regularizers import REGULARIZERS
from tapegrad.layers.weights import Weight
from tapegrad.ops.layers import bias_add
from tapegrad.ops.separable_conv import depthwise_conv2d, separable_conv2d

_PARAMETERS = """
    Parameters
    ----------
    {filters}kernel_size
        The size of the window: one integer or two.
    strides
        How far the window moves: one integer or two.
    padding
        ``"valid"``: none; ``"same"``: so many zeros that strides of 1 keep the size.
    depth_multiplier
        The number of filters for each channel.
    data_format
        ``"channels_last"`` (default) or ``"channels_first"``.
    dilation_rate
        How far apart entries of the window are: one integer or two.
    activation
        A name such as ``"relu"``, a function, or None for none.
    use_bias
        Whether there is a bias.
    depthwise_initializer, {pointwise_initializer}bias_initializer
        Names or functions of shape and dtype.
    depthwise_regularizer, {pointwise_regularizer}bias_regularizer, activity_regularizer
        Names, or functions of weights and output that give `losses`.
    depthwise_constraint, {pointwise_constraint}bias_constraint
        Names, or functions that optimizers apply after each update.
    kwargs
        ``dtype``, ``name``, ``trainable``: see `Layer`.

    Raises
    ------
    ValueError
        If an argument is out of range, or inputs do not fit.
"""


class _Depthwise(Layer):
    bias: Weight | None = None

    def __init__(self, given: dict[str, Any], kwargs: dict[str, Any], *roles: str) -> None:
        super().__init__(activity_regularizer=given["activity_regularizer"], **kwargs)
        self.depth_multiplier = positive("depth_multiplier", given["depth_multiplier"])
        for name in ("kernel_size", "strides", "dilation_rate"):
            setattr(self, name, sizes(name, given[name], 2))
        self.padding = padding_name(given["padding"])
        self.data_format = data_format_name(given["data_format"])
        self.activation = activations.get(given["activation"])
        self.use_bias = given["use_bias"]
        self._roles = roles
        take_roles(self, given, *roles)
        self.input_spec = InputSpec(min_ndim=4)

    def _channels(self, input_shape: Any) -> int:
        axis = -1 if self.data_format == "channels_last" else 1
        channels: int = input_shape[axis]
        self.input_spec = InputSpec(min_ndim=4, axes={axis: channels})
        return channels

    def _arguments(self) -> tuple[Any, ...]:
        """Strides, padding, format and dilations, as operations take them."""
        form = image_format(self.data_format, 2)
        strides = self.strides  # type: ignore[attr-defined]
        all_strides = (1, *strides, 1) if form == "NHWC" else (1, 1, *strides)
        dilations = self.dilation_rate  # type: ignore[attr-defined]
        return all_strides, self.padding.upper(), form, dilations

    def _finished(self, y: Any) -> Tensor:
        if self.bias is not None:
            y = bias_add(y, self.bias, image_format(self.data_format, 2))
        return self.activation(y)  # type: ignore[no-any-return]

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a layer like this one."""
        plain = ("kernel_size", "strides", "padding", "depth_multiplier", "data_format")
        return (
            super().get_config()
            | {name: getattr(self, name) for name in (*plain, "dilation_rate", "use_bias")}
            | {"activation": activations.serialize(self.activation)}
            | {"activity_regularizer": REGULARIZERS.optional(self.activity_regularizer)}
            | roles_config(self, *self._roles)
        )


@with_parameters
def _documented(cls: Any) -> str:
    separable = cls.__name__ == "SeparableConv2D"
    return _PARAMETERS.format(
        filters="filters\n        The number of channels of the output.\n    " if separable else "",
        **{
            f"pointwise_{part}": f"pointwise_{part}, " if separable else ""
            for part in ("initializer", "regularizer", "constraint")
        },
    )


@_documented
class DepthwiseConv2D(_Depthwise):
    """A convolution of every channel of images by itself.

    Examples
    --------
    >>> import tapegrad as tf
    >>> layer = tf.keras.layers.DepthwiseConv2D(3, depth_multiplier=2)
    >>> layer(tf.ones([2, 8, 8, 3])).shape
    TensorShape([2, 6, 6, 6])
    """

    def __init__(
        self,
        kernel_size: Any,
        strides: Any = (1, 1),
        padding: str = "valid",
        depth_multiplier: int = 1,
        data_format: str | None = None,
        dilation_rate: Any = (1, 1),
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(locals(), kwargs, "depthwise", "bias")

    def build(self, input_shape: Any) -> None:
        """Make the weights for inputs of a shape."""
        channels = self._channels(input_shape)
        shape = (*self.kernel_size, channels, self.depth_multiplier)  # type: ignore[attr-defined]
        self.kernel = make_weight(self, "depthwise", shape, name="kernel")
        if self.use_bias:
            self.bias = make_weight(self, "bias", (channels * self.depth_multiplier,))

    def call(self, inputs: Any) -> Tensor:
        """The output for inputs of shape ``(batch, height, width, channels)``."""
        return self._finished(depthwise_conv2d(operand(inputs), self.kernel, *self._arguments()))


@_documented
class SeparableConv2D(_Depthwise):
    """A convolution of every channel by itself, then one that mixes the channels of each pixel.

    Examples
    --------
    >>> import tapegrad as tf
    >>> layer = tf.keras.layers.SeparableConv2D(5, 3)
    >>> layer(tf.ones([2, 8, 8, 3])).shape
    TensorShape([2, 6, 6, 5])
    """

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = (1, 1),
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = (1, 1),
        depth_multiplier: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        pointwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        pointwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        pointwise_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(locals(), kwargs, "depthwise", "pointwise", "bias")
        self.filters = positive("filters", filters)

    def build(self, input_shape: Any) -> None:
        """Make the weights for inputs of a shape."""
        channels = self._channels(input_shape)
        between = channels * self.depth_multiplier
        size = self.kernel_size  # type: ignore[attr-defined]
        shape = (*size, channels, self.depth_multiplier)
        self.depthwise_kernel = make_weight(self, "depthwise", shape, name="depthwise_kernel")
        shape = (1, 1, between, self.filters)
        self.pointwise_kernel = make_weight(self, "pointwise", shape, name="pointwise_kernel")
        if self.use_bias:
            self.bias = make_weight(self, "bias", (self.filters,))

    def call(self, inputs: Any) -> Tensor:
        """The output for inputs of shape ``(batch, height, width, channels)``."""
        kernels = self.depthwise_kernel, self.pointwise_kernel
        return self._finished(separable_conv2d(operand(inputs), *kernels, *self._arguments()))

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a layer like this one."""
        return super().get_config() | {"filters": self.filters}
