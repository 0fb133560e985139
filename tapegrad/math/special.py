"""Special functions: TensorFlow's ``tf.math.special`` and its relatives of `scipy.special`."""

from __future__ import annotations

from tapegrad.ops.error_functions import dawsn, erfcx, log_ndtr, ndtr, owens_t

__all__ = (
    "dawsn",
    "erfcx",
    "log_ndtr",
    "ndtr",
    "owens_t",
)
