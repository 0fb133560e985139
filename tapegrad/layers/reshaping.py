"""Layers that move, repeat, pad or leave out entries."""

from __future__ import annotations

from math import prod
from typing import Any, ClassVar

from tapegrad.core.convert import operand
from tapegrad.core.tensor import Tensor
from tapegrad.layers.documenting import with_parameters
from tapegrad.layers.input_spec import InputSpec
from tapegrad.layers.layer import Layer
from tapegrad.layers.options import data_format_name, positive, sizes
from tapegrad.ops.arranging import pad, repeat, tile
from tapegrad.ops.resize import resize
from tapegrad.ops.shape import expand_dims, reshape, transpose


class Reshape(Layer):
    """Give each element of the batch another shape.

    Parameters
    ----------
    target_shape
        The shape, without the batch; one size may be -1.
    kwargs
        ``dtype``, ``name``: see `Layer`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.layers.Reshape([2, -1])(tf.ones([3, 8])).shape
    TensorShape([3, 2, 4])
    """

    def __init__(self, target_shape: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.target_shape = tuple(target_shape)
        self.built = True

    def call(self, inputs: Any) -> Tensor:
        """The inputs in the other shape."""
        x = operand(inputs)
        batch, *own = x._value.shape
        size = prod(n for n in self.target_shape if n != -1)
        shape = [prod(own) // max(size, 1) if n == -1 else n for n in self.target_shape]
        if prod(shape) != prod(own):
            raise ValueError(
                f"The total size of the tensor must be unchanged. Received: input_shape="
                f"{tuple(own)}, target_shape={self.target_shape}"
            )
        return reshape(x, [batch, *shape])

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a layer like this one."""
        return super().get_config() | {"target_shape": self.target_shape}


class Permute(Layer):
    """Reorder the axes after the batch.

    Parameters
    ----------
    dims
        Their order; the first of them is 1.
    kwargs
        ``dtype``, ``name``: see `Layer`.

    Raises
    ------
    ValueError
        If it is no permutation.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.layers.Permute((2, 1))(tf.ones([5, 3, 8])).shape
    TensorShape([5, 8, 3])
    """

    def __init__(self, dims: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dims = tuple(dims)
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise ValueError(
                f"Invalid permutation argument `dims` for Permute Layer. The set of indices in "
                f"`dims` must be consecutive and start from 1. Received dims={dims}"
            )
        self.input_spec = InputSpec(ndim=len(self.dims) + 1)
        self.built = True

    def call(self, inputs: Any) -> Tensor:
        """The inputs with their axes in the other order."""
        return transpose(inputs, [0, *self.dims])

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a layer like this one."""
        return super().get_config() | {"dims": self.dims}


class RepeatVector(Layer):
    """Repeat vectors as the steps of a sequence.

    Parameters
    ----------
    n
        How often.
    kwargs
        ``dtype``, ``name``: see `Layer`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.layers.RepeatVector(3)(tf.ones([2, 4])).shape
    TensorShape([2, 3, 4])
    """

    def __init__(self, n: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.n = positive("n", n)
        self.input_spec = InputSpec(ndim=2)
        self.built = True

    def call(self, inputs: Any) -> Tensor:
        """The inputs, of shape ``(batch, n, size)``."""
        return tile(expand_dims(inputs, 1), [1, self.n, 1])

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a layer like this one."""
        return super().get_config() | {"n": self.n}


def _margins(name: str, value: Any, rank: int) -> tuple[tuple[int, int], ...]:
    """Before and after along each axis: from a number, one for each axis, or pairs."""
    if rank == 1 and not isinstance(value, int):
        value = (value,)
    given = (value,) * rank if isinstance(value, int) else tuple(value)
    pairs: Any = tuple((p, p) if isinstance(p, int) else tuple(p) for p in given)
    whole = all(len(p) == 2 and all(isinstance(n, int) and n >= 0 for n in p) for p in pairs)
    if len(pairs) != rank or not whole:
        raise ValueError(
            f"`{name}` must be a number, or have a number or a pair of numbers for each of {rank} "
            f"axes. Received: {value}."
        )
    return pairs  # type: ignore[no-any-return]


class _Spatial(Layer):
    """A layer that knows where the axes of an image are."""

    rank: ClassVar[int]

    def __init__(self, data_format: Any, kwargs: dict[str, Any]) -> None:
        super().__init__(**kwargs)
        self.data_format = "channels_last" if self.rank == 1 else data_format_name(data_format)
        if self.rank == 1 and data_format is not None:
            self.data_format = data_format_name(data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)
        self.built = True

    @property
    def _first(self) -> int:
        return 1 if self.data_format == "channels_last" else 2


class _Padding(_Spatial):
    def __init__(self, padding: Any, data_format: Any, kwargs: dict[str, Any]) -> None:
        super().__init__(data_format, kwargs)
        self.padding: Any = _margins("padding", padding, self.rank)

    def call(self, inputs: Any) -> Tensor:
        """The inputs with zeros around them."""
        margins = [(0, 0)] * (self.rank + 2)
        margins[self._first : self._first + self.rank] = self.padding
        return pad(inputs, margins)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a layer like this one."""
        padding = self.padding[0] if self.rank == 1 else self.padding
        return super().get_config() | {"padding": padding, "data_format": self.data_format}


class _Cropping(_Spatial):
    def __init__(self, cropping: Any, data_format: Any, kwargs: dict[str, Any]) -> None:
        super().__init__(data_format, kwargs)
        self.cropping: Any = _margins("cropping", cropping, self.rank)

    def call(self, inputs: Any) -> Tensor:
        """The inputs without their margins."""
        x = operand(inputs)
        spatial = x._value.shape[self._first : self._first + self.rank]
        if any(sum(c) >= n for c, n in zip(self.cropping, spatial, strict=True)):
            raise ValueError(
                f"Values in `cropping` argument should be smaller than the corresponding spatial "
                f"dimension of the input. Received: inputs.shape={x._value.shape}, cropping="
                f"{self.cropping}"
            )
        index: list[Any] = [slice(None)] * (self.rank + 2)
        index[self._first : self._first + self.rank] = [
            slice(before, n - after)
            for (before, after), n in zip(self.cropping, spatial, strict=True)
        ]
        return x[tuple(index)]  # type: ignore[no-any-return]

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a layer like this one."""
        cropping = self.cropping[0] if self.rank == 1 else self.cropping
        return super().get_config() | {"cropping": cropping, "data_format": self.data_format}


_MARGINS = """
    Parameters
    ----------
    {name}
        A number for all margins{each}.
    data_format
        ``"channels_last"`` (default) or ``"channels_first"``.
    kwargs
        ``dtype``, ``name``: see `Layer`.

    Raises
    ------
    ValueError
        If the numbers do not fit.
"""


@with_parameters
def _documented(cls: Any) -> str:
    return _MARGINS.format(
        name="padding" if issubclass(cls, _Padding) else "cropping",
        each=", or two" if cls.rank == 1 else ", or one or two for each axis",
    )


@_documented
class ZeroPadding1D(_Padding):
    """Put zeros before and after a sequence.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.layers.ZeroPadding1D((1, 2))(tf.ones([2, 5, 3])).shape
    TensorShape([2, 8, 3])
    """

    rank = 1

    def __init__(self, padding: Any = 1, data_format: Any = None, **kwargs: Any) -> None:
        super().__init__(padding, data_format, kwargs)


@_documented
class ZeroPadding2D(_Padding):
    """Put zeros around images.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.layers.ZeroPadding2D(((1, 0), (2, 2)))(tf.ones([2, 5, 5, 3])).shape
    TensorShape([2, 6, 9, 3])
    """

    rank = 2

    def __init__(self, padding: Any = (1, 1), data_format: Any = None, **kwargs: Any) -> None:
        super().__init__(padding, data_format, kwargs)


@_documented
class ZeroPadding3D(_Padding):
    """Put zeros around volumes.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.layers.ZeroPadding3D()(tf.ones([2, 5, 5, 5, 3])).shape
    TensorShape([2, 7, 7, 7, 3])
    """

    rank = 3

    def __init__(
        self, padding: Any = ((1, 1), (1, 1), (1, 1)), data_format: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(padding, data_format, kwargs)


@_documented
class Cropping1D(_Cropping):
    """Leave out the ends of a sequence.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.layers.Cropping1D(1)(tf.ones([2, 5, 3])).shape
    TensorShape([2, 3, 3])
    """

    rank = 1

    def __init__(self, cropping: Any = (1, 1), **kwargs: Any) -> None:
        super().__init__(cropping, kwargs.pop("data_format", None), kwargs)


@_documented
class Cropping2D(_Cropping):
    """Leave out the margins of images.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.layers.Cropping2D(((1, 0), (2, 2)))(tf.ones([2, 5, 5, 3])).shape
    TensorShape([2, 4, 1, 3])
    """

    rank = 2

    def __init__(
        self, cropping: Any = ((0, 0), (0, 0)), data_format: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(cropping, data_format, kwargs)


@_documented
class Cropping3D(_Cropping):
    """Leave out the margins of volumes.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.layers.Cropping3D()(tf.ones([2, 5, 5, 5, 3])).shape
    TensorShape([2, 3, 3, 3, 3])
    """

    rank = 3

    def __init__(
        self, cropping: Any = ((1, 1), (1, 1), (1, 1)), data_format: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(cropping, data_format, kwargs)


class UpSampling1D(_Spatial):
    """Repeat every step of a sequence.

    Parameters
    ----------
    size
        How often.
    kwargs
        ``dtype``, ``name``: see `Layer`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.layers.UpSampling1D(2)(tf.ones([2, 5, 3])).shape
    TensorShape([2, 10, 3])
    """

    rank = 1

    def __init__(self, size: int = 2, **kwargs: Any) -> None:
        super().__init__(None, kwargs)
        self.size = positive("size", size)

    def call(self, inputs: Any) -> Tensor:
        """The inputs with their steps repeated."""
        return repeat(inputs, self.size, axis=1)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a layer like this one."""
        return super().get_config() | {"size": self.size}


class UpSampling2D(_Spatial):
    """Make images larger.

    Parameters
    ----------
    size
        How many times as high and wide: a number or two.
    data_format
        ``"channels_last"`` (default) or ``"channels_first"``.
    interpolation
        ``"nearest"``, ``"bilinear"``, ``"bicubic"``, ``"lanczos3"`` or ``"lanczos5"``.
    kwargs
        ``dtype``, ``name``: see `Layer`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.layers.UpSampling2D((2, 3))(tf.ones([1, 5, 5, 3])).shape
    TensorShape([1, 10, 15, 3])
    """

    rank = 2

    def __init__(
        self,
        size: Any = (2, 2),
        data_format: Any = None,
        interpolation: str = "nearest",
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format, kwargs)
        self.size = sizes("size", size, 2)
        self.interpolation = interpolation.lower()

    def call(self, inputs: Any) -> Tensor:
        """The larger images."""
        x, first = operand(inputs), self._first
        if self.interpolation == "nearest":
            return repeat(repeat(x, self.size[0], axis=first), self.size[1], axis=first + 1)
        if first == 2:
            x = transpose(x, [0, 2, 3, 1])
        shape = [n * k for n, k in zip(x._value.shape[1:3], self.size, strict=True)]
        y = resize(x, shape, self.interpolation)
        return transpose(y, [0, 3, 1, 2]) if first == 2 else y

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a layer like this one."""
        names = ("size", "data_format", "interpolation")
        return super().get_config() | {name: getattr(self, name) for name in names}
