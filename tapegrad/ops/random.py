"""Random tensors: normal, uniform, truncated normal, shuffle, categorical, gamma, Poisson."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.define import general
from tapegrad.core.dtypes import as_dtype, float32
from tapegrad.core.host import at_every_call, drawn, tensor_at_every_call
from tapegrad.core.primitive import apply, missing
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor, wrap
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arguments import int_argument
from tapegrad.ops.elementwise import divide
from tapegrad.ops.operands import require_kinds, require_same_dtype
from tapegrad.ops.samplers import (
    affine,
    are_numbers,
    between,
    classes,
    float_dtype,
    normals,
    sizes,
    truncated_normals,
    uniform_tensor,
)
from tapegrad.ops.seeds import stream
from tapegrad.ops.softmax import FLOATS

__all__ = ["categorical", "gamma", "normal", "poisson", "shuffle", "truncated_normal", "uniform"]


@drawn
def normal(
    shape: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: Any = float32,
    seed: Any = None,
    name: str | None = None,
) -> Tensor:
    """Normally distributed random numbers.

    Parameters
    ----------
    shape
        Shape of the result.
    mean, stddev
        Numbers, or tensors of `dtype` that broadcast. They get gradients: the result is
        ``mean + stddev * z`` with a standard normal ``z``.
    dtype
        A floating point type.
    seed
        An integer that gives this operation a stream of its own, see `set_seed`.

    Returns
    -------
    Tensor

    Raises
    ------
    TypeError
        If `dtype` is not floating point.
    InvalidArgumentError
        If a size is negative, or a tensor has another dtype.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.random.normal([2, 3]).shape
    TensorShape([2, 3])
    """
    if not are_numbers(mean, stddev):
        return affine(normal(shape, dtype=dtype, seed=seed), mean, stddev)
    kind = float_dtype("random.normal", dtype)
    z = normals(stream("normal", seed), sizes(shape, "random.normal"), kind)
    return affine(z, mean, stddev)


@drawn
def truncated_normal(
    shape: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: Any = float32,
    seed: Any = None,
    name: str | None = None,
) -> Tensor:
    """Normally distributed random numbers within two standard deviations of the mean.

    Parameters
    ----------
    shape
        Shape of the result.
    mean, stddev
        Mean and standard deviation before truncation: numbers, or tensors of `dtype` that
        broadcast, which get gradients.
    dtype
        A floating point type.
    seed
        An integer that gives this operation a stream of its own, see `set_seed`.

    Returns
    -------
    Tensor

    Raises
    ------
    TypeError
        If `dtype` is not floating point.
    InvalidArgumentError
        If a size is negative, or a tensor has another dtype.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x = tf.random.truncated_normal([1000])
    >>> bool(tf.reduce_max(tf.abs(x)) <= 2.0)
    True
    """
    if not are_numbers(mean, stddev):
        return affine(truncated_normal(shape, dtype=dtype, seed=seed), mean, stddev)
    op = "random.truncated_normal"
    rng = stream("truncated_normal", seed)
    z = truncated_normals(rng, sizes(shape, op), float_dtype(op, dtype))
    return affine(z, mean, stddev)


@drawn
def uniform(
    shape: Any,
    minval: Any = 0,
    maxval: Any = None,
    dtype: Any = float32,
    seed: Any = None,
    name: str | None = None,
) -> Tensor:
    """Uniformly distributed random numbers in ``[minval, maxval)``.

    Parameters
    ----------
    shape
        Shape of the result.
    minval, maxval
        The range: numbers, or tensors of `dtype` that broadcast, which get gradients. `maxval` is
        1 by default for floats and must be given for integers.
    dtype
        A floating point or integer type.
    seed
        An integer that gives this operation a stream of its own, see `set_seed`.

    Returns
    -------
    Tensor

    Raises
    ------
    ValueError
        If `maxval` is missing for integers, or `dtype` is neither float nor integer.
    InvalidArgumentError
        If an integer range is empty, or a size is negative.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x = tf.random.uniform([100], 1, 7, dtype=tf.int32)
    >>> sorted(set(x.numpy().tolist())) == [1, 2, 3, 4, 5, 6]
    True
    """
    if as_dtype(dtype).is_floating and not are_numbers(minval, maxval):
        return between(uniform(shape, dtype=dtype, seed=seed), minval, maxval, dtype)
    op = "random.uniform"
    return uniform_tensor(op, stream("uniform", seed), sizes(shape, op), minval, maxval, dtype)


def shuffle(value: Any, seed: Any = None, name: str | None = None) -> Tensor:
    """Put the rows of a tensor into a random order.

    Parameters
    ----------
    value
        A tensor; its first axis is shuffled. A scalar stays what it is.
    seed
        An integer that gives this operation a stream of its own, see `set_seed`.

    Returns
    -------
    Tensor
        Same shape and dtype. Its gradient finds the way back to the rows.

    Examples
    --------
    >>> import tapegrad as tf
    >>> sorted(tf.random.shuffle([3, 1, 2]).numpy().tolist())
    [1, 2, 3]
    """
    x = operand(value)
    if x._value.ndim == 0:
        return recording.identity(x)  # type: ignore[no-any-return]
    return permuted_rows(x, lambda: stream("shuffle", seed))


def permuted_rows(x: Any, generator: Callable[[], Any]) -> Tensor:
    """The rows of a tensor in an order that a random generator gives."""
    size, ndim = x._value.shape[0], x._value.ndim
    order = tensor_at_every_call(lambda sizes: generator().permutation(sizes[0]), (size,))
    rows: Tensor = recording.gather(x, order, axis=-ndim)
    return rows


@at_every_call(repeatable=False)
def categorical(
    logits: Any,
    num_samples: Any,
    dtype: Any = None,
    seed: Any = None,
    name: str | None = None,
) -> Tensor:
    """Class numbers drawn with the probabilities ``softmax(logits)``.

    Parameters
    ----------
    logits
        Unnormalised log-probabilities, shape ``(batch, classes)``.
    num_samples
        How many to draw for each row.
    dtype
        ``tf.int64`` (default) or ``tf.int32``.
    seed
        An integer that gives this operation a stream of its own, see `set_seed`.

    Returns
    -------
    Tensor
        Shape ``(batch, num_samples)``. It has no gradient.

    Raises
    ------
    InvalidArgumentError
        If `logits` is not a matrix of at least one class.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.random.categorical([[0.0, float("-inf")]], 3).numpy().tolist()
    [[0, 0, 0]]
    """
    return drawn_classes(
        "random.categorical", stream("categorical", seed), logits, num_samples, dtype
    )


def drawn_classes(op: str, rng: Any, logits: Any, num_samples: Any, dtype: Any) -> Tensor:
    """Check the arguments of a categorical draw, and draw."""
    x = operand(logits)
    require_kinds(op, x, FLOATS, "float32")
    scores = x._read()
    if scores.ndim != 2:
        raise InvalidArgumentError(
            f"{op}: logits should be a matrix, got shape {list(scores.shape)}. For one row use "
            f"logits[tf.newaxis]."
        )
    if scores.shape[1] == 0:
        raise InvalidArgumentError(f"{op}: num_classes should be positive, got 0.")
    count = int_argument(num_samples, op, "num_samples")
    if count < 0:
        raise InvalidArgumentError(f"{op}: num_samples should be nonnegative, got {count}.")
    wanted = as_dtype(np.int64 if dtype is None else dtype).numpy_dtype
    return wrap(classes(rng, scores, count, wanted))


_standard_gamma = general(
    "random_gamma",
    lambda alpha, *, sample: sample,
    missing(
        "the implicit derivative of a gamma-distributed number by its shape parameter is not "
        "implemented (by beta it is)"
    ),
    inputs="alpha",
)


def gamma(
    shape: Any,
    alpha: Any,
    beta: Any = None,
    dtype: Any = float32,
    seed: Any = None,
    name: str | None = None,
) -> Tensor:
    """Gamma-distributed random numbers.

    Parameters
    ----------
    shape
        How many to draw for each parameter.
    alpha
        The shape parameter, positive.
    beta
        The rate (inverse scale), positive, 1 by default; it gets a gradient. Alpha and beta
        broadcast.
    dtype
        The floating point type that numbers take.
    seed
        An integer that gives this operation a stream of its own, see `set_seed`.

    Returns
    -------
    Tensor
        Shape ``shape + broadcast(alpha, beta).shape``.

    Raises
    ------
    MissingGradientError
        From ``tape.gradient``, if it is asked for the gradient by `alpha`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.random.gamma([10], [0.5, 1.5]).shape
    TensorShape([10, 2])
    """
    return drawn_gamma("random.gamma", stream("gamma", seed), shape, alpha, beta, dtype)


def drawn_gamma(op: str, rng: Any, shape: Any, alpha: Any, beta: Any, dtype: Any) -> Tensor:
    """Check the arguments of a gamma draw, and draw."""
    kind = float_dtype(op, dtype)
    a = operand(alpha, kind)
    b = operand(1.0 if beta is None else beta, kind)
    require_same_dtype(op, a, b)
    try:
        parameters = np.broadcast_shapes(a._value.shape, b._value.shape)
    except ValueError:
        raise InvalidArgumentError(
            f"{op}: Incompatible shapes: alpha {list(a._value.shape)} and beta "
            f"{list(b._value.shape)} do not broadcast."
        ) from None
    to = (*sizes(shape, op), *parameters)
    sample = rng.standard_gamma(np.broadcast_to(a._value, to)).astype(a._value.dtype)
    standard: Tensor = apply(_standard_gamma, (a,), {"sample": sample[()]})
    return standard if beta is None else divide(standard, b)


@at_every_call(repeatable=False)
def poisson(
    shape: Any, lam: Any, dtype: Any = float32, seed: Any = None, name: str | None = None
) -> Tensor:
    """Poisson-distributed random counts.

    Parameters
    ----------
    shape
        How many to draw for each rate.
    lam
        The rate, not negative.
    dtype
        The type of the result, floating point or integer.
    seed
        An integer that gives this operation a stream of its own, see `set_seed`.

    Returns
    -------
    Tensor
        Shape ``shape + lam.shape``. It has no gradient.

    Raises
    ------
    InvalidArgumentError
        If a rate is negative or not a number.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.random.poisson([10], [0.5, 1.5]).shape
    TensorShape([10, 2])
    """
    return drawn_poisson("random.poisson", stream("poisson", seed), shape, lam, dtype)


def drawn_poisson(op: str, rng: Any, shape: Any, lam: Any, dtype: Any) -> Tensor:
    """Check the arguments of a Poisson draw, and draw."""
    x = operand(lam)
    require_kinds(op, x, "iufV", "float32")
    rate = x._read()
    if not np.all(rate >= 0):
        raise InvalidArgumentError(f"{op}: lam must not be negative or NaN: {rate}.")
    to = (*sizes(shape, op), *rate.shape)
    counts = rng.poisson(np.broadcast_to(rate.astype(np.float64), to))
    return wrap(np.asarray(counts).astype(as_dtype(dtype).numpy_dtype)[()])
