"""Views with repeated elements: windows that slide over an array."""

from __future__ import annotations

import numpy as np

from tapegrad.numpy.absent import refusing
from tapegrad.numpy.movers import mover

__all__ = ["sliding_window_view"]

_MEMORY = (
    "it shows memory by distances in bytes, which tapes do not see: use sliding_window_view, "
    "slices and np.broadcast_to"
)

sliding_window_view = mover(
    "sliding_window_view",
    "All windows of a size, along new axes at the end.",
    "np.lib.stride_tricks.sliding_window_view(np.array([1.0, 2.0, 3.0]), 2)",
    model=np.lib.stride_tricks.sliding_window_view,
    window_shape="The sizes of a window.",
    fixed=True,
    writeable="Without effect: windows share elements, so they are not written to.",
)

__getattr__ = refusing(__name__, globals(), {"as_strided": _MEMORY})
