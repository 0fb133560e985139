"""Initializers: callables that make the starting values of weights."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from tapegrad.core.dtypes import as_dtype, float32
from tapegrad.core.tensor import Tensor, wrap_constant
from tapegrad.errors import ArgumentRankError
from tapegrad.ops.arguments import shape_argument
from tapegrad.ops.random import normal, uniform
from tapegrad.ops.samplers import full_integers
from tapegrad.ops.seeds import stream
from tapegrad.ops.stateless_random import (
    stateless_normal,
    stateless_truncated_normal,
    stateless_uniform,
)

__all__ = [
    "Constant",
    "Identity",
    "Initializer",
    "Ones",
    "RandomNormal",
    "RandomUniform",
    "TruncatedNormal",
    "Zeros",
    "constant_initializer",
    "ones_initializer",
    "random_normal_initializer",
    "random_uniform_initializer",
    "zeros_initializer",
]


class Initializer:
    """Base of all initializers: call one with a shape (and a dtype).

    A subclass stores its arguments as attributes of the same names, which makes `get_config` and
    `from_config` work.

    Examples
    --------
    >>> import tapegrad as tf
    >>> isinstance(tf.initializers.Zeros(), tf.initializers.Initializer)
    True
    """

    _arguments: tuple[str, ...] = ()

    def __call__(self, shape: Any, dtype: Any = None) -> Tensor:
        """Make a tensor.

        Parameters
        ----------
        shape
            Its shape.
        dtype
            Its dtype; float32 by default.

        Returns
        -------
        Tensor
        """
        raise NotImplementedError(f"{type(self).__name__} must define __call__(shape, dtype).")

    def get_config(self) -> dict[str, Any]:
        """The arguments to make it again.

        Returns
        -------
        dict
        """
        return {name: getattr(self, name) for name in self._arguments}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Initializer:
        """Make an initializer from what `get_config` returned.

        Parameters
        ----------
        config
            Arguments by name.

        Returns
        -------
        Initializer
        """
        return cls(**config)

    def __repr__(self) -> str:
        arguments = ", ".join(f"{k}={v!r}" for k, v in self.get_config().items())
        return f"{type(self).__name__}({arguments})"


def filled(shape: Any, value: Any, dtype: Any) -> Tensor:
    """A tensor of a shape with given values, or one value everywhere."""
    wanted = as_dtype(float32 if dtype is None else dtype).numpy_dtype
    size = shape_argument(shape, "initializer")
    array = np.asarray(value, wanted)
    if array.size != 1 and array.size != prod(size):
        raise ArgumentRankError(
            f"initializer: {array.size} values do not fill the shape {list(size)}."
        )
    return wrap_constant(
        (array.reshape(size) if array.size == prod(size) else np.full(size, array))[()]
    )


class Zeros(Initializer):
    """All zeros.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.zeros_initializer()([2]).numpy().tolist()
    [0.0, 0.0]
    """

    def __call__(self, shape: Any, dtype: Any = None) -> Tensor:
        """Make a tensor of `shape`."""
        return filled(shape, 0, dtype)


class Ones(Initializer):
    """All ones.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.ones_initializer()([2]).numpy().tolist()
    [1.0, 1.0]
    """

    def __call__(self, shape: Any, dtype: Any = None) -> Tensor:
        """Make a tensor of `shape`."""
        return filled(shape, 1, dtype)


class Constant(Initializer):
    """One value everywhere.

    Parameters
    ----------
    value
        A number, or as many numbers as the shape holds.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.constant_initializer(7.0)([2]).numpy().tolist()
    [7.0, 7.0]
    """

    _arguments = ("value",)

    def __init__(self, value: Any = 0.0) -> None:
        self.value = value

    def __call__(self, shape: Any, dtype: Any = None) -> Tensor:
        """Make a tensor of `shape`."""
        return filled(shape, self.value, dtype)


class Identity(Initializer):
    """The identity matrix.

    Parameters
    ----------
    gain
        A factor.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.initializers.Identity()([2, 2]).numpy().tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """

    _arguments = ("gain",)

    def __init__(self, gain: float = 1.0) -> None:
        self.gain = gain

    def __call__(self, shape: Any, dtype: Any = None) -> Tensor:
        """Make a tensor of `shape`, which must have two axes."""
        size = two_axes(self, shape)
        return filled(size, np.eye(size[0], size[1]) * self.gain, dtype)


def two_axes(initializer: Initializer, shape: Any, exactly: bool = True) -> tuple[int, ...]:
    """A shape of two axes (or at least two)."""
    size = shape_argument(shape, type(initializer).__name__)
    if len(size) < 2 or (exactly and len(size) > 2):
        raise ValueError(
            f"{type(initializer).__name__}: this initializer makes matrices, but the shape is "
            f"{list(size)}."
        )
    return size


class SeededInitializer(Initializer):
    """An initializer with a seed: the same instance always makes the same numbers."""

    def __init__(self, seed: Any) -> None:
        self.seed = seed
        if seed is None:
            self._pair = full_integers(stream("initializer", None), (2,), np.dtype(np.int32))
        else:
            self._pair = np.array([int(seed), 0], np.int64)


class RandomNormal(SeededInitializer):
    """Normally distributed numbers.

    Parameters
    ----------
    mean, stddev
        Mean and standard deviation.
    seed
        An integer; initializers of the same seed make the same numbers.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.initializers.RandomNormal(stddev=0.1, seed=1)([2, 3]).shape
    TensorShape([2, 3])
    """

    _arguments = ("mean", "stddev", "seed")

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: Any = None) -> None:
        super().__init__(seed)
        self.mean, self.stddev = mean, stddev

    def __call__(self, shape: Any, dtype: Any = None) -> Tensor:
        """Make a tensor of `shape`."""
        return stateless_normal(shape, self._pair, self.mean, self.stddev, dtype or float32)


class TruncatedNormal(RandomNormal):
    """Normally distributed numbers within two standard deviations of the mean.

    Parameters
    ----------
    mean, stddev
        Mean and standard deviation before truncation.
    seed
        An integer; initializers of the same seed make the same numbers.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x = tf.initializers.TruncatedNormal(stddev=1.0, seed=1)([100])
    >>> bool(tf.reduce_max(tf.abs(x)) <= 2.0)
    True
    """

    def __call__(self, shape: Any, dtype: Any = None) -> Tensor:
        """Make a tensor of `shape`."""
        return stateless_truncated_normal(
            shape, self._pair, self.mean, self.stddev, dtype or float32
        )


class RandomUniform(SeededInitializer):
    """Uniformly distributed numbers.

    Parameters
    ----------
    minval, maxval
        The range.
    seed
        An integer; initializers of the same seed make the same numbers.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x = tf.initializers.RandomUniform(2.0, 3.0, seed=1)([100])
    >>> bool(tf.reduce_all((x >= 2.0) & (x < 3.0)))
    True
    """

    _arguments = ("minval", "maxval", "seed")

    def __init__(self, minval: float = -0.05, maxval: float = 0.05, seed: Any = None) -> None:
        super().__init__(seed)
        self.minval, self.maxval = minval, maxval

    def __call__(self, shape: Any, dtype: Any = None) -> Tensor:
        """Make a tensor of `shape`."""
        return stateless_uniform(shape, self._pair, self.minval, self.maxval, dtype or float32)


class zeros_initializer(Zeros):  # noqa: N801 - TensorFlow's name
    """All zeros: `Zeros` under TensorFlow's older name.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.zeros_initializer()(shape=[2]).numpy().tolist()
    [0.0, 0.0]
    """


class ones_initializer(Ones):  # noqa: N801 - TensorFlow's name
    """All ones: `Ones` under TensorFlow's older name.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.ones_initializer()(shape=[2]).numpy().tolist()
    [1.0, 1.0]
    """


class constant_initializer(Constant):  # noqa: N801 - TensorFlow's name
    """One value everywhere: `Constant` under TensorFlow's older name.

    Parameters
    ----------
    value
        A number, or as many numbers as the shape holds.
    support_partition
        Without effect.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.constant_initializer(3.0)(shape=[2]).numpy().tolist()
    [3.0, 3.0]
    """

    def __init__(self, value: Any = 0, support_partition: bool = False) -> None:
        super().__init__(value)


class random_normal_initializer(Initializer):  # noqa: N801 - TensorFlow's name
    """Normally distributed numbers, other ones at every call.

    Parameters
    ----------
    mean, stddev
        Mean and standard deviation.
    seed
        An integer, see `tapegrad.random.set_seed`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.random_normal_initializer(stddev=0.1)([2, 3]).shape
    TensorShape([2, 3])
    """

    _arguments = ("mean", "stddev", "seed")

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: Any = None) -> None:
        self.mean, self.stddev, self.seed = mean, stddev, seed

    def __call__(self, shape: Any, dtype: Any = None) -> Tensor:
        """Make a tensor of `shape`."""
        return normal(shape, self.mean, self.stddev, dtype or float32, self.seed)


class random_uniform_initializer(Initializer):  # noqa: N801 - TensorFlow's name
    """Uniformly distributed numbers, other ones at every call.

    Parameters
    ----------
    minval, maxval
        The range.
    seed
        An integer, see `tapegrad.random.set_seed`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.random_uniform_initializer(0.0, 1.0)([2, 3]).shape
    TensorShape([2, 3])
    """

    _arguments = ("minval", "maxval", "seed")

    def __init__(self, minval: float = -0.05, maxval: float = 0.05, seed: Any = None) -> None:
        self.minval, self.maxval, self.seed = minval, maxval, seed

    def __call__(self, shape: Any, dtype: Any = None) -> Tensor:
        """Make a tensor of `shape`."""
        return uniform(shape, self.minval, self.maxval, dtype or float32, self.seed)
