"""Random tensors: TensorFlow's ``tf.random.experimental``."""

from __future__ import annotations

from tapegrad.ops.generator import Generator
from tapegrad.ops.generator_state import create_rng_state
from tapegrad.ops.global_generator import get_global_generator, set_global_generator
from tapegrad.ops.stateless_random import stateless_shuffle
from tapegrad.ops.stateless_seeds import Algorithm
from tapegrad.ops.stateless_seeds import fold_in as stateless_fold_in
from tapegrad.ops.stateless_seeds import split_seed as stateless_split

__all__ = [
    "Algorithm",
    "Generator",
    "create_rng_state",
    "get_global_generator",
    "set_global_generator",
    "stateless_fold_in",
    "stateless_shuffle",
    "stateless_split",
]
