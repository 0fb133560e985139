"""Initializers that scale with the shape: variance scaling and its named cases, orthogonal."""

from __future__ import annotations

from math import prod, sqrt
from typing import Any

import numpy as np

from tapegrad.core.dtypes import float32
from tapegrad.core.tensor import Tensor
from tapegrad.ops.arguments import shape_argument
from tapegrad.ops.initializers import SeededInitializer, filled, two_axes
from tapegrad.ops.stateless_random import (
    stateless_normal,
    stateless_truncated_normal,
    stateless_uniform,
)

__all__ = [
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "LecunNormal",
    "LecunUniform",
    "Orthogonal",
    "VarianceScaling",
]

# The standard deviation of a standard normal truncated at two standard deviations.
_TRUNCATED_STDDEV = 0.87962566103423978


class VarianceScaling(SeededInitializer):
    """Random numbers whose variance fits the number of connections.

    The variance is ``scale / n``, with `n` the number of inputs, of outputs, or their mean.

    Parameters
    ----------
    scale
        A positive factor.
    mode
        What `n` is: ``"fan_in"``, ``"fan_out"`` or ``"fan_avg"``.
    distribution
        ``"truncated_normal"``, ``"untruncated_normal"`` or ``"uniform"``.
    seed
        An integer; initializers of the same seed make the same numbers.

    Raises
    ------
    ValueError
        If an argument is none of these.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.initializers.VarianceScaling(mode="fan_avg", distribution="uniform")([4, 2]).shape
    TensorShape([4, 2])
    """

    _arguments: tuple[str, ...] = ("scale", "mode", "distribution", "seed")

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: Any = None,
    ) -> None:
        super().__init__(seed)
        if not scale > 0:
            raise ValueError(f"VarianceScaling: `scale` must be positive float. Received: {scale}.")
        modes = ("fan_in", "fan_out", "fan_avg")
        if mode not in modes:
            raise ValueError(f"VarianceScaling: `mode` must be one of {modes}. Received: {mode!r}.")
        distribution = "truncated_normal" if distribution == "normal" else distribution
        known = ("truncated_normal", "untruncated_normal", "uniform")
        if distribution not in known:
            raise ValueError(
                f"VarianceScaling: `distribution` must be one of {known}. Received: "
                f"{distribution!r}."
            )
        self.scale, self.mode, self.distribution = scale, mode, distribution

    def __call__(self, shape: Any, dtype: Any = None) -> Tensor:
        """Make a tensor of `shape`: ``(inputs, outputs)``, behind the axes of a filter."""
        size = shape_argument(shape, "VarianceScaling")
        inputs, outputs = _fans(size)
        n = {"fan_in": inputs, "fan_out": outputs, "fan_avg": (inputs + outputs) / 2}[self.mode]
        variance = self.scale / max(1.0, n)
        dtype = dtype or float32
        if self.distribution == "uniform":
            limit = sqrt(3.0 * variance)
            return stateless_uniform(size, self._pair, -limit, limit, dtype)
        if self.distribution == "untruncated_normal":
            return stateless_normal(size, self._pair, 0.0, sqrt(variance), dtype)
        stddev = sqrt(variance) / _TRUNCATED_STDDEV
        return stateless_truncated_normal(size, self._pair, 0.0, stddev, dtype)


def _fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """How many inputs and outputs weights of this shape connect."""
    if len(shape) < 2:
        size = prod(shape)
        return size, size
    filter_size = prod(shape[:-2])
    return shape[-2] * filter_size, shape[-1] * filter_size


class GlorotNormal(VarianceScaling):
    """Glorot's (Xavier's) normal numbers.

    Parameters
    ----------
    seed
        An integer; initializers of the same seed make the same numbers.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.initializers.GlorotNormal(seed=1)([4, 2]).shape
    TensorShape([4, 2])
    """

    _arguments = ("seed",)

    def __init__(self, seed: Any = None) -> None:
        super().__init__(1.0, "fan_avg", "truncated_normal", seed)


class GlorotUniform(VarianceScaling):
    """Glorot's (Xavier's) uniform numbers.

    Parameters
    ----------
    seed
        An integer; initializers of the same seed make the same numbers.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.initializers.GlorotUniform(seed=1)([4, 2]).shape
    TensorShape([4, 2])
    """

    _arguments = ("seed",)

    def __init__(self, seed: Any = None) -> None:
        super().__init__(1.0, "fan_avg", "uniform", seed)


class HeNormal(VarianceScaling):
    """He's normal numbers, for rectifiers.

    Parameters
    ----------
    seed
        An integer; initializers of the same seed make the same numbers.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.initializers.HeNormal(seed=1)([4, 2]).shape
    TensorShape([4, 2])
    """

    _arguments = ("seed",)

    def __init__(self, seed: Any = None) -> None:
        super().__init__(2.0, "fan_in", "truncated_normal", seed)


class HeUniform(VarianceScaling):
    """He's uniform numbers, for rectifiers.

    Parameters
    ----------
    seed
        An integer; initializers of the same seed make the same numbers.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.initializers.HeUniform(seed=1)([4, 2]).shape
    TensorShape([4, 2])
    """

    _arguments = ("seed",)

    def __init__(self, seed: Any = None) -> None:
        super().__init__(2.0, "fan_in", "uniform", seed)


class LecunNormal(VarianceScaling):
    """LeCun's normal numbers.

    Parameters
    ----------
    seed
        An integer; initializers of the same seed make the same numbers.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.initializers.LecunNormal(seed=1)([4, 2]).shape
    TensorShape([4, 2])
    """

    _arguments = ("seed",)

    def __init__(self, seed: Any = None) -> None:
        super().__init__(1.0, "fan_in", "truncated_normal", seed)


class LecunUniform(VarianceScaling):
    """LeCun's uniform numbers.

    Parameters
    ----------
    seed
        An integer; initializers of the same seed make the same numbers.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.initializers.LecunUniform(seed=1)([4, 2]).shape
    TensorShape([4, 2])
    """

    _arguments = ("seed",)

    def __init__(self, seed: Any = None) -> None:
        super().__init__(1.0, "fan_in", "uniform", seed)


class Orthogonal(SeededInitializer):
    """A random orthogonal matrix; of more axes, the last against all others.

    Parameters
    ----------
    gain
        A factor.
    seed
        An integer; initializers of the same seed make the same numbers.

    Examples
    --------
    >>> import tapegrad as tf
    >>> q = tf.initializers.Orthogonal(seed=1)([3, 3])
    >>> bool(tf.reduce_all(tf.abs(tf.matmul(q, q, transpose_a=True) - tf.eye(3)) < 1e-5))
    True
    """

    _arguments = ("gain", "seed")

    def __init__(self, gain: float = 1.0, seed: Any = None) -> None:
        super().__init__(seed)
        self.gain = gain

    def __call__(self, shape: Any, dtype: Any = None) -> Tensor:
        """Make a tensor of `shape`, which must have at least two axes."""
        size = two_axes(self, shape, exactly=False)
        rows, columns = prod(size[:-1]), size[-1]
        flat = (max(rows, columns), min(rows, columns))
        q, r = np.linalg.qr(stateless_normal(flat, self._pair, dtype=np.float64)._value)
        q = q * np.sign(np.diag(r))  # makes it uniform over all orthogonal matrices
        return filled(size, (q if rows >= columns else q.T).reshape(size) * self.gain, dtype)
