"""Operations on chosen rows: TensorFlow's ``tf.sparse.segment_*``."""

from __future__ import annotations

from tapegrad.ops.sparse_segments import segment_mean, segment_sqrt_n, segment_sum

__all__ = ("segment_mean", "segment_sqrt_n", "segment_sum")
