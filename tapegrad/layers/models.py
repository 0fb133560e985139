"""Models: layers that are made of layers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from tapegrad.core import nest
from tapegrad.core.convert import as_tensor
from tapegrad.core.names import numbered
from tapegrad.core.tensor import ArrayLike
from tapegrad.layers.inputs import Input, InputLayer
from tapegrad.layers.layer import Layer
from tapegrad.layers.symbolic import Graph, KerasTensor
from tapegrad.ops.cast import cast


class Model(Layer):
    """A layer that is made of layers: of calls on symbolic tensors, or by a subclass.

    A subclass sets layers as attributes and defines `call`.

    Parameters
    ----------
    args, kwargs
        ``inputs`` and ``outputs``, symbolic tensors (see `Input`) or structures of them: the model
        is what leads from one to the other. ``name``, ``dtype``, ``trainable``: see `Layer`.

    Notes
    -----
    There is no ``compile`` and no ``fit``: a training loop is a few lines with `GradientTape`, an
    optimizer and ``tf.data``.

    Examples
    --------
    >>> import tapegrad as tf
    >>> class Net(tf.keras.Model):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.hidden = tf.keras.layers.Dense(4, activation="tanh")
    ...         self.out = tf.keras.layers.Dense(1)
    ...     def call(self, x):
    ...         return self.out(self.hidden(x))
    >>> net = Net()
    >>> net(tf.ones([2, 3])).shape, len(net.trainable_variables)
    (TensorShape([2, 1]), 4)

    The same as a graph of layers:

    >>> x = tf.keras.Input((3,))
    >>> h = tf.keras.layers.Dense(4, activation="tanh")(x)
    >>> net = tf.keras.Model(inputs=x, outputs=tf.keras.layers.Dense(1)(h))
    >>> net(tf.ones([2, 3])).shape, len(net.trainable_variables)
    (TensorShape([2, 1]), 4)
    """

    _graph: Graph | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        ends = dict(zip(("inputs", "outputs"), args, strict=False))
        ends |= {name: kwargs.pop(name) for name in ("inputs", "outputs") if name in kwargs}
        if ends.keys() not in (set(), {"inputs", "outputs"}):
            raise ValueError(
                f"A model of symbolic tensors needs both `inputs` and `outputs`. Received: "
                f"{', '.join(ends)}."
            )
        for name, value in ends.items():
            wrong = [x for x in nest.flatten(value) if not isinstance(x, KerasTensor)]
            if wrong:
                raise ValueError(
                    f"All `{name}` values must be KerasTensors, which tf.keras.Input makes. "
                    f"Received: {name}={value} including invalid value {wrong[0]} of type "
                    f"{type(wrong[0])}"
                )
        if ends and type(self) is Model and kwargs.get("name") is None:
            kwargs["name"] = numbered("functional")
        super().__init__(**kwargs)
        if ends:
            self._graph = Graph(ends["inputs"], ends["outputs"])
            self._graph_layers = self._graph.layers
            self.built = True

    @property
    def layers(self) -> list[Layer]:
        """The layers directly inside of this one."""
        return self._sublayers()

    @property
    def inputs(self) -> list[KerasTensor] | None:
        """The symbolic tensors that the model begins with, or None."""
        return None if self._graph is None else list(self._graph.flat_inputs)

    @property
    def outputs(self) -> list[KerasTensor] | None:
        """The symbolic tensors that the model ends with, or None."""
        return None if self._graph is None else nest.flatten(self._graph.outputs)

    @property
    def input(self) -> Any:
        """The symbolic inputs in their structure."""
        return super().input if self._graph is None else self._graph.inputs

    @property
    def output(self) -> Any:
        """The symbolic outputs in their structure."""
        return super().output if self._graph is None else self._graph.outputs

    @property
    def input_shape(self) -> Any:
        """The shape of the symbolic inputs."""
        return nest.map_structure(lambda x: x.shape, self.input)

    @property
    def output_shape(self) -> Any:
        """The shape of the symbolic outputs."""
        return nest.map_structure(lambda x: x.shape, self.output)

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        """The outputs of a model of symbolic tensors for values of its inputs."""
        if self._graph is None:
            raise NotImplementedError(
                f"Model {type(self).__name__} does not have a `call()` method implemented."
            )
        symbols = self._graph.flat_inputs
        if isinstance(inputs, dict) and not isinstance(self._graph.inputs, dict):
            values = [inputs[x.name] for x in symbols]
        else:
            values = nest.flatten(inputs)
        if len(values) != len(symbols):
            raise ValueError(
                f"Model {self._name!r} expects {len(symbols)} input(s), but it received "
                f"{len(values)} input tensors."
            )
        return self._graph.run(
            [_fitting(value, x, self._name) for value, x in zip(values, symbols, strict=True)]
        )

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """A layer by its name, or by its place in `layers`.

        Raises
        ------
        ValueError
            If there is none, or not exactly one of the two is given.
        """
        if (name is None) == (index is None):
            raise ValueError("Provide either a layer name or layer index at `get_layer`.")
        found = [
            layer
            for i, layer in enumerate(self.layers)
            if i == index or (index is None and layer.name == name)
        ]
        if not found:
            raise ValueError(
                f"No such layer: {name if index is None else index}. Existing layers are: "
                f"{[layer.name for layer in self.layers]}."
            )
        return found[0]

    def summary(
        self,
        line_length: int | None = None,
        positions: Any = None,
        print_fn: Callable[[str], Any] | None = None,
        expand_nested: bool = False,
        show_trainable: bool = False,
        layer_range: Any = None,
    ) -> None:
        """Print the layers, their output shapes where they are known, and their numbers of weights.

        Parameters
        ----------
        line_length, positions, expand_nested, show_trainable, layer_range
            Without effect.
        print_fn
            What is called with the text, in place of `print`.
        """
        rows = [("Layer", "Output shape", "Weights")]
        for layer in self.layers:
            shape = layer.nodes[-1].outputs if layer.nodes else "?"
            shown = shape if shape == "?" else nest.map_structure(lambda x: str(x.shape), shape)
            count = str(layer.count_params()) if layer.built else "0 (unbuilt)"
            rows.append((f"{layer.name} ({type(layer).__name__})", str(shown), count))
        widths = [max(len(row[i]) for row in rows) for i in range(3)]
        lines = ["  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) for row in rows]
        total = sum(int(v._value.size) for v in self.variables)
        trained = sum(int(v._value.size) for v in self.trainable_variables)
        lines += [f"Weights: {total}, trainable: {trained}, others: {total - trained}"]
        (print_fn or print)("\n".join([f'Model "{self._name}"', *(ln.rstrip() for ln in lines)]))


def _fitting(value: Any, symbol: KerasTensor, model: str) -> Any:
    """A value in the dtype of the input that it is given for."""
    tensor = value if isinstance(value, ArrayLike) else as_tensor(value)
    shape = tuple(tensor._value.shape)
    known = zip(shape, symbol.shape, strict=False)
    if len(shape) != symbol.ndim or any(n not in (None, m) for m, n in known):
        raise ValueError(
            f"Input of model {model!r} is incompatible with it: expected shape={symbol.shape}, "
            f"found shape={shape}"
        )
    return tensor if tensor.dtype == symbol._dtype else cast(tensor, symbol._dtype)


class Sequential(Model):
    """Layers one after the other.

    Parameters
    ----------
    layers
        A list of layers; the first may be a `tf.keras.Input`, or have an ``input_shape``: then
        weights are made at once, else at the first call.
    trainable
        Whether the weights are trainable.
    name
        By default ``"sequential"``, numbered.

    Raises
    ------
    ValueError
        If something in the list is no layer.

    Examples
    --------
    >>> import tapegrad as tf
    >>> dense = tf.keras.layers.Dense
    >>> model = tf.keras.Sequential([dense(4, activation="relu"), dense(2)])
    >>> model(tf.ones([3, 5])).shape
    TensorShape([3, 2])
    >>> model = tf.keras.Sequential([tf.keras.Input((5,)), dense(4, activation="relu"), dense(2)])
    >>> model.output_shape, len(model.weights)
    ((None, 2), 4)
    """

    def __init__(
        self, layers: Iterable[Any] | None = None, trainable: bool = True, name: str | None = None
    ) -> None:
        super().__init__(trainable=trainable, name=name)
        self._layers: list[Layer] = []
        self._begin: KerasTensor | None = None
        self._end: Any = None
        for layer in layers or ():
            self.add(layer)

    def add(self, layer: Any, rebuild: bool = True) -> None:
        """Put a layer at the end; `rebuild` is without effect.

        Raises
        ------
        ValueError
            If it is no layer, or one of that name is there already.
        """
        begin = layer.output if isinstance(layer, InputLayer) else layer
        if isinstance(begin, KerasTensor) and not self._layers and self._begin is None:
            self._begin = self._end = begin
            return
        if not isinstance(layer, Layer):
            raise ValueError(
                f"Only instances of `keras.Layer` can be added to a Sequential model. Received: "
                f"{layer} (of type {type(layer)})"
            )
        if any(other is not layer and other.name == layer.name for other in self._layers):
            raise ValueError(
                f"All layers added to a Sequential model should have unique names. Name "
                f"'{layer.name}' is already the name of a layer in this model. Update the `name` "
                f"argument to pass a unique name."
            )
        if not self._layers and self._begin is None and layer._input_hint is not None:
            self._begin = self._end = Input(layer._input_hint)
        self._layers.append(layer)
        if self._begin is not None:
            self._end = layer(self._end)
            self.built = True

    def pop(self, rebuild: bool = True) -> Layer:
        """Take the last layer away, and return it; `rebuild` is without effect."""
        layer = self._layers.pop()
        if self._begin is not None:
            self._end = self._layers[-1].output if self._layers else self._begin
        return layer

    def build(self, input_shape: Any = None) -> None:
        """Make the weights of all layers for inputs of a shape, which includes the batch."""
        if self._begin is None and input_shape is not None:
            self._begin = self._end = Input(batch_shape=tuple(input_shape))
            for layer in self._layers:
                self._end = layer(self._end)

    @property
    def layers(self) -> list[Layer]:
        """The layers, in order."""
        return list(self._layers)

    @property
    def inputs(self) -> list[KerasTensor] | None:
        """The symbolic tensor that the model begins with, in a list; or None."""
        return None if self._begin is None else [self._begin]

    @property
    def outputs(self) -> list[KerasTensor] | None:
        """The symbolic tensors that the model ends with, or None."""
        return None if self._begin is None else nest.flatten(self._end)

    @property
    def input(self) -> Any:
        """The symbolic input."""
        return super().input if self._begin is None else self._begin

    @property
    def output(self) -> Any:
        """The symbolic output."""
        return super().output if self._begin is None else self._end

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        """The inputs through all layers."""
        outputs = inputs
        for layer in self._layers:
            outputs = layer(outputs)
        return outputs
