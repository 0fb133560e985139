"""Random tensors that are a function of a seed: the same seed, the same numbers."""

from __future__ import annotations

from enum import Enum
from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.dtypes import as_dtype, float32, int32, int64
from tapegrad.core.tensor import Tensor, wrap
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arguments import int_argument, shape_argument
from tapegrad.ops.random import drawn_classes, drawn_gamma, drawn_poisson, permuted_rows
from tapegrad.ops.samplers import (
    affine,
    float_dtype,
    full_integers,
    normals,
    truncated_normals,
    uniform_tensor,
)
from tapegrad.ops.seeds import counter_generator

__all__ = [
    "Algorithm",
    "fold_in",
    "split_seed",
    "stateless_binomial",
    "stateless_categorical",
    "stateless_gamma",
    "stateless_normal",
    "stateless_poisson",
    "stateless_shuffle",
    "stateless_truncated_normal",
    "stateless_uniform",
]


class Algorithm(Enum):
    """Names of counter-based generators. All of them mean Philox here."""

    PHILOX = 1
    THREEFRY = 2
    AUTO_SELECT = 3


def check_algorithm(alg: Any, op: str) -> int:
    """The number of an algorithm, given as name, number or `Algorithm`.

    Raises
    ------
    ValueError
        If there is no such algorithm.
    """
    if isinstance(alg, Algorithm):
        return alg.value
    if isinstance(alg, str) and alg.upper() in Algorithm.__members__:
        return Algorithm[alg.upper()].value
    if not isinstance(alg, str) and int_argument(alg, op, "alg") in (1, 2, 3):
        return int_argument(alg, op, "alg")
    raise ValueError(
        f"{op}: Unsupported algorithm {alg!r}. There are 'philox', 'threefry', 'auto_select'."
    )


def _seeded(op: str, seed: Any, alg: Any = "auto_select") -> Any:
    check_algorithm(alg, op)
    return counter_generator((0, 0), _seed_pair(op, seed))


def _seed_pair(op: str, seed: Any) -> Any:
    pair = operand(seed)._read()
    if pair.shape != (2,) or pair.dtype.kind not in "iu":
        raise InvalidArgumentError(
            f"{op}: seed must have shape [2] and an integer dtype, not shape {list(pair.shape)} "
            f"and dtype {pair.dtype}: write seed=[1, 2]."
        )
    return pair


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
    InvalidArgumentError
        If `seed` is not two integers, `dtype` is not floating point, or a size is negative.

    Examples
    --------
    >>> import tapegrad as tf
    >>> a = tf.random.stateless_normal([3], seed=[1, 2])
    >>> b = tf.random.stateless_normal([3], seed=[1, 2])
    >>> bool(tf.reduce_all(a == b))
    True
    """
    op = "stateless_normal"
    rng = _seeded(op, seed, alg)
    return affine(normals(rng, shape_argument(shape, op), float_dtype(op, dtype)), mean, stddev)


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
    InvalidArgumentError
        If `seed` is not two integers, `dtype` is not floating point, or a size is negative.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x = tf.random.stateless_truncated_normal([100], seed=[1, 2])
    >>> bool(tf.reduce_max(tf.abs(x)) <= 2.0)
    True
    """
    op = "stateless_truncated_normal"
    rng = _seeded(op, seed, alg)
    z = truncated_normals(rng, shape_argument(shape, op), float_dtype(op, dtype))
    return affine(z, mean, stddev)


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
    rng, size = _seeded(op, seed, alg), shape_argument(shape, op)
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
    return drawn_classes(op, _seeded(op, seed), logits, num_samples, dtype)


def stateless_gamma(
    shape: Any,
    seed: Any,
    alpha: Any,
    beta: Any = None,
    dtype: Any = float32,
    name: str | None = None,
) -> Tensor:
    """Gamma-distributed random numbers, a function of the seed.

    Parameters
    ----------
    shape
        Shape of the result; it ends in the parameters' shape, or broadcasts with it.
    seed
        Two integers.
    alpha
        The shape parameter, positive.
    beta
        The rate, positive, 1 by default; it gets a gradient.
    dtype
        The floating point type that numbers take.

    Returns
    -------
    Tensor

    Raises
    ------
    InvalidArgumentError
        If `seed` is not two integers, or the parameters do not broadcast to `shape`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.random.stateless_gamma([10, 2], seed=[1, 2], alpha=[0.5, 1.5]).shape
    TensorShape([10, 2])
    """
    op = "stateless_gamma"
    rng, size = _seeded(op, seed), shape_argument(shape, op)
    kind = float_dtype(op, dtype)
    rate = None if beta is None else operand(beta, kind)
    parameters = [operand(alpha, kind)] + ([] if rate is None else [rate])
    leading = _leading_shape(op, size, *parameters)
    return drawn_gamma(op, rng, leading, parameters[0], rate, dtype)


def _leading_shape(op: str, size: tuple[int, ...], *parameters: Any) -> tuple[int, ...]:
    """What stands in front of the parameters' common shape in the result's shape."""
    shapes = [p._value.shape for p in parameters]
    try:
        common = np.broadcast_shapes(*shapes)
    except ValueError:
        common = (-1,)
    if common != size[len(size) - len(common) :]:
        raise InvalidArgumentError(
            f"{op}: Shape passed in must end with broadcasted shape: {list(size)} does not end "
            f"in the common shape of parameters of shapes {[list(s) for s in shapes]}."
        )
    return size[: len(size) - len(common)]


def stateless_poisson(
    shape: Any, seed: Any, lam: Any, dtype: Any = int32, name: str | None = None
) -> Tensor:
    """Poisson-distributed random counts, a function of the seed.

    Parameters
    ----------
    shape
        Shape of the result; it ends in the shape of `lam`.
    seed
        Two integers.
    lam
        The rate, not negative.
    dtype
        The type of the result.

    Returns
    -------
    Tensor
        It has no gradient.

    Raises
    ------
    InvalidArgumentError
        If `seed` is not two integers, or the shape does not end in that of `lam`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.random.stateless_poisson([10, 2], seed=[1, 2], lam=[0.5, 1.5]).shape
    TensorShape([10, 2])
    """
    op = "stateless_poisson"
    rng, rate = _seeded(op, seed), operand(lam)
    return drawn_poisson(op, rng, _leading_shape(op, shape_argument(shape, op), rate), rate, dtype)


def stateless_binomial(
    shape: Any,
    seed: Any,
    counts: Any,
    probs: Any,
    output_dtype: Any = int32,
    name: str | None = None,
) -> Tensor:
    """Numbers of successes in repeated trials, a function of the seed.

    Parameters
    ----------
    shape
        Shape of the result, to which the parameters broadcast.
    seed
        Two integers.
    counts
        Numbers of trials.
    probs
        Probabilities of success.
    output_dtype
        The type of the result.

    Returns
    -------
    Tensor
        It has no gradient.

    Raises
    ------
    InvalidArgumentError
        If `seed` is not two integers, or a parameter is out of range or does not broadcast.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.random.stateless_binomial([3], seed=[1, 2], counts=10.0, probs=1.0).numpy().tolist()
    [10, 10, 10]
    """
    op = "stateless_binomial"
    return drawn_binomial(op, _seeded(op, seed), shape, counts, probs, output_dtype)


def drawn_binomial(op: str, rng: Any, shape: Any, counts: Any, probs: Any, dtype: Any) -> Tensor:
    """Check the arguments of a binomial draw, and draw."""
    size = shape_argument(shape, op)
    n, p = operand(counts)._read(), operand(probs)._read()
    if not (np.all(n >= 0) and np.all((p >= 0) & (p <= 1))):
        raise InvalidArgumentError(
            f"{op}: counts must not be negative and probs must be in [0, 1]: {n}, {p}."
        )
    try:
        trials, chances = np.broadcast_to(n, size), np.broadcast_to(p, size)
    except ValueError:
        raise InvalidArgumentError(
            f"{op}: counts of shape {list(n.shape)} and probs of shape {list(p.shape)} do not "
            f"broadcast to shape {list(size)}."
        ) from None
    drawn = rng.binomial(trials.astype(np.int64), chances.astype(np.float64))
    return wrap(np.asarray(drawn).astype(as_dtype(dtype).numpy_dtype)[()])


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
    return permuted_rows(x, _seeded(op, seed, alg).permutation(x._value.shape[0]))


def split_seed(seed: Any, num: Any = 2, alg: Any = "auto_select") -> Tensor:
    """Make several seeds of one.

    Parameters
    ----------
    seed
        Two integers.
    num
        How many.
    alg
        The generator; all names mean Philox.

    Returns
    -------
    Tensor
        Shape ``(num, 2)``, dtype of `seed`.

    Raises
    ------
    InvalidArgumentError
        If `seed` is not two integers.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.random.split([1, 2], num=3).shape
    TensorShape([3, 2])
    """
    op = "random.split"
    pair = _seed_pair(op, seed)
    size = (int_argument(num, op, "num"), 2)
    return wrap(full_integers(_seeded(op, pair, alg), size, pair.dtype))


def fold_in(seed: Any, data: Any, alg: Any = "auto_select") -> Tensor:
    """Mix an integer into a seed, such as the number of a training step.

    Parameters
    ----------
    seed
        Two integers.
    data
        An integer.
    alg
        The generator; all names mean Philox.

    Returns
    -------
    Tensor
        Shape ``(2,)``, dtype of `seed`.

    Raises
    ------
    InvalidArgumentError
        If `seed` is not two integers.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.random.fold_in([1, 2], 3).shape
    TensorShape([2])
    """
    op = "random.fold_in"
    check_algorithm(alg, op)
    pair = _seed_pair(op, seed)
    rng = counter_generator((int_argument(data, op, "data"), 1), pair)
    return wrap(full_integers(rng, (2,), pair.dtype))
