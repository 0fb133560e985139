"""Layers of several inputs: sums, products, means, extremes, side by side."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any, ClassVar

from tapegrad.core.convert import operand
from tapegrad.core.tensor import Tensor
from tapegrad.layers.layer import Layer
from tapegrad.ops.einsum import einsum
from tapegrad.ops.elementwise import add as plus
from tapegrad.ops.elementwise import multiply as times
from tapegrad.ops.elementwise import rsqrt, square
from tapegrad.ops.elementwise import subtract as minus
from tapegrad.ops.joining import concat
from tapegrad.ops.reduce import reduce_sum
from tapegrad.ops.select import maximum as larger
from tapegrad.ops.select import minimum as smaller
from tapegrad.ops.shape import expand_dims


class Merge(Layer):
    """What layers of several inputs have in common: a list of at least two of them."""

    pair: ClassVar[Callable[[Any, Any], Any]]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)

    def call(self, inputs: Any) -> Any:
        """The merged inputs."""
        tensors = self._several(inputs)
        rank = max(x._value.ndim for x in tensors)
        aligned = []
        for x in tensors:
            while x._value.ndim < rank:  # after the batch
                x = expand_dims(x, 1)
            aligned.append(x)
        return self._merged(aligned)

    def _merged(self, tensors: list[Any]) -> Any:
        return reduce(type(self).pair, tensors)

    def _several(self, inputs: Any) -> list[Any]:
        if not isinstance(inputs, (list, tuple)) or not inputs:
            raise ValueError(
                f"A merge layer should be called on a list of inputs. Received: inputs={inputs} "
                f"(not a list of tensors)"
            )
        return [operand(x) for x in inputs]


class Add(Merge):
    """The sum of several inputs.

    Parameters
    ----------
    kwargs
        ``dtype``, ``name``: see `Layer`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.layers.Add()([tf.constant([1.0]), tf.constant([2.0])]).numpy().tolist()
    [3.0]
    """

    pair = staticmethod(plus)


class Subtract(Merge):
    """The difference of two inputs.

    Parameters
    ----------
    kwargs
        ``dtype``, ``name``: see `Layer`.

    Raises
    ------
    ValueError
        If there are not two.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.layers.Subtract()([tf.constant([1.0]), tf.constant([2.0])]).numpy().tolist()
    [-1.0]
    """

    pair = staticmethod(minus)

    def _merged(self, tensors: list[Any]) -> Any:
        if len(tensors) != 2:
            raise ValueError(
                f"A `Subtract` layer should be called on exactly 2 inputs. Received: {len(tensors)}"
            )
        return super()._merged(tensors)


class Multiply(Merge):
    """The product of several inputs.

    Parameters
    ----------
    kwargs
        ``dtype``, ``name``: see `Layer`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.layers.Multiply()([tf.constant([3.0]), tf.constant([2.0])]).numpy().tolist()
    [6.0]
    """

    pair = staticmethod(times)


class Average(Merge):
    """The mean of several inputs.

    Parameters
    ----------
    kwargs
        ``dtype``, ``name``: see `Layer`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.layers.Average()([tf.constant([1.0]), tf.constant([2.0])]).numpy().tolist()
    [1.5]
    """

    pair = staticmethod(plus)

    def _merged(self, tensors: list[Any]) -> Any:
        return super()._merged(tensors) / float(len(tensors))


class Maximum(Merge):
    """The larger entries of several inputs.

    Parameters
    ----------
    kwargs
        ``dtype``, ``name``: see `Layer`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.layers.Maximum()([tf.constant([1.0]), tf.constant([2.0])]).numpy().tolist()
    [2.0]
    """

    pair = staticmethod(larger)


class Minimum(Merge):
    """The smaller entries of several inputs.

    Parameters
    ----------
    kwargs
        ``dtype``, ``name``: see `Layer`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.layers.Minimum()([tf.constant([1.0]), tf.constant([2.0])]).numpy().tolist()
    [1.0]
    """

    pair = staticmethod(smaller)


class Concatenate(Merge):
    """Several inputs side by side.

    Parameters
    ----------
    axis
        Along which axis.
    kwargs
        ``dtype``, ``name``: see `Layer`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.layers.Concatenate()([tf.ones([2, 3]), tf.ones([2, 4])]).shape
    TensorShape([2, 7])
    """

    def __init__(self, axis: int = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, inputs: Any) -> Any:
        """The inputs side by side."""
        return concat(self._several(inputs), self.axis)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a layer like this one."""
        return super().get_config() | {"axis": self.axis}


class Dot(Merge):
    """Products of two inputs, summed over an axis of each, for every element of the batch.

    Parameters
    ----------
    axes
        The axis of both, or two of them; not that of the batch.
    normalize
        Whether to divide by the norms first, which gives cosines.
    kwargs
        ``dtype``, ``name``: see `Layer`.

    Raises
    ------
    ValueError
        If the axes do not fit the inputs.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.layers.Dot(axes=(1, 2))([tf.ones([2, 3, 5]), tf.ones([2, 4, 3])]).shape
    TensorShape([2, 5, 4])
    """

    def __init__(self, axes: Any, normalize: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        pair = isinstance(axes, (list, tuple)) and len(axes) == 2
        if not isinstance(axes, int) and not (pair and all(isinstance(a, int) for a in axes)):
            raise ValueError(
                f"Invalid format for argument `axes`: it should be an integer, or two of them. "
                f"Received: axes={axes}"
            )
        self.axes = axes
        self.normalize = normalize

    def call(self, inputs: Any) -> Tensor:
        """The products of the two inputs."""
        tensors = self._several(inputs)
        if len(tensors) != 2:
            raise ValueError(
                f"A `Dot` layer should be called on exactly 2 inputs. Received: inputs={inputs}"
            )
        given = (self.axes, self.axes) if isinstance(self.axes, int) else self.axes
        axes = [a % x._value.ndim for a, x in zip(given, tensors, strict=True)]
        lengths = [x._value.shape[a] for a, x in zip(axes, tensors, strict=True)]
        if 0 in axes or lengths[0] != lengths[1]:
            raise ValueError(
                f"Incompatible input shapes: axis values {lengths[0]} (at axis {axes[0]}) != "
                f"{lengths[1]} (at axis {axes[1]}), or the axis of the batch. Full input shapes: "
                f"{[x._value.shape for x in tensors]}"
            )
        if self.normalize:
            tensors = [_unit(x, a) for x, a in zip(tensors, axes, strict=True)]
        letters = iter("cdefghijklmnop")
        names = [["a", *(next(letters) for _ in range(x._value.ndim - 1))] for x in tensors]
        for name, axis in zip(names, axes, strict=True):
            name[axis] = "b"
        left = "".join(c for c in names[0] if c != "b")
        right = "".join(c for c in names[1][1:] if c != "b")
        y = einsum(f"{''.join(names[0])},{''.join(names[1])}->{left}{right}", *tensors)
        return expand_dims(y, -1) if y._value.ndim == 1 else y

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a layer like this one."""
        return super().get_config() | {"axes": self.axes, "normalize": self.normalize}


def _unit(x: Any, axis: int) -> Tensor:
    squares = reduce_sum(square(x), axis, keepdims=True)
    return x * smaller(rsqrt(squares), 1e7)  # type: ignore[no-any-return]


def add(inputs: Any, **kwargs: Any) -> Any:
    """The sum of several inputs.

    Parameters
    ----------
    inputs
        A list of tensors.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.layers.add([tf.constant([1.0]), tf.constant([2.0])]).numpy().tolist()
    [3.0]
    """
    return Add(**kwargs)(inputs)


def concatenate(inputs: Any, axis: int = -1, **kwargs: Any) -> Any:
    """Several inputs side by side.

    Parameters
    ----------
    inputs
        A list of tensors.
    axis
        Along which axis.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.layers.concatenate([tf.ones([2, 3]), tf.ones([2, 4])]).shape
    TensorShape([2, 7])
    """
    return Concatenate(axis=axis, **kwargs)(inputs)


def multiply(inputs: Any, **kwargs: Any) -> Any:
    """The product of several inputs.

    Parameters
    ----------
    inputs
        A list of tensors.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.layers.multiply([tf.constant([3.0]), tf.constant([2.0])]).numpy().tolist()
    [6.0]
    """
    return Multiply(**kwargs)(inputs)
