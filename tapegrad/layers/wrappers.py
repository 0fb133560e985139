"""Layers around a layer: both directions of a sequence, every step of it."""

from __future__ import annotations

from typing import Any

from tapegrad.core.convert import operand
from tapegrad.core.tensor import Tensor
from tapegrad.layers.layer import Layer
from tapegrad.ops.arranging import reverse
from tapegrad.ops.cast import cast
from tapegrad.ops.joining import concat, stack, unstack
from tapegrad.ops.shape import reshape
from tapegrad.ops.where import where


class Bidirectional(Layer):
    """A recurrent layer in both directions of a sequence.

    Parameters
    ----------
    layer
        The recurrent layer for the one direction.
    merge_mode
        How the two outputs become one: ``"concat"``, ``"sum"``, ``"mul"``, ``"ave"``, or None for
        a list of both.
    weights
        What `set_weights` is given once they exist, or None.
    backward_layer
        The layer for the other direction; by default one like `layer`.
    kwargs
        ``dtype``, ``name``, ``trainable``: see `Layer`.

    Raises
    ------
    ValueError
        If there is no such mode, or the two layers do not go in different directions.

    Examples
    --------
    >>> import tapegrad as tf
    >>> layer = tf.keras.layers.Bidirectional(tf.keras.layers.LSTM(4, return_sequences=True))
    >>> layer(tf.ones([2, 5, 3])).shape
    TensorShape([2, 5, 8])
    """

    def __init__(
        self,
        layer: Any,
        merge_mode: str | None = "concat",
        weights: Any = None,
        backward_layer: Any = None,
        **kwargs: Any,
    ) -> None:
        if not isinstance(layer, Layer):
            raise ValueError(
                f"Please initialize `Bidirectional` layer with a `keras.layers.Layer` instance. "
                f"Received: {layer}"
            )
        if merge_mode not in ("sum", "mul", "ave", "concat", None):
            raise ValueError(
                f"Invalid merge mode. Received: {merge_mode}. Merge mode should be one of "
                f"'sum', 'mul', 'ave', 'concat', None."
            )
        super().__init__(**kwargs)
        config = layer.get_config() | {"name": f"forward_{layer.name}"}
        self.forward_layer = type(layer).from_config(config)
        if backward_layer is None:
            config = config | {
                "go_backwards": not config["go_backwards"],
                "name": f"backward_{layer.name}",
            }
            backward_layer = type(layer).from_config(config)
        self.backward_layer = backward_layer
        for name, equal in (("go_backwards", False), ("return_sequences", True)):
            pair = getattr(self.forward_layer, name), getattr(backward_layer, name)
            if (pair[0] == pair[1]) is not equal:
                raise ValueError(
                    f"Forward layer and backward layer should have "
                    f"{'the same' if equal else 'different'} `{name}` value. Received: "
                    f"forward_layer.{name}={pair[0]}, backward_layer.{name}={pair[1]}"
                )
        self.merge_mode = merge_mode
        self.return_sequences = layer.return_sequences  # type: ignore[attr-defined]
        self.return_state = layer.return_state  # type: ignore[attr-defined]
        self._initial = weights

    def build(self, sequences_shape: Any) -> None:
        """Make the weights of both layers."""
        for layer in (self.forward_layer, self.backward_layer):
            if not layer.built:
                layer.build(sequences_shape)
        if self._initial is not None:
            self.set_weights(self._initial)

    def call(
        self, sequences: Any, initial_state: Any = None, mask: Any = None, training: Any = None
    ) -> Any:
        """The output of both directions; with their states if they are to be returned.

        Parameters
        ----------
        sequences
            Of shape ``(batch, steps, ...)``.
        initial_state
            The states of the one layer, then those of the other.
        mask
            A boolean tensor of shape ``(batch, steps)``: which steps count.
        training
            Whether cells drop entries.
        """
        half = None if initial_state is None else len(initial_state) // 2
        results = [
            list(result) if isinstance(result, tuple) else [result]
            for result in (
                layer(
                    sequences,
                    initial_state=None if half is None else list(initial_state[part]),
                    mask=mask,
                    training=training,
                )
                for layer, part in (
                    (self.forward_layer, slice(None, half)),
                    (self.backward_layer, slice(half, None)),
                )
            )
        ]
        forth, back = results[0][0], results[1][0]
        if self.return_sequences:
            back = reverse(back, [1])
        output: Any
        if self.merge_mode == "concat":
            output = concat([forth, back], -1)
        elif self.merge_mode == "sum":
            output = forth + back
        elif self.merge_mode == "ave":
            output = (forth + back) / 2.0
        elif self.merge_mode == "mul":
            output = forth * back
        else:
            output = (forth, back)
        if not self.return_state:
            return output
        states = (*results[0][1:], *results[1][1:])
        return (*output, *states) if self.merge_mode is None else (output, *states)

    def reset_states(self) -> None:
        """Set the states that are kept between batches to zero."""
        self.forward_layer.reset_state()  # type: ignore[attr-defined]
        self.backward_layer.reset_state()

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a layer like this one."""
        own = {"layer": self.forward_layer, "merge_mode": self.merge_mode}
        return super().get_config() | own | {"backward_layer": self.backward_layer}


class TimeDistributed(Layer):
    """A layer for every step of a sequence, with the same weights.

    Parameters
    ----------
    layer
        The layer of one step.
    kwargs
        ``dtype``, ``name``, ``trainable``: see `Layer`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> layer = tf.keras.layers.TimeDistributed(tf.keras.layers.Conv2D(4, 3))
    >>> layer(tf.ones([2, 5, 8, 8, 3])).shape
    TensorShape([2, 5, 6, 6, 4])
    """

    def __init__(self, layer: Layer, **kwargs: Any) -> None:
        if not isinstance(layer, Layer):
            raise ValueError(
                f"Please initialize `TimeDistributed` layer with a `keras.layers.Layer` instance. "
                f"Received: {layer}"
            )
        super().__init__(**kwargs)
        self.layer = layer

    def build(self, input_shape: Any) -> None:
        """Make the weights of the layer."""
        if not self.layer.built:
            self.layer.build((input_shape[0], *input_shape[2:]))

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Tensor:
        """The outputs of all steps, for inputs of shape ``(batch, steps, ...)``."""
        x = operand(inputs)
        seen = [None] * x._value.shape[1] if mask is None else unstack(cast(mask, "bool"), axis=1)
        outputs: list[Any] = []
        for step, here in zip(unstack(x, axis=1), seen, strict=True):
            output = self.layer(step, training=training)
            if here is not None and outputs:
                shape = [-1] + [1] * (len(output.shape) - 1)
                output = where(reshape(here, shape), output, outputs[-1])
            outputs.append(output)
        return stack(outputs, axis=1)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a layer like this one."""
        return super().get_config() | {"layer": self.layer}
