"""The state of a random generator: a counter of two words, and a key."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.tensor import Tensor, wrap
from tapegrad.ops.arguments import int_argument, ints_argument
from tapegrad.ops.seeds import seed_argument
from tapegrad.ops.stateless_seeds import check_algorithm

__all__ = ["create_rng_state"]

STATE_SIZE = 3


def create_rng_state(seed: Any, alg: Any) -> Tensor:
    """The state of a `Generator` from a seed.

    Parameters
    ----------
    seed
        An integer, which becomes the key; or three integers, which are the state.
    alg
        The algorithm.

    Returns
    -------
    Tensor
        int64 of shape ``(3,)``.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.random.create_rng_state(7, "philox").numpy().tolist()
    [0, 0, 7]
    """
    check_algorithm(alg, "create_rng_state")
    words = operand(seed)._read()
    if words.shape == ():
        return wrap(state_of(seed_argument(words[()], "create_rng_state"), 0, 0))
    return wrap(checked_state(words))


def state_of(key: int, low: int, high: int) -> Any:
    words = [word % 2**64 for word in (low, high, key)]
    return np.array(words, np.uint64).view(np.int64)


def from_key_counter(key: Any, counter: Any) -> Any:
    low, high = ints_argument(counter, "Generator", "counter")
    return state_of(int_argument(key, "Generator", "key"), low, high)


def checked_state(state: Any) -> Any:
    words = operand(state)._read()
    if words.shape != (STATE_SIZE,) or words.dtype.kind not in "iu":
        raise ValueError(
            f"Generator: the state must be {STATE_SIZE} integers, not an array of shape "
            f"{list(words.shape)} and dtype {words.dtype}: shapes {words.shape} and "
            f"[{STATE_SIZE}] are incompatible. Use Generator.from_seed(1)."
        )
    return words.astype(np.int64)
