"""SimpleRNN, LSTM and GRU: recurrent layers with cells of their own."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any, ClassVar, Self

from tapegrad.core.names import snake_case
from tapegrad.layers.cells import GRUCell, LSTMCell, SimpleRNNCell
from tapegrad.layers.documenting import with_parameters
from tapegrad.layers.input_spec import InputSpec
from tapegrad.layers.recurrent import RNN
from tapegrad.layers.regularizers import REGULARIZERS

_OF_SEQUENCES = ("return_sequences", "return_state", "go_backwards", "stateful", "unroll")


class _WithCell(RNN):
    """A recurrent layer that makes its cell, and lends it its arguments."""

    cell_class: ClassVar[Any]

    def __init__(self, given: Mapping[str, Any], kwargs: dict[str, Any]) -> None:
        wanted = inspect.signature(self.cell_class.__init__).parameters
        arguments = {name: given[name] for name in wanted if name in given and name != "self"}
        arguments.pop("kwargs")
        cell = self.cell_class(
            **arguments,
            dtype=kwargs.get("dtype"),
            trainable=kwargs.get("trainable", True),
            name=snake_case(self.cell_class.__name__),
        )
        super().__init__(
            cell,
            **{name: given[name] for name in _OF_SEQUENCES},
            activity_regularizer=given["activity_regularizer"],
            **kwargs,
        )
        self.input_spec = InputSpec(ndim=3)

    def __getattr__(self, name: str) -> Any:
        cell = vars(self).get("cell")
        if cell is None or name.startswith("_") or name not in vars(cell):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return getattr(cell, name)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a layer like this one."""
        config = self.cell.get_config() | super().get_config()
        config["activity_regularizer"] = REGULARIZERS.optional(self.activity_regularizer)
        del config["cell"]
        return config  # type: ignore[no-any-return]

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """The layer that `get_config` described.

        Parameters
        ----------
        config
            What `get_config` returned.
        """
        return cls(**config)


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
    {more}kernel_regularizer, recurrent_regularizer, bias_regularizer, activity_regularizer
        Names, or functions of the weights and the output that give `losses`.
    kernel_constraint, recurrent_constraint, bias_constraint
        Names, or functions that optimizers apply after each update.
    dropout, recurrent_dropout
        The shares of inputs, and of the state, that are dropped in training; the same entries at
        every step.
    seed
        An integer, see `tf.random.set_seed`.
    return_sequences, return_state, go_backwards, stateful, unroll
        See `RNN`.
    {last}kwargs
        ``zero_output_for_mask``: see `RNN`; ``dtype``, ``name``, ``trainable``: see `Layer`.
"""


@with_parameters
def _documented(cls: Any) -> str:
    gates = cls.cell_class.gates
    cudnn = "use_cudnn\n        Without effect.\n    " if gates > 1 else ""
    reset = "reset_after\n        Whether the reset gate acts after the matrix product.\n    "
    return _PARAMETERS.format(
        gates="recurrent_activation\n        The same for gates.\n    " if gates > 1 else "",
        more="unit_forget_bias\n        Whether the bias of the forget gate begins with ones.\n    "
        if gates == 4
        else "",
        last=reset + cudnn if gates == 3 else cudnn,
    )


@_documented
class SimpleRNN(_WithCell):
    """A recurrent layer whose output is its state: ``tanh(x @ kernel + h @ recurrent + bias)``.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.layers.SimpleRNN(4)(tf.ones([2, 5, 3])).shape
    TensorShape([2, 4])
    """

    cell_class = SimpleRNNCell

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
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        seed: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(locals(), kwargs)


@_documented
class LSTM(_WithCell):
    """A recurrent layer with long short-term memory (Hochreiter and Schmidhuber, 1997).

    Examples
    --------
    >>> import tapegrad as tf
    >>> layer = tf.keras.layers.LSTM(4, return_sequences=True, return_state=True)
    >>> outputs, h, c = layer(tf.ones([2, 5, 3]))
    >>> outputs.shape, h.shape, c.shape
    (TensorShape([2, 5, 4]), TensorShape([2, 4]), TensorShape([2, 4]))
    """

    cell_class = LSTMCell

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
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: Any = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        use_cudnn: Any = "auto",
        **kwargs: Any,
    ) -> None:
        super().__init__(locals(), kwargs)


@_documented
class GRU(_WithCell):
    """A layer of gated recurrent units (Cho et al., 2014).

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.layers.GRU(4, return_sequences=True)(tf.ones([2, 5, 3])).shape
    TensorShape([2, 5, 4])
    """

    cell_class = GRUCell

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
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: Any = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        reset_after: bool = True,
        use_cudnn: Any = "auto",
        **kwargs: Any,
    ) -> None:
        super().__init__(locals(), kwargs)
