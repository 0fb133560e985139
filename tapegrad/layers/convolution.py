"""Convolutions and transposed convolutions along one, two or three axes."""

from __future__ import annotations

from typing import Any, ClassVar

from tapegrad.core.convert import operand
from tapegrad.core.tensor import Tensor
from tapegrad.layers import activations
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
from tapegrad.ops.arranging import pad
from tapegrad.ops.conv import convolution
from tapegrad.ops.conv_transpose import conv_transpose
from tapegrad.ops.layers import bias_add


class Convolution(Layer):
    """What convolutions along any number of axes have in common: kernel, bias, activation."""

    rank: ClassVar[int]
    _causal: ClassVar[bool] = False
    bias: Weight | None = None

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = 1,
        groups: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.filters = positive("filters", filters)
        self.groups = positive("groups", groups)
        if self.filters % self.groups:
            raise ValueError(
                f"The number of filters must be evenly divisible by the number of groups. "
                f"Received: groups={groups}, filters={filters}."
            )
        self.kernel_size = sizes("kernel_size", kernel_size, self.rank)
        self.strides = sizes("strides", strides, self.rank)
        self.dilation_rate = sizes("dilation_rate", dilation_rate, self.rank)
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError(
                f"`strides > 1` not supported in conjunction with `dilation_rate > 1`. Received: "
                f"strides={self.strides} and dilation_rate={self.dilation_rate}"
            )
        self.padding = padding_name(padding, self._causal)
        self.data_format = data_format_name(data_format)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        take_roles(self, locals(), "kernel", "bias")
        self.input_spec = InputSpec(min_ndim=self.rank + 2)

    def _channels(self, input_shape: Any) -> int:
        """The number of channels, which all inputs have to have from now on."""
        axis = -1 if self.data_format == "channels_last" else 1
        channels: int = input_shape[axis]
        self.input_spec = InputSpec(min_ndim=self.rank + 2, axes={axis: channels})
        return channels

    def build(self, input_shape: Any) -> None:
        """Make kernel and bias for inputs of a shape."""
        channels = self._channels(input_shape)
        if channels % self.groups:
            raise ValueError(
                f"The number of input channels must be evenly divisible by the number of groups. "
                f"Received groups={self.groups}, but the input has {channels} channels (full input "
                f"shape is {tuple(input_shape)})."
            )
        shape = (*self.kernel_size, channels // self.groups, self.filters)
        self.kernel = make_weight(self, "kernel", shape)
        if self.use_bias:
            self.bias = make_weight(self, "bias", (self.filters,))

    def call(self, inputs: Any) -> Tensor:
        """The output for inputs of shape ``(batch, sizes, channels)``."""
        x, padding = operand(inputs), self.padding
        if padding == "causal":
            before = [[0, 0]] * (self.rank + 2)
            axis = 1 if self.data_format == "channels_last" else 2
            before[axis] = [self.dilation_rate[0] * (self.kernel_size[0] - 1), 0]
            x, padding = pad(x, before), "valid"
        form = image_format(self.data_format, self.rank)
        y = convolution(x, self.kernel, self.strides, padding.upper(), form, self.dilation_rate)
        if 0 in y._value.shape and 0 not in x._value.shape:
            raise ValueError(
                f"The convolution operation resulted in an empty output. Output shape: "
                f"{y._value.shape}. The input of shape {x._value.shape} is too small for "
                f"kernel_size={self.kernel_size} and padding={self.padding!r}."
            )
        return self._finished(y, form)

    def _finished(self, y: Any, form: str) -> Tensor:
        if self.bias is not None:
            y = bias_add(y, self.bias, form)
        return self.activation(y)  # type: ignore[no-any-return]

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a layer like this one."""
        plain = ("filters", "kernel_size", "strides", "padding", "data_format", "dilation_rate")
        return (
            super().get_config()
            | {name: getattr(self, name) for name in (*plain, "groups", "use_bias")}
            | {"activation": activations.serialize(self.activation)}
            | {"activity_regularizer": REGULARIZERS.optional(self.activity_regularizer)}
            | roles_config(self, "kernel", "bias")
        )


class ConvolutionTranspose(Convolution):
    """What transposed convolutions along any number of axes have in common."""

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        output_padding: Any = None,
        data_format: str | None = None,
        dilation_rate: Any = 1,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            filters,
            kernel_size,
            strides,
            padding,
            data_format,
            dilation_rate,
            1,
            activation,
            use_bias,
            kernel_initializer,
            bias_initializer,
            kernel_regularizer,
            bias_regularizer,
            activity_regularizer,
            kernel_constraint,
            bias_constraint,
            **kwargs,
        )
        self.output_padding = (
            None
            if output_padding is None
            else sizes("output_padding", output_padding, self.rank, least=0)
        )
        if self.output_padding is not None and any(
            p >= s for p, s in zip(self.output_padding, self.strides, strict=True)
        ):
            raise ValueError(
                f"`output_padding` must be strictly less than `strides` for all dimensions. "
                f"Received: output_padding={self.output_padding}, strides={self.strides}"
            )

    def build(self, input_shape: Any) -> None:
        """Make kernel and bias for inputs of a shape."""
        shape = (*self.kernel_size, self.filters, self._channels(input_shape))
        self.kernel = make_weight(self, "kernel", shape)
        if self.use_bias:
            self.bias = make_weight(self, "bias", (self.filters,))

    def _output_size(self, axis: int, size: int) -> int:
        stride, extra = self.strides[axis], self.output_padding
        kernel = (self.kernel_size[axis] - 1) * self.dilation_rate[axis] + 1
        if self.padding == "valid":
            more = max(kernel, stride) - kernel if extra is None else extra[axis]
            return (size - 1) * stride + kernel + more
        return size * stride if extra is None else (size - 1) * stride + kernel % 2 + extra[axis]

    def call(self, inputs: Any) -> Tensor:
        """The output for inputs of shape ``(batch, sizes, channels)``."""
        x = operand(inputs)
        last = self.data_format == "channels_last"
        shape = list(x._value.shape)
        spatial = slice(1, -1) if last else slice(2, None)
        shape[spatial] = [self._output_size(i, n) for i, n in enumerate(shape[spatial])]
        shape[-1 if last else 1] = self.filters
        form = image_format(self.data_format, self.rank)
        dilations = self.dilation_rate
        y = conv_transpose(
            x, self.kernel, shape, self.strides, self.padding.upper(), form, dilations
        )
        return self._finished(y, form)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a layer like this one."""
        config = super().get_config() | {"output_padding": self.output_padding}
        del config["groups"]
        return config
