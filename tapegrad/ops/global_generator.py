"""The random generator that everybody shares."""

from __future__ import annotations

import numpy as np

from tapegrad.ops.generator import Generator
from tapegrad.ops.samplers import full_integers
from tapegrad.ops.seeds import stream

__all__ = ["get_global_generator", "set_global_generator"]

_global: list[Generator] = []


def get_global_generator() -> Generator:
    """The generator that is shared by everybody; made at the first call.

    Returns
    -------
    Generator
        The one that `set_global_generator` has set; otherwise one that follows `set_seed` if that
        was called, and is not deterministic if not.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.random.get_global_generator() is tf.random.get_global_generator()
    True
    """
    if not _global:
        words = full_integers(stream("get_global_generator", None), (), np.dtype(np.int64))
        _global.append(Generator.from_seed(words))
    return _global[0]


def set_global_generator(generator: Generator) -> None:
    """Replace the generator that is shared by everybody.

    Parameters
    ----------
    generator
        The new one.

    Examples
    --------
    >>> import tapegrad as tf
    >>> rng = tf.random.Generator.from_seed(1)
    >>> tf.random.set_global_generator(rng)
    >>> tf.random.get_global_generator() is rng
    True
    """
    _global[:] = [generator]
