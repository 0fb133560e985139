"""Pooling: the largest entry, or the mean, of every window."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from tapegrad.core.convert import operand
from tapegrad.core.tensor import Tensor
from tapegrad.layers.documenting import with_parameters
from tapegrad.layers.input_spec import InputSpec
from tapegrad.layers.layer import Layer
from tapegrad.layers.options import data_format_name, image_format, padding_name, sizes
from tapegrad.ops.avg_pooling import pool
from tapegrad.ops.cast import cast
from tapegrad.ops.reduce import reduce_max, reduce_mean, reduce_sum
from tapegrad.ops.shape import expand_dims


class Pooling(Layer):
    """What poolings along any number of axes have in common."""

    rank: ClassVar[int]
    kind: ClassVar[str]  # "MAX" or "AVG"

    def __init__(
        self,
        pool_size: Any = 2,
        strides: Any = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)
        self.pool_size = sizes("pool_size", pool_size, self.rank)
        self.strides = sizes("strides", pool_size if strides is None else strides, self.rank)
        self.padding = padding_name(padding)
        self.data_format = data_format_name(data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)
        self.built = True

    def call(self, inputs: Any) -> Tensor:
        """The output for inputs of shape ``(batch, sizes, channels)``."""
        form = image_format(self.data_format, self.rank)
        return pool(inputs, self.pool_size, self.kind, self.strides, self.padding.upper(), form)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a layer like this one."""
        names = ("pool_size", "padding", "strides", "data_format")
        return super().get_config() | {name: getattr(self, name) for name in names}


class AveragePooling(Pooling):
    """A pooling by means, whose window has no default."""

    kind = "AVG"

    def __init__(
        self,
        pool_size: Any,
        strides: Any = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(pool_size, strides, padding, data_format, name, **kwargs)


class GlobalPooling(Layer):
    """What poolings over whole images have in common."""

    rank: ClassVar[int]
    reduction: ClassVar[Callable[..., Tensor]]

    def __init__(
        self, data_format: str | None = None, keepdims: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.data_format = data_format_name(data_format)
        self.keepdims = keepdims
        self.input_spec = InputSpec(ndim=self.rank + 2)
        self.built = True

    def _axes(self) -> list[int]:
        first = 1 if self.data_format == "channels_last" else 2
        return list(range(first, first + self.rank))

    def call(self, inputs: Any) -> Tensor:
        """The output for inputs of shape ``(batch, sizes, channels)``."""
        return type(self).reduction(inputs, self._axes(), self.keepdims)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a layer like this one."""
        return super().get_config() | {"data_format": self.data_format, "keepdims": self.keepdims}


_WINDOWS = """
    Parameters
    ----------
    pool_size
        The size of the window: {integers}.
    strides
        How far the window moves; by its size if nothing is given.
    padding
        ``"valid"``: only whole windows; ``"same"``: also those that stand over.
    data_format
        ``"channels_last"`` (default), for inputs of shape ``(batch, {sizes}, channels)``; or
        ``"channels_first"``, for ``(batch, channels, {sizes})``.
    name
        By default the class name in snake case, numbered.
    kwargs
        ``dtype``: see `Layer`.

    Raises
    ------
    ValueError
        If an argument is out of range, or inputs do not fit.
"""
_GLOBAL = """
    Parameters
    ----------
    data_format
        ``"channels_last"`` (default), for inputs of shape ``(batch, {sizes}, channels)``; or
        ``"channels_first"``, for ``(batch, channels, {sizes})``.
    keepdims
        Whether the axes stay, with size 1.
    kwargs
        ``dtype``, ``name``: see `Layer`.
"""


@with_parameters
def _documented(cls: Any) -> str:
    return (_WINDOWS if issubclass(cls, Pooling) else _GLOBAL).format(
        integers={1: "an integer", 2: "one integer or two", 3: "one integer or three"}[cls.rank],
        sizes=", ".join(("depth", "height", "width")[-cls.rank :]) if cls.rank > 1 else "steps",
    )


@_documented
class MaxPooling1D(Pooling):
    """The largest entry of every window of a sequence.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x = tf.reshape([1.0, 3.0, 2.0, 4.0], [1, 4, 1])
    >>> tf.keras.layers.MaxPooling1D(2)(x).numpy().ravel().tolist()
    [3.0, 4.0]
    """

    rank, kind = 1, "MAX"


@_documented
class MaxPooling2D(Pooling):
    """The largest entry of every window of an image.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.layers.MaxPooling2D()(tf.ones([2, 28, 28, 3])).shape
    TensorShape([2, 14, 14, 3])
    """

    rank, kind = 2, "MAX"


@_documented
class MaxPooling3D(Pooling):
    """The largest entry of every window of a volume.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.layers.MaxPooling3D()(tf.ones([2, 4, 4, 4, 3])).shape
    TensorShape([2, 2, 2, 2, 3])
    """

    rank, kind = 3, "MAX"


@_documented
class AveragePooling1D(AveragePooling):
    """The mean of every window of a sequence.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x = tf.reshape([1.0, 3.0, 2.0, 4.0], [1, 4, 1])
    >>> tf.keras.layers.AveragePooling1D(2)(x).numpy().ravel().tolist()
    [2.0, 3.0]
    """

    rank = 1


@_documented
class AveragePooling2D(AveragePooling):
    """The mean of every window of an image.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.layers.AveragePooling2D(2)(tf.ones([2, 28, 28, 3])).shape
    TensorShape([2, 14, 14, 3])
    """

    rank = 2


@_documented
class AveragePooling3D(AveragePooling):
    """The mean of every window of a volume.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.layers.AveragePooling3D(2)(tf.ones([2, 4, 4, 4, 3])).shape
    TensorShape([2, 2, 2, 2, 3])
    """

    rank = 3


@_documented
class GlobalMaxPooling1D(GlobalPooling):
    """The largest entry of every channel of a sequence.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.layers.GlobalMaxPooling1D()(tf.ones([2, 5, 3])).shape
    TensorShape([2, 3])
    """

    rank, reduction = 1, staticmethod(reduce_max)


@_documented
class GlobalMaxPooling2D(GlobalPooling):
    """The largest entry of every channel of an image.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.layers.GlobalMaxPooling2D()(tf.ones([2, 5, 5, 3])).shape
    TensorShape([2, 3])
    """

    rank, reduction = 2, staticmethod(reduce_max)


@_documented
class GlobalMaxPooling3D(GlobalPooling):
    """The largest entry of every channel of a volume.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.layers.GlobalMaxPooling3D()(tf.ones([2, 5, 5, 5, 3])).shape
    TensorShape([2, 3])
    """

    rank, reduction = 3, staticmethod(reduce_max)


@_documented
class GlobalAveragePooling1D(GlobalPooling):
    """The mean of every channel of a sequence; of the steps of a mask, if one is given.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x = tf.reshape([1.0, 3.0, 8.0], [1, 3, 1])
    >>> layer = tf.keras.layers.GlobalAveragePooling1D()
    >>> float(layer(x)[0, 0]), float(layer(x, mask=tf.constant([[True, True, False]]))[0, 0])
    (4.0, 2.0)
    """

    rank, reduction = 1, staticmethod(reduce_mean)

    def call(self, inputs: Any, mask: Any = None) -> Tensor:
        """The output for inputs of shape ``(batch, steps, channels)``."""
        if mask is None:
            return super().call(inputs)
        x, (steps,) = operand(inputs), self._axes()
        weights = expand_dims(cast(mask, x.dtype), 2 if steps == 1 else 1)
        total = reduce_sum(x * weights, steps, self.keepdims)
        return total / reduce_sum(weights, steps, self.keepdims)  # type: ignore[no-any-return]


@_documented
class GlobalAveragePooling2D(GlobalPooling):
    """The mean of every channel of an image.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.layers.GlobalAveragePooling2D()(tf.ones([2, 5, 5, 3])).shape
    TensorShape([2, 3])
    """

    rank, reduction = 2, staticmethod(reduce_mean)


@_documented
class GlobalAveragePooling3D(GlobalPooling):
    """The mean of every channel of a volume.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.layers.GlobalAveragePooling3D()(tf.ones([2, 5, 5, 5, 3])).shape
    TensorShape([2, 3])
    """

    rank, reduction = 3, staticmethod(reduce_mean)
