"""What all tests of compiled functions share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import tapegrad as tf


@pytest.fixture(autouse=True)
def constants_made_by_numpy() -> Iterator[None]:
    """NumPy makes the weights of sums while tapes record: nothing is lost."""
    with tf.debugging.set_gradient_leaks("allow"):
        yield
