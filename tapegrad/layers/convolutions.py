"""The convolution layers by their names: along one, two and three axes, and transposed."""

from __future__ import annotations

from typing import Any

from tapegrad.layers.convolution import Convolution, ConvolutionTranspose
from tapegrad.layers.documenting import with_parameters

_SHARED = """
    Parameters
    ----------
    filters
        The number of channels of the output.
    kernel_size
        The size of the window: {integers}.
    strides
        How far the window moves: {integers}.
    padding
        ``"valid"``: none; ``"same"``: so many zeros that strides of 1 keep the size{causal}.
    {more}data_format
        ``"channels_last"`` (default), for inputs of shape ``(batch, {sizes}, channels)``; or
        ``"channels_first"``, for ``(batch, channels, {sizes})``.
    dilation_rate
        How far apart entries of the window are: {integers}.
    {groups}activation
        A name such as ``"relu"``, a function, or None for none.
    use_bias
        Whether there is a bias.
    kernel_initializer, bias_initializer
        Names or functions of shape and dtype.
    kernel_regularizer, bias_regularizer, activity_regularizer
        Names, or functions of kernel, bias and output that give `losses`.
    kernel_constraint, bias_constraint
        Names, or functions that optimizers apply after each update.
    kwargs
        ``dtype``, ``name``, ``trainable``: see `Layer`.

    Attributes
    ----------
    kernel
        Of shape ``(*kernel_size, {kernel})``.
    bias
        Of shape ``(filters,)``, or None.

    Raises
    ------
    ValueError
        If an argument is out of range, or inputs do not fit.
"""
_GROUPS = """groups
        Channels are cut into so many groups, each with filters of its own.
    """
_OUTPUT_PADDING = """output_padding
        How much larger than the smallest fitting size the output is; less than `strides`.
    """


@with_parameters
def _documented(cls: type[Convolution]) -> str:
    transposed = issubclass(cls, ConvolutionTranspose)
    return _SHARED.format(
        integers={1: "an integer", 2: "one integer or two", 3: "one integer or three"}[cls.rank],
        sizes=", ".join(("depth", "height", "width")[-cls.rank :]) if cls.rank > 1 else "steps",
        causal=', ``"causal"``: all of them in front' if cls._causal else "",
        more=_OUTPUT_PADDING if transposed else "",
        groups="" if transposed else _GROUPS,
        kernel="filters, channels" if transposed else "channels // groups, filters",
    )


@_documented
class Conv1D(Convolution):
    """A convolution along one axis, of sequences.

    Examples
    --------
    >>> import tapegrad as tf
    >>> layer = tf.keras.layers.Conv1D(4, 3, padding="causal", activation="relu")
    >>> layer(tf.ones([2, 10, 5])).shape, layer.kernel.shape
    (TensorShape([2, 10, 4]), TensorShape([3, 5, 4]))
    """

    rank = 1
    _causal = True


@_documented
class Conv2D(Convolution):
    """A convolution along two axes, of images.

    Examples
    --------
    >>> import tapegrad as tf
    >>> layer = tf.keras.layers.Conv2D(4, 3, strides=2, padding="same", activation="relu")
    >>> layer(tf.ones([2, 28, 28, 3])).shape, layer.kernel.shape
    (TensorShape([2, 14, 14, 4]), TensorShape([3, 3, 3, 4]))
    """

    rank = 2


@_documented
class Conv3D(Convolution):
    """A convolution along three axes, of volumes.

    Examples
    --------
    >>> import tapegrad as tf
    >>> layer = tf.keras.layers.Conv3D(4, (1, 2, 3))
    >>> layer(tf.ones([2, 5, 5, 5, 3])).shape
    TensorShape([2, 5, 4, 3, 4])
    """

    rank = 3


@_documented
class Conv1DTranspose(ConvolutionTranspose):
    """A transposed convolution along one axis, of sequences.

    Examples
    --------
    >>> import tapegrad as tf
    >>> layer = tf.keras.layers.Conv1DTranspose(4, 3, strides=2, padding="same")
    >>> layer(tf.ones([2, 10, 5])).shape, layer.kernel.shape
    (TensorShape([2, 20, 4]), TensorShape([3, 4, 5]))
    """

    rank = 1


@_documented
class Conv2DTranspose(ConvolutionTranspose):
    """A transposed convolution along two axes, of images.

    Examples
    --------
    >>> import tapegrad as tf
    >>> layer = tf.keras.layers.Conv2DTranspose(4, 5, strides=2, padding="same", use_bias=False)
    >>> layer(tf.ones([2, 7, 7, 3])).shape, layer.kernel.shape
    (TensorShape([2, 14, 14, 4]), TensorShape([5, 5, 4, 3]))
    """

    rank = 2


@_documented
class Conv3DTranspose(ConvolutionTranspose):
    """A transposed convolution along three axes, of volumes.

    Examples
    --------
    >>> import tapegrad as tf
    >>> layer = tf.keras.layers.Conv3DTranspose(4, 2, strides=2)
    >>> layer(tf.ones([1, 3, 3, 3, 2])).shape
    TensorShape([1, 6, 6, 6, 4])
    """

    rank = 3

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        output_padding: Any = None,
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
            output_padding,  # Keras has it before `data_format` along one and two axes
            data_format,
            dilation_rate,
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
