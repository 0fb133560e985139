"""Random tensors that are a function of a seed: the same seed, the same numbers."""

from __future__ import annotations

from typing import Any

from tapegrad.core.convert import operand
from tapegrad.core.dtypes import as_dtype, float32, int64
from tapegrad.core.host import at_every_call, drawn
from tapegrad.core.tensor import Tensor, wrap
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.random import drawn_classes, permuted_rows
from tapegrad.ops.samplers import (
    affine,
    float_dtype,
    full_integers,
    normals,
    sizes,
    truncated_normals,
    uniform_tensor,
)
from tapegrad.ops.stateless_seeds import seeded

__all__ = [
    "stateless_categorical",
    "stateless_normal",
    "stateless_shuffle",
    "stateless_truncated_normal",
    "stateless_uniform",
]


@drawn
def stateless_normal(
    shape: Any,
    seed: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: Any = float32,
    name: str | None = None,
    alg: Any = "auto_select",
) -> Tensor:
    """Normally distributed random numbers, a function of the seed.

    Parameters
    ----------
    shape
        Shape of the result.
    seed
        Two integers.
    mean, stddev
        Numbers, or tensors of `dtype` that broadcast, which get gradients.
    dtype
        A floating point type.
    alg
        The generator; all names mean Philox.

    Returns
    -------
    Tensor

    Raises
    ------
    TypeError
        If `dtype` is not floating point.
    InvalidArgumentError
        If `seed` is not two integers, or a size is negative.

    Examples
    --------
    >>> import tapegrad as tf
    >>> a = tf.random.stateless_normal([3], seed=[1, 2])
    >>> b = tf.random.stateless_normal([3], seed=[1, 2])
    >>> bool(tf.reduce_all(a == b))
    True
    """
    op = "stateless_normal"
    rng = seeded(op, seed, alg)
    return affine(normals(rng, sizes(shape, op), float_dtype(op, dtype)), mean, stddev)


@drawn
def stateless_truncated_normal(
    shape: Any,
    seed: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: Any = float32,
    name: str | None = None,
    alg: Any = "auto_select",
) -> Tensor:
    """Normal random numbers within two standard deviations, a function of the seed.

    Parameters
    ----------
    shape
        Shape of the result.
    seed
        Two integers.
    mean, stddev
        Numbers, or tensors of `dtype` that broadcast, which get gradients.
    dtype
        A floating point type.
    alg
        The generator; all names mean Philox.

    Returns
    -------
    Tensor

    Raises
    ------
    TypeError
        If `dtype` is not floating point.
    InvalidArgumentError
        If `seed` is not two integers, or a size is negative.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x = tf.random.stateless_truncated_normal([100], seed=[1, 2])
    >>> bool(tf.reduce_max(tf.abs(x)) <= 2.0)
    True
    """
    op = "stateless_truncated_normal"
    rng = seeded(op, seed, alg)
    z = truncated_normals(rng, sizes(shape, op), float_dtype(op, dtype))
    return affine(z, mean, stddev)


@drawn
def stateless_uniform(
    shape: Any,
    seed: Any,
    minval: Any = 0,
    maxval: Any = None,
    dtype: Any = float32,
    name: str | None = None,
    alg: Any = "auto_select",
) -> Tensor:
    """Uniformly distributed random numbers in ``[minval, maxval)``, a function of the seed.

    Parameters
    ----------
    shape
        Shape of the result.
    seed
        Two integers.
    minval, maxval
        The range. For integers both None mean the whole range of `dtype`.
    dtype
        A floating point or integer type.
    alg
        The generator; all names mean Philox.

    Returns
    -------
    Tensor

    Raises
    ------
    InvalidArgumentError
        If `seed` is not two integers, or an integer range is empty.
    ValueError
        If only one end of an integer range is given.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x = tf.random.stateless_uniform([100], seed=[1, 2], minval=5, maxval=7, dtype=tf.int32)
    >>> sorted(set(x.numpy().tolist()))
    [5, 6]
    """
    op = "stateless_uniform"
    rng, size = seeded(op, seed, alg), sizes(shape, op)
    return uniform_or_full(op, rng, size, minval, maxval, dtype)


def uniform_or_full(
    op: str, rng: Any, shape: tuple[int, ...], minval: Any, maxval: Any, dtype: Any
) -> Tensor:
    """Like `uniform_tensor`; integers without both ends are from the whole range."""
    kind = as_dtype(dtype)
    if kind.is_integer:
        if (minval is None) != (maxval is None):
            raise ValueError(
                f"{op}: For integer `dtype` argument {kind!r}, argument `minval` and `maxval` "
                f"must be both None or not None. Got `minval`={minval} and `maxval`={maxval}."
            )
        if minval is None:
            return wrap(full_integers(rng, shape, kind.numpy_dtype)[()])
    return uniform_tensor(op, rng, shape, minval, maxval, kind)


@at_every_call(repeatable=True)
def stateless_categorical(
    logits: Any, num_samples: Any, seed: Any, dtype: Any = int64, name: str | None = None
) -> Tensor:
    """Class numbers drawn with the probabilities ``softmax(logits)``, a function of the seed.

    Parameters
    ----------
    logits
        Unnormalised log-probabilities, shape ``(batch, classes)``.
    num_samples
        How many to draw for each row.
    seed
        Two integers.
    dtype
        An integer type.

    Returns
    -------
    Tensor
        Shape ``(batch, num_samples)``. It has no gradient.

    Raises
    ------
    InvalidArgumentError
        If `seed` is not two integers, or `logits` is not a matrix of at least one class.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.random.stateless_categorical([[0.0, float("-inf")]], 2, seed=[1, 2]).numpy().tolist()
    [[0, 0]]
    """
    op = "stateless_categorical"
    return drawn_classes(op, seeded(op, seed), logits, num_samples, dtype)


def stateless_shuffle(
    value: Any, seed: Any, alg: Any = "auto_select", name: str | None = None
) -> Tensor:
    """Put the rows of a tensor into a random order that is a function of the seed.

    Parameters
    ----------
    value
        A tensor with at least one axis; the first one is shuffled.
    seed
        Two integers.
    alg
        The generator; all names mean Philox.

    Returns
    -------
    Tensor
        Same shape and dtype.

    Raises
    ------
    InvalidArgumentError
        If `seed` is not two integers, or `value` is a scalar.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x = tf.random.experimental.stateless_shuffle([3, 1, 2], seed=[1, 2])
    >>> sorted(x.numpy().tolist())
    [1, 2, 3]
    """
    op = "stateless_shuffle"
    x = operand(value)
    if x._value.ndim == 0:
        raise InvalidArgumentError(f"{op}: the tensor must have at least one axis, got a scalar.")
    seeded(op, seed, alg)  # reads the seed in sight of a tracer
    return permuted_rows(x, lambda: seeded(op, seed, alg))
