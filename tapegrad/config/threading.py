"""``tf.config.threading``: how many threads share the work of one compiled loop."""

from __future__ import annotations

from tapegrad.compiler.threads import (
    get_intra_op_parallelism_threads,
    set_intra_op_parallelism_threads,
)

__all__ = ["get_intra_op_parallelism_threads", "set_intra_op_parallelism_threads"]
