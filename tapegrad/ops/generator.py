"""Generator: random numbers from an explicit state."""

from __future__ import annotations

from threading import Lock
from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.dtypes import as_dtype, float32, int32, numpy_dtype, uint64
from tapegrad.core.host import drawn, drawn_without_gradient
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor, wrap
from tapegrad.core.variable import Variable
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arguments import int_argument
from tapegrad.ops.generator_state import (
    STATE_SIZE,
    checked_state,
    create_rng_state,
    from_key_counter,
    state_of,
)
from tapegrad.ops.samplers import (
    affine,
    are_numbers,
    between,
    float_dtype,
    full_integers,
    normals,
    sizes,
    truncated_normals,
)
from tapegrad.ops.seeds import counter_generator
from tapegrad.ops.stateless_counts import drawn_binomial
from tapegrad.ops.stateless_random import uniform_or_full
from tapegrad.ops.stateless_seeds import Algorithm, check_algorithm

__all__ = ["Generator"]


class Generator:
    """A source of random numbers with a state of its own.

    The numbers are a function of the state, three 64-bit integers: a counter (two) and a key. Each
    draw of ``n`` numbers advances the counter by ``n``.

    Parameters
    ----------
    copy_from
        A generator whose state is copied.
    state
        Three integers, or a Variable that holds them and is then advanced in place.
    alg
        The algorithm of `state`; all names mean Philox.

    Raises
    ------
    ValueError
        If neither `copy_from` nor both `state` and `alg` are given, or the state has another
        shape.

    Examples
    --------
    >>> import tapegrad as tf
    >>> rng = tf.random.Generator.from_seed(1)
    >>> first = rng.normal([2])
    >>> rng.reset_from_seed(1)
    >>> bool(tf.reduce_all(first == rng.normal([2])))
    True
    """

    _state: Variable
    _algorithm: int

    def __init__(
        self, copy_from: Generator | None = None, state: Any = None, alg: Any = None
    ) -> None:
        if copy_from is not None:
            if state is not None or alg is not None:
                raise ValueError("Generator: give either copy_from, or state and alg.")
            state, alg = copy_from._state.numpy(), copy_from._algorithm
        if state is None or alg is None:
            raise ValueError(
                "Generator: both state and alg must be given. Use Generator.from_seed(1) or "
                "Generator.from_non_deterministic_state()."
            )
        self._algorithm = check_algorithm(alg, "Generator")
        self._lock = Lock()
        if isinstance(state, Variable):
            checked_state(state)
            self._state = state
        else:
            self._state = Variable(
                checked_state(state), trainable=False, dtype=np.int64, name="StateVar"
            )

    def _checkpoint_children(self) -> dict[str, Any]:
        """What a `tf.train.Checkpoint` saves."""
        return {"_state_var": self._state}

    def __reduce__(self) -> Any:
        return type(self), (None, self._state.numpy(), self._algorithm)

    @classmethod
    def from_state(cls, state: Any, alg: Any) -> Generator:
        """Make a generator that starts from a state.

        Parameters
        ----------
        state
            Three integers: two words of the counter, and the key.
        alg
            The algorithm.

        Returns
        -------
        Generator
        """
        return cls(state=state, alg=alg)

    @classmethod
    def from_seed(cls, seed: Any, alg: Any = None) -> Generator:
        """Make a generator from an integer: the same seed, the same numbers.

        Parameters
        ----------
        seed
            An integer.
        alg
            The algorithm.

        Returns
        -------
        Generator
        """
        alg = Algorithm.AUTO_SELECT if alg is None else alg
        return cls(state=create_rng_state(seed, alg), alg=alg)

    @classmethod
    def from_non_deterministic_state(cls, alg: Any = None) -> Generator:
        """Make a generator whose state comes from the operating system's randomness.

        Parameters
        ----------
        alg
            The algorithm.

        Returns
        -------
        Generator
        """
        words = np.random.SeedSequence().generate_state(STATE_SIZE, np.uint64)
        return cls(state=words.view(np.int64), alg=Algorithm.AUTO_SELECT if alg is None else alg)

    @classmethod
    def from_key_counter(cls, key: Any, counter: Any, alg: Any) -> Generator:
        """Make a generator from key and counter.

        Parameters
        ----------
        key
            An integer.
        counter
            Two integers.
        alg
            The algorithm.

        Returns
        -------
        Generator
        """
        return cls(state=from_key_counter(key, counter), alg=alg)

    @property
    def state(self) -> Variable:
        """The Variable that holds the state, int64 of shape ``(3,)``."""
        return self._state

    @property
    def key(self) -> Tensor:
        """The last word of the state."""
        return recording.getitem(operand(self._state), index=(Ellipsis, -1))  # type: ignore[no-any-return]

    @property
    def algorithm(self) -> int:
        """The number of the algorithm, see `Algorithm`."""
        return self._algorithm

    def reset(self, state: Any) -> None:
        """Replace the state.

        Parameters
        ----------
        state
            Three integers.
        """
        self._state.assign(checked_state(state))

    def reset_from_seed(self, seed: Any) -> None:
        """Replace the state by that of ``from_seed(seed)``.

        Parameters
        ----------
        seed
            An integer.
        """
        self._state.assign(create_rng_state(seed, self._algorithm))

    def reset_from_key_counter(self, key: Any, counter: Any) -> None:
        """Replace the state by a key and a counter.

        Parameters
        ----------
        key
            An integer.
        counter
            Two integers.
        """
        self._state.assign(from_key_counter(key, counter))

    @drawn
    def skip(self, delta: Any) -> Tensor:
        """Advance as if `delta` numbers had been drawn.

        Parameters
        ----------
        delta
            An integer that is not negative.

        Returns
        -------
        Tensor
            The state before.
        """
        count = int_argument(delta, "Generator.skip", "delta")
        if count < 0:
            raise InvalidArgumentError(
                f"Generator.skip: delta must not be negative, got {count}. To go back keep the "
                f"state, generator.state.numpy(), and reset(state)."
            )
        return wrap(self._advanced(count))

    def _advanced(self, count: int) -> Any:
        """Advance the counter; returns the state before."""
        with self._lock:
            before = self._state._read()
            low, high = (int(word) % 2**64 for word in before[:2])
            counter = (high * 2**64 + low + count) % 2**128
            self._state.assign(state_of(int(before[2]), counter % 2**64, counter // 2**64))
        return before

    def _draw(self, op: str, shape: Any) -> tuple[Any, tuple[int, ...]]:
        size = sizes(shape, f"Generator.{op}")
        state = self._advanced(int(np.prod(size, dtype=object)))
        return counter_generator(state[:2], (state[2], 0)), size

    @drawn
    def normal(
        self,
        shape: Any,
        mean: Any = 0.0,
        stddev: Any = 1.0,
        dtype: Any = float32,
        name: str | None = None,
    ) -> Tensor:
        """Normally distributed random numbers.

        Parameters
        ----------
        shape
            Shape of the result.
        mean, stddev
            Numbers, or tensors of `dtype` that broadcast, which get gradients.
        dtype
            A floating point type.

        Returns
        -------
        Tensor
        """
        if not are_numbers(mean, stddev):
            return affine(self.normal(shape, dtype=dtype), mean, stddev)
        kind = float_dtype("Generator.normal", dtype)
        return affine(normals(*self._draw("normal", shape), kind), mean, stddev)

    @drawn
    def truncated_normal(
        self,
        shape: Any,
        mean: Any = 0.0,
        stddev: Any = 1.0,
        dtype: Any = float32,
        name: str | None = None,
    ) -> Tensor:
        """Normally distributed random numbers within two standard deviations of the mean.

        Parameters
        ----------
        shape
            Shape of the result.
        mean, stddev
            Numbers, or tensors of `dtype` that broadcast, which get gradients.
        dtype
            A floating point type.

        Returns
        -------
        Tensor
        """
        if not are_numbers(mean, stddev):
            return affine(self.truncated_normal(shape, dtype=dtype), mean, stddev)
        kind = float_dtype("Generator.truncated_normal", dtype)
        z = truncated_normals(*self._draw("truncated_normal", shape), kind)
        return affine(z, mean, stddev)

    @drawn
    def uniform(
        self,
        shape: Any,
        minval: Any = 0,
        maxval: Any = None,
        dtype: Any = float32,
        name: str | None = None,
    ) -> Tensor:
        """Uniformly distributed random numbers in ``[minval, maxval)``.

        Parameters
        ----------
        shape
            Shape of the result.
        minval, maxval
            The range. For integers both None mean the whole range of `dtype`.
        dtype
            A floating point or integer type.

        Returns
        -------
        Tensor
        """
        if as_dtype(dtype).is_floating and not are_numbers(minval, maxval):
            return between(self.uniform(shape, dtype=dtype), minval, maxval, dtype)
        rng, size = self._draw("uniform", shape)
        return uniform_or_full("Generator.uniform", rng, size, minval, maxval, dtype)

    @drawn
    def uniform_full_int(self, shape: Any, dtype: Any = uint64, name: str | None = None) -> Tensor:
        """Integers from the whole range of a type.

        Parameters
        ----------
        shape
            Shape of the result.
        dtype
            An integer type.

        Returns
        -------
        Tensor
        """
        rng, size = self._draw("uniform_full_int", shape)
        return wrap(full_integers(rng, size, numpy_dtype(dtype))[()])

    @drawn_without_gradient
    def binomial(
        self,
        shape: Any,
        counts: Any,
        probs: Any,
        dtype: Any = int32,
        name: str | None = None,
    ) -> Tensor:
        """Numbers of successes in repeated trials.

        Parameters
        ----------
        shape
            Shape of the result, to which the parameters broadcast.
        counts
            Numbers of trials.
        probs
            Probabilities of success.
        dtype
            The type of the result.

        Returns
        -------
        Tensor
        """
        rng, size = self._draw("binomial", shape)
        return drawn_binomial("Generator.binomial", rng, size, counts, probs, dtype)

    @drawn
    def make_seeds(self, count: Any = 1) -> Tensor:
        """Seeds for the stateless operations.

        Parameters
        ----------
        count
            How many.

        Returns
        -------
        Tensor
            int64 of shape ``(2, count)``: each column is a seed.
        """
        size = (2, int_argument(count, "Generator.make_seeds", "count"))
        return self.uniform_full_int(size, np.int64)

    def split(self, count: Any = 1) -> list[Generator]:
        """Make generators that are independent of this one and of each other.

        Parameters
        ----------
        count
            How many.

        Returns
        -------
        list of Generator
        """
        keys = self.make_seeds(count).numpy()[0]
        return [Generator(state=state_of(int(key), 0, 0), alg=self._algorithm) for key in keys]
