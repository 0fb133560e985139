"""Dense: a matrix product, a bias and an activation."""

from __future__ import annotations

from typing import Any

from tapegrad.core.convert import operand
from tapegrad.core.tensor import Tensor
from tapegrad.layers import activations
from tapegrad.layers.input_spec import InputSpec
from tapegrad.layers.layer import Layer
from tapegrad.layers.options import make_weight, positive, roles_config, take_roles
from tapegrad.layers.regularizers import REGULARIZERS
from tapegrad.layers.weights import Weight
from tapegrad.ops.cast import cast
from tapegrad.ops.contract import matmul, tensordot


class Dense(Layer):
    """A fully connected layer: ``activation(x @ kernel + bias)``.

    Parameters
    ----------
    units
        The size of the output's last axis.
    activation
        A name such as ``"relu"``, a function, or None for none.
    use_bias
        Whether there is a bias.
    kernel_initializer, bias_initializer
        Names or functions of shape and dtype.
    kernel_regularizer, bias_regularizer, activity_regularizer
        Functions of kernel, bias and output that give `losses`.
    kernel_constraint, bias_constraint
        Functions that optimizers apply after each update.
    lora_rank, lora_alpha, quantization_config
        Must be None: kernels are neither split nor quantized.
    kwargs
        ``dtype``, ``name``, ``trainable``: see `Layer`.

    Attributes
    ----------
    kernel
        The matrix, of shape ``(input_shape[-1], units)``.
    bias
        The bias, of shape ``(units,)``, or None.

    Raises
    ------
    ValueError
        If `units` is not a positive integer; when called, if the input has less than two axes or
        another last size than the first one had.

    Examples
    --------
    >>> import tapegrad as tf
    >>> layer = tf.keras.layers.Dense(2, activation="relu")
    >>> layer(tf.ones([3, 4])).shape
    TensorShape([3, 2])
    >>> [v.path.rpartition("/")[2] for v in layer.trainable_variables]
    ['kernel', 'bias']
    """

    def __init__(
        self,
        units: int,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        lora_rank: int | None = None,
        lora_alpha: float | None = None,
        quantization_config: Any = None,
        **kwargs: Any,
    ) -> None:
        positive("units", units)
        for key, value in (
            ("lora_rank", lora_rank),
            ("lora_alpha", lora_alpha),
            ("quantization_config", quantization_config),
        ):
            if value is not None:
                raise NotImplementedError(
                    f"Dense: {key}={value!r}: kernels are neither split nor quantized here."
                )
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.units = positive("units", units)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        take_roles(self, locals(), "kernel", "bias")
        self.input_spec = InputSpec(min_ndim=2)

    def build(self, input_shape: Any) -> None:
        """Make kernel and bias for inputs of a shape."""
        size = input_shape[-1]
        self._kernel = make_weight(self, "kernel", (size, self.units))
        self.bias = make_weight(self, "bias", (self.units,)) if self.use_bias else None
        self.input_spec = InputSpec(min_ndim=2, axes={-1: size})

    @property
    def kernel(self) -> Weight:
        """The matrix; AttributeError before the layer is built."""
        if not self.built:
            raise AttributeError("You must build the layer before accessing `kernel`.")
        return self._kernel

    def call(self, inputs: Any, training: Any = None) -> Tensor:
        """The output for inputs of shape ``(..., input_shape[-1])``."""
        x = operand(inputs)
        if x.dtype != self._dtype:
            x = cast(x, self._dtype)
        flat = x._value.ndim == 2
        y: Tensor = matmul(x, self._kernel) if flat else tensordot(x, self._kernel, [[-1], [0]])
        if self.bias is not None:
            y = y + self.bias
        result: Tensor = self.activation(y)
        return result

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a layer like this one."""
        return super().get_config() | {
            "units": self.units,
            "activation": activations.serialize(self.activation),
            "use_bias": self.use_bias,
            "activity_regularizer": REGULARIZERS.optional(self.activity_regularizer),
            **roles_config(self, "kernel", "bias"),
        }
