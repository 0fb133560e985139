"""The life cycle of a tape: entering, leaving, consuming, re-entering."""

from __future__ import annotations

from typing import Any

from tests.differential.harness import case


@case(1)
def with_binds_the_tape(tf: Any) -> Any:
    tape = tf.GradientTape()
    with tape as t:
        pass
    return t is tape
