"""Random tensors: TensorFlow's ``tf.random``."""

from __future__ import annotations

from tapegrad.ops.generator import Generator
from tapegrad.ops.generator_state import create_rng_state
from tapegrad.ops.global_generator import get_global_generator, set_global_generator
from tapegrad.ops.random import (
    categorical,
    gamma,
    normal,
    poisson,
    shuffle,
    truncated_normal,
    uniform,
)
from tapegrad.ops.seeds import set_seed
from tapegrad.ops.stateless_counts import stateless_binomial, stateless_gamma, stateless_poisson
from tapegrad.ops.stateless_random import (
    stateless_categorical,
    stateless_normal,
    stateless_truncated_normal,
    stateless_uniform,
)
from tapegrad.ops.stateless_seeds import Algorithm, fold_in
from tapegrad.ops.stateless_seeds import split_seed as split
from tapegrad.random import experimental

__all__ = [
    "Algorithm",
    "Generator",
    "categorical",
    "create_rng_state",
    "experimental",
    "fold_in",
    "gamma",
    "get_global_generator",
    "normal",
    "poisson",
    "set_global_generator",
    "set_seed",
    "shuffle",
    "split",
    "stateless_binomial",
    "stateless_categorical",
    "stateless_gamma",
    "stateless_normal",
    "stateless_poisson",
    "stateless_truncated_normal",
    "stateless_uniform",
    "truncated_normal",
    "uniform",
]
