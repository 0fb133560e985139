"""Samples of the operations of ``tf.debugging``."""

from __future__ import annotations

from tests.ops.samples import reals, sample

sample("check_numerics", reals(2, 3), params={"message": "m"}, reference=lambda x, message: x)
