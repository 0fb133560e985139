"""Random numbers, from one global generator or one's own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np

from tapegrad.torch.batched import active_vmaps
from tapegrad.torch.creation import shape_of
from tapegrad.torch.documentation import documented
from tapegrad.torch.dtypes import get_default_dtype, to_numpy
from tapegrad.torch.examples import UnbatchableError, as_array
from tapegrad.torch.from_data import made
from tapegrad.torch.in_place import assign, check_changeable
from tapegrad.torch.tensor import Tensor, install, wrapped

__all__ = [
    "Generator",
    "bernoulli",
    "default_generator",
    "get_rng_state",
    "initial_seed",
    "manual_seed",
    "multinomial",
    "normal",
    "poisson",
    "rand",
    "rand_like",
    "randint",
    "randint_like",
    "randn",
    "randn_like",
    "randperm",
    "seed",
    "set_rng_state",
]


class Generator:
    """A source of random numbers with a state of its own.

    The numbers are not those of PyTorch's generator; one seed gives the same numbers every time.

    Parameters
    ----------
    device
        The processor.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> g = torch.Generator().manual_seed(3)
    >>> bool((torch.rand(2, generator=g) == torch.rand(2, generator=g.manual_seed(3))).all())
    True
    """

    _made: np.random.Generator | None

    def __init__(self, device: Any = "cpu") -> None:
        self.device = device
        self.manual_seed(67280421310721)

    def manual_seed(self, seed: int) -> Generator:
        """Start the sequence that belongs to a number."""
        self._seed = int(seed)
        self._made = None
        return self

    @property
    def _rng(self) -> np.random.Generator:
        """NumPy's generator, whose module is loaded by the first who uses random numbers."""
        if self._made is None:
            self._made = np.random.default_rng(self._seed % 2**64)
        return self._made

    def seed(self) -> int:
        """Start a sequence that nobody knows, and return its number."""
        self.manual_seed(int.from_bytes(os.urandom(8), "little") >> 1)
        return self._seed

    def initial_seed(self) -> int:
        """The number of the sequence."""
        return self._seed

    def get_state(self) -> Any:
        """Where in the sequence it stands."""
        return self._rng.bit_generator.state

    def set_state(self, new_state: Any) -> None:
        """Go where another, or it itself, stood."""
        self._rng.bit_generator.state = new_state


default_generator = Generator()
default_generator.seed()


_MODE: ContextVar[str | None] = ContextVar("tapegrad_torch_randomness", default=None)


@contextmanager
def within_vmap(randomness: str) -> Iterator[Callable[[], None]]:
    """What random numbers are in a block: forbidden, the same ones again and again, or others.

    Yields
    ------
    callable
        To be called before each example.
    """
    token = _MODE.set(randomness)
    state = default_generator._rng.bit_generator.state

    def start_over() -> None:
        if randomness == "same":
            default_generator._rng.bit_generator.state = state

    try:
        yield start_over
    finally:
        _MODE.reset(token)


def _rng(generator: Generator | None) -> np.random.Generator:
    if _MODE.get() == "error":
        raise RuntimeError(
            "vmap: called random operation while in randomness error mode. Please either use the "
            "'same' or 'different' randomness flags on vmap or perform the randomness operation "
            "out of vmap"
        )
    if _MODE.get() == "different" and active_vmaps():
        raise UnbatchableError("random numbers of its own for each example")
    return (default_generator if generator is None else generator)._rng


@documented("torch.manual_seed(0).initial_seed()", "0", seed="A number.")
def manual_seed(seed: int) -> Generator:
    """Start the global sequence of random numbers that belongs to a number."""
    return default_generator.manual_seed(seed)


@documented("isinstance(torch.seed(), int)", "True")
def seed() -> int:
    """Start a global sequence that nobody knows, and return its number."""
    return default_generator.seed()


@documented("torch.manual_seed(7).initial_seed()", "7")
def initial_seed() -> int:
    """The number of the global sequence."""
    return default_generator.initial_seed()


@documented("torch.set_rng_state(torch.get_rng_state())", "")
def get_rng_state() -> Any:
    """Where in the global sequence the generator stands."""
    return default_generator.get_state()


@documented(
    "torch.set_rng_state(torch.get_rng_state())", "", new_state="What `get_rng_state` told."
)
def set_rng_state(new_state: Any) -> None:
    """Go where the global generator stood."""
    default_generator.set_state(new_state)


def _float(dtype: Any) -> np.dtype[Any]:
    return get_default_dtype().numpy_dtype if dtype is None else to_numpy(dtype)


def uniform(rng: np.random.Generator, shape: Any, d: np.dtype[Any]) -> Any:
    """Numbers in [0, 1) of a type."""
    if d.kind == "c":
        return (rng.random(shape) + 1j * rng.random(shape)).astype(d)
    if d == np.float32:
        return np.asarray(rng.random(shape, np.float32))
    return np.asarray(rng.random(shape)).astype(d)


def gaussian(rng: np.random.Generator, shape: Any, d: np.dtype[Any]) -> Any:
    """Numbers of the standard normal distribution; complex ones have variance 1 in total."""
    if d.kind == "c":
        both = rng.standard_normal(shape) + 1j * rng.standard_normal(shape)
        return np.asarray(both * np.sqrt(0.5)).astype(d)
    if d == np.float32:
        return np.asarray(rng.standard_normal(shape, np.float32))
    return np.asarray(rng.standard_normal(shape)).astype(d)


@documented("torch.rand(2, 3).shape", "torch.Size([2, 3])", args="The shape.")
def rand(
    *args: Any,
    size: Any = None,
    generator: Generator | None = None,
    out: Any = None,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
) -> Tensor:
    """Numbers of the uniform distribution on [0, 1)."""
    shape = shape_of(args if size is None else (size,), "rand")
    return made(uniform(_rng(generator), shape, _float(dtype)), requires_grad, out)


@documented("torch.randn(2, 3).shape", "torch.Size([2, 3])", args="The shape.")
def randn(
    *args: Any,
    size: Any = None,
    generator: Generator | None = None,
    out: Any = None,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
) -> Tensor:
    """Numbers of the normal distribution with mean 0 and variance 1."""
    shape = shape_of(args if size is None else (size,), "randn")
    return made(gaussian(_rng(generator), shape, _float(dtype)), requires_grad, out)


@documented(
    "torch.randint(3, (2, 2)).shape",
    "torch.Size([2, 2])",
    args="The number after the largest, or the smallest and that one; then the shape.",
    low="The smallest number.",
    high="The number after the largest.",
)
def randint(
    *args: Any,
    low: int = 0,
    high: int | None = None,
    size: Any = None,
    generator: Generator | None = None,
    out: Any = None,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Whole numbers, equally likely, from `low` up to, without, `high`."""
    values = list(args)
    if size is None:
        size = values.pop()
    if values:
        low, high = (low, values[0]) if len(values) == 1 else values
    if high is None:
        raise TypeError("randint() missing the argument 'high'")
    if low >= high:
        raise RuntimeError(
            f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}"
        )
    d = np.dtype(np.int64) if dtype is None else to_numpy(dtype)
    numbers = _rng(generator).integers(low, high, shape_of((size,), "randint"))
    return made(np.asarray(numbers).astype(d), requires_grad, out)


@documented("torch.randperm(4).shape", "torch.Size([4])", n="How many.")
def randperm(
    n: int,
    *,
    generator: Generator | None = None,
    out: Any = None,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """The numbers below `n` in random order."""
    d = np.dtype(np.int64) if dtype is None else to_numpy(dtype)
    if n < 0:
        raise RuntimeError(f"Trying to create tensor with negative dimension {n}: [{n}]")
    return made(_rng(generator).permutation(n).astype(d), requires_grad, out)


@documented("torch.rand_like(torch.zeros(2)).shape", "torch.Size([2])", options="As for `rand`.")
def rand_like(input: Tensor, *, dtype: Any = None, **options: Any) -> Tensor:
    """Uniform random numbers in the shape and type of a tensor."""
    options.pop("memory_format", None)
    return rand(input.shape, dtype=input.dtype if dtype is None else dtype, **options)


@documented("torch.randn_like(torch.zeros(2)).shape", "torch.Size([2])", options="As for `randn`.")
def randn_like(input: Tensor, *, dtype: Any = None, **options: Any) -> Tensor:
    """Normal random numbers in the shape and type of a tensor."""
    options.pop("memory_format", None)
    return randn(tuple(input.shape), dtype=input.dtype if dtype is None else dtype, **options)


@documented(
    "torch.randint_like(torch.zeros(2), 3).shape",
    "torch.Size([2])",
    args="The number after the largest, or the smallest and that one.",
    options="As for `randint`.",
)
def randint_like(input: Tensor, *args: Any, dtype: Any = None, **options: Any) -> Tensor:
    """Random whole numbers in the shape and type of a tensor."""
    options.pop("memory_format", None)
    d = input.dtype if dtype is None else dtype
    return randint(*args, size=tuple(input.shape), dtype=d, **options)


@documented(
    "torch.normal(0.0, 1.0, size=(2,)).shape",
    "torch.Size([2])",
    mean="The mean: a number or a tensor.",
    std="The standard deviation: a number or a tensor.",
)
def normal(
    mean: Any,
    std: Any = 1.0,
    size: Any = None,
    *,
    generator: Generator | None = None,
    out: Any = None,
    dtype: Any = None,
    **options: Any,
) -> Tensor:
    """Numbers of normal distributions.

    Parameters
    ----------
    mean, std
        Means and standard deviations: numbers or tensors.
    size
        The shape, if both are numbers.
    generator, out, dtype, options
        As for `rand`.
    """
    mean, std = (x.detach() if isinstance(x, Tensor) else x for x in (mean, std))
    if np.any(as_array(std._value if isinstance(std, Tensor) else std) < 0):
        raise RuntimeError("normal expects all elements of std >= 0.0")
    if isinstance(mean, Tensor) or isinstance(std, Tensor):
        like = mean if isinstance(mean, Tensor) else std
        other = std if like is mean else mean
        shape = np.broadcast_shapes(like.shape, getattr(other, "shape", ()))
        numbers = wrapped(gaussian(_rng(generator), shape, like._value.dtype)[()])
        return mean + std * numbers
    numbers = gaussian(_rng(generator), shape_of((size,), "normal"), _float(dtype))
    numbers = (mean + std * numbers).astype(numbers.dtype)
    return made(numbers, options.get("requires_grad", False), out)


@documented("torch.bernoulli(torch.ones(2))", "tensor([1., 1.])", p="One probability for all.")
def bernoulli(
    input: Tensor, p: float | None = None, *, generator: Generator | None = None, out: Any = None
) -> Tensor:
    """1 with the probability that the tensor tells, else 0."""
    chance = as_array(input._value if p is None else p)
    if np.any((chance < 0) | (chance > 1)):
        raise RuntimeError("Expected p_in >= 0 && p_in <= 1 to be true, but got false.")
    hit = _rng(generator).random(input._value.shape) < chance
    return made(np.asarray(hit).astype(input._value.dtype), out=out)


@documented("torch.poisson(torch.zeros(2))", "tensor([0., 0.])")
def poisson(input: Tensor, generator: Generator | None = None) -> Tensor:
    """Counts of Poisson distributions, whose means the tensor tells."""
    return made(
        np.asarray(_rng(generator).poisson(as_array(input._value))).astype(input._value.dtype)
    )


@documented(
    "torch.multinomial(torch.tensor([0.0, 1.0]), 1)",
    "tensor([1])",
    num_samples="How many.",
    replacement="Whether a class may come again.",
)
def multinomial(
    input: Tensor,
    num_samples: int,
    replacement: bool = False,
    *,
    generator: Generator | None = None,
    out: Any = None,
) -> Tensor:
    """Classes, drawn by weights: those in a vector, or in each row of a matrix."""
    weights = as_array(input._value).astype(np.float64)
    if weights.ndim not in (1, 2):
        raise RuntimeError("prob_dist must be 1 or 2 dim")
    rows = np.atleast_2d(weights)
    if num_samples <= 0:
        raise RuntimeError("cannot sample n_sample <= 0 samples")
    if not replacement and num_samples > rows.shape[1]:
        raise RuntimeError(
            "cannot sample n_sample > prob_dist.size(-1) samples without replacement"
        )
    if not np.isfinite(rows).all() or (rows < 0).any():
        raise RuntimeError("probability tensor contains either `inf`, `nan` or element < 0")
    if (rows.sum(1) <= 0).any():
        raise RuntimeError("invalid multinomial distribution (sum of probabilities <= 0)")
    rng = _rng(generator)
    drawn = np.array(
        [rng.choice(len(w), num_samples, replacement, w / w.sum()) for w in rows], np.int64
    )
    return made(drawn if weights.ndim == 2 else drawn[0], out=out)


# In place


def _refill(draw: Any, summary: str) -> Any:
    def method(self: Tensor, *args: Any, generator: Generator | None = None, **kwargs: Any) -> Any:
        check_changeable(self)
        shape, d = self._value.shape, self._value.dtype
        numbers = np.asarray(draw(_rng(generator), shape, d, *args, **kwargs)).astype(d)
        return assign(self, wrapped(numbers[()]), draw.__name__)

    method.__doc__ = summary
    method.__name__ = draw.__name__
    return method


def uniform_(rng: Any, shape: Any, d: Any, from_: float = 0.0, to: float = 1.0, **low: Any) -> Any:
    """Draw for `Tensor.uniform_`, whose first argument is called ``from``."""
    start = low.get("from", from_)
    return start + (to - start) * uniform(rng, shape, d)


def normal_(rng: Any, shape: Any, d: Any, mean: float = 0.0, std: float = 1.0) -> Any:
    """Draw for `Tensor.normal_`."""
    return mean + std * gaussian(rng, shape, d)


def bernoulli_(rng: Any, shape: Any, d: Any, p: Any = 0.5) -> Any:
    """Draw for `Tensor.bernoulli_`."""
    return rng.random(shape) < as_array(p._value if isinstance(p, Tensor) else p)


def exponential_(rng: Any, shape: Any, d: Any, lambd: float = 1.0) -> Any:
    """Draw for `Tensor.exponential_`."""
    return rng.exponential(1 / lambd, shape)


def geometric_(rng: Any, shape: Any, d: Any, p: float) -> Any:
    """Draw for `Tensor.geometric_`."""
    return rng.geometric(p, shape)


def cauchy_(rng: Any, shape: Any, d: Any, median: float = 0.0, sigma: float = 1.0) -> Any:
    """Draw for `Tensor.cauchy_`."""
    return median + sigma * rng.standard_cauchy(shape)


def log_normal_(rng: Any, shape: Any, d: Any, mean: float = 1.0, std: float = 2.0) -> Any:
    """Draw for `Tensor.log_normal_`."""
    return rng.lognormal(mean, std, shape)


def random_(rng: Any, shape: Any, d: Any, *bounds: int) -> Any:
    """Draw for `Tensor.random_`."""
    low, high = bounds if len(bounds) == 2 else (0, *(bounds or (2**24,)))
    return rng.integers(low, high, shape)


for _draw, _summary in (
    (uniform_, "Fill with uniform random numbers."),
    (normal_, "Fill with normal random numbers."),
    (bernoulli_, "Fill with zeros and ones."),
    (exponential_, "Fill with exponentially distributed numbers."),
    (geometric_, "Fill with numbers of trials until the first success."),
    (cauchy_, "Fill with Cauchy distributed numbers."),
    (log_normal_, "Fill with log-normally distributed numbers."),
    (random_, "Fill with whole numbers."),
):
    install(**{_draw.__name__: _refill(_draw, _summary)})
install(bernoulli=bernoulli, multinomial=multinomial)
