"""Cells: one step of a recurrent layer."""

from __future__ import annotations

from typing import Any, ClassVar

from tapegrad.core.convert import operand
from tapegrad.core.tensor import Tensor
from tapegrad.layers import activations
from tapegrad.layers.documenting import with_parameters
from tapegrad.layers.layer import Layer
from tapegrad.layers.options import make_weight, positive, roles_config, take_roles
from tapegrad.layers.weights import Weight
from tapegrad.ops.contract import matmul, tensordot
from tapegrad.ops.create import ones, zeros
from tapegrad.ops.initializers import Ones
from tapegrad.ops.joining import concat, split
from tapegrad.ops.layers import dropout

#: Keras calls the parts of the recurrent kernel so.
_PARTS = ("kernel", "recurrent", "bias")

_PARAMETERS = """
    Parameters
    ----------
    units
        The size of the state, and of the output.
    activation
        A name, a function, or None for none: of new values.
    {gates}use_bias
        Whether there is a bias.
    kernel_initializer, recurrent_initializer, bias_initializer
        Names or functions of shape and dtype.
    {more}kernel_regularizer, recurrent_regularizer, bias_regularizer
        Names, or functions of the weights that give `losses`.
    kernel_constraint, recurrent_constraint, bias_constraint
        Names, or functions that optimizers apply after each update.
    dropout, recurrent_dropout
        The shares of inputs, and of the state, that are dropped in training.
    seed
        An integer, see `tf.random.set_seed`.
    {last}kwargs
        ``dtype``, ``name``, ``trainable``: see `Layer`.
"""


class Cell(Layer):
    """What the cells have in common: a kernel for inputs, one for the state, a bias.

    `project` is what a step does with its inputs alone; of a sequence it is done at once.
    """

    gates: ClassVar[int]
    bias: Weight | None = None
    reset_after = False

    def __init__(self, given: dict[str, Any], kwargs: dict[str, Any]) -> None:
        super().__init__(**kwargs)
        self.units = positive("units", given["units"])
        self.activation = activations.get(given["activation"])
        self.use_bias = given["use_bias"]
        take_roles(self, given, "kernel", "recurrent", "bias")
        self.dropout = min(1.0, max(0.0, given["dropout"]))
        self.recurrent_dropout = min(1.0, max(0.0, given["recurrent_dropout"]))
        self.seed = given["seed"]
        self.state_size: Any = self.units
        self.output_size = self.units

    def build(self, input_shape: Any) -> None:
        """Make the weights for inputs of a shape."""
        width = self.gates * self.units
        self.kernel = make_weight(self, "kernel", (input_shape[-1], width))
        shape = (self.units, width)
        self.recurrent_kernel = make_weight(self, "recurrent", shape, name="recurrent_kernel")
        if self.use_bias:
            self.bias = make_weight(self, "bias", (2, width) if self.reset_after else (width,))

    def _input_bias(self) -> Any:
        return self.bias

    def project(self, inputs: Any) -> Tensor:
        """What a step needs of its inputs, for inputs of shape ``(..., features)``."""
        x = operand(inputs)
        y: Tensor = (
            matmul(x, self.kernel) if x._value.ndim == 2 else tensordot(x, self.kernel, [[-1], [0]])
        )
        return y if self.bias is None else y + self._input_bias()

    def step(self, projected: Tensor, states: list[Any]) -> tuple[Tensor, list[Any]]:
        """Output and new states from what `project` returned."""
        raise NotImplementedError

    def masks(self, inputs: Any, state: Any) -> tuple[Any, Any]:
        """What inputs and state are multiplied by in training: None where nothing is dropped."""
        of_inputs, of_state = (
            dropout(ones(x.shape, dtype=x.dtype), rate, seed=self.seed) if 0 < rate < 1 else None
            for x, rate in ((inputs, self.dropout), (state, self.recurrent_dropout))
        )
        return of_inputs, of_state

    def call(self, inputs: Any, states: Any, training: bool = False) -> tuple[Tensor, Any]:
        """Output and new states of one step.

        Parameters
        ----------
        inputs
            Of shape ``(batch, features)``.
        states
            A list of tensors of shape ``(batch, units)``.
        training
            Whether to drop entries.
        """
        nested = isinstance(states, (list, tuple))
        state = list(states) if nested else [states]
        if training:
            of_inputs, of_state = self.masks(inputs, state[0])
            inputs = inputs if of_inputs is None else inputs * of_inputs
            state[0] = state[0] if of_state is None else state[0] * of_state
        output, new = self.step(self.project(inputs), state)
        return output, new if nested else new[0]

    def get_initial_state(self, batch_size: Any = None) -> list[Tensor]:
        """Zeros for every state."""
        count = len(self.state_size) if isinstance(self.state_size, list) else 1
        return [zeros([batch_size, self.units], dtype=self._dtype) for _ in range(count)]

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a layer like this one."""
        plain = ("units", "use_bias", "dropout", "recurrent_dropout", "seed")
        return (
            super().get_config()
            | {name: getattr(self, name) for name in plain}
            | {"activation": activations.serialize(self.activation)}
            | roles_config(self, *_PARTS)
        )


@with_parameters
def _documented(cls: Any) -> str:
    gated = cls.gates > 1
    return _PARAMETERS.format(
        gates="recurrent_activation\n        The same for gates.\n    " if gated else "",
        more="unit_forget_bias\n        Whether the bias of the forget gate begins with ones.\n    "
        if cls.gates == 4
        else "",
        last="reset_after\n        Whether the reset gate acts after the matrix product.\n    "
        if cls.gates == 3
        else "",
    )


@_documented
class SimpleRNNCell(Cell):
    """One step of a simple recurrent layer: ``activation(x @ kernel + h @ recurrent + bias)``.

    Examples
    --------
    >>> import tapegrad as tf
    >>> cell = tf.keras.layers.SimpleRNNCell(4)
    >>> output, states = cell(tf.ones([2, 3]), [tf.zeros([2, 4])])
    >>> output.shape
    TensorShape([2, 4])
    """

    gates = 1

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(locals(), kwargs)

    def step(self, projected: Tensor, states: list[Any]) -> tuple[Tensor, list[Any]]:
        """Output and new states from what `project` returned."""
        output = self.activation(projected + matmul(states[0], self.recurrent_kernel))
        return output, [output]


@_documented
class LSTMCell(Cell):
    """One step of a layer with long short-term memory (Hochreiter and Schmidhuber, 1997).

    The gates stand in the order input, forget, new values, output.

    Examples
    --------
    >>> import tapegrad as tf
    >>> cell = tf.keras.layers.LSTMCell(4)
    >>> output, (h, c) = cell(tf.ones([2, 3]), cell.get_initial_state(2))
    >>> output.shape, c.shape
    (TensorShape([2, 4]), TensorShape([2, 4]))
    """

    gates = 4

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(locals(), kwargs)
        self.recurrent_activation = activations.get(recurrent_activation)
        self.unit_forget_bias = unit_forget_bias
        self.state_size = [self.units, self.units]

    def build(self, input_shape: Any) -> None:
        """Make the weights for inputs of a shape."""
        super().build(input_shape)
        if self.bias is not None and self.unit_forget_bias:
            n, initial = self.units, self.bias_initializer  # type: ignore[attr-defined]
            pieces = [initial([n]), Ones()([n]), initial([2 * n])]
            self.bias.assign(concat(pieces, 0))

    def step(self, projected: Tensor, states: list[Any]) -> tuple[Tensor, list[Any]]:
        """Output and new states from what `project` returned."""
        h, c = states
        z = split(projected + matmul(h, self.recurrent_kernel), 4, axis=-1)
        gate = self.recurrent_activation
        c = gate(z[1]) * c + gate(z[0]) * self.activation(z[2])
        output = gate(z[3]) * self.activation(c)
        return output, [output, c]

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a layer like this one."""
        return super().get_config() | {
            "recurrent_activation": activations.serialize(self.recurrent_activation),
            "unit_forget_bias": self.unit_forget_bias,
        }


@_documented
class GRUCell(Cell):
    """One step of a layer of gated recurrent units (Cho et al., 2014).

    The gates stand in the order update, reset, new values.

    Examples
    --------
    >>> import tapegrad as tf
    >>> cell = tf.keras.layers.GRUCell(4)
    >>> output, states = cell(tf.ones([2, 3]), cell.get_initial_state(2))
    >>> output.shape, cell.bias.shape
    (TensorShape([2, 4]), TensorShape([2, 12]))
    """

    gates = 3

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        reset_after: bool = True,
        seed: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(locals(), kwargs)
        self.recurrent_activation = activations.get(recurrent_activation)
        self.reset_after = reset_after

    def _input_bias(self) -> Any:
        assert self.bias is not None
        return self.bias[0] if self.reset_after else self.bias

    def step(self, projected: Tensor, states: list[Any]) -> tuple[Tensor, list[Any]]:
        """Output and new states from what `project` returned."""
        (h,) = states
        n, gate, kernel = self.units, self.recurrent_activation, self.recurrent_kernel
        x_z, x_r, x_new = split(projected, 3, axis=-1)
        if self.reset_after:
            inner = matmul(h, kernel)
            if self.bias is not None:
                inner = inner + self.bias[1]
            h_z, h_r, h_new = split(inner, 3, axis=-1)
            z, r = gate(x_z + h_z), gate(x_r + h_r)
            new = r * h_new
        else:
            h_z, h_r = split(matmul(h, kernel[:, : 2 * n]), 2, axis=-1)
            z, r = gate(x_z + h_z), gate(x_r + h_r)
            new = matmul(r * h, kernel[:, 2 * n :])
        output = z * h + (1.0 - z) * self.activation(x_new + new)
        return output, [output]

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a layer like this one."""
        return super().get_config() | {
            "recurrent_activation": activations.serialize(self.recurrent_activation),
            "reset_after": self.reset_after,
        }
