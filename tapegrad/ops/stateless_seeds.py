"""Seeds of stateless operations: two integers, which can be split and folded."""

from __future__ import annotations

from enum import Enum
from typing import Any

from tapegrad.core.convert import operand
from tapegrad.core.host import at_every_call
from tapegrad.core.tensor import Tensor, wrap
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arguments import int_argument
from tapegrad.ops.samplers import full_integers
from tapegrad.ops.seeds import counter_generator

__all__ = ["Algorithm", "fold_in", "split_seed"]


class Algorithm(Enum):
    """Names of counter-based generators. All of them mean Philox here.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.random.Algorithm.PHILOX.value
    1
    """

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


def seeded(op: str, seed: Any, alg: Any = "auto_select") -> Any:
    """The generator that a stateless operation draws from."""
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


@at_every_call(repeatable=True)
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
    return wrap(full_integers(seeded(op, pair, alg), size, pair.dtype))


@at_every_call(repeatable=True)
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
