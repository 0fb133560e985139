"""NumPy arrays of every dtype where another dtype is wanted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.differential.expressions import expressions
from tests.differential.harness import case

SOURCES = ("bool", "uint8", "int32", "int64", "float16", "float32", "float64", "complex64")
TARGETS = ("bool", "uint8", "int32", "float32", "float64", "complex64", "complex128")
KINDS = {"b": 0, "u": 1, "i": 1, "f": 2, "c": 3}


def each_pair(tf: Any, use: Callable[[Any, str], Any]) -> Any:
    """The dtype of ``use(array, dtype)`` for arrays of every dtype, or that there is none."""
    found = []
    for source in SOURCES:
        for target in TARGETS:
            try:
                result = use(np.array([1], source), target).dtype.name
            except (tf.errors.InvalidArgumentError, TypeError, ValueError):
                result = "refused"
            found.append([source, target, result])
    return found


def without_loss(result: str | None = None) -> list[list[str]]:
    """What is expected where an array may only become a dtype that holds its kind of number."""
    return [
        [s, t, (result or t) if KINDS[np.dtype(s).kind] <= KINDS[np.dtype(t).kind] else "refused"]
        for s in SOURCES
        for t in TARGETS
    ]


LOSS = (
    "TensorFlow drops fractions and imaginary parts of an array without a word; here only tf.cast, "
    "tf.constant and tf.Variable do, where a dtype is written"
)

expressions(
    __name__,
    184,
    {
        "arrays_as_constants": lambda tf: each_pair(tf, tf.constant),
        "arrays_cast": lambda tf: each_pair(tf, tf.cast),
        "arrays_as_variables": lambda tf: each_pair(tf, lambda a, t: tf.Variable(a, dtype=t)),
    },
)


@case(177, differs=LOSS, ours=without_loss())
def arrays_converted(tf: Any) -> Any:
    return each_pair(tf, tf.convert_to_tensor)


@case(193, differs=LOSS, ours=without_loss())
def arrays_assigned(tf: Any) -> Any:
    return each_pair(tf, lambda a, dtype: tf.Variable(tf.cast([0], dtype)).assign(a))


@case(177, differs=LOSS, ours=without_loss("bool"))
def arrays_compared(tf: Any) -> Any:
    return each_pair(tf, lambda a, dtype: tf.cast([0], dtype) == a)


@case(177, differs=LOSS, ours=without_loss())
def arrays_stacked(tf: Any) -> Any:
    return each_pair(tf, lambda a, dtype: tf.stack([tf.cast([0], dtype), a]))


@case(177, differs=LOSS, ours=without_loss("bool"))
def arrays_as_second_arguments(tf: Any) -> Any:
    return each_pair(tf, lambda a, dtype: tf.equal(tf.cast([0], dtype), a))
