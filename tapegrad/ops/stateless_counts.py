"""Gamma, Poisson and binomial random tensors that are a function of a seed."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.dtypes import as_dtype, float32, int32
from tapegrad.core.host import at_every_call
from tapegrad.core.tensor import Tensor, wrap
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.random import drawn_gamma, drawn_poisson
from tapegrad.ops.samplers import float_dtype, sizes
from tapegrad.ops.stateless_seeds import seeded

__all__ = ["stateless_binomial", "stateless_gamma", "stateless_poisson"]


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
    rng, size = seeded(op, seed), sizes(shape, op)
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


@at_every_call(repeatable=True)
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
    rng, rate = seeded(op, seed), operand(lam)
    return drawn_poisson(op, rng, _leading_shape(op, sizes(shape, op), rate), rate, dtype)


@at_every_call(repeatable=True)
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
    return drawn_binomial(op, seeded(op, seed), shape, counts, probs, output_dtype)


def drawn_binomial(op: str, rng: Any, shape: Any, counts: Any, probs: Any, dtype: Any) -> Tensor:
    """Check the arguments of a binomial draw, and draw."""
    size = sizes(shape, op)
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
