"""Generators with streams of their own."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.numpy.array import plain
from tapegrad.numpy.random.drawing import drawn, raw

__all__ = ["Generator", "RandomState", "default_rng"]


class Generator(np.random.Generator):
    """NumPy's generator, whose numbers are arrays of this dialect.

    Its methods draw the same numbers as those of ``numpy.random.Generator``, and are differentiable
    by parameters such as means and scales.

    Parameters
    ----------
    bit_generator
        The source of randomness, such as ``np.random.PCG64(seed)``; `default_rng` makes one.

    Examples
    --------
    >>> import tapegrad.numpy as np
    >>> rng = np.random.Generator(np.random.PCG64(1))
    >>> np.grad(lambda mu: rng.normal(mu, 2.0, size=3).sum())(0.0)
    array(3.)
    """

    def __reduce__(self) -> Any:
        return type(self), (self.bit_generator,)


class RandomState(np.random.RandomState):
    """NumPy's older generator, whose numbers are arrays of this dialect.

    Parameters
    ----------
    seed
        An integer or several, a bit generator, or None for a seed from the operating system.

    Examples
    --------
    >>> import tapegrad.numpy as np
    >>> np.random.RandomState(1).rand(2, 3).shape
    (2, 3)
    """

    def __init__(self, seed: Any = None) -> None:
        super().__init__(plain(seed))

    def __reduce__(self) -> Any:
        return type(self), (self._bit_generator,), self.get_state(legacy=False)


def default_rng(seed: Any = None) -> Generator:
    """A generator with NumPy's default source of randomness.

    Parameters
    ----------
    seed
        An integer or several, a bit generator or generator, or None for a seed from the operating
        system.

    Examples
    --------
    >>> import tapegrad.numpy as np
    >>> np.random.default_rng(1).random(3).shape
    (3,)
    """
    if isinstance(seed, Generator):
        return seed
    return Generator(np.random.default_rng(plain(seed)).bit_generator)


#: Methods that draw nothing.
_OTHERS = ("bit_generator", "get_state", "seed", "set_state", "spawn")


def _method(kind: type, name: str) -> Any:
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        return drawn(raw(self, name), args, kwargs)

    call.__name__, call.__qualname__ = name, f"{kind.__name__}.{name}"
    base: Any = kind.__base__
    call.__doc__ = f"What ``numpy.random.{base.__name__}.{name}`` draws, as arrays."
    return call


for _kind in (Generator, RandomState):
    for _name in dir(_kind.__base__):
        if not _name.startswith("_") and _name not in _OTHERS:
            setattr(_kind, _name, _method(_kind, _name))
