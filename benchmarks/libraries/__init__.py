"""The libraries that are compared, each behind the same few functions.

A problem writes its objective once, against the names in `Operations`. A `Library` supplies those
names and runs the objective the way its own users would.
"""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.libraries.base import Library
from benchmarks.libraries.compiled import CompiledDialect, Jax, TorchCompile
from benchmarks.libraries.hips_autograd import HipsAutograd
from benchmarks.libraries.mygrad import MyGrad
from benchmarks.libraries.pytorch import PyTorch
from benchmarks.libraries.tensorflow_dialect import TensorFlowDialect

#: In the order of the tables. Each takes the number of threads and imports its library.
LIBRARIES: dict[str, Callable[[int], Library]] = {
    "tapegrad": lambda threads: TensorFlowDialect("tapegrad", "tapegrad", threads),
    "tapegrad_torch": lambda threads: PyTorch(threads, "tapegrad.torch", "tapegrad.torch"),
    "torch": PyTorch,
    "tensorflow": lambda threads: TensorFlowDialect("tensorflow", "TensorFlow eager", threads),
    "autograd": HipsAutograd,
    "mygrad": MyGrad,
}

#: Those of `suite.py`: compiled, and eager.
COMPILED: dict[str, Callable[[int], Library]] = {
    "tapegrad": lambda threads: CompiledDialect("tapegrad", "tapegrad tf.function", threads),
    "tapegrad_eager": lambda threads: TensorFlowDialect("tapegrad", "tapegrad eager", threads),
    "torch": PyTorch,
    "torch_compile": TorchCompile,
    "jax": Jax,
    "tensorflow": LIBRARIES["tensorflow"],
    "xla": lambda threads: CompiledDialect("tensorflow", "TensorFlow XLA", threads),
    "autograd": HipsAutograd,
}
