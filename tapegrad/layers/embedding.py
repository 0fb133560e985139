"""Embedding: rows of a table by their numbers."""

from __future__ import annotations

from typing import Any

from tapegrad.core.convert import operand
from tapegrad.core.tensor import Tensor
from tapegrad.layers.layer import Layer
from tapegrad.layers.options import make_weight, positive, roles_config, take_roles
from tapegrad.ops.cast import cast
from tapegrad.ops.compare import not_equal
from tapegrad.ops.gather import gather


class Embedding(Layer):
    """Rows of a table of weights; the gradient is as large as the rows that were used.

    Parameters
    ----------
    input_dim
        The number of rows.
    output_dim
        Their size.
    embeddings_initializer
        A name or a function of shape and dtype.
    embeddings_regularizer, embeddings_constraint
        Names or functions of the table.
    mask_zero
        Whether the number 0 stands for no entry: `compute_mask` says where there are entries. The
        mask is handed to later layers by the program: ``lstm(x, mask=embedding.compute_mask(n))``.
    weights
        The table to begin with, or a list with it.
    lora_rank, lora_alpha, quantization_config
        Must be None: tables are neither split nor quantized.
    kwargs
        ``dtype``, ``name``, ``trainable``: see `Layer`.

    Attributes
    ----------
    embeddings
        The table, of shape ``(input_dim, output_dim)``.

    Raises
    ------
    ValueError
        If a size is no positive integer.
    InvalidArgumentError
        When called, if a number is out of range.

    Examples
    --------
    >>> import tapegrad as tf
    >>> layer = tf.keras.layers.Embedding(10, 4)
    >>> layer(tf.constant([[1, 2, 2]])).shape
    TensorShape([1, 3, 4])
    """

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        embeddings_initializer: Any = "uniform",
        embeddings_regularizer: Any = None,
        embeddings_constraint: Any = None,
        mask_zero: bool = False,
        weights: Any = None,
        lora_rank: int | None = None,
        lora_alpha: float | None = None,
        quantization_config: Any = None,
        **kwargs: Any,
    ) -> None:
        for key in ("lora_rank", "lora_alpha", "quantization_config"):
            if locals()[key] is not None:
                raise NotImplementedError(
                    f"Embedding: {key}={locals()[key]!r}: tables are neither split nor quantized "
                    f"here."
                )
        kwargs.pop("input_length", None)
        super().__init__(**kwargs)
        self.input_dim = positive("input_dim", input_dim)
        self.output_dim = positive("output_dim", output_dim)
        self.mask_zero = mask_zero
        self.autocast = False
        take_roles(self, locals(), "embeddings")
        if weights is not None:
            self.build()
            self.set_weights(weights if isinstance(weights, list) else [weights])

    def build(self, input_shape: Any = None) -> None:
        """Make the table."""
        if not self.built:
            self._embeddings = make_weight(self, "embeddings", (self.input_dim, self.output_dim))

    @property
    def embeddings(self) -> Any:
        """The table; AttributeError before the layer is built."""
        if not self.built:
            raise AttributeError("You must build the layer before accessing `embeddings`.")
        return self._embeddings

    def call(self, inputs: Any) -> Tensor:
        """The rows, for row numbers of any shape."""
        numbers = operand(inputs)
        if numbers.dtype.name not in ("int32", "int64"):
            numbers = cast(numbers, "int32")
        return gather(self._embeddings, numbers)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Tensor | None:
        """Where there are entries: where the numbers are not 0; None without `mask_zero`.

        Parameters
        ----------
        inputs
            The row numbers.
        mask
            Without effect.
        """
        return not_equal(inputs, 0) if self.mask_zero else None

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a layer like this one."""
        names = ("input_dim", "output_dim", "mask_zero")
        return (
            super().get_config()
            | {name: getattr(self, name) for name in names}
            | roles_config(self, "embeddings")
        )
