"""Input: what a model of symbolic tensors begins with."""

from __future__ import annotations

from typing import Any

from tapegrad.layers.layer import Layer
from tapegrad.layers.symbolic import KerasTensor, Node


class InputLayer(Layer):
    """The layer whose output an `Input` is; it hands on what it gets.

    Parameters
    ----------
    shape
        The shape without the batch; None where a size is open.
    batch_size
        The size of the batch, if it is known.
    dtype
        The dtype; float32 by default.
    batch_shape
        The shape with the batch, in place of `shape`.
    name
        By default ``"input_layer"``, numbered.
    sparse, ragged, input_tensor, optional
        Must be left alone: see `Input`.
    kwargs
        ``input_shape``: an earlier name of `shape`.

    Raises
    ------
    ValueError
        If there is neither `shape` nor `batch_shape`, or both.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.layers.InputLayer((3,)).output.shape
    (None, 3)
    """

    def __init__(
        self,
        shape: Any = None,
        batch_size: int | None = None,
        dtype: Any = None,
        sparse: Any = None,
        ragged: Any = None,
        batch_shape: Any = None,
        input_tensor: Any = None,
        optional: bool = False,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        if sparse or ragged or input_tensor is not None or optional:
            raise NotImplementedError(
                "tf.keras.Input: sparse, ragged, tensor and optional are not supported: inputs are "
                "dense tensors, and all of them are given."
            )
        shape = kwargs.pop("input_shape", shape)
        if (shape is None) == (batch_shape is None):
            raise ValueError(
                f"You must pass a `shape` argument, or a `batch_shape`, and not both. Received: "
                f"shape={shape}, batch_shape={batch_shape}"
            )
        super().__init__(name=name, **kwargs)
        if batch_shape is None:
            sizes = (shape,) if isinstance(shape, int) else tuple(shape)
            batch_shape = (batch_size, *sizes)
        self.batch_shape = tuple(batch_shape)
        self.built = True
        node = Node(self, (), {})
        node.outputs = KerasTensor(self.batch_shape, "float32" if dtype is None else dtype, name)
        node.outputs.node = node
        self.nodes.append(node)

    def call(self, inputs: Any) -> Any:
        """The inputs."""
        return inputs


def Input(  # noqa: N802 - Keras's name
    shape: Any = None,
    batch_size: int | None = None,
    dtype: Any = None,
    sparse: Any = None,
    ragged: Any = None,
    batch_shape: Any = None,
    name: str | None = None,
    tensor: Any = None,
    optional: bool = False,
) -> KerasTensor:
    """A symbolic tensor that a model begins with.

    Parameters
    ----------
    shape
        The shape without the batch; None where a size is open.
    batch_size
        The size of the batch, if it is known.
    dtype
        The dtype; float32 by default.
    batch_shape
        The shape with the batch, in place of `shape`.
    name
        By default ``"keras_tensor"``, numbered.
    sparse, ragged, tensor, optional
        Must be left alone: inputs are dense, and there is no other tensor behind them.

    Returns
    -------
    KerasTensor
        What layers are called on.

    Raises
    ------
    ValueError
        If there is neither `shape` nor `batch_shape`, or both.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x = tf.keras.Input((784,))
    >>> h = tf.keras.layers.Dense(64, activation="relu")(x)
    >>> model = tf.keras.Model(x, tf.keras.layers.Dense(10)(h))
    >>> model(tf.ones([2, 784])).shape, len(model.trainable_variables)
    (TensorShape([2, 10]), 4)
    """
    layer = InputLayer(
        shape, batch_size, dtype, sparse, ragged, batch_shape, tensor, optional, name
    )
    return layer.output  # type: ignore[no-any-return]
