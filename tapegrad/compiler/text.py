"""Words that the text of every kernel has in common."""

from __future__ import annotations

from typing import Any

#: Of generated kernels.
DIRECT = "@direct"

#: Of kernels that are written by hand.
DECORATOR = '@njit(nogil=True, error_model="numpy")'


def short(dtype: Any) -> str:
    """The name of a dtype in kernels, such as ``f8``."""
    return "b1" if dtype.kind == "b" else f"{dtype.kind}{dtype.itemsize}"
