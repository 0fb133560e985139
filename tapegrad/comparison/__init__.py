"""Two semantics side by side: what TensorFlow's tape and PyTorch's backward answer, and why.

`compare` asks both about one program, and the real libraries where they are installed.
"""

from __future__ import annotations

from tapegrad.comparison.comparing import compare
from tapegrad.comparison.table import Comparison, Row

__all__ = ["Comparison", "Row", "compare"]
