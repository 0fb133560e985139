"""Masked arrays of NumPy where an array is expected."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.differential.harness import Raises, case

LOST = "TensorFlow takes what is masked for numbers, without a word"
REFUSED = Raises("TypeError", match="masked entries")


@case(177, differs=LOST, ours=REFUSED)
def masked_constant(tf: Any) -> Any:
    return tf.constant(np.ma.array([1.0, 2.0, 3.0], mask=[False, True, False]))


@case(177, differs=LOST, ours=REFUSED)
def masked_operand(tf: Any) -> Any:
    return tf.constant([1.0, 1.0]) * np.ma.array([1.0, 2.0], np.float32, mask=[False, True])


@case(177)
def masked_array_with_nothing_masked(tf: Any) -> Any:
    return tf.constant(np.ma.array([1.0, 2.0], mask=[False, False])) * 2.0


@case(177)
def masked_array_that_is_filled(tf: Any) -> Any:
    return tf.constant(np.ma.array([1.0, 2.0], mask=[False, True]).filled(0.0))
