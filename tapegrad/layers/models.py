"""Models: layers that are made of layers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tapegrad.layers.layer import Layer


class Model(Layer):
    """A layer that is made of layers; a subclass sets them as attributes and defines `call`.

    Parameters
    ----------
    args, kwargs
        ``name``, ``dtype``, ``trainable``: see `Layer`. Models of symbolic inputs and outputs are
        not supported.

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
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if args or "inputs" in kwargs or "outputs" in kwargs:
            raise NotImplementedError(
                "tf.keras.Model(inputs, outputs) is not supported: there are no symbolic tensors. "
                "Use tf.keras.Sequential, or a subclass of tf.keras.Model with its own `call`."
            )
        super().__init__(**kwargs)

    @property
    def layers(self) -> list[Layer]:
        """The layers directly inside of this one."""
        return self._sublayers()

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


class Sequential(Model):
    """Layers one after the other.

    Parameters
    ----------
    layers
        A list of layers, or of functions of one tensor.
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
    """

    def __init__(
        self, layers: Iterable[Any] | None = None, trainable: bool = True, name: str | None = None
    ) -> None:
        super().__init__(trainable=trainable, name=name)
        self._layers: list[Layer] = []
        for layer in layers or ():
            self.add(layer)

    def add(self, layer: Any, rebuild: bool = True) -> None:
        """Put a layer at the end; `rebuild` is without effect.

        Raises
        ------
        ValueError
            If it is no layer, or one of that name is there already.
        """
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
        self._layers.append(layer)

    def pop(self, rebuild: bool = True) -> Layer:
        """Take the last layer away, and return it; `rebuild` is without effect."""
        return self._layers.pop()

    @property
    def layers(self) -> list[Layer]:
        """The layers, in order."""
        return list(self._layers)

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        """The inputs through all layers."""
        outputs = inputs
        for layer in self._layers:
            outputs = layer(outputs)
        return outputs
