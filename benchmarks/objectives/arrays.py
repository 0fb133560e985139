"""The two kinds of value that objectives handle."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

#: Input and output at the border: plain NumPy, float64.
Array: TypeAlias = NDArray[np.float64]
#: A tensor of whichever library was passed as `tf`; `tf` itself is `Any` for the same reason.
Tensor: TypeAlias = Any
